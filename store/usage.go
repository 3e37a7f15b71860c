package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tebar/campaign"
)

// An entry is one reservation that has a place in time.
type entry struct {
	moment
	n int
}

// spends caches the account's spent reservations, which never change, so that
// a claim reads what is new and not 60,000 rows.
type spends struct {
	account string
	span    time.Duration // all entries younger than this at seen are here
	last    int64         // highest spent_no read
	seen    time.Time     // the latest now
	entries []entry
	out     []campaign.Spend // reused from claim to claim
}

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
	u.Spends = cache.ages(m, span, loose)
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

// ticks is how far the clock goes back without a word: those who ask at once
// have looked at it one after the other. For so long the cache keeps what has
// left every window.
const ticks = time.Minute

// behind says that the clock has gone back: what had left the windows may be in
// them again.
func (c *spends) behind(now time.Time) bool { return now.Before(c.seen.Add(-ticks)) }

// refresh reads the spends that the cache does not have. It begins afresh when
// the clock has gone back.
func (c *spends) refresh(ctx context.Context, tx querier, account string, span time.Duration, now moment) error {
	span += ticks
	if c.account != account || span > c.span || c.behind(now.at) {
		*c = spends{account: account, span: span, out: c.out}
	}
	span = c.span
	rows, err := tx.QueryContext(ctx, `SELECT at, boot_id, boot_us, n, spent_no FROM reservations
		WHERE account = ? AND spent_no > ? AND (at > ? OR (boot_id = ? AND boot_us > ?)) ORDER BY at`,
		account, c.last, micros(now.at.Add(-span)), now.boot, (now.up - span).Microseconds())
	if err != nil {
		return err
	}
	last := c.last
	err = eachEntry(rows, func(e entry, no int64) {
		c.entries = append(c.entries, e)
		last = max(last, no)
	})
	c.last = last
	return err
}

// add knows of a spend that the tables do not have yet.
func (c *spends) add(e entry, no int64) {
	c.entries = append(c.entries, e)
	c.last = max(c.last, no)
}

// ages turns the entries into spends by their age, oldest first, and drops
// those that have left every window for good.
func (c *spends) ages(now moment, span time.Duration, loose []entry) []campaign.Spend {
	if now.at.After(c.seen) {
		c.seen = now.at
	}
	c.out = c.out[:0]
	kept := c.entries[:0]
	for _, e := range c.entries {
		age := now.age(e.moment)
		if age <= c.span {
			kept = append(kept, e)
		}
		if age <= span {
			c.out = append(c.out, campaign.Spend{At: now.at.Add(-age), N: e.n})
		}
	}
	c.entries = kept
	for _, e := range loose {
		if age := now.age(e.moment); age <= span {
			c.out = append(c.out, campaign.Spend{At: now.at.Add(-age), N: e.n})
		}
	}
	byTime := func(a, b campaign.Spend) int { return a.At.Compare(b.At) }
	if !slices.IsSortedFunc(c.out, byTime) {
		slices.SortFunc(c.out, byTime)
	}
	return c.out
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
const unfinished = `c.cancelled_at IS NULL AND c.forgotten_at IS NULL AND EXISTS (
	SELECT 1 FROM messages m WHERE m.campaign_id = c.id AND m.leader_id IS NULL
	AND m.state IN ('queued', 'deferred', 'sending'))`

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
