package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// LookBeside lets the look at every store go on beside the run, until the test
// has ended.
func LookBeside(tb testing.TB) {
	before := lookFirst
	lookFirst = 0
	tb.Cleanup(func() { lookFirst = before })
}

// Looked waits for the end of the look.
func (r *Runner) Looked() { <-r.beside.ended }

// LookAtTable takes the parts of the look at a table and its indexes, and gives
// all that they find.
func (s *Store) LookAtTable(ctx context.Context, table string) error {
	db := pool(s.path, readerPragmas, 1)
	defer db.Close()
	parts, err := s.parts(ctx, db)
	for _, p := range parts {
		if strings.HasSuffix(p.name, " of "+table) {
			_, found := p.piece(ctx, db, 0)
			err = errors.Join(err, found)
		}
	}
	return err
}

// DeliveryQuery reads all of a campaign, in order.
const DeliveryQuery = deliveryQuery

// A recorder notes the texts of what is asked.
type recorder struct {
	querier
	texts map[string]bool
}

func (r *recorder) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r.texts[query] = true
	return r.querier.QueryContext(ctx, query, args...)
}

func (r *recorder) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	r.texts[query] = true
	return r.querier.QueryRowContext(ctx, query, args...)
}

// Asked are the statements that the loop has used so far, and those of status,
// plan and report.
func (s *Store) Asked(ctx context.Context, name string, now time.Time) ([]string, error) {
	r := &recorder{texts: map[string]bool{deliveryQuery: true, newSpends: true}}
	err := s.view(ctx, func(tx *txn) error {
		r.querier = tx.querier
		c, err := findCampaign(ctx, r, name)
		if err != nil {
			return err
		}
		if _, err := s.info(ctx, r, &c); err != nil {
			return err
		}
		if _, err := snapshot(ctx, r, &c); err != nil {
			return err
		}
		_, err = s.accountStatus(ctx, r, c.account, now)
		return err
	})
	if s.commits.writer != nil {
		for text := range s.commits.writer.prepared {
			r.texts[text] = true
		}
	}
	if s.glances.conn != nil {
		for text := range s.glances.conn.prepared {
			r.texts[text] = true
		}
	}
	return slices.Sorted(maps.Keys(r.texts)), err
}
