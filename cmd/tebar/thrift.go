package main

import (
	"os"
	"runtime/debug"
	"time"

	"tebar/campaign/run"
)

// How much room the collector leaves, in percent of what is in use: plenty
// while messages are sent, which use little at a time, and hardly any while a
// long list is taken in. What that needs stays in memory until its end, and
// would count twice.
const (
	usualPercent   = 100
	sendingPercent = 300
	thriftPercent  = 25
	longList       = 16 << 20 // in bytes
)

// taking is the room for lists of so many bytes together.
func taking(bytes int64) (percent int) {
	if bytes > longList {
		return thriftPercent
	}
	return usualPercent
}

// collect sets the collector's room until the call of end. Whoever sets GOGC
// knows better.
func collect(percent int) (end func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(before) }
}

// A rest gives memory back to the system when a run begins to wait for long:
// what a check and a day's messages have needed is not needed for days.
type rest struct{ until time.Time }

const longRest = time.Minute

func (r *rest) watch(e run.Event) {
	if e.Slot.At.Sub(e.At) < longRest || e.Slot.At.Equal(r.until) {
		return
	}
	r.until = e.Slot.At
	debug.FreeOSMemory()
}
