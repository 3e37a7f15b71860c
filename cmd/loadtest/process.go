package main

import (
	"context"
	"os/exec"
	"time"
)

// child is a command that is killed with ctx, and that the terminal's Ctrl-C
// does not reach: this program tells it.
func child(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.WaitDelay = 5 * time.Second // for pipes that a grandchild holds
	cmd.SysProcAttr = apart()
	return cmd
}

// A process is a child in the background.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed at its end
	err  error         // how it ended, behind done
}

func start(cmd *exec.Cmd) (*process, error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// kill ends it, if it has not ended.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// A tail is a writer that keeps the last words.
type tail struct {
	words []byte
}

func (t *tail) Write(p []byte) (int, error) {
	const most = 4096
	t.words = append(t.words, p...)
	t.words = t.words[max(0, len(t.words)-most):]
	return len(p), nil
}

func (t *tail) String() string { return string(t.words) }
