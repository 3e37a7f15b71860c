package store

import (
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

var bootID = sync.OnceValue(func() string {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
})

// machineBoot reads CLOCK_BOOTTIME (clock_gettime(2)), which nobody sets and
// which goes on while the machine sleeps.
func machineBoot() (string, time.Duration, bool) {
	var ts unix.Timespec
	id := bootID()
	if id == "" || unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts) != nil {
		return "", 0, false
	}
	return id, time.Duration(ts.Nano()), true
}
