package store

import (
	"context"
	"fmt"
	"time"

	"tebar/campaign"
)

// Seed books what an account has used elsewhere, as Usage told it there:
// spends at their times, what is on its way as of now, and the lock. Limits
// are the caller's to add. It is for the scratch store of a rehearsal.
func (s *Store) Seed(ctx context.Context, u campaign.Usage, now time.Time) error {
	spends := u.Spends
	if u.Pending > 0 {
		spends = append(spends[:len(spends):len(spends)], campaign.Spend{At: now, N: u.Pending})
	}
	err := s.update(ctx, func(tx *txn) error {
		for _, spend := range spends {
			e := entry{s.moment(now).plus(spend.At.Sub(now)), spend.N}
			if err := book(ctx, tx, u.Account, e); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO accounts (account, locked_until, lock_reason, last_at, seq)
			VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account) DO UPDATE SET locked_until = ?2, lock_reason = ?3,
			last_at = ?4, seq = ?5`, u.Account, micros(u.LockedUntil), u.LockReason, micros(u.Last), u.Seq)
		return err
	})
	if err != nil {
		return fmt.Errorf("seeding %s: %w", u.Account, err)
	}
	return nil
}

// Abandon gives the lock back and settles nothing, as the death of the
// process would. The next Runner takes over what is in hand.
func (r *Runner) Abandon() error {
	r.s.mu.Lock()
	if r.s.runners[r.name] == r {
		delete(r.s.runners, r.name)
	}
	r.s.mu.Unlock()
	r.leave()
	return r.lock.Unlock()
}
