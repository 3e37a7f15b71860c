package main

import (
	"os"
	"runtime/debug"
)

// thriftPercent is how much room the collector leaves while a campaign is
// taken in: what a long list needs stays in memory until its end, and would
// count twice.
const thriftPercent = 25

// thrift keeps the program small until the call of end, at the cost of some
// time. Whoever sets GOGC knows better.
func thrift() (end func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(thriftPercent)
	return func() { debug.SetGCPercent(before) }
}
