package store

import (
	"context"
	"database/sql"
	"strings"
)

// rowsTogether is how many rows one statement writes: beyond that it saves
// nothing more.
const rowsTogether = 50

// A rowWriter writes rows, many in one statement, while the next ones are
// read. Nobody else uses the connection meanwhile.
type rowWriter struct {
	ctx   context.Context // not called off in the middle of a statement
	off   func() error    // how the writing was called off
	conn  *sql.Conn
	head  string // INSERT INTO ... VALUES
	place string // of one row: (?, ?)
	width int    // values of one row
	rows  *sql.Stmt
	blobs *sql.Stmt // nil until there is one
	next  rowBatch
	work  chan rowBatch
	spare chan rowBatch
	ended chan error      // the writer's, once
	known map[string]bool // of the few blobs that all rows share
}

// A rowBatch is the values of some rows, and their blobs.
type rowBatch struct {
	values []any
	blobs  []string
}

func newRowWriter(ctx context.Context, conn *sql.Conn, head, place string) (*rowWriter, error) {
	w := &rowWriter{
		ctx: context.WithoutCancel(ctx), off: ctx.Err, conn: conn, head: head, place: place, width: strings.Count(place, "?"),
		known: map[string]bool{},
		work:  make(chan rowBatch, 4), spare: make(chan rowBatch, 8), ended: make(chan error, 1),
	}
	var err error
	if w.rows, err = conn.PrepareContext(ctx, w.statement(rowsTogether)); err != nil {
		return nil, err
	}
	go func() { w.ended <- w.write() }()
	return w, nil
}

// statement writes n rows.
func (w *rowWriter) statement(n int) string {
	return w.head + w.place + strings.Repeat(", "+w.place, n-1)
}

// row takes the values of the next row.
func (w *rowWriter) row(values ...any) error {
	w.next.values = append(w.next.values, values...)
	if len(w.next.values) < rowsTogether*w.width {
		return nil
	}
	return w.hand()
}

// blob takes an attachment of the next row.
func (w *rowWriter) blob(sum string) {
	if w.known[sum] {
		return
	}
	w.next.blobs = append(w.next.blobs, sum)
	if len(w.known) < 1000 {
		w.known[sum] = true
	}
}

// hand gives the batch to the writer; it waits while the writer is behind.
func (w *rowWriter) hand() error {
	if err := w.off(); err != nil {
		return err
	}
	select {
	case w.work <- w.next:
	case err := <-w.ended:
		w.ended <- err
		return err
	}
	select {
	case w.next = <-w.spare:
	default:
		w.next = rowBatch{}
	}
	return nil
}

// write writes batches until there are no more, or one fails.
func (w *rowWriter) write() error {
	for b := range w.work {
		if err := w.batch(b); err != nil {
			return err
		}
		clear(b.values)
		select {
		case w.spare <- rowBatch{b.values[:0], b.blobs[:0]}:
		default:
		}
	}
	return nil
}

func (w *rowWriter) batch(b rowBatch) (err error) {
	for _, sum := range b.blobs {
		if w.blobs == nil {
			w.blobs, err = w.conn.PrepareContext(w.ctx, `INSERT INTO staged_blobs (sha256) VALUES (?) ON CONFLICT DO NOTHING`)
			if err != nil {
				return err
			}
		}
		if _, err := w.blobs.ExecContext(w.ctx, sum); err != nil {
			return err
		}
	}
	switch n := len(b.values) / w.width; n {
	case 0:
	case rowsTogether:
		_, err = w.rows.ExecContext(w.ctx, b.values...)
	default:
		_, err = w.conn.ExecContext(w.ctx, w.statement(n), b.values...)
	}
	return err
}

// end waits until all is written. err ended the reading, and comes first.
func (w *rowWriter) end(err error) error {
	if err == nil {
		err = w.hand()
	}
	close(w.work)
	ended := <-w.ended
	if off := w.off(); off != nil {
		err = off // whatever failed for it: the tables have gone with the transaction
	}
	if err == nil {
		err = ended
	}
	_ = w.rows.Close()
	if w.blobs != nil {
		_ = w.blobs.Close()
	}
	return err
}
