package store

import (
	"context"
	"errors"
	"fmt"
)

// Why a campaign cannot be forgotten; each inside a *campaign.HintError.
var (
	ErrUnfinished  = errors.New("the campaign is not finished")
	ErrUnconfirmed = errors.New("messages of the campaign are unconfirmed")
)

// Forget deletes a finished or cancelled campaign with all personal data: its
// rows, letter, settings, attempts, and attachments that no other campaign
// needs. The name stays as a tombstone, and the account's ledger as it is.
// Errors: campaign.ErrUnknown, campaign.ErrForgotten, *campaign.RunningError,
// ErrUnfinished, ErrUnconfirmed.
func (s *Store) Forget(ctx context.Context, name string, who Who) error {
	if _, err := s.campaign(ctx, name); err != nil {
		return fmt.Errorf("forgetting: %w", err)
	}
	lock, err := s.tryLock(name, lockTries)
	if err == nil && lock == nil {
		err = s.whoRuns(ctx, name)
	}
	if err != nil {
		return fmt.Errorf("forgetting: %w", err)
	}
	defer unlock(lock)
	if err := s.update(ctx, func(tx *txn) error { return s.forget(ctx, tx, name, who) }); err != nil {
		return fmt.Errorf("forgetting: %w", err)
	}
	// What was deleted is overwritten in the file (secure_delete); the log of
	// writes goes with the checkpoint, as far as no reader needs it.
	_ = s.commits.alone(ctx, func(w *connection) error {
		_, err := w.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
		return err
	})
	return nil
}

func (s *Store) forget(ctx context.Context, tx *txn, name string, who Who) error {
	c, err := findCampaign(ctx, tx, name)
	if err != nil {
		return err
	}
	if err := s.takeOver(ctx, tx, &c, who.At); err != nil {
		return err
	}
	n, err := counts(ctx, tx, c.id)
	switch {
	case err != nil:
		return err
	case n.Unconfirmed > 0:
		return refused(fmt.Errorf("%w: %d", ErrUnconfirmed, n.Unconfirmed), "decide them first: tebar settle "+name)
	case n.Left() > 0 && !c.cancelled.Valid:
		return refused(fmt.Errorf("%w: %s to be sent", ErrUnfinished, number(n.Left(), "message")),
			"finish it, or end it with: tebar cancel "+name)
	}
	for _, query := range []string{
		`DELETE FROM attempts WHERE campaign_id = ?`,
		`DELETE FROM messages WHERE campaign_id = ? AND own = 0`,
		`DELETE FROM messages WHERE campaign_id = ?`,
		`DELETE FROM tallies WHERE campaign_id = ?`,
		// To delete them SQLite would look for their messages in the whole table.
		`UPDATE sources SET file = '', format = '', encoding = '', delimiter = '', sheet = '', columns = '[]' WHERE campaign_id = ?`,
		`DELETE FROM versions WHERE campaign_id = ?`,
		`DELETE FROM events WHERE campaign_id = ?`,
		`DELETE FROM campaign_blobs WHERE campaign_id = ?`,
		`UPDATE campaigns SET origin = '', list_sha256 = '', limits = '[]' WHERE id = ?`,
	} {
		if _, err := tx.ExecContext(ctx, query, c.id); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM blobs
		WHERE NOT EXISTS (SELECT 1 FROM campaign_blobs b WHERE b.sha256 = blobs.sha256)`)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE campaigns SET forgotten_at = ? WHERE id = ?`, micros(who.At), c.id)
	if err != nil {
		return err
	}
	return addEvent(ctx, tx, c.id, who, EventForgotten, "")
}
