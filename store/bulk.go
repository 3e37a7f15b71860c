package store

import (
	"context"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// manyRows is from where on a list is taken in bulk.
const manyRows = 10_000

// inBulk runs insert, which adds about so many messages. Many go in while the
// identities have no index, and it is made then: to sort them is quicker than
// to go to and fro in the file. All of it is in the caller's transaction:
// nobody sees the messages without the index, and two of one identity fail as
// they would one by one.
func inBulk(ctx context.Context, tx *txn, messages int, insert func() error) error {
	many, err := outweigh(ctx, tx, messages)
	if err != nil {
		return err
	}
	if !many {
		return insert()
	}
	var index string
	err = tx.QueryRowContext(ctx, `SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = 'messages_identity'`).Scan(&index)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DROP INDEX messages_identity`); err != nil {
		return err
	}
	if err := insert(); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, index)
	return err
}

// outweigh says whether the messages are so many more than those in the store
// that the index is quicker made anew.
func outweigh(ctx context.Context, tx *txn, messages int) (bool, error) {
	if messages < manyRows {
		return false, nil
	}
	var last int // at least as many as there are
	err := tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM messages`).Scan(&last)
	return last < messages/2, err
}

func isUnique(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE
}
