package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tebar/campaign"
)

// Usage is what the ledger knows of the account: its Limits are the union of
// more and the effective limits of every unfinished campaign on it. Spends that
// no window of these can hold are left out, so a campaign that is not in the
// store yet names its limits here.
func (s *Store) Usage(ctx context.Context, account string, now time.Time, more ...campaign.Limit) (campaign.Usage, error) {
	var u campaign.Usage
	err := s.view(ctx, func(tx *txn) (err error) {
		u, err = s.usage(ctx, tx, &spends{}, account, more, now)
		return err
	})
	if err != nil {
		return campaign.Usage{}, fmt.Errorf("reading the usage of %s: %w", account, err)
	}
	return u, nil
}

// usage reads the account as the transaction sees it; more are limits that
// hold beside those of the campaigns.
func (s *Store) usage(ctx context.Context, tx querier, cache *spends, account string, more []campaign.Limit, now time.Time) (campaign.Usage, error) {
	u := campaign.Usage{Account: account}
	limits, err := unionLimits(ctx, tx, account)
	if err != nil {
		return u, err
	}
	u.Limits = campaign.Union(limits, more)
	m, span := s.moment(now), longest(u.Limits)
	if err := cache.refresh(ctx, tx, account, span, m); err != nil {
		return u, err
	}
	loose, err := unconfirmedEntries(ctx, tx, account)
	if err != nil {
		return u, err
	}
	u.Spends = cache.within(m, s.moment(s.now()), span, loose)
	if u.Pending, err = pending(ctx, tx, account); err != nil {
		return u, err
	}
	return u, accountUsage(ctx, tx, &u, now)
}

// accountUsage adds the account's lock, last message and sequence.
func accountUsage(ctx context.Context, tx querier, u *campaign.Usage, now time.Time) error {
	var until, last sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT locked_until, lock_reason, last_at, seq FROM accounts
		WHERE account = ?`, u.Account).Scan(&until, &u.LockReason, &last, &u.Seq)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	u.LockedUntil = instant(until)
	if ahead := u.LockedUntil.Sub(now); ahead <= 0 || ahead > longestPause {
		u.LockedUntil, u.LockReason = time.Time{}, ""
	}
	// A little after now, another process was quicker; much after it, the
	// clock went back, and a pace must not wait until it has caught up.
	if u.Last = instant(last); u.Last.Sub(now) > time.Minute {
		u.Last = time.Time{}
	}
	return nil
}

// Both queries repeat the condition of the index reservations_open, or SQLite
// would not see that it holds.

func unconfirmedEntries(ctx context.Context, tx querier, account string) ([]entry, error) {
	rows, err := tx.QueryContext(ctx, `SELECT at, boot_id, boot_us, n, 0 FROM reservations
		WHERE account = ? AND state = 'unconfirmed' AND state <> 'spent'`, account)
	if err != nil {
		return nil, err
	}
	var out []entry
	err = eachEntry(rows, func(e entry, _ int64) { out = append(out, e) })
	return out, err
}

func eachEntry(rows *sql.Rows, f func(entry, int64)) error {
	defer rows.Close()
	for rows.Next() {
		var at, up sql.NullInt64
		var boot sql.NullString
		var n int
		var no int64
		if err := rows.Scan(&at, &boot, &up, &n, &no); err != nil {
			return err
		}
		f(entry{momentOf(at, boot, up), n}, no)
	}
	return rows.Err()
}

func pending(ctx context.Context, tx querier, account string) (n int, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce(sum(n), 0) FROM reservations
		WHERE account = ? AND state IN ('reserved', 'marked') AND state <> 'spent'`, account).Scan(&n)
	return n, err
}

// unfinished is true of a campaign c that still has something to send.
const unfinished = `c.cancelled_at IS NULL AND c.forgotten_at IS NULL AND ` + isLeft

// unionLimits are the limits that mail of the account must satisfy now.
func unionLimits(ctx context.Context, tx querier, account string) ([]campaign.Limit, error) {
	rows, err := tx.QueryContext(ctx, `SELECT c.limits FROM campaigns c WHERE c.account = ? AND `+unfinished, account)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var sets [][]campaign.Limit
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		var set []campaign.Limit
		if err := json.Unmarshal([]byte(text), &set); err != nil {
			return nil, unreadable("limits", err)
		}
		sets = append(sets, set)
	}
	return campaign.Union(sets...), rows.Err()
}

// longest is the span of the limit that holds a spend for the longest.
func longest(limits []campaign.Limit) time.Duration {
	var span time.Duration
	for _, l := range limits {
		span = max(span, l.Span())
	}
	return span
}
