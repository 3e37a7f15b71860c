package proof

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A process is a tebar that goes on beside the test, and beside others.
type process struct {
	m              *machine
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
	done           chan struct{} // closed at its end
}

func (m *machine) start(args ...string) *process {
	m.t.Helper()
	return m.launch(m.command(nil, args...))
}

func (m *machine) launch(cmd *exec.Cmd) *process {
	m.t.Helper()
	p := &process{m: m, cmd: cmd, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.stdout, &p.stderr
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.searchArguments(cmd)
	go func() {
		_ = cmd.Wait()
		close(p.done)
	}()
	m.t.Cleanup(p.kill)
	return p
}

// kill is SIGKILL; a process that has ended stays as it is.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// end waits for the process, for longer than any of them should take.
func (p *process) end() result {
	select {
	case <-p.done:
	case <-time.After(2 * time.Minute):
		p.m.t.Errorf("tebar %s does not end", strings.Join(p.cmd.Args[1:], " "))
		p.kill()
	}
	p.m.search(strings.Join(p.cmd.Args[1:], " "), p.stdout.Bytes(), p.stderr.Bytes())
	return result{p.cmd.ProcessState.ExitCode(), p.stdout.String(), p.stderr.String()}
}

// A gate holds the server's answers back until it is opened.
type gate chan struct{}

func (g gate) wait(time.Duration) { <-g }

// until waits for something to come true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(200 * time.Microsecond) {
		if time.Now().After(end) {
			t.Errorf("%s: not within a minute", what)
			return
		}
	}
}
