package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tebar/campaign"
)

// ReserveTest books n recipients of a test send, if decide lets it go now;
// else the slot says when, and id is 0. limits hold beside those of the
// account's unfinished campaigns. The campaign, which need not be in the
// store, is named for the record. The reservation counts as marked at once,
// from now + 10 minutes: a crash before SettleTest frees nothing that was
// used, and keeps nothing for ever. A store that Runner would refuse is refused
// here: it does not know what the account has sent.
func (s *Store) ReserveTest(ctx context.Context, account, name string, limits []campaign.Limit, n int, now time.Time, decide campaign.Decide) (id int64, slot campaign.Slot, err error) {
	if err = s.sound(ctx); err == nil {
		err = s.notRestored(ctx, name)
	}
	if err != nil {
		return 0, campaign.Slot{}, fmt.Errorf("reserving a test message: %w", err)
	}
	err = s.update(ctx, func(tx *txn) error {
		id = 0
		u, err := s.usage(ctx, tx, &spends{}, account, limits, now)
		if err != nil {
			return err
		}
		u.Next = max(1, n)
		if slot = decide(u, now); !slot.Due(now) {
			return nil
		}
		id, err = s.openTest(ctx, tx, account, name, u.Next, now)
		return err
	})
	if err != nil {
		return 0, campaign.Slot{}, fmt.Errorf("reserving a test message: %w", err)
	}
	return id, slot, nil
}

func (s *Store) openTest(ctx context.Context, tx *txn, account, name string, n int, now time.Time) (int64, error) {
	res, err := tx.ExecContext(ctx, `INSERT INTO attempts (campaign_id, number, fence, account, started_at, marked_at)
		VALUES ((SELECT id FROM campaigns WHERE name = ?), 1, 0, ?, ?, ?)`, name, account, micros(now), micros(now))
	if err != nil {
		return 0, err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return 0, err
	}
	if err := reserve(ctx, tx, account, name, id, n, now); err != nil {
		return 0, err
	}
	m := s.moment(now)
	if _, err := markReservation(ctx, tx, id, m); err != nil {
		return 0, err
	}
	if err := doubtReservation(ctx, tx, id, m); err != nil {
		return 0, err
	}
	return id, touch(ctx, tx, account, now, 1)
}

// SettleTest records how a test send ended: accepted counts from at, without
// a known answer it stays as it is, all else gives the quota back; Pause
// locks the account. A cancelled context does not stop it.
// Errors: campaign.ErrSettled when it has an outcome.
func (s *Store) SettleTest(ctx context.Context, id int64, o campaign.Outcome, at time.Time) error {
	ctx = context.WithoutCancel(ctx)
	err := s.update(ctx, func(tx *txn) error {
		var account string
		err := tx.QueryRowContext(ctx, `SELECT account FROM attempts WHERE id = ? AND message_id IS NULL
			AND ended_at IS NULL`, id).Scan(&account)
		if errors.Is(err, sql.ErrNoRows) {
			return campaign.ErrSettled
		}
		if err != nil {
			return err
		}
		if err := endAttempt(ctx, tx, id, o, at); err != nil {
			return err
		}
		if err := touch(ctx, tx, account, at, 0); err != nil {
			return err
		}
		if o.Verdict == campaign.Pause {
			if err := lockAccount(ctx, tx, 0, account, o, at); err != nil {
				return err
			}
		}
		if o.Verdict == campaign.Uncertain {
			return nil
		}
		return s.settleReservation(ctx, tx, account, id, o, at)
	})
	if err != nil {
		return fmt.Errorf("recording a test message: %w", err)
	}
	return nil
}
