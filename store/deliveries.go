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

// A member's message is l; of all others l is the row itself.
const deliveryQuery = `SELECT m.source_id, m.row_no, m.cells, m.address, m.name,
	l.state, l.skip, l.reason, l.account, l.message_id, l.attempts, l.sent_at, l.code, l.enhanced, l.response,
	l.version, l.sha256, l.retry_at
	FROM messages m JOIN messages l ON l.id = coalesce(m.leader_id, m.id)
	WHERE m.campaign_id = ? ORDER BY m.position, m.id`

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
	for rows.Next() {
		d, source, err := scanDelivery(rows)
		if err != nil {
			return err
		}
		if len(only) > 0 && !slices.Contains(only, d.State) {
			continue
		}
		if src := sources[source]; src != nil {
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

func scanDelivery(rows *sql.Rows) (d campaign.Delivery, source int64, err error) {
	var cells, skip string
	var sent, retry sql.NullInt64
	err = rows.Scan(&source, &d.Row.Number, &cells, &d.Email, &d.Name,
		&d.State, &skip, &d.Reason, &d.Account, &d.MessageID, &d.Attempts, &sent, &d.Code, &d.Enhanced, &d.Response,
		&d.Version, &d.SHA256, &retry)
	if err != nil {
		return d, 0, err
	}
	d.SentAt, d.RetryAt = instant(sent), instant(retry)
	d.Reason = skipReason(skip, d.Reason)
	d.Row.Values, err = decodeCells(cells)
	return d, source, err
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
