//go:build !unrecorded

package store

import "context"

// fewNext and mostNext are how many rows a desk takes from the list: few at
// first, since whoever is disturbed often would read them for nothing.
const (
	fewNext  = 16
	mostNext = 256
)

// hot is do for a step of an attempt that writes the journal alone, and need not
// see the tables with the journal posted. errNotHere passes: the step has
// changed nothing.
func (c *committer) hot(ctx context.Context, about int64, f func(tx *txn) error) error {
	return c.run(&change{ctx: ctx, f: f, hot: true, about: about})
}

// gathered is hot for a step that waits for the other connections': see
// gather.go.
func (c *committer) gathered(ctx context.Context, about int64, f func(tx *txn) error) error {
	return c.run(&change{ctx: ctx, f: f, hot: true, about: about, gathers: true})
}
