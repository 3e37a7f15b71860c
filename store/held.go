package store

import (
	"context"
	"fmt"
	"time"

	"tebar/campaign"
)

// held says why a claimed message may not go after all: since its claim the
// campaign was paused or cancelled, the account paused, or the address put on
// the suppression list. It is campaign.ErrHeld then.
func (r *Runner) held(ctx context.Context, tx querier, c campaign.Claim, now time.Time) error {
	row, err := r.mine(ctx, tx)
	switch {
	case err != nil:
		return err
	case row.cancelled.Valid:
		return heldBack(campaign.ErrCancelled.Error())
	case row.paused.Valid:
		return heldBack(campaign.ErrPaused.Error())
	}
	listed, why, err := suppressed(ctx, tx, c.Recipient.Address)
	switch {
	case err != nil:
		return err
	case listed:
		return heldBack(why)
	}
	u := campaign.Usage{Account: row.account}
	if err := accountUsage(ctx, tx, &u, now); err != nil {
		return err
	}
	if !u.LockedUntil.IsZero() {
		return heldBack("the account is paused: " + u.LockReason)
	}
	return nil
}

func heldBack(why string) error { return fmt.Errorf("%w: %s", campaign.ErrHeld, why) }
