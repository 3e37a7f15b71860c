package store

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"tebar/campaign"
)

// Entries streams the campaign's messages in the given states, complete with
// their rows, in the order in which they would be sent: those in hand, the
// deferred ones by the time of their next try, the queued ones as listed. No
// states means these three. The first error ends it: campaign.ErrUnknown,
// campaign.ErrForgotten.
func (s *Store) Entries(ctx context.Context, name string, states ...campaign.State) iter.Seq2[campaign.Entry, error] {
	if len(states) == 0 {
		states = []campaign.State{campaign.Sending, campaign.Deferred, campaign.Queued}
	}
	return func(yield func(campaign.Entry, error) bool) {
		stopped := false
		err := s.view(ctx, func(tx *txn) error {
			c, err := findCampaign(ctx, tx, name)
			if err != nil {
				return err
			}
			return eachEntryOf(ctx, tx, c.id, states, func(e campaign.Entry) bool {
				stopped = !yield(e, nil)
				return !stopped
			})
		})
		if err != nil && !stopped {
			yield(campaign.Entry{}, fmt.Errorf("reading the stored list: %w", err))
		}
	}
}

func eachEntryOf(ctx context.Context, tx querier, id int64, states []campaign.State, f func(campaign.Entry) bool) error {
	sources, err := allSources(ctx, tx, id)
	if err != nil {
		return err
	}
	in, args := inStates(states)
	rows, err := tx.QueryContext(ctx, `SELECT `+messageColumns+` FROM messages m
		WHERE m.campaign_id = ? AND m.leader_id IS NULL AND m.state IN `+in+`
		ORDER BY CASE m.state WHEN 'sending' THEN 0 WHEN 'deferred' THEN 1 ELSE 2 END, m.retry_at, m.position, m.id`,
		append([]any{id}, args...)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var m message
		if err := m.scan(rows); err != nil {
			return err
		}
		m.place(sources)
		if m.grouped {
			if m.Rows, err = groupRows(ctx, tx, m.id, m.Row, sources); err != nil {
				return err
			}
		}
		if !f(m.Entry) {
			return nil
		}
	}
	return rows.Err()
}

// inStates is "(?, ?)" and its arguments.
func inStates(states []campaign.State) (in string, args []any) {
	for _, s := range states {
		args = append(args, string(s))
	}
	return "(" + strings.TrimSuffix(strings.Repeat("?, ", len(states)), ", ") + ")", args
}

// Addresses streams the addresses of the campaign's messages in the states,
// for `exclude`; no states means all that were accepted or are unconfirmed,
// and Sent stands for everything accepted. An address may come more than once.
// Errors: campaign.ErrUnknown, campaign.ErrForgotten.
func (s *Store) Addresses(ctx context.Context, name string, states []campaign.State) (iter.Seq2[string, error], error) {
	c, err := s.campaign(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("reading the addresses of a campaign: %w", err)
	}
	if len(states) == 0 {
		states = []campaign.State{campaign.Sent, campaign.Unconfirmed}
	}
	in, args := inStates(withAccepted(states))
	return func(yield func(string, error) bool) {
		rows, err := s.read.QueryContext(ctx, `SELECT address FROM messages WHERE campaign_id = ? AND leader_id IS NULL
			AND state IN `+in+` ORDER BY position, id`, append([]any{c.id}, args...)...)
		if err != nil {
			yield("", fmt.Errorf("reading the addresses of %s: %w", name, explain(s.path, err)))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var address string
			if err := rows.Scan(&address); err != nil || !yield(address, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield("", fmt.Errorf("reading the addresses of %s: %w", name, explain(s.path, err)))
		}
	}, nil
}
