//go:build system

package proof

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"tebar/campaign/mailer/sandbox"
)

// A callSweep kills campaigns of n at such calls.
type callSweep struct {
	kills
	n     int
	which func(call string) bool
	seen  map[string]int // calls of an undisturbed run, by name
	total int
	mu    sync.Mutex
	hit   map[string]int // calls that the first kill came at
}

func newCallSweep(t *testing.T, n int, which func(string) bool) *callSweep {
	t.Helper()
	s := &callSweep{n: n, which: which, seen: map[string]int{}, hit: map[string]int{}}
	m, server := s.machine(t)
	r, calls := m.underTracer(which, 0, "run", m.file, "--yes")
	if r.code != 0 || len(mailboxOf(server)) != n {
		t.Fatal(r)
	}
	for _, call := range calls {
		s.seen[call]++
	}
	s.total = len(calls)
	return s
}

func (s *callSweep) machine(t *testing.T) (*machine, *sandbox.Server) {
	t.Helper()
	server := serve(t, sandbox.Options{})
	m := machineIn(t, inMemory(t), server.Port(), s.n, "")
	m.env = append(m.env, "GOMAXPROCS=1") // so that one run is like the other
	return m, server
}

// kill kills the run at its first call and what goes on at its second, and
// lets it finish. A kill before the campaign was in the store is followed by
// run, not resume, as a person would do.
func (s *callSweep) kill(t *testing.T, first, second int) {
	t.Helper()
	m, server := s.machine(t)
	killed := 0
	for i, at := range []int{first, second} {
		r, calls := m.underTracer(s.which, at, "run", m.file, "--yes")
		switch {
		case r.code == -1 && len(calls) >= at:
			killed++
			if i == 0 {
				s.note(calls[at-1])
			}
		case r.code != 0 && r.code != 4:
			t.Errorf("killed at %d, %d: %s", first, second, r)
		}
	}
	m.must([]int{0, 4}, "run", m.file, "--yes")
	s.sum(m, mailboxOf(server), s.n, killed, 1)
	if r := m.run("store", "check"); r.code != 0 {
		t.Errorf("killed at %d, %d: %s", first, second, r)
	}
}

func (s *callSweep) note(call string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hit[call]++
}

// reached holds what the first kills came at against the run that nobody
// disturbed: at most so many points may be missed, at the end of a run that
// read its socket a few times less. At full size no kind of call is left out.
func (s *callSweep) reached(t *testing.T, points, missed int) string {
	t.Helper()
	var kinds []string
	sum := 0
	for call, n := range s.seen {
		sum += s.hit[call]
		kinds = append(kinds, fmt.Sprintf("%s %d", call, n))
		if full() && s.hit[call] == 0 {
			t.Errorf("no run was killed at %s, and there are %d", call, n)
		}
	}
	if sum < points-missed {
		t.Errorf("only %d of %d runs were killed: %v", sum, points, s.hit)
	}
	slices.Sort(kinds)
	return strings.Join(kinds, ", ")
}

// TestKillEveryCall kills tebar before its first, second, ... last call that
// touches the store or the server, counted over all its threads; then what
// goes on at another; and lets it finish.
func TestKillEveryCall(t *testing.T) {
	s := newCallSweep(t, 3, func(string) bool { return true })
	points := 0
	t.Run("points", func(t *testing.T) {
		for at := 1; at <= s.total; at += size(31, 1) {
			points++
			t.Run(fmt.Sprint(at), func(t *testing.T) {
				t.Parallel()
				s.kill(t, at, at*7%(s.total/2)+1)
			})
		}
	})
	kinds := s.reached(t, points, size(1, 10))
	s.figures(t, "kill sweep over system calls", fmt.Sprintf("of %d points (%s), resumed under a second kill where the call was reached", s.total, kinds))
}

// TestKillEveryPair kills a campaign at every pair of calls behind which
// something lasts: whatever the store writes is followed by a sync, a cut or a
// file's end, or by a line to the server.
func TestKillEveryPair(t *testing.T) {
	s := newCallSweep(t, 2, func(call string) bool { return !strings.HasPrefix(call, "p") && call != "read" })
	points, step := 0, size(13, 1)
	t.Run("points", func(t *testing.T) {
		for first := 1; first <= s.total; first += step {
			for second := 1 + first%step; second <= s.total; second += step {
				points++
				t.Run(fmt.Sprint(first, second), func(t *testing.T) {
					t.Parallel()
					s.kill(t, first, second)
				})
			}
		}
	})
	kinds := s.reached(t, points, 0)
	s.figures(t, "kill sweep over pairs of system calls", fmt.Sprintf("of %d pairs (%s), the second where it was reached", s.total*s.total, kinds))
}
