package run

import (
	"context"
	"sync"
	"time"
)

// Simulated is a clock for rehearsals. It stands still until somebody waits,
// and then the time waited for has come at once. It never goes back. One
// connection at a time may use it: what others do takes no time.
type Simulated struct {
	mu  sync.Mutex
	now time.Time
}

// NewSimulated is a clock that shows at.
func NewSimulated(at time.Time) *Simulated { return &Simulated{now: at.Round(0)} }

// Now is the simulated time.
func (s *Simulated) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Wait moves the clock to until, unless it is there or ctx has ended.
func (s *Simulated) Wait(ctx context.Context, until time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if until.After(s.now) {
		s.now = until.Round(0)
	}
	return nil
}

// Pass lets d go by; the sandbox is slow by it.
func (s *Simulated) Pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(max(0, d))
}
