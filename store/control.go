package store

import (
	"context"
	"database/sql"
	"fmt"

	"tebar/campaign"
)

// Pause stops the campaign before its next message, until Unpause. A campaign
// that is paused already stays so.
// Errors: campaign.ErrUnknown, ErrForgotten, ErrCancelled.
func (s *Store) Pause(ctx context.Context, name string, who Who) error {
	return s.setPause(ctx, name, who, micros(who.At), EventPaused)
}

// Unpause lifts a person's pause. Errors as Pause.
func (s *Store) Unpause(ctx context.Context, name string, who Who) error {
	return s.setPause(ctx, name, who, sql.NullInt64{}, EventUnpaused)
}

func (s *Store) setPause(ctx context.Context, name string, who Who, at sql.NullInt64, kind string) error {
	err := s.update(ctx, func(tx *txn) error {
		c, err := findCampaign(ctx, tx, name)
		if err != nil {
			return err
		}
		if c.cancelled.Valid {
			return fmt.Errorf("campaign %s: %w", name, campaign.ErrCancelled)
		}
		if c.paused.Valid == at.Valid {
			return nil
		}
		if _, err := tx.ExecContext(ctx, `UPDATE campaigns SET paused_at = ? WHERE id = ?`, at, c.id); err != nil {
			return err
		}
		return addEvent(ctx, tx, c.id, who, kind, "")
	})
	if err != nil {
		return fmt.Errorf("setting the pause: %w", err)
	}
	return nil
}

// Cancel ends the campaign for good: what is queued or deferred is skipped,
// and a running one stops before its next message. It says how many messages
// it skipped. Cancelling again does nothing.
// Errors: campaign.ErrUnknown, ErrForgotten.
func (s *Store) Cancel(ctx context.Context, name string, who Who) (n int, err error) {
	err = s.update(ctx, func(tx *txn) error {
		c, err := findCampaign(ctx, tx, name)
		if err != nil || c.cancelled.Valid {
			return err
		}
		if n, err = skipWaiting(ctx, tx, c.id, campaign.SkipCancelled, cancelReason, ""); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE campaigns SET cancelled_at = ?, paused_at = NULL WHERE id = ?`,
			micros(who.At), c.id)
		if err != nil {
			return err
		}
		return addEvent(ctx, tx, c.id, who, EventCancelled, number(n, "message")+" skipped")
	})
	if err != nil {
		return 0, fmt.Errorf("cancelling: %w", err)
	}
	return n, nil
}
