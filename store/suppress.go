package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Suppression is an address, or with "@example.org" a domain (not its
// subdomains), that no campaign writes to.
type Suppression struct {
	Address string    `json:"address"`
	Reason  string    `json:"reason"` // in words; may be empty
	Who     string    `json:"who"`    // user@host that added it
	At      time.Time `json:"at"`
}

// Suppress adds to the list and says how many were not on it; one that is
// there keeps its first reason and time. Effective before the next claim of
// every campaign. Addresses are normalised by the caller; none is added when
// one of them is neither an address nor an @domain.
func (s *Store) Suppress(ctx context.Context, list []Suppression) (added int, err error) {
	if err := checkSuppressions(list); err != nil {
		return 0, err
	}
	err = s.update(ctx, func(tx *txn) error {
		added = 0
		for _, x := range list {
			n, err := changed(ctx, tx, `INSERT INTO suppressions (folded, address, reason, by_user, at)
				VALUES (?, ?, ?, ?, ?) ON CONFLICT (folded) DO NOTHING`,
				fold(x.Address), strings.ToLower(strings.TrimSpace(x.Address)), x.Reason, x.Who, x.At.UnixMicro())
			if err != nil {
				return err
			}
			added += n
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("adding to the suppression list: %w", err)
	}
	return added, nil
}

func checkSuppressions(list []Suppression) error {
	var bad []error
	for _, x := range list {
		at := strings.LastIndexByte(x.Address, '@')
		if at < 0 || strings.TrimSpace(x.Address[at+1:]) == "" {
			bad = append(bad, fmt.Errorf("%q is neither an address nor a domain like @example.org", x.Address))
		}
	}
	return errors.Join(bad...)
}

// Unsuppress takes addresses and @domains off the list and says how many were
// on it.
func (s *Store) Unsuppress(ctx context.Context, addresses ...string) (removed int, err error) {
	err = s.update(ctx, func(tx *txn) error {
		removed = 0
		for _, a := range addresses {
			n, err := changed(ctx, tx, `DELETE FROM suppressions WHERE folded = ?`, fold(a))
			if err != nil {
				return err
			}
			removed += n
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("taking off the suppression list: %w", err)
	}
	return removed, nil
}

// Suppressions is the whole list, by address.
func (s *Store) Suppressions(ctx context.Context) (list []Suppression, err error) {
	err = s.view(ctx, func(tx *txn) error {
		rows, err := tx.QueryContext(ctx, `SELECT address, reason, by_user, at FROM suppressions ORDER BY address`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var x Suppression
			var at sql.NullInt64
			if err := rows.Scan(&x.Address, &x.Reason, &x.Who, &at); err != nil {
				return err
			}
			x.At = instant(at)
			list = append(list, x)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("reading the suppression list: %w", err)
	}
	return list, nil
}

// Suppressed says whether no campaign may write to the address, and why.
func (s *Store) Suppressed(ctx context.Context, address string) (yes bool, reason string, err error) {
	err = s.view(ctx, func(tx *txn) error {
		yes, reason, err = suppressed(ctx, tx, address)
		return err
	})
	if err != nil {
		return false, "", fmt.Errorf("looking at the suppression list: %w", err)
	}
	return yes, reason, nil
}

// suppressed gives the reason in words: "on the suppression list: left the school".
func suppressed(ctx context.Context, tx querier, address string) (bool, string, error) {
	var entry, reason string
	err := tx.QueryRowContext(ctx, `SELECT address, reason FROM suppressions WHERE folded IN (?, ?)
		ORDER BY folded DESC LIMIT 1`, fold(address), foldDomain(address)).Scan(&entry, &reason)
	if errors.Is(err, sql.ErrNoRows) {
		return false, "", nil
	}
	if err != nil {
		return false, "", err
	}
	return true, suppressionReason(entry, reason), nil
}

// anySuppressed says whether the list has an entry at all.
func anySuppressed(ctx context.Context, tx querier) (yes bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM suppressions)`).Scan(&yes)
	return yes, err
}

func suppressionReason(entry, reason string) string {
	words := "on the suppression list"
	if strings.HasPrefix(entry, "@") {
		words = entry + " is " + words
	}
	if reason != "" {
		words += ": " + reason
	}
	return words
}
