package proof

import (
	"fmt"
	"os/exec"
	"sync"
	"testing"

	"tebar/campaign/mailer/sandbox"
)

// kills add up what a sweep has seen.
type kills struct {
	mu                                sync.Mutex
	points, killed, doubtful, persons int
}

// sum judges one campaign at its end: nobody lost, nobody twice, no more in
// doubt than connections were cut.
func (k *kills) sum(m *machine, b mailbox, n, killed, connections int) {
	m.t.Helper()
	s := m.states()
	if bad := disagreements(s, b, n); len(bad) > 0 {
		m.t.Error(bad)
	}
	if twice := b.twice(); len(twice) > 0 {
		m.t.Errorf("twice: %v", twice)
	}
	doubtful := s.count("unconfirmed")
	if doubtful > killed*connections || s.count("sent")+doubtful != n {
		m.t.Errorf("after %d kills of %d connections: %v", killed, connections, s)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.points++
	k.killed += killed
	k.doubtful += doubtful
	k.persons += n
}

func (k *kills) figures(t *testing.T, promise, what string) {
	t.Helper()
	figures(t, promise, "%d %s, %d kills, %d recipients: 0 lost, 0 twice, %d unconfirmed", k.points, what, k.killed, k.persons, k.doubtful)
}

// underTap runs a command that dies at a line; at 0 it lives. It says whether
// it was killed.
func (m *machine) underTap(tp *tap, at int, behind bool, args ...string) (killed bool) {
	m.t.Helper()
	cmd := m.command(nil, args...)
	ready := make(chan struct{})
	tp.arm(at, behind, func() {
		<-ready
		_ = cmd.Process.Kill()
		_, _ = cmd.Process.Wait()
	})
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	close(ready)
	_ = cmd.Wait() // the strike may have waited for it
	return died(cmd)
}

func died(cmd *exec.Cmd) bool { return cmd.ProcessState == nil || !cmd.ProcessState.Exited() }

// TestKillSweep kills tebar at every line of its dialogue with the server, in
// both directions, before and behind it; and kills the resume as well, at
// lines all along it.
func TestKillSweep(t *testing.T) {
	sum := &kills{}
	t.Run("points", func(t *testing.T) {
		for _, connections := range []int{1, 2, 4, 16} {
			t.Run(fmt.Sprint(connections), func(t *testing.T) {
				t.Parallel()
				lines := linesOf(t, connections)
				reached, step := 0, size(7*(1+connections/4), 1)
				for at := 1; at <= lines; at += step {
					for _, behind := range []bool{false, true} {
						if killAt(t, sum, connections, at, behind, (at*5)%(lines/2)+1) > 0 {
							reached++
						}
					}
				}
				// With several connections a run may have some lines less than another.
				if want := 2 * ((lines + step - 1) / step); reached < want-want/4-8*min(connections-1, 1) {
					t.Errorf("only %d of %d runs were killed", reached, want)
				}
			})
		}
	})
	sum.figures(t, "kill sweep over SMTP", "points, before and behind, resumed under a second kill where the dialogue reached it")
}

// killAt kills the run at one line and the resume at another, if its dialogue
// is as long, and says how often it has killed.
func killAt(t *testing.T, sum *kills, connections, first int, behind bool, second int) int {
	t.Helper()
	n := swept(connections)
	server := serve(t, sandbox.Options{})
	tp := newTap(t, server.Addr())
	m := tapped(t, tp, n, connections)
	killed := 0
	for i, at := range []int{first, second, 0} {
		args := []string{"resume", "spring"}
		if i == 0 {
			args = []string{"run", m.file, "--yes"}
		}
		if m.underTap(tp, at, behind, args...) {
			killed++
		}
	}
	sum.sum(m, mailboxOf(server), n, killed, connections)
	return killed
}

// tapped is a machine whose mail goes through the tap.
func tapped(t *testing.T, tp *tap, n, connections int) *machine {
	t.Helper()
	return machineIn(t, inMemory(t), tp.port(), n, fmt.Sprintf(
		"sender: {provider: smtp, host: 127.0.0.1, port: %d, security: none, auth: none, connections: %d}\n", tp.port(), connections))
}

// swept is how many people a sweep writes to: all connections have work.
func swept(connections int) int { return max(3, connections+connections/2) }

// linesOf counts the lines of a run that nobody disturbs.
func linesOf(t *testing.T, connections int) int {
	t.Helper()
	server := serve(t, sandbox.Options{})
	tp := newTap(t, server.Addr())
	m := tapped(t, tp, swept(connections), connections)
	m.must([]int{0}, "run", m.file, "--yes")
	return tp.passed()
}
