package store

import (
	"context"
	"database/sql"
	"errors"
)

// Whoever looks at the tables sees them with the journal posted. A short look
// posts, and tries again when a runner was quicker; a long one must not hold
// the lock while it looks, or it would hold up the sending. So where the
// journal is not empty the writer's lock is held for as long as it takes to
// begin to read, and not longer.

// view runs f in one read transaction: it sees one moment of the store.
func (s *Store) view(ctx context.Context, f func(tx *txn) error) error {
	tx, err := s.reader(ctx)
	if errors.Is(err, errUnposted) {
		tx, err = s.settled(ctx)
	}
	switch {
	case errors.Is(err, errUnposted):
		return explain(s.path, s.undone(ctx, f))
	case err != nil:
		return explain(s.path, err)
	}
	t := &txn{querier: tx}
	if err = f(t); err != nil {
		_ = tx.Rollback()
		return explain(s.path, t.ended(err))
	}
	return explain(s.path, t.ended(tx.Commit()))
}

// reader begins to read, or gives errUnposted.
func (s *Store) reader(ctx context.Context) (*sql.Tx, error) {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	if err := unposted(ctx, tx); err != nil {
		_ = tx.Rollback()
		return nil, err
	}
	return tx, nil
}

// viewTries is how often a view posts what a runner goes on writing.
const viewTries = 10

// settled posts the journal, and begins to read while nobody can write. It
// gives errUnposted where it cannot write itself, or others were quicker.
func (s *Store) settled(ctx context.Context) (tx *sql.Tx, err error) {
	alone := s.commits.alone(ctx, func(w *connection) error {
		for range viewTries {
			if err := within(ctx, w, "COMMIT", func() error { return post(ctx, &txn{querier: w}) }); err != nil {
				return err
			}
			still := within(ctx, w, "ROLLBACK", func() error {
				tx, err = s.reader(ctx)
				return nil
			})
			if still != nil || !errors.Is(err, errUnposted) {
				return still
			}
		}
		return nil
	})
	if alone != nil && tx == nil {
		err = errUnposted
	}
	return tx, err
}

// within runs f under the writer's lock, and ends the transaction so, or undoes
// it.
func within(ctx context.Context, w *connection, end string, f func() error) error {
	if err := insist(ctx, func() error { return w.begin(ctx) }); err != nil {
		return err
	}
	err := errPanicked
	defer func() {
		if err != nil {
			w.rollback()
		}
	}()
	if err = f(); err == nil {
		_, err = w.ExecContext(context.WithoutCancel(ctx), end)
	}
	return err
}

// posted runs look, and posts the journal where look says errUnposted. Where
// that cannot be had, since a runner is quicker or the disk is full, f sees it
// posted in a transaction that is undone.
func (s *Store) posted(ctx context.Context, look func() error, f func(tx *txn) error) error {
	for range viewTries {
		err := look()
		if !errors.Is(err, errUnposted) {
			return explain(s.path, err)
		}
		if err := s.update(ctx, func(*txn) error { return nil }); err != nil {
			break
		}
	}
	return explain(s.path, s.undone(ctx, f))
}

// undone runs f once, in a transaction of the writer that is rolled back.
func (s *Store) undone(ctx context.Context, f func(tx *txn) error) error {
	return s.commits.alone(ctx, func(w *connection) error {
		tx := &txn{querier: w}
		return tx.ended(within(ctx, w, "ROLLBACK", func() error {
			if err := post(ctx, tx); err != nil {
				return err
			}
			return f(tx)
		}))
	})
}

// errUnposted: the tables are behind the journal.
var errUnposted = errors.New("the journal is not posted")

func unposted(ctx context.Context, tx querier) error {
	var left bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM journal)`).Scan(&left)
	if err == nil && left {
		err = errUnposted
	}
	return err
}
