package run

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"tebar/campaign"
)

// ErrDied ends a Mortal's run as kill -9 would end the process.
var ErrDied = errors.New("the process is made to die here")

// A Stage is where in a message a Mortal dies; the zero Stage: nowhere.
type Stage int

// Before the message is marked, between its mark and its dot, or between its
// answer and the record of it.
const (
	BeforeMark Stage = 1 + iota
	AfterMark
	BeforeRecord
)

// A Mortal is a ledger that stops working in the middle of a message: nothing
// more of any connection reaches the one behind it.
type Mortal struct {
	ledger Ledger

	mu   sync.Mutex
	draw func() Stage
	dies map[int64]Stage // of a claim's attempt
	dead bool
}

// NewMortal asks draw with each message that is claimed where it is to die.
func NewMortal(l Ledger, draw func() Stage) *Mortal {
	return &Mortal{ledger: l, draw: draw, dies: map[int64]Stage{}}
}

// at dies where s is the claim's stage.
func (m *Mortal) at(c campaign.Claim, stages ...Stage) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead = m.dead || slices.Contains(stages, m.dies[c.Attempt])
	if m.dead {
		return ErrDied
	}
	return nil
}

func (m *Mortal) alive() error { return m.at(campaign.Claim{}) }

// claimed draws for a claim. One that another connection's death came before
// is known to nobody.
func (m *Mortal) claimed(c campaign.Claim) error {
	if c.Message != 0 {
		m.mu.Lock()
		m.dies[c.Attempt] = m.draw()
		m.mu.Unlock()
	}
	return m.alive()
}

// Peek is the ledger's.
func (m *Mortal) Peek(ctx context.Context, now time.Time, decide campaign.Decide) (campaign.Slot, error) {
	if err := m.alive(); err != nil {
		return campaign.Slot{}, err
	}
	return m.ledger.Peek(ctx, now, decide)
}

// Claim takes the next message, and draws.
func (m *Mortal) Claim(ctx context.Context, now time.Time, decide campaign.Decide) (campaign.Claim, campaign.Slot, error) {
	if err := m.alive(); err != nil {
		return campaign.Claim{}, campaign.Slot{}, err
	}
	c, slot, err := m.ledger.Claim(ctx, now, decide)
	if err == nil {
		err = m.claimed(c)
	}
	return c, slot, err
}

// Mark may be the last that the process does, or not be reached.
func (m *Mortal) Mark(ctx context.Context, c campaign.Claim) error {
	if err := m.at(c, BeforeMark); err != nil {
		return err
	}
	if err := m.ledger.Mark(ctx, c); err != nil {
		return err
	}
	return m.at(c, AfterMark)
}

// Turn may be the last that the process does, or not be reached.
func (m *Mortal) Turn(ctx context.Context, t campaign.Turn, now time.Time, decide campaign.Decide) (campaign.Claim, error) {
	if d := t.Done; d != nil {
		if err := m.at(d.Claim, BeforeRecord); err != nil {
			return campaign.Claim{}, err
		}
	}
	if err := m.at(t.Mark, BeforeMark); err != nil {
		return campaign.Claim{}, err
	}
	next, err := m.ledger.Turn(ctx, t, now, decide)
	if err != nil {
		return campaign.Claim{}, err
	}
	if err := m.claimed(next); err != nil {
		return campaign.Claim{}, err
	}
	return next, m.at(t.Mark, AfterMark)
}

// Record is not reached by a message that was to die, wherever that was.
func (m *Mortal) Record(ctx context.Context, c campaign.Claim, o campaign.Outcome, at time.Time) error {
	if err := m.at(c, BeforeMark, AfterMark, BeforeRecord); err != nil {
		return err
	}
	return m.ledger.Record(ctx, c, o, at)
}

// Lock is the ledger's.
func (m *Mortal) Lock(ctx context.Context, o campaign.Outcome, at time.Time) error {
	if err := m.alive(); err != nil {
		return err
	}
	return m.ledger.Lock(ctx, o, at)
}

// TooLate is the ledger's.
func (m *Mortal) TooLate(ctx context.Context, now time.Time) (int, error) {
	if err := m.alive(); err != nil {
		return 0, err
	}
	return m.ledger.TooLate(ctx, now)
}
