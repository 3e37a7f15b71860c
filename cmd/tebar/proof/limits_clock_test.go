package proof

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// clocks are the three clocks of a simulated world: the true time, which the
// server sees; the machine's wall clock, which may be set wrong; and its boot
// clock, which nobody can set. It is the run.Clock of the machine. Time passes
// only when somebody waits or the server is slow.
type clocks struct {
	mu     sync.Mutex
	truth  time.Time
	wrong  time.Duration // wall clock - truth
	booted time.Time     // true time of the last boot
	boots  int
	noBoot bool   // the machine has no boot clock
	jumps  []jump // to come, by true time
}

// A jump sets the wall clock.
type jump struct {
	at time.Time // true time
	by time.Duration
}

// Now is the machine's wall clock.
func (c *clocks) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.truth.Add(c.wrong)
}

// Wait moves to until by the wall clock, but not beyond a jump of it: the loop
// has to look again then.
func (c *clocks) Wait(ctx context.Context, until time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advance(until.Sub(c.truth.Add(c.wrong)), true)
	return nil
}

// pass lets true time go by.
func (c *clocks) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advance(d, false)
}

// advance moves the true time, and the wall clock by the jumps on the way.
func (c *clocks) advance(d time.Duration, stopAtJump bool) {
	end := c.truth.Add(max(0, d))
	for len(c.jumps) > 0 && !c.jumps[0].at.After(end) {
		j := c.jumps[0]
		c.jumps = c.jumps[1:]
		c.truth = maxTime(c.truth, j.at)
		c.wrong += j.by
		if stopAtJump {
			return
		}
	}
	c.truth = end
}

// reboot starts the boot clock afresh, with a wall clock that is right.
func (c *clocks) reboot() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.boots++
	c.booted, c.wrong = c.truth, 0
}

// now is the true time.
func (c *clocks) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.truth
}

func (c *clocks) boot() (string, time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Sprintf("boot-%d", c.boots), c.truth.Sub(c.booted), !c.noBoot
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (c *clocks) sortJumps() {
	slices.SortFunc(c.jumps, func(a, b jump) int { return a.at.Compare(b.at) })
}
