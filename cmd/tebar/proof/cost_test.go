//go:build unix

package proof

import (
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tebar/campaign/mailer/sandbox"
)

// What a command may take, whatever it is fed. The memory is the greatest that
// the kernel saw, which counts this process too if it is the larger one.
const (
	mostMemory = 512 << 20
	mostTime   = time.Minute
)

// costs keep the most that any command took.
type costs struct {
	sync.Mutex
	memory int64
	time   time.Duration
}

// run is a machine's run that is killed at the end of its time.
func (c *costs) run(m *machine, args ...string) result {
	m.t.Helper()
	cmd := m.command(nil, args...)
	begin := time.Now()
	timer := time.AfterFunc(mostTime, func() {
		if cmd.Process != nil {
			_ = cmd.Process.Kill()
		}
	})
	r := m.finish(cmd)
	took := time.Since(begin)
	if !timer.Stop() {
		m.t.Errorf("tebar %s does not end within %s", strings.Join(args, " "), mostTime)
	}
	memory := mostResident(cmd.ProcessState.SysUsage())
	if memory > mostMemory {
		m.t.Errorf("tebar %s took %d MB", strings.Join(args, " "), memory>>20)
	}
	c.Lock()
	defer c.Unlock()
	c.memory, c.time = max(c.memory, memory), max(c.time, took)
	return r
}

// mostResident is in bytes; getrusage(2) has it in KB but on macOS.
func mostResident(usage any) int64 {
	u, ok := usage.(*syscall.Rusage)
	switch {
	case !ok:
		return 0
	case runtime.GOOS == "darwin":
		return int64(u.Maxrss)
	}
	return int64(u.Maxrss) << 10
}

// refused: check and run end with 2 and say words, in a few lines, and the
// server hears nothing.
func (c *costs) refused(m *machine, server *sandbox.Server, words string) {
	m.t.Helper()
	before := server.Count()
	for _, args := range [][]string{{"check", m.file}, {"run", m.file, "--yes"}} {
		r := c.run(m, args...)
		said := r.stdout + r.stderr
		if r.code != 2 || !strings.Contains(said, words) || len(said) > 64<<10 {
			m.t.Errorf("tebar %s: want exit 2 with %q, got %s", args[0], words, r.short())
		}
	}
	if n := server.Count(); n != before {
		m.t.Errorf("%q: %d messages were sent", words, n-before)
	}
}

// short is a result for a log.
func (r result) short() string {
	text := r.String()
	if len(text) > 1500 {
		text = text[:1500] + "..."
	}
	return text
}

// figures writes what the worst command took.
func (c *costs) figures(t *testing.T, promise, format string, args ...any) {
	t.Helper()
	args = append(args, c.memory>>20, mostMemory>>20, c.time.Round(100*time.Millisecond).Seconds(), mostTime)
	figures(t, promise, format+"; at most %d of %d MB and %.1f s of %s each", args...)
}
