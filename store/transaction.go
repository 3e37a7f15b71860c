package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"tebar/campaign"
)

// A querier is a transaction or a connection.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// An opener begins transactions: the writer's pool, or a proposal's connection.
type opener interface {
	BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error)
}

// busyTries is how often a write waits out busy_timeout (10 s each).
const busyTries = 3

// update runs f in an immediate transaction of the writer, together with the
// changes that others of this Store have waiting: see commit.go. f may run
// again, when the database was locked for longer than the time-out or a change
// of others has failed.
func (s *Store) update(ctx context.Context, f func(tx *txn) error) error {
	return explain(s.path, s.commits.do(ctx, f))
}

func (s *Store) updateOn(ctx context.Context, db opener, f func(tx *txn) error) error {
	return explain(s.path, insist(ctx, func() error { return transact(ctx, db, nil, f) }))
}

// insist tries again while the database is locked by another process.
func insist(ctx context.Context, try func() error) (err error) {
	for range busyTries {
		if err = try(); !isBusy(err) || ctx.Err() != nil {
			break
		}
	}
	return err
}

// A txn is an open transaction.
type txn struct {
	querier
	undone    []func()
	runners   []*Runner  // whose witnesses note
	sightings []sighting // this, when it is durable

	claimed []int64        // attempts begun
	commits *committer     // whose it is; nil: nobody else's
	entries []journalEntry // to be written to the journal
	others  int64          // the database's data_version; 0: not read yet
}

// undo calls f when the transaction is rolled back: what was learnt in it may
// never have been.
func (t *txn) undo(f func()) { t.undone = append(t.undone, f) }

// journal adds an entry of a runner whose desk knows of it; no other runner's
// does.
func (t *txn) journal(r *Runner, e journalEntry) {
	t.commits.own++
	r.desk.stamp.own = t.commits.own
	t.entries = append(t.entries, e)
}

// flush writes the entries to the journal.
func (t *txn) flush(ctx context.Context) error {
	if len(t.entries) == 0 {
		return nil
	}
	err := writeJournal(ctx, t, t.entries)
	t.entries = nil
	return err
}

// stamp says which state of the store the transaction sees.
func (t *txn) stamp(ctx context.Context) (s stamp, err error) {
	if t.others == 0 {
		if err := t.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&t.others); err != nil {
			return s, err
		}
	}
	return stamp{others: t.others, own: t.commits.own}, nil
}

func (t *txn) ended(err error) error {
	if err != nil {
		for _, f := range t.undone {
			f()
		}
		return err
	}
	for i, r := range t.runners {
		r.saw(t.sightings[i])
	}
	return nil
}

func transact(ctx context.Context, db opener, opts *sql.TxOptions, f func(tx *txn) error) error {
	tx, err := db.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	t := &txn{querier: tx}
	if opts == nil {
		err = post(ctx, t)
	}
	if err == nil {
		err = f(t)
	}
	if err != nil {
		_ = tx.Rollback()
		return t.ended(err)
	}
	return t.ended(tx.Commit())
}

func isBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// What a person can do about the file.
const (
	writableHint = "make the file and its folder writable for you, or name another with --store PATH"
	fullHint     = "make room on the disk, and go on with `tebar resume`"
	diskHint     = "see whether the disk is full, failing or gone; then `tebar store check`, and go on with `tebar resume`"
	heldHint     = "one that is suspended in the middle of writing (Ctrl-Z, a frozen machine) holds up all others: wake it (`fg`) or end it"
	damagedHint  = "keep the file as it is; a backup (`tebar store backup`) knows only who was written to before it was made, and going on from it writes to the others again"
)

// explain names what SQLite says about the file in words that a person can
// act on; other errors pass.
func explain(path string, err error) error {
	var e *sqlite.Error
	var hint *campaign.HintError
	switch {
	case errors.As(err, &hint):
		return err
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return refused(fmt.Errorf("%w: %w", ErrReadOnly, err), writableHint)
	case errors.Is(err, syscall.ENOSPC):
		return refused(fmt.Errorf("%w: %w", ErrFull, err), fullHint)
	case errors.Is(err, syscall.EIO):
		return refused(fmt.Errorf("%w: %w", ErrDisk, err), diskHint)
	case !errors.As(err, &e):
		return err
	}
	named := func(kind error) error { return fmt.Errorf("%s: %w: %w", path, kind, err) }
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_NOTADB:
		return refused(named(ErrForeign), "the file is no database; name another one with --store PATH")
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH:
		// The last three: the tables are not as Tebar has made them.
		return refused(named(ErrDamaged), damagedHint)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return refused(named(ErrReadOnly), writableHint)
	case sqlite3.SQLITE_BUSY:
		return refused(named(ErrHeld), heldHint)
	case sqlite3.SQLITE_FULL:
		return refused(named(ErrFull), fullHint)
	case sqlite3.SQLITE_IOERR:
		return refused(named(ErrDisk), diskHint)
	}
	return err
}

// unreadable names what the store has and cannot mean; nil stays nil.
func unreadable(what string, err error) error {
	if err == nil {
		return nil
	}
	return refused(fmt.Errorf("reading %s: %w: %w", what, ErrDamaged, err), damagedHint)
}

// changed runs a statement and says how many rows it changed.
func changed(ctx context.Context, q querier, query string, args ...any) (int, error) {
	res, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// micros is a time as the store keeps it; the zero time is NULL.
func micros(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMicro(), Valid: !t.IsZero()}
}

// instant is a stored time; NULL is the zero time.
func instant(v sql.NullInt64) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return time.UnixMicro(v.Int64).UTC()
}
