package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// A glance is a connection for the short look that is taken again and again:
// when the next message may go. It keeps its statements, and one looks at a
// time.
type glance struct {
	db *sql.DB

	mu   sync.Mutex
	conn *connection
	gone bool // closed
}

// look runs f in one read transaction.
func (g *glance) look(ctx context.Context, f func(tx *txn) error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.gone {
		return errClosed
	}
	if g.conn == nil {
		conn, err := connect(ctx, g.db)
		if err != nil {
			return err
		}
		g.conn = conn
	}
	_, err := g.conn.ExecContext(ctx, "BEGIN")
	if err == nil {
		err = f(&txn{querier: g.conn})
		if _, end := g.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); end != nil {
			err = errors.Join(err, end, g.drop())
		}
	}
	return err
}

func (g *glance) close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gone = true
	return g.drop()
}

func (g *glance) drop() error {
	if g.conn == nil {
		return nil
	}
	conn := g.conn
	g.conn = nil
	return conn.close()
}
