package store

import (
	"context"
	"database/sql"
	"errors"
)

// A connection prepares each statement once: SQLite takes longer to compile
// most of the ledger's than to run them. A statement that has begun is finished,
// whatever becomes of its context; only begin waits, and can be called off.
type connection struct {
	conn     *sql.Conn
	lock     *sql.Stmt // takes the database's lock
	prepared map[string]*sql.Stmt
}

// mostPrepared is how many statements are kept. The ledger has fewer; whoever
// builds a text from data runs it as it is.
const mostPrepared = 200

func connect(ctx context.Context, db *sql.DB) (*connection, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	lock, err := conn.PrepareContext(ctx, "BEGIN IMMEDIATE")
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &connection{conn: conn, lock: lock, prepared: map[string]*sql.Stmt{}}, nil
}

// begin takes the database's lock, for which it waits.
func (w *connection) begin(ctx context.Context) error {
	_, err := w.lock.ExecContext(ctx)
	if err != nil {
		w.rollback() // called off, it may have begun all the same
	}
	return err
}

// rollback ends the transaction, if there is one: SQLite may have rolled back
// by itself.
func (w *connection) rollback() {
	_, _ = w.conn.ExecContext(context.Background(), "ROLLBACK")
}

// statement is nil where the text is to be run as it is.
func (w *connection) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s := w.prepared[query]; s != nil || len(w.prepared) >= mostPrepared {
		return s, nil
	}
	s, err := w.conn.PrepareContext(ctx, query)
	if err == nil {
		w.prepared[query] = s
	}
	return s, err
}

// ExecContext is sql.Conn's.
func (w *connection) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := w.statement(ctx, query)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return w.conn.ExecContext(ctx, query, args...)
	}
	return s.ExecContext(context.WithoutCancel(ctx), args...)
}

// QueryContext is sql.Conn's.
func (w *connection) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := w.statement(ctx, query)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return w.conn.QueryContext(ctx, query, args...)
	}
	return s.QueryContext(context.WithoutCancel(ctx), args...)
}

// QueryRowContext is sql.Conn's.
func (w *connection) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if s, err := w.statement(ctx, query); err == nil && s != nil {
		return s.QueryRowContext(context.WithoutCancel(ctx), args...)
	}
	return w.conn.QueryRowContext(ctx, query, args...)
}

func (w *connection) close() error {
	all := []error{w.lock.Close()}
	for _, s := range w.prepared {
		all = append(all, s.Close())
	}
	return errors.Join(append(all, w.conn.Close())...)
}
