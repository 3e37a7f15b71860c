package main

import (
	"os"
	"runtime/debug"
)

// How much room the collector leaves, in percent of what is in use: plenty
// where that is little, and hardly any while a long list is taken in. What that
// needs stays in memory until its end, and would count twice.
const (
	usualPercent  = 100
	thriftPercent = 25
	longList      = 16 << 20 // in bytes
)

// collect sets the collector's room for lists of so many bytes together, until
// the call of end. Whoever sets GOGC knows better.
func collect(bytes int64) (end func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	percent := usualPercent
	if bytes > longList {
		percent = thriftPercent
	}
	before := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(before) }
}
