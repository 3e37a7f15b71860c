package store

import (
	"context"

	"tebar/campaign"
)

// The tallies say how many messages a campaign has in each state; further rows
// of a group do not count. They are kept with every move, in its transaction,
// since to count a million messages takes half a second. An invariant holds
// them to the messages.

// moved notes that n messages of a campaign have gone from a state to another.
func moved(ctx context.Context, tx *txn, id int64, from, to campaign.State, n int) error {
	if n == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE tallies SET n = n - ? WHERE campaign_id = ? AND state = ?`, n, id, string(from))
	if err == nil {
		_, err = tx.ExecContext(ctx, `INSERT INTO tallies (campaign_id, state, n) VALUES (?, ?, ?)
			ON CONFLICT (campaign_id, state) DO UPDATE SET n = n + excluded.n`, id, string(to), n)
	}
	return err
}

// recount counts a campaign's messages anew, after its list has changed.
func recount(ctx context.Context, tx *txn, id int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM tallies WHERE campaign_id = ?`, id)
	if err == nil {
		_, err = tx.ExecContext(ctx, `INSERT INTO tallies (campaign_id, state, n) SELECT campaign_id, state, count(*)
			FROM messages WHERE campaign_id = ? AND leader_id IS NULL GROUP BY state`, id)
	}
	return err
}

// counts are the campaign's messages by state.
func counts(ctx context.Context, tx querier, id int64) (campaign.Counts, error) {
	var c campaign.Counts
	rows, err := tx.QueryContext(ctx, `SELECT state, n FROM tallies WHERE campaign_id = ?`, id)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	for rows.Next() {
		var state campaign.State
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return c, err
		}
		c.Add(state, n)
	}
	return c, rows.Err()
}

// isLeft is true of a campaign c with messages to be sent.
const isLeft = `EXISTS (SELECT 1 FROM tallies t WHERE t.campaign_id = c.id AND t.n > 0 AND t.state IN ` + inHand + `)`
