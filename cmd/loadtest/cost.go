package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// A cost is what one process took from its start to its end.
type cost struct {
	wall time.Duration
	cpu  time.Duration // user and system, of all its threads
	peak int64         // bytes of resident memory at the most; 0 is unknown
}

// how often a process is asked for its memory: see peak.
const every = 20 * time.Millisecond

// measure runs a command to its end, which must have that exit code. A command
// that fails is an error with its last words, and its cost is worth nothing.
func measure(ctx context.Context, cmd *exec.Cmd, exit int) (cost, error) {
	var said tail
	cmd.Stdout, cmd.Stderr = &said, &said // one writer: exec writes from one goroutine
	begun := time.Now()
	p, err := start(cmd)
	if err != nil {
		return cost{}, err
	}
	sampled := watch(p)
	wall := time.Since(begun)
	if err := context.Cause(ctx); err != nil {
		return cost{}, err
	}
	state := cmd.ProcessState
	if state == nil || state.ExitCode() != exit {
		return cost{}, fmt.Errorf("%w; its last words:\n%s", cmp.Or(p.err, errors.New("it ended with 0")), &said)
	}
	return cost{wall, state.UserTime() + state.SystemTime(), peak(state, sampled)}, nil
}

// watch waits for a process and looks at its memory meanwhile.
func watch(p *process) (most int64) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		most = max(most, highWater(p.cmd.Process.Pid))
		select {
		case <-p.done:
			return most
		case <-tick.C:
		}
	}
}
