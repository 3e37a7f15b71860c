package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"tebar/campaign"
)

// A desk is what a runner keeps in memory so that the usual course of a message
// (claimed, marked, accepted) needs nothing of the database but one row of the
// journal. It holds as long as nobody else has changed the store: another
// process is seen by the database's data_version, others of this Store by the
// committer's count; and as long as the clock does not go back. Then everything
// is read anew.
type desk struct {
	stamp   stamp
	c       campaignRow
	set     settings
	next    []*message // in the order of the list, not suppressed
	retry   time.Time  // when a deferred message is due; zero if there is none
	usage   campaign.Usage
	loose   []entry // unconfirmed: they count from a moment, and stay
	span    time.Duration
	attempt int64 // the last that was given
	spends  int64 // numbers the account's spends
	open    map[int64]*openAttempt

	lockClass sql.NullString
	lockUntil sql.NullInt64
}

// An openAttempt is a message of this runner that has no outcome yet.
type openAttempt struct {
	message    int64
	recipients int
	marked     bool
	held       bool // something came since its claim: its mark goes the long way, which says what
}

// A stamp says which state of the store was seen.
type stamp struct {
	others int64 // the database's data_version
	own    int64 // the committer's count of others' changes
}

// errNotHere sends a step the long way: the desk cannot answer it.
var errNotHere = errors.New("not from the desk")

// sit gives the runner's desk as of this transaction, or errNotHere.
func (r *Runner) sit(ctx context.Context, tx *txn, now time.Time) (*desk, error) {
	at, err := tx.stamp(ctx)
	if err != nil {
		return nil, err
	}
	if r.desk != nil && r.desk.stamp == at && !r.spends.behind(now) {
		return r.desk, nil
	}
	r.rows = fewNext
	return r.lay(ctx, tx, now)
}

// lay reads a desk from the tables.
func (r *Runner) lay(ctx context.Context, tx *txn, now time.Time) (*desk, error) {
	r.desk = nil
	tx.undo(func() { r.desk = nil })
	if err := post(ctx, tx); err != nil {
		return nil, err
	}
	d := &desk{open: map[int64]*openAttempt{}}
	var err error
	if d.stamp, err = tx.stamp(ctx); err != nil {
		return nil, err
	}
	d.c, err = r.mine(ctx, tx)
	switch {
	case errors.Is(err, campaign.ErrFenced), errors.Is(err, campaign.ErrForgotten), r.beside.damage() != nil:
		return nil, errNotHere // the long way says what follows
	case err != nil:
		return nil, err
	case d.c.cancelled.Valid, d.c.paused.Valid:
		return nil, errNotHere
	}
	if d.set, err = r.settings(ctx, tx, d.c.version); err != nil {
		return nil, err
	}
	for _, read := range []func(context.Context, *txn, *Runner, time.Time) error{
		d.readNext, d.readRetry, d.readUsage, d.readOpen, d.readCounts,
	} {
		if err := read(ctx, tx, r, now); err != nil {
			return nil, err
		}
	}
	r.desk = d
	return d, nil
}

// readNext takes the next rows of the list, up to one that is suppressed.
func (d *desk) readNext(ctx context.Context, tx *txn, r *Runner, now time.Time) error {
	list, err := queuedRows(ctx, tx, r.id, now, r.rows)
	r.rows = min(2*r.rows, mostNext)
	if err != nil || len(list) == 0 {
		return err
	}
	listed, err := anySuppressed(ctx, tx)
	if err != nil {
		return err
	}
	sources, err := allSources(ctx, tx, r.id)
	if err != nil {
		return err
	}
	for _, m := range list {
		if listed {
			if yes, _, err := suppressed(ctx, tx, m.Address); err != nil || yes {
				return err
			}
		}
		m.place(sources)
		if m.grouped {
			if m.Rows, err = groupRows(ctx, tx, m.id, m.Row, sources); err != nil {
				return err
			}
		}
		d.next = append(d.next, m)
	}
	return nil
}

func queuedRows(ctx context.Context, tx querier, id int64, now time.Time, most int) (list []*message, err error) {
	rows, err := tx.QueryContext(ctx, waitingRows+`q.state = 'queued' AND coalesce(m.retry_at, 0) <= ?
		ORDER BY q.position, q.id LIMIT ?`, id, now.UnixMicro(), most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m message
		if err := m.scanWaiting(rows); err != nil {
			return nil, err
		}
		list = append(list, &m)
	}
	return list, rows.Err()
}

// readRetry finds when a deferred message stands in the way.
func (d *desk) readRetry(ctx context.Context, tx *txn, r *Runner, now time.Time) error {
	var first, last sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT min(retry_at), max(retry_at) FROM messages
		WHERE campaign_id = ? AND state = 'deferred'`, r.id).Scan(&first, &last)
	d.retry = instant(first)
	if beyond := instant(last); beyond.After(now.Add(retryHorizon(d.set.retry))) {
		d.retry = now // written by a clock that was set back since: it is due
	}
	return err
}

func (d *desk) readUsage(ctx context.Context, tx *txn, r *Runner, now time.Time) (err error) {
	tx.undo(r.forgetSpends)
	if d.usage, err = r.s.usage(ctx, tx, &r.spends, d.c.account, nil, now); err != nil {
		return err
	}
	d.span = longest(d.usage.Limits)
	d.loose, err = unconfirmedEntries(ctx, tx, d.c.account)
	return err
}

// readOpen reads what this runner has in hand.
func (d *desk) readOpen(ctx context.Context, tx *txn, r *Runner, now time.Time) error {
	to, err := d.readAttempts(ctx, tx, r)
	if err != nil {
		return err
	}
	listed, err := anySuppressed(ctx, tx)
	if err != nil {
		return err
	}
	locked := !r.present(d, now).LockedUntil.IsZero()
	for id, o := range d.open {
		if o.held = locked; listed && !locked {
			if o.held, _, err = suppressed(ctx, tx, to[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

// readAttempts reads the open attempts, and gives their addresses.
func (d *desk) readAttempts(ctx context.Context, tx *txn, r *Runner) (map[int64]string, error) {
	to := map[int64]string{}
	rows, err := tx.QueryContext(ctx, `SELECT a.id, m.id, m.address, v.n, a.marked_at IS NOT NULL FROM messages m
		JOIN attempts a ON a.message_id = m.id AND a.ended_at IS NULL JOIN reservations v ON v.attempt_id = a.id AND v.state <> 'spent'
		WHERE m.campaign_id = ? AND m.leader_id IS NULL AND m.state = 'sending' AND a.fence = ?`, r.id, r.fence)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var address string
		var o openAttempt
		if err := rows.Scan(&id, &o.message, &address, &o.recipients, &o.marked); err != nil {
			return nil, err
		}
		d.open[id], to[id] = &o, address
	}
	return to, rows.Err()
}

// readCounts reads how far attempts and spends are numbered, and the account's
// last pause.
func (d *desk) readCounts(ctx context.Context, tx *txn, _ *Runner, _ time.Time) error {
	err := tx.QueryRowContext(ctx, `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'attempts'), 0)`).
		Scan(&d.attempt)
	if err != nil {
		return err
	}
	err = tx.QueryRowContext(ctx, `SELECT spends, lock_class, locked_until FROM accounts WHERE account = ?`, d.c.account).
		Scan(&d.spends, &d.lockClass, &d.lockUntil)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return err
}
