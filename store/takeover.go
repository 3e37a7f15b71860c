package store

import (
	"context"
	"fmt"
	"time"

	"tebar/campaign"
)

// takeOver raises the campaign's fence and settles the claims of its runner,
// who is dead or going: the caller holds the lock.
func (s *Store) takeOver(ctx context.Context, tx *txn, c *campaignRow, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE campaigns SET fence = fence + 1 WHERE id = ?`, c.id)
	if err != nil {
		return err
	}
	dead, err := deadClaims(ctx, tx, c.id)
	if err != nil {
		return err
	}
	queued, doubtful := 0, 0
	for _, d := range dead {
		if d.marked {
			doubtful++
			err = doubt(ctx, tx, d, s.moment(now))
		} else {
			queued++
			err = undo(ctx, tx, c, d, now)
		}
		if err != nil {
			return err
		}
	}
	if err := finish(ctx, tx, c.id, now); err != nil || len(dead) == 0 {
		return err
	}
	return addEvent(ctx, tx, c.id, Who{At: now}, EventTakenOver,
		fmt.Sprintf("%s queued again, %d unconfirmed", number(queued, "message"), doubtful))
}

// A deadClaim is a message whose runner is gone.
type deadClaim struct {
	message, attempt int64
	marked           bool
}

func deadClaims(ctx context.Context, tx querier, id int64) ([]deadClaim, error) {
	rows, err := tx.QueryContext(ctx, `SELECT m.id, a.id, a.marked_at IS NOT NULL FROM messages m
		JOIN attempts a ON a.message_id = m.id AND a.ended_at IS NULL
		WHERE m.campaign_id = ? AND m.leader_id IS NULL AND m.state = 'sending' ORDER BY m.position`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []deadClaim
	for rows.Next() {
		var d deadClaim
		if err := rows.Scan(&d.message, &d.attempt, &d.marked); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, rows.Err()
}

// doubt leaves the attempt open: its own runner may still know the answer.
func doubt(ctx context.Context, tx *txn, d deadClaim, now moment) error {
	if err := doubtReservation(ctx, tx, d.attempt, now); err != nil {
		return err
	}
	return move(ctx, tx, d.message, campaign.Sending, campaign.Unconfirmed, `attempts = attempts + 1, reason = ?`,
		"the program ended while it waited for the server's answer")
}

// undo closes the attempt: without a mark its runner sends no dot.
func undo(ctx context.Context, tx *txn, c *campaignRow, d deadClaim, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE attempts SET ended_at = ?, verdict = ? WHERE id = ? AND ended_at IS NULL`,
		micros(now), string(campaign.Requeue), d.attempt)
	if err != nil {
		return err
	}
	if err := release(ctx, tx, d.attempt); err != nil {
		return err
	}
	return requeue(ctx, tx, c, d.message, campaign.Sending, "")
}

// takeOverOthers settles the dead claims of other campaigns on the account,
// which hold quota, and prunes its ledger.
func (s *Store) takeOverOthers(ctx context.Context, account, name string, now time.Time) error {
	names, err := s.claimants(ctx, account, name)
	if err != nil {
		return err
	}
	for _, other := range names {
		if err := s.takeOverDead(ctx, other, now); err != nil {
			return err
		}
	}
	return s.update(ctx, func(tx *txn) error {
		limits, err := unionLimits(ctx, tx, account)
		if err != nil {
			return err
		}
		return prune(ctx, tx, account, longest(limits), s.moment(now))
	})
}

// claimants are the other campaigns on the account with messages in hand.
func (s *Store) claimants(ctx context.Context, account, name string) (names []string, err error) {
	err = s.view(ctx, func(tx *txn) error {
		rows, err := campaignRows(ctx, tx, `name <> ? AND id IN (SELECT a.campaign_id FROM reservations r
			JOIN attempts a ON a.id = r.attempt_id
			WHERE r.account = ? AND r.state IN ('reserved', 'marked') AND r.state <> 'spent')`, name, account)
		for _, c := range rows {
			names = append(names, c.name)
		}
		return err
	})
	return names, err
}

// deadNeighbours says whether takeOverOthers would find claims to settle.
func (s *Store) deadNeighbours(ctx context.Context, account, name string) (bool, error) {
	names, err := s.claimants(ctx, account, name)
	if err != nil {
		return false, err
	}
	for _, other := range names {
		if locked, err := s.isLocked(other); err != nil || !locked {
			return err == nil, err
		}
	}
	return false, nil
}

// takeOverDead settles the claims of one campaign if its runner is dead.
func (s *Store) takeOverDead(ctx context.Context, name string, now time.Time) error {
	lock, err := s.tryLock(name, 1)
	if err != nil || lock == nil {
		return err
	}
	defer lock.Unlock()
	return s.update(ctx, func(tx *txn) error {
		c, err := anyCampaign(ctx, tx, name)
		if err != nil {
			return err
		}
		return s.takeOver(ctx, tx, &c, now)
	})
}
