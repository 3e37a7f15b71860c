package proof

import (
	"context"
	"errors"
	"sync"
	"time"

	"tebar/campaign"
	"tebar/campaign/run"
)

// A concurrent ledger is that of several connections in simulated time. Time is let go by a wait
// only while no message is in hand: a message takes minutes at the most, and no
// connection's night may pass in the middle of another's.
type concurrent struct {
	run.Ledger
	*clocks

	mu     sync.Mutex
	calm   sync.Cond
	inHand map[int64]bool // attempts
	dead   bool
}

func newConcurrent(l run.Ledger, c *clocks) *concurrent {
	w := &concurrent{Ledger: l, clocks: c, inHand: map[int64]bool{}}
	w.calm.L = &w.mu
	return w
}

// Wait is the clocks', once nothing is in hand.
func (w *concurrent) Wait(ctx context.Context, until time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.inHand) > 0 && !w.dead {
		w.calm.Wait()
	}
	if w.dead {
		return run.ErrDied // no time passes for the dead
	}
	return w.clocks.Wait(ctx, until)
}

// took begins a message; a death ends all.
func (w *concurrent) took(c campaign.Claim, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case errors.Is(err, run.ErrDied):
		w.dead = true
		w.calm.Broadcast()
	case err == nil && c.Message != 0:
		w.inHand[c.Attempt] = true
	}
}

// gave ends a message.
func (w *concurrent) gave(c campaign.Claim, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.inHand, c.Attempt)
	w.dead = w.dead || errors.Is(err, run.ErrDied)
	w.calm.Broadcast()
}

// Claim is the ledger's.
func (w *concurrent) Claim(ctx context.Context, now time.Time, decide campaign.Decide) (campaign.Claim, campaign.Slot, error) {
	c, slot, err := w.Ledger.Claim(ctx, now, decide)
	w.took(c, err)
	return c, slot, err
}

// Turn is the ledger's.
func (w *concurrent) Turn(ctx context.Context, t campaign.Turn, now time.Time, decide campaign.Decide) (campaign.Claim, error) {
	next, err := w.Ledger.Turn(ctx, t, now, decide)
	w.took(next, err)
	if t.Done != nil {
		w.gave(t.Done.Claim, nil)
	}
	return next, err
}

// Record is the ledger's.
func (w *concurrent) Record(ctx context.Context, c campaign.Claim, o campaign.Outcome, at time.Time) error {
	err := w.Ledger.Record(ctx, c, o, at)
	w.gave(c, err)
	return err
}
