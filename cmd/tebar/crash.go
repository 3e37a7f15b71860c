package main

import (
	"context"
	"math/rand/v2"
	"time"

	"tebar/campaign/run"
)

// crashes are the claims at which the runner of a rehearsal dies; where in
// each is drawn.
type crashes struct {
	at   []int // ascending, counted over all runners
	draw *rand.Rand
	seen int
}

func (c *crashes) next() run.Stage {
	c.seen++
	if len(c.at) == 0 || c.at[0] != c.seen {
		return 0
	}
	for len(c.at) > 0 && c.at[0] == c.seen {
		c.at = c.at[1:]
	}
	return run.BeforeMark + run.Stage(c.draw.IntN(3))
}

// A tardy ledger counts what TooLate skips.
type tardy struct {
	run.Ledger
	late *int
}

// TooLate is the ledger's.
func (t tardy) TooLate(ctx context.Context, now time.Time) (int, error) {
	n, err := t.Ledger.TooLate(ctx, now)
	*t.late += n
	return n, err
}
