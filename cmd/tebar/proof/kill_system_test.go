//go:build system

package proof

import (
	"fmt"
	"testing"

	"tebar/campaign/mailer/sandbox"
)

// injected is the command (not with --seccomp-bpf, which loses the count) that lets strace act at the nth call of a thread.
func injected(call, what string, nth int) []string {
	return []string{
		"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
		"-e", fmt.Sprintf("inject=%s:%s:when=%d", call, what, nth),
	}
}

// storeCalls are the system calls that a store and a socket are written and
// read by, and for the short form how many to pass over; unlink takes
// the log away, ftruncate empties it.
var storeCalls = map[string]int{
	"pwrite64": 37, "pread64": 37, "fsync": 4, "write": 9, "read": 13, "ftruncate": 1, "unlink": 1,
}

// TestKillEveryCall kills tebar at its first, second, ... call of each kind,
// from the first look at the store to the last record of the run; then the
// resume at the same call; and lets it finish.
func TestKillEveryCall(t *testing.T) {
	sum := &kills{}
	t.Run("calls", func(t *testing.T) {
		for call, stride := range storeCalls {
			t.Run(call, func(t *testing.T) {
				t.Parallel()
				sweepCall(t, sum, call, size(stride, 1))
			})
		}
	})
	sum.figures(t, "kill sweep over system calls", "points, resumed under a second kill where the call was reached")
}

// sweepCall goes on until three runs in a row were not reached: a call's
// number is counted for each thread, and work moves between them.
func sweepCall(t *testing.T, sum *kills, call string, step int) {
	reached := 0
	for nth, missed := 1, 0; missed < 3; nth += step {
		if !killCall(t, sum, call, nth) {
			missed++
			continue
		}
		missed = 0
		reached++
	}
	if reached == 0 {
		t.Errorf("no %s was reached", call)
	}
}

// killCall says whether the run was killed. A kill before the campaign was in
// the store is followed by run, not resume, as a person would do.
func killCall(t *testing.T, sum *kills, call string, nth int) bool {
	t.Helper()
	const n = 3
	server := serve(t, sandbox.Options{})
	m := machineIn(t, inMemory(t), server.Port(), n, "")
	m.env = append(m.env, "GOMAXPROCS=1")
	killed := 0
	for _, first := range []bool{true, false} {
		r := m.finish(m.command(injected(call, "signal=KILL", nth), "run", m.file, "--yes"))
		if r.code != 0 && r.code != -1 && r.code != 4 && r.code != 137 {
			t.Errorf("%s %d: %s", call, nth, r)
		}
		if r.code == -1 || r.code == 137 {
			killed++
		} else if first {
			return false
		}
	}
	m.must([]int{0, 4}, "run", m.file, "--yes")
	sum.sum(m, mailboxOf(server), n, killed, 1)
	if r := m.run("store", "check"); r.code != 0 {
		t.Errorf("%s %d: %s", call, nth, r)
	}
	return true
}
