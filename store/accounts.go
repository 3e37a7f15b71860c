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

// Accounts is what each account has used of its limits now, by name. The
// limits are those that hold (of every unfinished campaign); where none is
// unfinished, those of the account's last campaign.
func (s *Store) Accounts(ctx context.Context, now time.Time) (list []campaign.AccountStatus, err error) {
	err = s.view(ctx, func(tx *txn) error {
		names, err := accountNames(ctx, tx)
		if err != nil {
			return err
		}
		for _, name := range names {
			a, err := s.accountStatus(ctx, tx, name, now)
			if err != nil {
				return err
			}
			list = append(list, a)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading accounts: %w", err)
	}
	return list, nil
}

func accountNames(ctx context.Context, tx querier) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT account FROM accounts
		UNION SELECT account FROM campaigns WHERE forgotten_at IS NULL ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

func (s *Store) accountStatus(ctx context.Context, tx querier, name string, now time.Time) (campaign.AccountStatus, error) {
	a := campaign.AccountStatus{Account: name, Limits: []campaign.LimitUsage{}}
	var last []campaign.Limit
	limits, err := unionLimits(ctx, tx, name)
	if err == nil && len(limits) == 0 {
		last, err = lastLimits(ctx, tx, name)
	}
	if err != nil {
		return a, err
	}
	u, err := s.usage(ctx, tx, &spends{}, name, last, now)
	if err != nil {
		return a, err
	}
	for _, l := range u.Limits {
		a.Limits = append(a.Limits, limitUsage(l, &u, now))
	}
	if u.LockedUntil.After(now) {
		a.LockedUntil, a.LockReason = &u.LockedUntil, u.LockReason
	}
	a.Future, err = futureEntries(ctx, tx, name, now)
	return a, err
}

// lastLimits are those of the account's last campaign.
func lastLimits(ctx context.Context, tx querier, account string) (limits []campaign.Limit, err error) {
	var text string
	err = tx.QueryRowContext(ctx, `SELECT limits FROM campaigns WHERE account = ? AND forgotten_at IS NULL
		ORDER BY updated_at DESC, id DESC LIMIT 1`, account).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return limits, unreadable("limits", json.Unmarshal([]byte(text), &limits))
}

// limitUsage counts what is in the window, and finds when one recipient more
// is free. What has no answer yet counts as sent now.
func limitUsage(l campaign.Limit, u *campaign.Usage, now time.Time) campaign.LimitUsage {
	out := campaign.LimitUsage{
		Limit: l.String(), Max: l.Max, Window: int64(l.Window / time.Second), Used: u.Pending,
	}
	var inside []campaign.Spend
	for _, s := range u.Spends {
		if now.Sub(s.At) < l.Span() {
			inside = append(inside, s)
			out.Used += s.N
		}
	}
	if out.Used < l.Max {
		return out
	}
	left, free := out.Used, now.Add(l.Span())
	for _, s := range inside {
		if left -= s.N; left < l.Max {
			free = s.At.Add(l.Span())
			break
		}
	}
	out.FreeAt = &free
	return out
}

// futureEntries counts the ledger's entries that lie in the future: the clock
// has gone back. Those in doubt do so by themselves for 10 minutes.
func futureEntries(ctx context.Context, tx querier, account string, now time.Time) (n int, err error) {
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM reservations WHERE account = ?
		AND (state = 'spent' AND at > ? OR state = 'unconfirmed' AND at > ?)`,
		account, micros(now), micros(now.Add(grace))).Scan(&n)
	return n, err
}

// Book notes n recipients that the account's owner has mailed by hand: they
// count from now. n is 1 or more.
func (s *Store) Book(ctx context.Context, account string, n int, now time.Time) error {
	if n < 1 {
		return fmt.Errorf("booking %d recipients: want 1 or more", n)
	}
	err := s.update(ctx, func(tx *txn) error {
		return book(ctx, tx, account, entry{s.moment(now), n})
	})
	if err != nil {
		return fmt.Errorf("booking on %s: %w", account, err)
	}
	return nil
}

// book adds a spend of no campaign.
func book(ctx context.Context, tx *txn, account string, e entry) error {
	no, err := nextSpend(ctx, tx, account)
	if err != nil {
		return err
	}
	at, boot, up := e.columns()
	_, err = tx.ExecContext(ctx, `INSERT INTO reservations (account, n, campaign, state, reserved_at, at, boot_id,
		boot_us, spent_no) VALUES (?, ?, '', 'spent', ?, ?, ?, ?, ?)`, account, e.n, micros(e.at), at, boot, up, no)
	return err
}
