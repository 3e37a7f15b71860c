//go:build system

package proof

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
)

// TestFaultsAtManyConnections makes the trouble of every cell of faultTable
// three times among 4 and 16 connections that go on beside it. Who is hit is
// not known beforehand, but nobody gets two, nobody is lost, and when the
// server is well again a resume or two bring it to its end.
func TestFaultsAtManyConnections(t *testing.T) {
	var cells atomic.Int64
	tried := eachCell(t, 1, func(c cell, t *testing.T, nth int) bool {
		each := []int{4, 16}
		if !full() {
			each = each[cells.Add(1)%2:][:1]
		}
		for _, connections := range each {
			c.amongMany(t, nth, connections)
		}
		return c.comes()
	})
	figures(t, "SMTP faults at 4 and 16 connections", "%d cells, each three times: 0 lost, 0 twice", tried)
}

func (c cell) amongMany(t *testing.T, nth, connections int) {
	t.Helper()
	n := swept(connections)
	x := c.trialOf(t, n, connections, fmt.Sprintf("among %d", connections), nth, 3, 5)
	r := x.run("run", x.file, "--yes", "--once")
	for range 4 {
		if isComplete(r) {
			break
		}
		if !slices.Contains([]int{1, 3, 5}, r.code) { // unreachable, waits, a person is asked
			t.Errorf("%s: %s", x.how, r)
		}
		r = x.run("resume", "spring", "--once")
	}
	s, b := x.states(), mailboxOf(x.server.Server)
	if bad := disagreements(s, b, n); len(bad) > 0 {
		t.Errorf("%s: %v", x.how, bad)
	}
	if twice := b.twice(); len(twice) > 0 {
		t.Errorf("%s: twice: %v", x.how, twice)
	}
	if at := s.count("sent") + s.count("failed") + s.count("unconfirmed"); !isComplete(r) || at != n {
		t.Errorf("%s: %d of %d have come to an end: %v\n%s", x.how, at, n, s, r)
	}
}

// isComplete says that a campaign is complete, some failed or in doubt perhaps.
func isComplete(r result) bool { return r.code == 0 || r.code == 4 }
