package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tebar/campaign"
)

// Turn makes durable in one commit what a connection has to say between two
// messages: that the last one was accepted, that the dot of the present one is
// next, and which one follows. Only when err is nil may the dot be written, and
// was the last one recorded. The claim is zero where none is due, or where
// Claim must say why there is none.
// Errors: those of Mark and Record, but campaign.ErrSettled.
func (r *Runner) Turn(ctx context.Context, t campaign.Turn, now time.Time, decide campaign.Decide) (next campaign.Claim, err error) {
	ctx = context.WithoutCancel(ctx)
	err = r.s.commits.gathered(ctx, t.Mark.Attempt, func(tx *txn) (err error) {
		next, err = r.hotTurn(ctx, tx, t, now, decide)
		return err
	})
	err = r.orLong(ctx, err, func(tx *txn) error {
		next = campaign.Claim{}
		if d := t.Done; d != nil {
			err := r.record(ctx, tx, d.Claim, d.Outcome, d.At)
			if err != nil && !errors.Is(err, campaign.ErrSettled) {
				return err
			}
		}
		return r.mark(ctx, tx, t.Mark)
	})
	if err != nil {
		return campaign.Claim{}, fmt.Errorf("marking the message: %w", err)
	}
	return next, nil
}

func (r *Runner) hotTurn(ctx context.Context, tx *txn, t campaign.Turn, now time.Time, decide campaign.Decide) (next campaign.Claim, err error) {
	m := r.s.moment(r.s.now())
	d, err := r.sit(ctx, tx, m.at)
	if err != nil {
		return next, err
	}
	if o := d.holds(r, t.Mark); o == nil || o.marked || o.held {
		return next, errNotHere
	}
	if t.Done != nil {
		if o := d.holds(r, t.Done.Claim); o == nil || !o.marked || t.Done.Outcome.Verdict != campaign.Accepted {
			return next, errNotHere
		}
		r.writeAccepted(tx, d, t.Done.Claim, t.Done.Outcome, t.Done.At)
	}
	r.writeMark(tx, d, t.Mark, m)
	if !t.More {
		return next, nil
	}
	next, _, err = r.hotClaim(ctx, tx, now, decide)
	if errors.Is(err, errNotHere) {
		err = nil
	}
	return next, err
}
