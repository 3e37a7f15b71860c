package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tebar/campaign"
)

// worker is one connection and its backoff.
type worker struct {
	*session
	sender Sender
	lost   int            // connections lost, or not made, in a row
	owed   *campaign.Done // accepted, and not recorded yet
	took   time.Duration  // to render the last message
}

// Waits between two tries to reach a server: from minBackoff, doubling.
const (
	minBackoff = time.Second
	maxBackoff = 5 * time.Minute
	onceTries  = 3                // --once gives up after so many
	idle       = 30 * time.Second // a longer wait closes the connection
)

// step sends one message, or waits for the next slot.
func (w *worker) step(ctx context.Context) error {
	if !w.sender.IsOpen() {
		if ready, err := w.open(ctx); !ready {
			return err
		}
	}
	c, slot, err := w.claim(ctx)
	if err == nil && c.Message != 0 {
		return w.chain(ctx, c)
	}
	if err != nil {
		return w.ledgerError(ctx, err)
	}
	if slot.Never || slot.At.Sub(w.clock.Now()) > idle {
		w.sender.Close()
	}
	return w.await(ctx, slot)
}

// ledgerError takes the ledger's ends for what they are. With ctx cancelled a
// transaction may fail with anything, and nothing was claimed.
func (w *worker) ledgerError(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) || ctx.Err() != nil || w.ledgerEnd(err) {
		return nil
	}
	return fmt.Errorf("claiming the next message: %w", err)
}

// open connects when there is something to send. It says whether to claim.
func (w *worker) open(ctx context.Context) (bool, error) {
	slot, o, err := w.dial(ctx)
	switch {
	case ctx.Err() != nil:
		return false, nil
	case err != nil:
		return false, w.ledgerError(ctx, err)
	case o.Verdict == "":
		return false, w.await(ctx, slot)
	case o.Verdict == campaign.Accepted:
		return true, nil
	}
	w.watch(Event{Outcome: o})
	return false, w.notOpened(ctx, o)
}

// dial opens the connection if a slot is due; else the Outcome is zero. A
// login that is refused ends the run before another connection tries it.
func (w *worker) dial(ctx context.Context) (campaign.Slot, campaign.Outcome, error) {
	w.opening.Lock()
	defer w.opening.Unlock()
	if ctx.Err() != nil {
		return campaign.Slot{}, campaign.Outcome{}, ctx.Err()
	}
	now := w.clock.Now()
	slot, err := w.ledger.Peek(ctx, now, w.opts.Decide)
	if err != nil || !slot.Due(now) {
		return slot, campaign.Outcome{}, err
	}
	o := w.sender.Open(ctx)
	switch o.Verdict {
	case campaign.Stop, campaign.Fault, campaign.Fail:
		w.end(personal(o))
	}
	return slot, o, nil
}

func (w *worker) notOpened(ctx context.Context, o campaign.Outcome) error {
	switch o.Verdict {
	case campaign.Stop, campaign.Fault, campaign.Fail:
		w.end(personal(o))
		return nil
	case campaign.Pause:
		return w.ledger.Lock(context.WithoutCancel(ctx), o, w.clock.Now())
	}
	return w.backOff(ctx, o)
}

// backOff waits before the next connection.
func (w *worker) backOff(ctx context.Context, o campaign.Outcome) error {
	w.lost++
	if w.opts.Once && w.lost >= onceTries {
		w.end(w.gaveUp(o))
		return nil
	}
	wait := maxBackoff
	if w.lost < 10 {
		wait = min(maxBackoff, minBackoff<<(w.lost-1))
	}
	until := w.clock.Now().Add(max(wait, o.Wait))
	if u := w.opts.Until; !u.IsZero() && until.After(u) {
		until = u
	}
	for now := w.clock.Now(); now.Before(until); now = w.clock.Now() {
		if err := w.sleep(ctx, now, until); err != nil {
			return err
		}
	}
	return nil
}

// gaveUp ends --once: a server that asks to be spared for a while is no
// failure; one that cannot be reached or talks nonsense is.
func (w *worker) gaveUp(o campaign.Outcome) Result {
	if o.Class == campaign.ClassNetwork || o.Class == campaign.ClassProtocol || o.Code == 0 {
		return Result{End: Unreachable, Code: campaign.CodeNetwork, Reason: o.Reason, Hint: o.Hint}
	}
	return Result{End: Stopped, Code: campaign.CodeRetry, NextAt: w.clock.Now().Add(max(maxBackoff, o.Wait)), Reason: o.Reason, Hint: o.Hint}
}

// react is what follows for the run from a recorded outcome. A message that
// was deferred since it lost its connection again makes room for the next at
// once; if that one loses it too, the server is at fault and the waits go on
// growing.
func (w *worker) react(ctx context.Context, o campaign.Outcome, lost bool) error {
	switch {
	case o.Verdict == campaign.Stop, o.Verdict == campaign.Fault:
		w.end(personal(o))
	case o.Verdict == campaign.Requeue:
		return w.backOff(ctx, o)
	case !lost:
		w.lost = 0
	}
	return nil
}

// personal is the end that a person must act upon.
func personal(o campaign.Outcome) Result {
	code := campaign.CodeFault
	switch o.Class {
	case campaign.ClassLogin, campaign.ClassTLS, campaign.ClassSuspended, campaign.ClassSetup:
		code = campaign.CodeLogin
	case campaign.ClassReputation:
		code = campaign.CodeFailures
	}
	reason := o.Reason
	if d := o.Describe(); o.Code != 0 {
		reason += " (the server said: " + d + ")"
	}
	return Result{End: Person, Code: code, Reason: reason, Hint: o.Hint}
}
