package prepare

import (
	"context"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"tebar/campaign"
)

// A crew checks rows on all cores. The goroutine that reads the list hands
// them out in batches and takes what was found back in the list's order, so
// that what is told, and in which order, is what one goroutine would tell.
type crew struct {
	ctx      context.Context
	rows     *rowCheck
	work     chan *batch
	workers  sync.WaitGroup
	ahead    int      // batches that may be out at once
	out      []*batch // handed out and not yet taken back, in order
	next     *batch   // being filled
	spare    []*batch // taken back
	read     int64    // rows so far
	profiles profiles
	slow     atomic.Int64 // the first row known whose letter is too slow
}

// A batch is some rows in a sequence, and what was found of each.
type batch struct {
	first   int64 // number of its first row, over all lists
	entries []campaign.Entry
	bytes   int
	found   []finding
	done    chan struct{}
}

// A batch ends at so many rows or bytes of cells: enough that handing it over
// costs little, and few enough that all that are out fit in memory.
const (
	batchRows  = 128
	batchBytes = 256 << 10
)

func newCrew(ctx context.Context, rows *rowCheck) *crew {
	n := runtime.GOMAXPROCS(0)
	c := &crew{ctx: ctx, rows: rows, work: make(chan *batch, 2*n), ahead: 2 * n, next: &batch{}}
	c.slow.Store(math.MaxInt64)
	for range n {
		c.workers.Go(c.run)
	}
	return c
}

func (c *crew) run() {
	k := &kept{}
	for b := range c.work {
		c.judge(b, k)
		close(b.done)
	}
}

// judge looks at the rows of a batch. Behind a row whose letter is too slow
// the letter is left alone.
func (c *crew) judge(b *batch, k *kept) {
	for i, e := range b.entries {
		if c.ctx.Err() != nil {
			return
		}
		n := b.first + int64(i)
		f := c.rows.judge(c.ctx, e, n > c.slow.Load(), k)
		if f.letter.TooSlow {
			for at := c.slow.Load(); n < at && !c.slow.CompareAndSwap(at, n); at = c.slow.Load() {
			}
		}
		b.found = append(b.found, f)
	}
}

// add takes the next row of the list.
func (c *crew) add(e campaign.Entry) error {
	b := c.next
	b.entries = append(b.entries, e)
	c.profiles.add(e.Row)
	for _, v := range e.Values {
		b.bytes += len(v)
	}
	if c.read++; len(b.entries) < batchRows && b.bytes < batchBytes {
		return nil
	}
	return c.hand()
}

// hand gives the batch out; it waits while too many are.
func (c *crew) hand() error {
	b := c.next
	b.done = make(chan struct{})
	for len(c.out) >= c.ahead {
		if err := c.take(); err != nil {
			return err
		}
	}
	c.out = append(c.out, b)
	c.work <- b
	c.next = &batch{}
	if n := len(c.spare); n > 0 {
		c.next, c.spare = c.spare[n-1], c.spare[:n-1]
	}
	c.next.first = c.read
	return nil
}

// take tells what was found in the batch that was handed out first.
func (c *crew) take() error {
	b := c.out[0]
	c.out = c.out[1:]
	<-b.done
	if err := c.ctx.Err(); err != nil {
		return err
	}
	for i, e := range b.entries {
		c.rows.take(c.ctx, e, b.found[i])
	}
	clear(b.entries)
	clear(b.found)
	b.entries, b.found, b.bytes = b.entries[:0], b.found[:0], 0
	c.spare = append(c.spare, b)
	return nil
}

// end takes all that is left and lets the crew go. err ended the reading.
func (c *crew) end(err error) error {
	if err == nil {
		err = c.hand()
	}
	for err == nil && len(c.out) > 0 {
		err = c.take()
	}
	close(c.work)
	c.workers.Wait()
	return err
}
