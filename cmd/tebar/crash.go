package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"tebar/campaign"
	"tebar/store"
)

// errCrash ends a runner of a rehearsal as kill -9 would: nothing more of it
// reaches the ledger.
var errCrash = errors.New("the rehearsal lets the program crash here")

// crashes are the claims at which the runner dies, and where in each: before
// the mark, between mark and dot, or between the answer and its record.
type crashes struct {
	at   []int // ascending, counted over all runners
	draw *rand.Rand
	seen int
}

func (c *crashes) next() (stage int, now bool) {
	c.seen++
	if len(c.at) == 0 || c.at[0] != c.seen {
		return 0, false
	}
	for len(c.at) > 0 && c.at[0] == c.seen {
		c.at = c.at[1:]
	}
	return c.draw.IntN(3), true
}

// Where a mortal runner dies.
const (
	beforeMark = iota
	afterMark
	beforeRecord
)

// A mortal runner is a ledger that stops working in the middle of a message.
type mortal struct {
	*store.Runner
	crashes *crashes
	dying   bool
	stage   int
	dead    bool
	late    *int // counts what TooLate skips
}

// Claim takes the next message, and decides whether it is this runner's last.
func (m *mortal) Claim(ctx context.Context, now time.Time, decide campaign.Decide) (campaign.Claim, campaign.Slot, error) {
	c, slot, err := m.Runner.Claim(ctx, now, decide)
	if err == nil && c.Message != 0 {
		m.stage, m.dying = m.crashes.next()
	}
	return c, slot, err
}

// Mark marks, unless the runner has died or dies here.
func (m *mortal) Mark(ctx context.Context, c campaign.Claim) error {
	if m.dying && m.stage == beforeMark {
		m.dead = true
	}
	if m.dead {
		return errCrash
	}
	if err := m.Runner.Mark(ctx, c); err != nil {
		return err
	}
	if m.dying && m.stage == afterMark {
		m.dead = true
		return errCrash
	}
	return nil
}

// Record records, unless the runner has died or dies here.
func (m *mortal) Record(ctx context.Context, c campaign.Claim, o campaign.Outcome, at time.Time) error {
	if m.dead || m.dying {
		m.dead = true
		return errCrash
	}
	return m.Runner.Record(ctx, c, o, at)
}

// TooLate counts what is skipped.
func (m *mortal) TooLate(ctx context.Context, now time.Time) (int, error) {
	n, err := m.Runner.TooLate(ctx, now)
	*m.late += n
	return n, err
}
