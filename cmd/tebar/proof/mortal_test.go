package proof

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"tebar/campaign"
	"tebar/store"
)

// errDied stands for kill -9: nothing more of the process reaches its store.
var errDied = errors.New("killed")

// A mortal is a runner whose process may die within any message: before the
// mark, between mark and dot, or between the answer and its record.
type mortal struct {
	*store.Runner
	draw   *rand.Rand
	chance int // percent, per claim
	dies   int // 1, 2 or 3: where; 0 = not in this message
	dead   bool
}

// Claim draws whether the message is the last.
func (m *mortal) Claim(ctx context.Context, now time.Time, decide campaign.Decide) (campaign.Claim, campaign.Slot, error) {
	c, slot, err := m.Runner.Claim(ctx, now, decide)
	if m.dies = 0; err == nil && c.Message != 0 && m.draw.IntN(100) < m.chance {
		m.dies = 1 + m.draw.IntN(3)
	}
	return c, slot, err
}

// Mark may be the last that the process does, or not be reached.
func (m *mortal) Mark(ctx context.Context, c campaign.Claim) error {
	m.dead = m.dead || m.dies == 1
	if !m.dead {
		if err := m.Runner.Mark(ctx, c); err != nil {
			return err
		}
	}
	m.dead = m.dead || m.dies == 2
	if m.dead {
		return errDied
	}
	return nil
}

// Record is not reached by a dead process.
func (m *mortal) Record(ctx context.Context, c campaign.Claim, o campaign.Outcome, at time.Time) error {
	if m.dead || m.dies > 0 {
		m.dead = true
		return errDied
	}
	return m.Runner.Record(ctx, c, o, at)
}
