package proof

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"tebar/campaign/mailer/sandbox"
)

// tooLong is longer than a dot may come after its mark.
const tooLong = 5500 * time.Millisecond

// naps add up what the rounds have seen.
type naps struct {
	mu                 sync.Mutex
	rounds, late, held int
	asked              bool
}

// TestSuspendedAtMark stops a run at drawn moments behind the end of a
// message's body, where it marks the message, for longer than a dot may come
// after its mark. Woken, it writes no dot after an old mark, and sends the
// letter anew. The store is on a disk: a commit takes its time. A run that
// sleeps in the middle of one holds up all others, and they say so.
func TestSuspendedAtMark(t *testing.T) {
	sum, dot, rounds := &naps{}, dotLine(t), uint64(size(16, 500))
	for first, most := uint64(0), 12; first < 20*rounds; first, most = first+rounds, 2 {
		atOnce(most, numbers(first, first+rounds), func(round uint64) {
			t.Run(fmt.Sprint(round), func(t *testing.T) { nap(t, sum, dot, rand.New(rand.NewPCG(round, 5))) })
		})
		if sum.late > 0 && sum.asked {
			break // on a quick disk it takes more rounds to hit a commit, and calmer ones
		}
	}
	if sum.late == 0 || !sum.asked {
		t.Errorf("of %d runs %d were stopped between mark and dot, %d in a commit", sum.rounds, sum.late, sum.held)
	}
	figures(t, "suspended at the mark", "%d runs stopped for %s behind a body, %d of them between the mark's begin and the dot: no dot was written, the letter was sent anew; %d held up the store, and others say so; 0 lost, 0 twice",
		sum.rounds, tooLong, sum.late, sum.held)
}

func numbers(from, to uint64) (all []uint64) {
	for n := from; n < to; n++ {
		all = append(all, n)
	}
	return all
}

// dotLine is the number of the first message's dot in the dialogue: behind it
// are its answer, QUIT and the answer to that.
func dotLine(t *testing.T) int {
	t.Helper()
	server := serve(t, sandbox.Options{})
	tp := newTap(t, server.Addr())
	m := tapped(t, tp, 1, 1)
	m.must([]int{0}, "run", m.file, "--yes")
	return tp.passed() - 3
}

func nap(t *testing.T, sum *naps, dot int, draw *rand.Rand) {
	const n = 2
	server := serve(t, sandbox.Options{})
	tp := newTap(t, server.Addr())
	m := machineIn(t, t.TempDir(), tp.port(), n, "")
	moment := time.Duration(2e4 * math.Exp(6*draw.Float64())) // 20 µs to 8 ms
	var p *process
	ready, stopped := make(chan struct{}), make(chan struct{})
	tp.arm(dot-1, false, func() {
		<-ready
		pass(moment)
		suspend(t, p.cmd.Process.Pid)
		close(stopped)
	})
	p = m.start("run", m.file, "--yes")
	close(ready)
	<-stopped
	time.Sleep(100 * time.Millisecond)
	held := false
	if server.Count() == 0 { // the dot was not written yet
		held = m.tell(`UPDATE meta SET one = one`) != nil
		time.Sleep(tooLong)
		if held && sum.mayAsk() {
			if r := m.run("pause", "spring"); r.code != 1 || !strings.Contains(r.stderr, "does not let go") || !strings.Contains(r.stderr, "hint: ") {
				t.Errorf("beside a process that sleeps in a commit: %s", r)
			}
		}
	}
	wake(p.cmd.Process.Pid)
	if r := p.end(); r.code != 0 {
		t.Errorf("stopped after %s, woken: %s", moment, r)
	}
	s, b := m.states(), mailboxOf(server)
	if bad := disagreements(s, b, n); len(bad) > 0 || s.count("sent") != n {
		t.Errorf("stopped after %s, woken: %v %v", moment, bad, s)
	}
	late := 0
	m.ask(&late, `SELECT count(*) FROM attempts WHERE marked_at IS NOT NULL AND verdict = 'requeued'`)
	sum.mu.Lock()
	defer sum.mu.Unlock()
	sum.rounds++
	sum.late += late
	if held {
		sum.held++
	}
}

// pass lets so much time go by; a sleep may take a millisecond more.
func pass(d time.Duration) {
	end := time.Now().Add(d)
	time.Sleep(d - time.Millisecond)
	for time.Now().Before(end) {
	}
}

// mayAsk says whether this is the one run beside which another process waits:
// that takes half a minute.
func (s *naps) mayAsk() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := !s.asked
	s.asked = true
	return first
}
