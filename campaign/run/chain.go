package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tebar/campaign"
)

// A parcel is a claimed message on its way.
type parcel struct {
	claim    campaign.Claim
	envelope campaign.Envelope
	fault    *campaign.Outcome // it could not be rendered
}

// chain sends a claimed message, and those that are claimed on the way: as the
// mark of one is made durable, the next is claimed in the same commit and the
// last is recorded, so that a message costs one commit. What is in hand is
// finished though ctx is cancelled; what was claimed behind it is given back.
// At most one message of a connection is marked and not answered.
func (w *worker) chain(ctx context.Context, c campaign.Claim) error {
	hand := context.WithoutCancel(ctx)
	next := w.render(hand, c)
	for next != nil {
		var err error
		next, err = w.deliver(ctx, next)
		if err == nil && next != nil && (w.over(ctx) || w.reached()) {
			err, next = w.giveBack(hand, next.claim, "the run ended before it"), nil
		}
		if err != nil {
			return errors.Join(err, w.settle(hand))
		}
	}
	return w.settle(hand)
}

func (w *worker) render(ctx context.Context, c campaign.Claim) *parcel {
	p, begun := &parcel{claim: c}, time.Now()
	defer func() { w.took = time.Since(begun) }()
	e, err := w.renderer.Render(ctx, c)
	switch {
	case err != nil:
		p.fault = &campaign.Outcome{
			Reason: fmt.Sprintf("rendering the message for %s: %v", c.Recipient.Address, err),
			Hint:   "correct the letter or the row, then: tebar run FILE --accept-changes",
		}
	case len(e.To) > max(1, c.Recipients):
		p.fault = &campaign.Outcome{
			Reason: fmt.Sprintf("the message for %s goes to %d addresses, and quota is reserved for %d", c.Recipient.Address, len(e.To), c.Recipients),
			Hint:   "correct cc and bcc, then: tebar run FILE --accept-changes",
		}
	}
	if p.fault != nil {
		p.fault.Verdict, p.fault.Class = campaign.Fault, campaign.ClassContent
	}
	p.envelope = e
	return p
}

// How long the dot waits for the message behind it, where the one before took
// longer than slow to render. It is then rendered aside.
const (
	soon = 500 * time.Millisecond
	slow = 50 * time.Millisecond
)

// aside renders in a goroutine of its own.
func (w *worker) aside(ctx context.Context, c campaign.Claim) <-chan *parcel {
	done := make(chan *parcel, 1)
	go func() { done <- w.render(ctx, c) }()
	return done
}

// within is what comes in time, or nil.
func within(limit time.Duration, coming <-chan *parcel) *parcel {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case p := <-coming:
		return p
	case <-timer.C:
		return nil
	}
}

// deliver takes a message to its outcome, and gives the one that follows it,
// if one was claimed.
func (w *worker) deliver(ctx context.Context, p *parcel) (*parcel, error) {
	hand := context.WithoutCancel(ctx)
	o, next, broken := w.send(ctx, p)
	at := w.clock.Now()
	lost := o.Verdict == campaign.Requeue
	held := errors.Is(broken, campaign.ErrHeld)
	if !held { // by no doing of the message or the server
		o = w.judge(p.claim, o, at)
	}
	if o.Verdict == campaign.Accepted && next != nil {
		w.owed = &campaign.Done{Claim: p.claim, Outcome: o, At: at}
		w.lost = 0
		return next, nil
	}
	if err := w.settle(hand); err != nil {
		return nil, err
	}
	if err := w.record(hand, &campaign.Done{Claim: p.claim, Outcome: o, At: at}); err != nil {
		return nil, err
	}
	if held {
		w.tickets.giveBack()
		return nil, nil
	}
	if broken != nil {
		return nil, broken
	}
	if next != nil && o.Verdict != campaign.Defer && o.Verdict != campaign.Fail {
		if err := w.giveBack(hand, next.claim, "the message before it ended the connection"); err != nil {
			return nil, err
		}
		next = nil
	}
	return next, w.react(ctx, o, lost)
}

// send speaks a message. broken is why no further message may be begun at once:
// campaign.ErrHeld, which the next claim explains, or the error of a ledger in
// trouble, which could not take the mark.
func (w *worker) send(ctx context.Context, p *parcel) (_ campaign.Outcome, next *parcel, broken error) {
	if p.fault != nil {
		return *p.fault, nil, nil
	}
	hand := context.WithoutCancel(ctx)
	var claim campaign.Claim
	var coming <-chan *parcel
	mark := func(context.Context) (err error) {
		claim, err = w.turn(hand, p.claim, ctx.Err() == nil)
		var hint *campaign.HintError
		if errors.As(err, &hint) || errors.Is(err, campaign.ErrHeld) {
			broken = err
		}
		return err
	}
	follow := func() *campaign.Envelope {
		if claim.Message == 0 {
			return nil
		}
		if w.took < slow {
			next = w.render(hand, claim)
		} else {
			coming = w.aside(hand, claim)
			next = within(soon, coming)
		}
		if next == nil || next.fault != nil {
			return nil
		}
		return &next.envelope
	}
	o := w.sender.Stream(hand, p.envelope, mark, follow)
	o.SHA256 = p.envelope.SHA256
	switch {
	case claim.Message == 0 || next != nil:
	case coming != nil:
		next = <-coming
	default: // there was no dot
		next = w.render(hand, claim)
	}
	return o, next, broken
}

// turn marks a message, records the one before, and claims the next.
func (w *worker) turn(ctx context.Context, mark campaign.Claim, more bool) (campaign.Claim, error) {
	now := w.clock.Now()
	if u := w.opts.Until; !u.IsZero() && !now.Before(u) {
		more = false
	}
	more = more && w.tickets.hold()
	next, err := w.ledger.Turn(ctx, campaign.Turn{Done: w.owed, Mark: mark, More: more}, now, w.opts.Decide)
	if more {
		w.tickets.settle(err == nil && next.Message != 0)
	}
	if err != nil {
		return next, err
	}
	if done := w.owed; done != nil {
		w.owed = nil
		w.recorded(done)
	}
	return next, nil
}

// settle records what is owed.
func (w *worker) settle(ctx context.Context) error {
	done := w.owed
	w.owed = nil
	if done == nil {
		return nil
	}
	return w.record(ctx, done)
}

func (w *worker) record(ctx context.Context, d *campaign.Done) error {
	err := w.ledger.Record(ctx, d.Claim, d.Outcome, d.At)
	if errors.Is(err, campaign.ErrSettled) {
		err = nil // a person settled it meanwhile; their word stands
	}
	if err != nil {
		return fmt.Errorf("recording the outcome of %s (%s): %w", d.Claim.Recipient.Address, d.Outcome.Verdict, err)
	}
	w.recorded(d)
	return nil
}

func (w *worker) recorded(d *campaign.Done) {
	w.count(d.Claim, d.Outcome)
	w.watch(Event{Claim: d.Claim, Outcome: d.Outcome})
}

// giveBack puts a message that was claimed, and not begun, back among the
// others.
func (w *worker) giveBack(ctx context.Context, c campaign.Claim, why string) error {
	w.sender.Close()
	o := campaign.Outcome{Verdict: campaign.Requeue, Reason: why}
	err := w.ledger.Record(ctx, c, o, w.clock.Now())
	if err != nil && !errors.Is(err, campaign.ErrSettled) {
		return fmt.Errorf("giving back the message for %s: %w", c.Recipient.Address, err)
	}
	w.tickets.giveBack()
	return nil
}
