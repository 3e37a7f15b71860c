package store

import (
	"context"
	"fmt"

	"tebar/campaign"
)

// Left is how many messages of the campaign are to be sent, and the recipients
// of each in the order of Entries; no costs means that all of them count for
// one. Errors: campaign.ErrUnknown, campaign.ErrForgotten.
func (s *Store) Left(ctx context.Context, name string) (messages int, costs []int, err error) {
	err = s.view(ctx, func(tx *txn) error {
		c, err := findCampaign(ctx, tx, name)
		if err != nil {
			return err
		}
		n, err := counts(ctx, tx, c.id)
		if err != nil {
			return err
		}
		messages = n.Left()
		var several bool
		err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM messages WHERE campaign_id = ? AND recipients > 1)`, c.id).Scan(&several)
		if err != nil || !several {
			return err
		}
		costs, err = costsLeft(ctx, tx, c.id, messages)
		return err
	})
	if err != nil {
		return 0, nil, fmt.Errorf("reading what is left: %w", err)
	}
	return messages, costs, nil
}

// costsLeft reads the recipients of what is in hand, deferred and queued.
func costsLeft(ctx context.Context, tx querier, id int64, about int) ([]int, error) {
	costs := make([]int, 0, about)
	for _, part := range []struct {
		state campaign.State
		order string
	}{{campaign.Sending, "position, id"}, {campaign.Deferred, "retry_at, id"}, {campaign.Queued, "position, id"}} {
		rows, err := tx.QueryContext(ctx, `SELECT recipients FROM messages
			WHERE campaign_id = ? AND state = '`+string(part.state)+`' ORDER BY `+part.order, id)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				_ = rows.Close()
				return nil, err
			}
			costs = append(costs, n)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return costs, nil
}
