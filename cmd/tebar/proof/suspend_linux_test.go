package proof

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tebar/campaign/mailer/sandbox"
)

// suspend is SIGSTOP, and waits until no thread runs any more.
func suspend(t *testing.T, pid int) {
	t.Helper()
	_ = syscall.Kill(pid, syscall.SIGSTOP)
	until(t, "the process is stopped", func() bool { return suspended(pid) })
}

func wake(pid int) { _ = syscall.Kill(pid, syscall.SIGCONT) }

func suspended(pid int) bool {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err != nil {
			continue // a thread that has just ended
		}
		if state := text[bytes.LastIndexByte(text, ')')+2:]; state[0] != 'T' && state[0] != 't' {
			return false
		}
	}
	return len(tasks) > 0
}

// losses are the ways in which a careless person takes the lock from a runner
// that seems dead: its file is what says that it lives.
var losses = []struct {
	name string
	lose func(m *machine) error
}{
	{"removed", func(m *machine) error { return os.Remove(m.lock()) }},
	{"moved away", func(m *machine) error { return os.Rename(m.lock(), m.lock()+".old") }},
	{"replaced", func(m *machine) error {
		if err := os.WriteFile(m.lock()+".new", nil, 0o600); err != nil {
			return err
		}
		return os.Rename(m.lock()+".new", m.lock())
	}},
	{"folder removed", func(m *machine) error { return os.RemoveAll(filepath.Dir(m.lock())) }},
}

func (m *machine) lock() string { return filepath.Join(m.store+".locks", "spring.lock") }

// A sleeper is a run that is suspended at a line of its dialogue.
type sleeper struct {
	*machine
	server *sandbox.Server
	first  *process
	n, at  int
	asleep int // messages that the server had when it fell asleep
	woken  time.Time
}

// sleepers add up what the sweep has seen.
type sleepers struct {
	mu                       sync.Mutex
	points, replaced, marked int
}

// TestSuspended stops a run with SIGSTOP at every line of its dialogue. While
// it holds its lock another process is turned away, and when it is woken it
// goes on. Where the lock is taken from it another process takes over; woken
// then, it writes no mark. What it had marked may still go out, and nobody
// else sends it.
func TestSuspended(t *testing.T) {
	sum := &sleepers{}
	t.Run("lines", func(t *testing.T) {
		var lines []int
		for at := 1; at <= linesOf(t, 1); at += size(5, 1) {
			lines = append(lines, at)
		}
		atOnce(3, lines, func(at int) {
			t.Run(fmt.Sprint(at), func(t *testing.T) {
				suspendHolding(t, sum, at)
				suspendReplaced(t, sum, at)
			})
		})
	})
	if sum.replaced < sum.points/3 || sum.marked == 0 {
		t.Errorf("of %d runs %d were replaced, %d of them with a mark", sum.points, sum.replaced, sum.marked)
	}
	figures(t, "suspended runner", "%d runs stopped at lines all along the dialogue: while they held their lock others sent nothing; %d then replaced, 0 marks written when they woke, %d messages in doubt that nobody else sent; 0 lost, 0 twice",
		sum.points, sum.replaced, sum.marked)
}

// suspendAt starts a run and does something while it is stopped at a line.
func suspendAt(t *testing.T, at int, meanwhile func(*sleeper)) (*sleeper, result) {
	t.Helper()
	s := &sleeper{n: 3, at: at, server: serve(t, sandbox.Options{})}
	tp := newTap(t, s.server.Addr())
	s.machine = tapped(t, tp, s.n, 1)
	ready, stopped := make(chan struct{}), make(chan struct{})
	tp.arm(at, false, func() {
		<-ready
		s.fallAsleep()
		s.asleep = s.server.Count()
		close(stopped)
	})
	s.first = s.start("run", s.file, "--yes")
	close(ready)
	select {
	case <-stopped:
	case <-s.first.done:
		t.Fatalf("line %d did not come: %s", at, s.first.end())
	}
	meanwhile(s)
	s.woken = time.Now()
	wake(s.first.cmd.Process.Pid)
	return s, s.first.end()
}

// fallAsleep stops the first anywhere but in the middle of a write, where it
// would hold up all others: TestSuspendedInCommit is about that.
func (s *sleeper) fallAsleep() {
	pid := s.first.cmd.Process.Pid
	for suspend(s.t, pid); s.tell(`UPDATE meta SET one = one`) != nil; suspend(s.t, pid) {
		wake(pid)
		time.Sleep(time.Millisecond)
	}
}

// suspendHolding: a stopped process keeps its lock. What it had written may
// still arrive.
func suspendHolding(t *testing.T, sum *sleepers, at int) {
	t.Helper()
	s, r := suspendAt(t, at, func(s *sleeper) {
		for _, args := range [][]string{{"run", s.file, "--yes"}, {"resume", "spring"}} {
			s.must([]int{6}, args...)
		}
		if came := s.server.Count() - s.asleep; came > 1 {
			t.Errorf("line %d: %d messages came while it slept", at, came)
		}
	})
	if r.code != 0 {
		t.Errorf("line %d, woken: %s", at, r)
	}
	if wrong := s.wrong(); wrong != "" {
		t.Errorf("line %d, woken: %s", at, wrong)
	}
	sum.mu.Lock()
	defer sum.mu.Unlock()
	sum.points++
}

// suspendReplaced: another process runs the campaign to its end meanwhile.
func suspendReplaced(t *testing.T, sum *sleepers, at int) {
	t.Helper()
	loss := losses[at/size(5, 1)%len(losses)]
	var left states
	var had mailbox
	s, r := suspendAt(t, at, func(s *sleeper) {
		if err := loss.lose(s.machine); err != nil {
			t.Error(err)
		}
		s.must([]int{0, 4}, "run", s.file, "--yes")
		left, had = s.states(), mailboxOf(s.server)
	})
	doubtful := s.overslept(loss.name, left, had, r)
	s.must([]int{0, 4}, "resume", "spring")
	if wrong := s.wrong(); wrong != "" {
		t.Errorf("line %d, lock %s, at the end: %s", at, loss.name, wrong)
	}
	sum.mu.Lock()
	defer sum.mu.Unlock()
	sum.points++
	sum.marked += doubtful
	if r.code == 6 {
		sum.replaced++
	}
}

// overslept holds what a run did that woke up replaced against what its
// successor had left, and says how many messages it had marked.
func (s *sleeper) overslept(loss string, left states, had mailbox, r result) int {
	s.t.Helper()
	if atEnd := r.code == 0 && s.asleep == s.n; !atEnd && (r.code != 6 || !strings.Contains(r.stderr, "another runner has taken over")) {
		s.t.Errorf("line %d, lock %s, woken: %s", s.at, loss, r)
	}
	if n := s.marksSince(s.woken); n > 0 {
		s.t.Errorf("line %d, lock %s: %d marks by a runner that was replaced", s.at, loss, n)
	}
	for who, n := range mailboxOf(s.server) {
		if n != had[who] && left[who] != "unconfirmed" {
			s.t.Errorf("line %d, lock %s: %s got a letter from the runner that was replaced, and was %s", s.at, loss, who, left[who])
		}
	}
	doubtful := left.count("unconfirmed")
	if doubtful > 1 || left.count("sent")+doubtful != s.n {
		s.t.Errorf("line %d, lock %s: the successor left %v", s.at, loss, left)
	}
	return doubtful
}

// wrong is empty when everybody got one, or has to be asked about.
func (s *sleeper) wrong() string {
	rows, box := s.states(), mailboxOf(s.server)
	if bad := disagreements(rows, box, s.n); len(bad) > 0 || rows.count("unconfirmed") > 1 || rows.count("sent")+rows.count("unconfirmed") != s.n {
		return fmt.Sprint(bad, rows)
	}
	return ""
}

// marksSince reads the store itself: how many dots were allowed since then.
func (m *machine) marksSince(at time.Time) (n int) {
	m.t.Helper()
	m.ask(&n, `SELECT count(*) FROM attempts WHERE marked_at >= ?`, at.UnixMicro())
	return n
}
