package store

import (
	"context"
	"fmt"
	"time"

	"tebar/campaign"
)

// Lock pauses the campaign's account for an outcome that came before any
// claim, such as a login that is refused for a while. at is when it came.
func (r *Runner) Lock(ctx context.Context, o campaign.Outcome, at time.Time) error {
	err := r.s.update(ctx, func(tx *txn) error {
		row, err := r.mine(ctx, tx)
		if err != nil {
			return err
		}
		if err := touch(ctx, tx, row.account, at, 0); err != nil {
			return err
		}
		return lockAccount(ctx, tx, r.id, row.account, o, at)
	})
	if err != nil {
		return fmt.Errorf("pausing the account: %w", err)
	}
	return nil
}
