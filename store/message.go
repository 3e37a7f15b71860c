package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tebar/campaign"
)

// message is one row of messages, with its list file.
type message struct {
	campaign.Entry
	id        int64
	source    int64
	state     campaign.State
	grouped   bool
	attempts  int
	messageID string
	date      time.Time
	first     time.Time
}

const messageColumns = `m.id, m.source_id, m.row_no, m.cells, m.address, m.key, m.name, m.state, m.grouped,
	m.skip, m.reason, m.recipients, m.attachments, m.entry_sha256, m.attempts, m.message_id, m.date, m.first_at`

func (m *message) scan(row interface{ Scan(...any) error }) error {
	var cells, attachments string
	var date, first sql.NullInt64
	err := row.Scan(&m.id, &m.source, &m.Number, &cells, &m.Address, &m.Key, &m.Name, &m.state, &m.grouped,
		&m.Skip, &m.Entry.Reason, &m.Recipients, &attachments, &m.SHA256, &m.attempts, &m.messageID, &date, &first)
	if err != nil {
		return err
	}
	m.date, m.first = instant(date), instant(first)
	if m.Values, err = decodeCells(cells); err != nil {
		return err
	}
	if attachments == "[]" {
		return nil
	}
	if err := json.Unmarshal([]byte(attachments), &m.Attachments); err != nil {
		return fmt.Errorf("reading attachments: %w", err)
	}
	return nil
}

func decodeCells(text string) (cells []string, err error) {
	if err := json.Unmarshal([]byte(text), &cells); err != nil {
		return nil, fmt.Errorf("reading a row's cells: %w", err)
	}
	return cells, nil
}

// The queue's order: deferred messages that are due, the oldest first, then
// queued ones as they stand in the list.
var queues = []string{ // arguments: campaign, now, how many are passed over
	`SELECT ` + messageColumns + ` FROM messages m WHERE m.campaign_id = ? AND m.state = 'deferred'
		AND m.retry_at <= ? ORDER BY m.retry_at, m.id LIMIT 1 OFFSET ?`,
	`SELECT ` + messageColumns + ` FROM messages m WHERE m.campaign_id = ? AND m.leader_id IS NULL
		AND m.state = 'queued' AND coalesce(m.retry_at, 0) <= ? ORDER BY m.position, m.id LIMIT 1 OFFSET ?`,
}

// nextMessage is the next message of the queue whose address is not
// suppressed, complete with its row's file and group; nil if there is none.
// Suppressed ones are skipped in write, or passed over where that is nil.
func nextMessage(ctx context.Context, tx querier, write *sql.Tx, id int64, now time.Time) (*message, error) {
	for _, query := range queues {
		for passed := 0; ; {
			var m message
			err := m.scan(tx.QueryRowContext(ctx, query, id, now.UnixMicro(), passed))
			if errors.Is(err, sql.ErrNoRows) {
				break
			}
			if err != nil {
				return nil, err
			}
			yes, reason, err := suppressed(ctx, tx, m.Address)
			switch {
			case err != nil:
				return nil, err
			case !yes:
				return &m, m.complete(ctx, tx)
			case write == nil:
				passed++
			default:
				if err := skipOne(ctx, write, m.id, m.state, campaign.SkipSuppressed, reason); err != nil {
					return nil, err
				}
			}
		}
	}
	return nil, nil
}

// complete adds the row's file and columns, and the other rows of its group.
func (m *message) complete(ctx context.Context, tx querier) error {
	sources, err := sourceRows(ctx, tx, `id IN (SELECT source_id FROM messages WHERE id = ? OR leader_id = ?)`, m.id, m.id)
	if err != nil {
		return err
	}
	byID := make(map[int64]*campaign.Source, len(sources))
	for i := range sources {
		byID[sources[i].id] = &sources[i].Source
	}
	m.place(byID)
	if !m.grouped {
		return nil
	}
	m.Rows, err = groupRows(ctx, tx, m.id, m.Row, byID)
	return err
}

// place fills in what the row's list file says.
func (m *message) place(sources map[int64]*campaign.Source) {
	if s := sources[m.source]; s != nil {
		m.Source, m.Sheet, m.Columns = s.File, s.Sheet, s.Columns
	}
}

// groupRows are all rows of a group, the leader's first.
func groupRows(ctx context.Context, tx querier, leader int64, first campaign.Row, sources map[int64]*campaign.Source) ([]campaign.Row, error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+messageColumns+` FROM messages m
		WHERE m.leader_id = ? ORDER BY m.position, m.id`, leader)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []campaign.Row{first}
	for rows.Next() {
		var m message
		if err := m.scan(rows); err != nil {
			return nil, err
		}
		m.place(sources)
		list = append(list, m.Row)
	}
	return list, rows.Err()
}
