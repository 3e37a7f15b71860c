package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// An invariant is a query that finds nothing in a sound ledger, and gives one
// text per fault.
type invariant struct {
	of    string // the table whose rows it takes, by id, from ?1 to ?2; "" where it takes none in particular
	query string
}

// atHand are those of what runs have in hand, which indexes give at once.
var atHand = []invariant{
	{query: `SELECT 'message ' || m.id || ' is being sent without an open attempt' FROM messages m WHERE m.state = 'sending'
		AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.message_id = m.id AND a.ended_at IS NULL)`},
	{query: `SELECT 'attempt ' || a.id || ' is open and its message is ' || m.state FROM attempts a
		JOIN messages m ON m.id = a.message_id WHERE a.ended_at IS NULL AND m.state NOT IN ('sending', 'unconfirmed')`},
	{query: `SELECT 'attempt ' || a.id || ' is open and has no reservation' FROM attempts a
		JOIN messages m ON m.id = a.message_id AND m.state = 'sending' WHERE a.ended_at IS NULL
		AND NOT EXISTS (SELECT 1 FROM reservations r WHERE r.attempt_id = a.id AND r.state IN ('reserved', 'marked') AND r.state <> 'spent')`},
	{query: `SELECT 'reservation ' || r.id || ' waits for an attempt that has ended' FROM reservations r
		WHERE r.state IN ('reserved', 'marked') AND r.state <> 'spent' AND NOT EXISTS (SELECT 1 FROM attempts a
		JOIN messages m ON m.id = a.message_id WHERE a.id = r.attempt_id AND a.ended_at IS NULL AND m.state = 'sending')`},
	{query: `SELECT 'message ' || m.id || ' is deferred without a time' FROM messages m WHERE m.state = 'deferred' AND m.retry_at IS NULL`},
}

// newest are those of what was written last, where a disk loses what it had not
// kept: the last attempts are what their messages and the index say that guards
// a message from being claimed again.
var newest = []invariant{
	{query: `SELECT 'message ' || m.id || ' is ' || m.state || ' and attempt ' || a.id || ' was accepted' FROM attempts a
		CROSS JOIN messages m ON m.id = a.message_id WHERE a.id > (SELECT max(id) FROM attempts) - 5000
		AND a.verdict = 'accepted' AND m.state NOT IN ('sent', 'bounced', 'replied', 'unsubscribed')`},
	{query: `SELECT 'attempt ' || a.id || ' is missing in the index of its message' FROM attempts a NOT INDEXED
		WHERE a.id > (SELECT max(id) FROM attempts) - 5000 AND a.message_id IS NOT NULL AND NOT EXISTS (SELECT 1
		FROM attempts i INDEXED BY attempts_message WHERE i.message_id = a.message_id AND i.id = a.id)`},
}

// throughout are those of everything that is kept.
var throughout = []invariant{
	{of: "attempts", query: `SELECT 'message ' || m.id || ' is ' || m.state || ' and attempt ' || a.id || ' was accepted'
		FROM attempts a CROSS JOIN messages m ON m.id = a.message_id WHERE a.id BETWEEN ?1 AND ?2
		AND a.verdict = 'accepted' AND m.state NOT IN ('sent', 'bounced', 'replied', 'unsubscribed')`},
	{of: "messages", query: `SELECT 'row ' || id || ' belongs to no campaign or no list' FROM messages m
		WHERE m.id BETWEEN ?1 AND ?2 AND (NOT EXISTS (SELECT 1 FROM campaigns c WHERE c.id = m.campaign_id)
		OR NOT EXISTS (SELECT 1 FROM sources l WHERE l.id = m.source_id))`},
	{of: "messages", query: `SELECT 'row ' || m.id || ' belongs to a message of another campaign' FROM messages m
		CROSS JOIN messages l ON l.id = m.leader_id WHERE m.id BETWEEN ?1 AND ?2 AND (l.campaign_id <> m.campaign_id OR l.own = 0)`},
	{of: "messages", query: `SELECT 'row ' || id || ' cannot be read' FROM messages
		WHERE id BETWEEN ?1 AND ?2 AND (NOT json_valid(cells) OR NOT json_valid(attachments))`},
	{of: "messages", query: `SELECT 'message ' || m.id || ' is ' || m.state || ' without a Message-ID' FROM messages m
		WHERE m.id BETWEEN ?1 AND ?2 AND m.message_id = ''
		AND m.state IN ('sending', 'sent', 'unconfirmed', 'bounced', 'replied', 'unsubscribed')`},
	{query: `SELECT 'version ' || number || ' of campaign ' || campaign_id || ' cannot be read' FROM versions
		WHERE NOT json_valid(settings) OR NOT json_valid(letter)`},
	{query: `SELECT 'list ' || id || ' has columns that cannot be read' FROM sources WHERE NOT json_valid(columns)`},
	{query: `SELECT 'campaign ' || coalesce(c.campaign_id, t.campaign_id) || ' has ' || coalesce(c.n, 0) || ' messages '
		|| coalesce(c.state, t.state) || ', and ' || coalesce(t.n, 0) || ' by its tally' FROM (SELECT campaign_id, state, count(*) AS n
		FROM messages WHERE leader_id IS NULL GROUP BY campaign_id, state) c
		FULL JOIN (SELECT * FROM tallies WHERE n > 0) t USING (campaign_id, state) WHERE coalesce(c.n, 0) <> coalesce(t.n, 0)`},
}

// Check reads the whole file: SQLite's own integrity, foreign keys, and what
// must hold between messages, attempts and reservations; and whether it is the
// one that has sent from here. nil means sound; the error lists every fault and
// is ErrDamaged, or is ErrRestored or ErrReplaced.
func (s *Store) Check(ctx context.Context) error {
	var all []error
	err := s.view(ctx, func(tx *txn) error {
		texts, err := column(ctx, tx, `PRAGMA integrity_check`)
		if err != nil {
			return err
		}
		for _, text := range texts {
			if text != "ok" {
				all = append(all, errors.New(text))
			}
		}
		keys, err := column(ctx, tx, `SELECT 'a row of ' || "table" || ' refers to a missing row of ' || parent
			FROM pragma_foreign_key_check`)
		if err != nil {
			return err
		}
		more, err := faults(ctx, tx, slices.Concat(atHand, throughout))
		if err != nil {
			return err
		}
		shape, err := laidOut(ctx, tx)
		if err != nil {
			return err
		}
		for _, text := range slices.Concat(keys, more, shape) {
			all = append(all, errors.New(text))
		}
		return nil
	})
	if err == nil && len(all) == 0 {
		err = s.notRestored(ctx, "")
	}
	if err != nil {
		return fmt.Errorf("checking the store: %w", err)
	}
	if len(all) > 0 {
		return refused(fmt.Errorf("checking the store: %s: %w: %w", s.path, ErrDamaged, errors.Join(all...)), damagedHint)
	}
	return nil
}

// faults are what invariants find.
func faults(ctx context.Context, tx querier, invariants []invariant) ([]string, error) {
	var all []string
	for _, v := range invariants {
		var args []any
		if v.of != "" {
			args = []any{0, math.MaxInt64}
		}
		texts, err := column(ctx, tx, v.query, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, texts...)
	}
	return all, nil
}

// column gives the first column of every row as text.
func column(ctx context.Context, tx querier, query string, args ...any) ([]string, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, rows.Err()
}
