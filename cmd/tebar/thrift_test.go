package main

import (
	"runtime"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/campaign/run"
)

// Memory goes back at the beginning of a long wait, once for each.
func TestRest(t *testing.T) {
	now := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	var r rest
	collected := func(wait time.Duration) uint32 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r.watch(run.Event{At: now, Slot: campaign.Slot{At: now.Add(wait)}})
		runtime.ReadMemStats(&after)
		return after.NumForcedGC - before.NumForcedGC
	}
	for i, step := range []struct {
		wait time.Duration
		want uint32
	}{{time.Second, 0}, {time.Hour, 1}, {time.Hour, 0}, {2 * time.Hour, 1}} {
		if n := collected(step.wait); n != step.want {
			t.Errorf("step %d, a wait of %s: memory went back %d times, want %d", i, step.wait, n, step.want)
		}
	}
}
