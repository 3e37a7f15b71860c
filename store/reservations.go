package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// grace is how long after its mark a message without a known answer may still
// be accepted: the client waits so long for the reply to the dot (RFC 5321,
// section 4.5.3.2.6). Its reservation counts from mark + grace.
const grace = 10 * time.Minute

// What finds a reservation by its attempt repeats the condition of the index
// reservations_attempt, or SQLite would not see that it holds.

// reserve puts n recipients into every window of the account.
func reserve(ctx context.Context, tx *txn, account, name string, attempt int64, n int, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO reservations (account, n, campaign, attempt_id, state, reserved_at)
		VALUES (?, ?, ?, ?, 'reserved', ?)`, account, n, name, attempt, micros(now))
	return err
}

// markReservation notes the mark by both clocks; it stays in every window.
func markReservation(ctx context.Context, tx *txn, attempt int64, m moment) (int, error) {
	at, boot, up := m.columns()
	return changed(ctx, tx, `UPDATE reservations SET state = 'marked', marked_at = ?, boot_id = ?, boot_us = ?
		WHERE attempt_id = ? AND state = 'reserved' AND state <> 'spent'`, at, boot, up, attempt)
}

// spend makes windows count the reservation from the answer on.
func spend(ctx context.Context, tx *txn, account string, attempt int64, answered moment) error {
	no, err := nextSpend(ctx, tx, account)
	if err != nil {
		return err
	}
	at, boot, up := answered.columns()
	_, err = tx.ExecContext(ctx, `UPDATE reservations SET state = 'spent', at = ?, boot_id = ?, boot_us = ?, spent_no = ?
		WHERE attempt_id = ? AND state <> 'spent'`, at, boot, up, no, attempt)
	return err
}

// nextSpend numbers the account's spends as they come; caches read from the
// last number that they know.
func nextSpend(ctx context.Context, tx *txn, account string) (int64, error) {
	var no int64
	err := tx.QueryRowContext(ctx, `INSERT INTO accounts (account, spends) VALUES (?, 1)
		ON CONFLICT (account) DO UPDATE SET spends = accounts.spends + 1 RETURNING spends`, account).Scan(&no)
	return no, err
}

// doubtReservation makes windows count the reservation from its mark + grace;
// without a mark from now + grace. One that is pruned by now counts nowhere.
func doubtReservation(ctx context.Context, tx *txn, attempt int64, now moment) error {
	var at, up sql.NullInt64
	var boot sql.NullString
	err := tx.QueryRowContext(ctx, `SELECT marked_at, boot_id, boot_us FROM reservations
		WHERE attempt_id = ? AND state <> 'spent'`, attempt).Scan(&at, &boot, &up)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	marked := now
	if at.Valid {
		marked = momentOf(at, boot, up)
	}
	at, boot, up = marked.plus(grace).columns()
	_, err = tx.ExecContext(ctx, `UPDATE reservations SET state = 'unconfirmed', at = ?, boot_id = ?, boot_us = ?
		WHERE attempt_id = ? AND state <> 'spent'`, at, boot, up, attempt)
	return err
}

// release gives the quota back: the message is known not to have been sent.
func release(ctx context.Context, tx *txn, attempt int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM reservations WHERE attempt_id = ? AND state <> 'spent'`, attempt)
	return err
}

// keepAtLeast is how long a reservation stays in the ledger, whatever the
// limits are at present.
const keepAtLeast = 40 * 24 * time.Hour

// prune deletes what no window can hold any more, by both clocks.
func prune(ctx context.Context, tx *txn, account string, span time.Duration, now moment) error {
	span = max(span, keepAtLeast)
	_, err := tx.ExecContext(ctx, `DELETE FROM reservations WHERE account = ? AND state IN ('spent', 'unconfirmed')
		AND at < ? AND NOT (boot_id IS NOT NULL AND boot_id = ? AND boot_us >= ?)`,
		account, micros(now.at.Add(-span)), now.boot, (now.up - span).Microseconds())
	return err
}
