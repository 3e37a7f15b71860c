package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strings"

	"tebar/campaign"
)

// Deliveries streams one line per row of the list, in list order; the further
// rows of a group have the state of their message. With only, rows in these
// states alone; Sent stands for everything accepted, bounced and replied too.
// The first error ends it: campaign.ErrUnknown, campaign.ErrForgotten.
func (s *Store) Deliveries(ctx context.Context, name string, only []campaign.State) iter.Seq2[campaign.Delivery, error] {
	return func(yield func(campaign.Delivery, error) bool) {
		stopped := false
		err := s.view(ctx, func(tx *txn) error {
			c, err := findCampaign(ctx, tx, name)
			if err != nil {
				return err
			}
			return eachDelivery(ctx, tx, &c, withAccepted(only), func(d campaign.Delivery) bool {
				stopped = !yield(d, nil)
				return !stopped
			})
		})
		if err != nil && !stopped {
			yield(campaign.Delivery{}, fmt.Errorf("reading the report: %w", err))
		}
	}
}

// withAccepted makes Sent stand for every accepted state.
func withAccepted(only []campaign.State) []campaign.State {
	if !slices.Contains(only, campaign.Sent) {
		return only
	}
	out := slices.Clone(only)
	for _, s := range campaign.States {
		if s.Accepted() && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// What became of a message; of a further row of a group its leader's says it.
const fateColumns = `state, skip, reason, account, message_id, attempts, sent_at, code, enhanced, response,
	version, sha256, retry_at`

const (
	deliveryQuery = `SELECT ` + fateColumns + `, leader_id, source_id, row_no, cells, address, name
		FROM messages WHERE campaign_id = ? ORDER BY position, id`
	leaderQuery = `SELECT ` + fateColumns + ` FROM messages WHERE id = ?`
)

func eachDelivery(ctx context.Context, tx querier, c *campaignRow, only []campaign.State, f func(campaign.Delivery) bool) error {
	sources, err := allSources(ctx, tx, c.id)
	if err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, deliveryQuery, c.id)
	if err != nil {
		return err
	}
	defer rows.Close()
	var r deliveryRow
	for fields := r.fields(); rows.Next(); {
		r = deliveryRow{}
		if err := rows.Scan(fields...); err != nil {
			return err
		}
		d, err := r.delivery(ctx, tx)
		if err != nil {
			return err
		}
		if len(only) > 0 && !slices.Contains(only, d.State) {
			continue
		}
		if src := sources[r.source]; src != nil {
			d.Row.Source, d.Row.Sheet, d.Row.Columns = src.File, src.Sheet, src.Columns
		}
		if d.State == campaign.Queued || d.State == campaign.Deferred {
			d.Version = c.version
		}
		if !f(d) {
			return nil
		}
	}
	return rows.Err()
}

// A deliveryRow is one row of deliveryQuery.
type deliveryRow struct {
	campaign.Delivery
	skip, cells string
	sent, retry sql.NullInt64
	leader      sql.NullInt64
	source      int64
}

// fate are where fateColumns go.
func (r *deliveryRow) fate() []any {
	d := &r.Delivery
	return []any{
		&d.State, &r.skip, &d.Reason, &d.Account, &d.MessageID, &d.Attempts, &r.sent, &d.Code, &d.Enhanced, &d.Response,
		&d.Version, &d.SHA256, &r.retry,
	}
}

func (r *deliveryRow) fields() []any {
	return append(r.fate(), &r.leader, &r.source, &r.Row.Number, &r.cells, &r.Email, &r.Name)
}

func (r *deliveryRow) delivery(ctx context.Context, tx querier) (d campaign.Delivery, err error) {
	if r.leader.Valid {
		if err := tx.QueryRowContext(ctx, leaderQuery, r.leader).Scan(r.fate()...); err != nil {
			return d, err
		}
	}
	r.SentAt, r.RetryAt = instant(r.sent), instant(r.retry)
	r.Reason = skipReason(r.skip, r.Reason)
	r.Row.Values, err = decodeCells(r.cells)
	return r.Delivery, err
}

// skipReason puts the code, which scripts look for, before the words.
func skipReason(code, words string) string {
	switch {
	case code == "" || strings.HasPrefix(words, code):
		return words
	case words == "":
		return code
	}
	return code + ": " + words
}
