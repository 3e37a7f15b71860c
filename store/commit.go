package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"time"
)

// A committer makes changes durable, on the writer's only connection. Whoever
// comes while a commit is under way waits, and all who have waited are taken
// in the next: one sync of the disk for all of them. Steps of messages wait for
// each other, too: see gather.go.
//
// One of those who wait commits for all; the next one is told when it is done.
// A change that fails takes nobody with it: the transaction is rolled back, and
// each change runs again by itself.
type committer struct {
	db *sql.DB

	mu      sync.Mutex
	waiting []*change
	busy    bool // somebody commits
	gather  gathering

	// Whoever commits has these.
	writer *connection
	closed bool
	own    int64 // changes; a desk knows of its own runner's
}

// A change waits for its commit.
type change struct {
	ctx     context.Context
	f       func(tx *txn) error
	hot     bool                      // f writes the journal alone
	about   int64                     // the attempt that it is a step of; 0: of none
	gathers bool                      // it may wait for those who are expected
	alone   func(w *connection) error // in place of f: nobody else writes, no transaction is open
	err     error
	ended   bool
	done    chan bool // true: it is for you to commit; false: err is how it ended
}

// mostTogether bounds a commit, in changes.
const mostTogether = 256

// do runs f in a transaction and returns when it is durable, or has failed.
func (c *committer) do(ctx context.Context, f func(tx *txn) error) error {
	return c.run(&change{ctx: ctx, f: f})
}

// alone runs f while nobody else of this Store writes, and no transaction is
// open.
func (c *committer) alone(ctx context.Context, f func(w *connection) error) error {
	return c.run(&change{ctx: ctx, alone: f})
}

func (c *committer) run(w *change) error {
	w.done = make(chan bool, 1)
	lead := c.join(w)
	if !lead {
		select {
		case lead = <-w.done:
		case <-w.ctx.Done():
			if c.withdraw(w) {
				return w.ctx.Err()
			}
			lead = <-w.done
		}
	}
	if lead {
		defer c.pass(w) // even if a change panics
		for !w.ended {
			c.commit(w, c.take())
		}
	}
	return w.err
}

// join says whether the change is to commit.
func (c *committer) join(w *change) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.gather.expected, w.about)
	c.waiting = append(c.waiting, w)
	return !c.busy && c.begin()
}

// begin says whether to commit now what waits; if not, it sees to it that
// somebody does so soon.
func (c *committer) begin() bool {
	if len(c.waiting) == 0 {
		return false
	}
	if c.busy = c.gather.complete() || slices.ContainsFunc(c.waiting, func(w *change) bool { return !w.gathers }); c.busy {
		c.gather.end(len(c.waiting))
	} else {
		c.gather.wait(len(c.waiting), c.late)
	}
	return c.busy
}

// late begins a commit without those who have not come.
func (c *committer) late() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy || c.gather.timer == nil {
		return
	}
	clear(c.gather.expected)
	if len(c.waiting) == 0 { // the last of them was called off
		c.gather.end(0)
	}
	if c.begin() {
		c.waiting[0].done <- true
	}
}

// withdraw takes a change back that nobody has taken yet, unless it has been
// told to commit.
func (c *committer) withdraw(w *change) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.waiting, w)
	if i < 0 || len(w.done) > 0 {
		return false
	}
	c.waiting = slices.Delete(c.waiting, i, i+1)
	return true
}

// take gives all that wait, up to one that must be alone or is not as hot.
func (c *committer) take() []*change {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 1
	first := c.waiting[0]
	for n < min(len(c.waiting), mostTogether) && first.alone == nil && c.waiting[n].alone == nil && first.hot == c.waiting[n].hot {
		n++
	}
	batch := slices.Clone(c.waiting[:n])
	c.waiting = slices.Delete(c.waiting, 0, n)
	return batch
}

// pass lets the next one commit. A lead that has panicked before its own change
// was taken leaves with it.
func (c *committer) pass(lead *change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.Index(c.waiting, lead); i >= 0 {
		c.waiting = slices.Delete(c.waiting, i, i+1)
	}
	if c.busy = false; c.begin() {
		c.waiting[0].done <- true
	}
}

// commit ends every change of the batch, and tells all but the one that leads.
func (c *committer) commit(lead *change, batch []*change) {
	ended := false
	defer func() {
		for _, w := range batch {
			if !ended {
				w.err = errPanicked
			}
			if w.ended = true; w != lead {
				w.done <- false
			}
		}
	}()
	if len(batch) == 1 || !c.together(batch) {
		for _, w := range batch {
			w.err = c.single(w)
		}
	}
	ended = true
}

// errPanicked ends the changes that were to go with one that panicked.
var errPanicked = errors.New("another change of the store panicked")

// together tries one transaction for all. It says false when one of them has
// failed, and nothing was changed.
func (c *committer) together(batch []*change) bool {
	ctx := context.Background()
	err := insist(ctx, func() error { return c.transact(ctx, batch) })
	if isBusy(err) { // another process has the store
		for _, w := range batch {
			w.err = err
		}
		return true
	}
	return err == nil
}

func (c *committer) single(w *change) error {
	if w.alone != nil {
		c.own++
		wr, err := c.open(w.ctx)
		if err != nil {
			return err
		}
		return w.alone(wr)
	}
	w.err = nil
	if err := insist(w.ctx, func() error { return c.transact(w.ctx, []*change{w}) }); err != nil {
		return err
	}
	return w.err
}

// transact runs the changes, which are all hot or none, in one transaction.
func (c *committer) transact(ctx context.Context, batch []*change) (err error) {
	w, err := c.open(ctx)
	if err != nil {
		return err
	}
	if err := w.begin(ctx); err != nil {
		return err
	}
	tx, begun := &txn{querier: w, commits: c}, time.Now() // to measure with; nothing stored depends on it
	err = errPanicked
	defer func() {
		if err != nil {
			w.rollback()
			c.own++
		}
		err = tx.ended(err)
		if batch[0].hot && err == nil {
			c.expect(tx.claimed, time.Since(begun))
		}
	}()
	if err = c.changes(ctx, tx, batch); err == nil {
		_, err = w.ExecContext(context.Background(), "COMMIT")
	}
	return err
}

func (c *committer) expect(attempts []int64, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gather.expect(attempts, took)
}

func (c *committer) changes(ctx context.Context, tx *txn, batch []*change) error {
	if !batch[0].hot {
		c.own++
		if err := post(ctx, tx); err != nil {
			return err
		}
	}
	for _, w := range batch {
		w.err = nil
		err := w.f(tx)
		if errors.Is(err, errNotHere) && w.hot {
			w.err, err = err, nil
		}
		if err != nil {
			return err
		}
	}
	return tx.flush(ctx)
}

// errClosed: a change came after the store's Close.
var errClosed = errors.New("the store is closed")

func (c *committer) open(ctx context.Context) (*connection, error) {
	if c.closed {
		return nil, errClosed
	}
	if c.writer == nil {
		w, err := connect(ctx, c.db)
		if err != nil {
			return nil, err
		}
		c.writer = w
	}
	return c.writer, nil
}

func (c *committer) close() error {
	err := c.alone(context.Background(), func(w *connection) error {
		c.writer, c.closed = nil, true
		return w.close()
	})
	if errors.Is(err, errClosed) {
		err = nil // by an earlier call
	}
	return err
}
