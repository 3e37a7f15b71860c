//go:build !linux

package store

import "time"

// machineBoot has no clock here that goes on while the machine sleeps:
// windows age by the wall clock alone.
func machineBoot() (string, time.Duration, bool) { return "", 0, false }
