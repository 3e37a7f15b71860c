package run

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"tebar/campaign"
)

// Campaign sends until an end is reached. A cancelled ctx finishes the message
// in hand of each connection and ends with Interrupted. The error is for what
// should not happen (the store fails, a message cannot be recorded, another
// runner has taken over: campaign.ErrFenced).
func Campaign(ctx context.Context, l Ledger, r Renderer, c Clock, o Options) (Result, error) {
	outer := ctx
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s := &session{outer: outer, ledger: l, renderer: r, clock: c, opts: o, stop: stop, requeued: map[int64]int{}, tickets: newTickets(o.Limit)}
	var wg sync.WaitGroup
	for range max(1, o.Connections) {
		wg.Go(func() { s.work(ctx) })
	}
	wg.Wait()
	if s.err != nil {
		return s.result, s.err
	}
	if s.result.End == "" {
		s.result.End = Interrupted
	}
	return s.result, nil
}

// session is what the connections of one run share.
type session struct {
	ledger   Ledger
	renderer Renderer
	clock    Clock
	opts     Options
	outer    context.Context // the caller's: a person's Ctrl-C
	stop     context.CancelFunc

	opening sync.Mutex // one connection is opened at a time: a refused login is tried once
	tickets *tickets   // of --limit

	mu         sync.Mutex
	result     Result
	err        error
	reputation int           // refusals for reputation in a row
	requeued   map[int64]int // per message: connections lost in a row
	wake       []context.CancelFunc
}

// end ends the run for all connections; the first end stands.
func (s *session) end(r Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.result.End == "" && s.err == nil {
		s.result.End, s.result.Code, s.result.NextAt = r.End, r.Code, r.NextAt
		s.result.Reason, s.result.Hint = r.Reason, r.Hint
	}
	s.stop()
}

// over says whether the run has ended for a message that is claimed. Where the
// end is --limit's, all that was claimed within it is still sent.
func (s *session) over(ctx context.Context) bool {
	if ctx.Err() == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.outer.Err() != nil || s.err != nil || s.result.Code != campaign.CodeFlag
}

func (s *session) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	s.stop()
}

func (s *session) watch(e Event) {
	if s.opts.Watch == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e.At = s.clock.Now()
	s.opts.Watch(e)
}

// work is one connection: it ends when the run does.
func (s *session) work(ctx context.Context) {
	w := &worker{session: s, sender: s.opts.NewSender()}
	defer w.sender.Close()
	for ctx.Err() == nil {
		if s.reached() {
			return
		}
		if err := w.step(ctx); err != nil && !errors.Is(err, context.Canceled) {
			s.fail(err)
			return
		}
	}
}

// reached ends the run at --until.
func (s *session) reached() bool {
	now := s.clock.Now()
	if u := s.opts.Until; !u.IsZero() && !now.Before(u) {
		s.end(Result{End: Stopped, Code: campaign.CodeUntil, NextAt: now, Reason: "the time of --until has come"})
		return true
	}
	return false
}

// claim takes the next message, within --limit.
func (s *session) claim(ctx context.Context) (campaign.Claim, campaign.Slot, error) {
	if !s.tickets.take() {
		if _, err := s.ledger.Peek(ctx, s.clock.Now(), s.opts.Decide); errors.Is(err, campaign.ErrComplete) {
			return campaign.Claim{}, campaign.Slot{}, err
		}
		s.end(Result{End: Stopped, Code: campaign.CodeFlag, NextAt: s.clock.Now(), Reason: "as many messages as --limit allows were tried"})
		return campaign.Claim{}, campaign.Slot{}, context.Canceled
	}
	c, slot, err := s.ledger.Claim(ctx, s.clock.Now(), s.opts.Decide)
	s.tickets.settle(err == nil && c.Message != 0)
	return c, slot, err
}

// ledgerEnd turns the ledger's ends into the run's. It says false for errors
// that are none.
func (s *session) ledgerEnd(err error) bool {
	switch {
	case errors.Is(err, campaign.ErrComplete):
		s.end(Result{End: Complete})
	case errors.Is(err, campaign.ErrPaused):
		s.end(Result{End: Stopped, Code: campaign.CodePaused, Reason: "paused by a person"})
	case errors.Is(err, campaign.ErrCancelled):
		s.end(Result{End: Cancelled, Reason: "cancelled by a person"})
	default:
		return false
	}
	return true
}

// await waits for a slot, or ends the run where it is not to be waited for.
func (s *session) await(ctx context.Context, slot campaign.Slot) error {
	now := s.clock.Now()
	if slot.Never {
		return s.never(ctx, slot, now)
	}
	if s.opts.Once && slot.At.Sub(now) > OnceWait {
		s.end(Result{End: Stopped, Code: slot.Code, NextAt: slot.At, Reason: slot.Reason})
		return nil
	}
	if u := s.opts.Until; !u.IsZero() && !slot.At.Before(u) {
		s.end(Result{End: Stopped, Code: campaign.CodeUntil, NextAt: slot.At, Reason: slot.Reason})
		return nil
	}
	s.watch(Event{Slot: slot})
	return s.sleep(ctx, now, slot.At)
}

// sleep waits, at most a slice, so that a pause or a clock set anew is seen;
// another connection's outcome ends it early.
func (s *session) sleep(ctx context.Context, now, until time.Time) error {
	if longest := cmp.Or(s.opts.Slice, slice); until.Sub(now) > longest {
		until = now.Add(longest)
	}
	wait, wake := context.WithCancel(ctx)
	defer wake()
	if s.opts.Connections > 1 {
		s.mu.Lock()
		s.wake = append(s.wake, wake)
		s.mu.Unlock()
	}
	if err := s.clock.Wait(wait, until); err != nil && ctx.Err() == nil {
		return nil
	}
	return ctx.Err()
}

// rouse lets the waiting connections look again: quota or work may be free.
func (s *session) rouse() {
	for _, wake := range s.wake {
		wake()
	}
	s.wake = nil
}

// never handles a slot that no time brings.
func (s *session) never(ctx context.Context, slot campaign.Slot, now time.Time) error {
	if slot.Code != campaign.CodeEnd {
		s.end(Result{End: Person, Code: slot.Code, Reason: slot.Reason, Hint: "change the limits or the recipients of one message in the campaign file"})
		return nil
	}
	_, err := s.ledger.TooLate(context.WithoutCancel(ctx), now)
	return err
}
