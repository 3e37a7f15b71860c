package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tebar/campaign"
)

// move takes one message from a state to another, with further columns set
// ("retry_at = ?"). A move that campaign.CanMove does not list, or of a
// message that is not in the state, is an error and undoes the transaction.
func move(ctx context.Context, tx *txn, id int64, from, to campaign.State, set string, args ...any) error {
	if !campaign.CanMove(from, to) {
		return fmt.Errorf("message %d: no way from %s to %s", id, from, to)
	}
	if set != "" {
		set = ", " + set
	}
	args = append(append([]any{string(to)}, args...), id, string(from))
	var of int64
	err := tx.QueryRowContext(ctx, `UPDATE messages SET state = ?`+set+` WHERE id = ? AND state = ? RETURNING campaign_id`, args...).Scan(&of)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("message %d is not %s", id, from)
	case err != nil:
		return err
	}
	return moved(ctx, tx, of, from, to, 1)
}

// waiting are the states whose messages are still to be tried.
var waiting = []campaign.State{campaign.Queued, campaign.Deferred}

// skipWaiting skips every queued and deferred message of a campaign that the
// condition, over messages, holds for, and says how many.
func skipWaiting(ctx context.Context, tx *txn, id int64, code, reason, where string, args ...any) (all int, err error) {
	if where != "" {
		where = " AND " + where
	}
	args = append([]any{code, reason, id}, args...)
	for _, from := range waiting {
		if !campaign.CanMove(from, campaign.Skipped) {
			return 0, fmt.Errorf("no way from %s to skipped", from)
		}
		n, err := changed(ctx, tx, `UPDATE messages SET state = 'skipped', skip = ?, reason = ?, retry_at = NULL
			WHERE campaign_id = ? AND state = '`+string(from)+`'`+where, args...)
		if err == nil {
			err = moved(ctx, tx, id, from, campaign.Skipped, n)
		}
		if err != nil {
			return 0, err
		}
		all += n
	}
	return all, nil
}

// skipOne skips a queued or deferred message.
func skipOne(ctx context.Context, tx *txn, id int64, from campaign.State, code, reason string) error {
	return move(ctx, tx, id, from, campaign.Skipped, `skip = ?, reason = ?, retry_at = NULL`, code, reason)
}

// requeue puts a message back among those to be sent; in a cancelled campaign
// it is skipped at once.
func requeue(ctx context.Context, tx *txn, c *campaignRow, id int64, from campaign.State, set string, args ...any) error {
	if err := move(ctx, tx, id, from, campaign.Queued, set, args...); err != nil {
		return err
	}
	return leaveWaiting(ctx, tx, c, id, campaign.Queued)
}

// leaveWaiting sees to a message that has just become queued or deferred.
func leaveWaiting(ctx context.Context, tx *txn, c *campaignRow, id int64, state campaign.State) error {
	if c.cancelled.Valid {
		return skipOne(ctx, tx, id, state, campaign.SkipCancelled, cancelReason)
	}
	_, err := tx.ExecContext(ctx, `UPDATE campaigns SET finished_at = NULL WHERE id = ? AND finished_at IS NOT NULL`, c.id)
	return err
}

const cancelReason = "the campaign was cancelled"
