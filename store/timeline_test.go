package store

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// However the clocks go, the timeline holds a spend as long as its exact age
// does, but for the drift, and not much longer.
func TestTimeline(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const span = time.Hour
		c := spends{account: "a", span: span + ticks}
		now := moment{at: time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC), boot: "b", up: 100 * time.Hour}
		if rapid.Bool().Draw(t, "no boot clock") {
			now.boot, now.up = "", 0
		}
		var loose []entry
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			pass := rapid.SampledFrom([]time.Duration{0, time.Microsecond, time.Second, time.Minute, 7 * time.Minute}).Draw(t, "pass")
			now.at = now.at.Add(pass)
			if now.boot != "" {
				now.up += pass
			}
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0: // the wall clock is set
				now.at = now.at.Add(rapid.SampledFrom([]time.Duration{-40 * time.Minute, -20 * time.Minute, -2 * time.Second, time.Minute, 50 * time.Minute}).Draw(t, "set"))
			case 1: // or slewed
				now.at = now.at.Add(time.Duration(rapid.Int64Range(int64(-2*drift), int64(2*drift)).Draw(t, "slew")))
			case 2:
				if now.boot != "" {
					now.boot, now.up = now.boot+"b", time.Minute
				}
			case 3:
				loose = append(loose, entry{now.plus(time.Duration(rapid.Int64Range(int64(-10*time.Minute), int64(10*time.Minute)).Draw(t, "loose"))), 1})
			default:
				c.add(entry{now.plus(-time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "answered"))), 1}, int64(len(c.entries)+1))
			}
			if c.behind(now.at) { // a desk is laid anew, and reads all again
				c.seen, c.line = time.Time{}, timeline{}
			}
			all := append(append([]entry(nil), c.entries...), loose...)
			count := func(d time.Duration) (n int) {
				for _, e := range all {
					if now.age(e.moment) <= d {
						n++
					}
				}
				return n
			}
			caller := now
			caller.at = caller.at.Add(-time.Duration(rapid.Int64Range(0, int64(jitter/2)).Draw(t, "late")))
			got := c.within(caller, now, span, loose)
			if least, most := count(span-drift), count(span+2*jitter); len(got) < least || len(got) > most {
				t.Fatalf("%d in the window, want %d to %d", len(got), least, most)
			}
			for i := range got[min(1, len(got)):] {
				if got[i+1].At.Before(got[i].At) {
					t.Fatalf("not in order: %v", got)
				}
			}
		}
	})
}

// Reservations in doubt stay on the account long after they have left every
// window; they are no reason to draw the line again and again.
func TestTimelineOfOldDoubts(t *testing.T) {
	c := spends{account: "a", span: time.Hour + ticks}
	now := moment{at: time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC), boot: "b", up: 100 * time.Hour}
	var doubts []entry
	for range 3 * mostOld {
		doubts = append(doubts, entry{now, 1})
	}
	c.add(entry{now, 1}, 1)
	for range 100 {
		want := len(doubts) + 1
		if now.age(doubts[0].moment) > time.Hour {
			want = 0
		}
		if n := len(c.within(now, now, time.Hour, doubts)); n != want {
			t.Fatalf("after %v: %d in the window, want %d", now.age(doubts[0].moment), n, want)
		}
		now = now.plus(7 * time.Minute)
	}
	if len(c.entries) > mostOld {
		t.Errorf("%d entries are kept", len(c.entries))
	}
}
