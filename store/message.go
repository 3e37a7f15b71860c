package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

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

// scan reads messageColumns, and what else was asked for behind them.
func (m *message) scan(row interface{ Scan(...any) error }, more ...any) error {
	var cells, attachments string
	var date, first sql.NullInt64
	err := row.Scan(append([]any{
		&m.id, &m.source, &m.Number, &cells, &m.Address, &m.Key, &m.Name, &m.state, &m.grouped,
		&m.Skip, &m.Entry.Reason, &m.Recipients, &attachments, &m.SHA256, &m.attempts, &m.messageID, &date, &first,
	}, more...)...)
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
		return unreadable("attachments", err)
	}
	return nil
}

// decodeCells reads a JSON array of texts. Most need no decoder: where no cell
// has an escape, and so no quotation mark, they stand between `","`.
func decodeCells(text string) (cells []string, err error) {
	if inner, ok := plainCells(text); ok {
		return strings.Split(inner, `","`), nil
	}
	if err := json.Unmarshal([]byte(text), &cells); err != nil {
		return nil, unreadable("a row's cells", err)
	}
	return cells, nil
}

// plainCells is what stands between the brackets and outer quotation marks of an
// array of texts without escapes.
func plainCells(text string) (inner string, ok bool) {
	inner, ok = strings.CutPrefix(text, `["`)
	if ok {
		inner, ok = strings.CutSuffix(inner, `"]`)
	}
	for i := 0; ok && i < len(inner); i++ {
		switch c := inner[i]; {
		case c < ' ', c == '\\':
			return "", false
		case c == '"': // the next cell begins
			if ok = strings.HasPrefix(inner[i:], `","`); ok {
				i += 2
			}
		}
	}
	return inner, ok && utf8.ValidString(inner)
}

// retryHorizon is the furthest ahead that a message waits: a full mailbox is
// tried for 3 days, any other message again within the campaign's retry max.
// A time beyond it was written by a clock that has been set back since, and
// reads as due, or a deferral made in "2030" would wait until 2030.
func retryHorizon(retry campaign.Retry) time.Duration {
	return max(4*24*time.Hour, retry.Max)
}

// A queue is one part of the messages to be sent, in its order. Its query
// takes the campaign, a time in microseconds, and how many to pass over.
type queue struct {
	query string
	until time.Time
}

const (
	deferredUntil = waitingRows + `q.state = 'deferred'
		AND q.retry_at <= ? ORDER BY q.retry_at, q.id LIMIT 1 OFFSET ?`
	deferredBeyond = waitingRows + `q.state = 'deferred'
		AND q.retry_at > ? ORDER BY q.retry_at, q.id LIMIT 1 OFFSET ?`
	queuedInOrder = waitingRows + `q.state = 'queued'
		AND coalesce(m.retry_at, 0) <= ? ORDER BY q.position, q.id LIMIT 1 OFFSET ?`
)

// waitingRows finds messages by an index, q, and reads them from the table, m,
// and whether an attempt was accepted or is open. An index may be damaged, and
// SQLite takes what it stands for from it alone, the state too: see scanWaiting.
const waitingRows = `SELECT ` + messageColumns + `, EXISTS (SELECT 1 FROM attempts a WHERE a.message_id = m.id
	AND (a.ended_at IS NULL OR a.verdict = 'accepted'))
	FROM messages q CROSS JOIN messages m ON m.id = q.id WHERE q.campaign_id = ? AND `

// scanWaiting reads one of waitingRows. One that does not wait to be sent would
// be sent twice: the store is damaged.
func (m *message) scanWaiting(row interface{ Scan(...any) error }) error {
	var went bool
	if err := m.scan(row, &went); err != nil {
		return err
	}
	if went || !slices.Contains(waiting, m.state) {
		return unreadable("the queue", fmt.Errorf("message %d is in it, and is not to be sent", m.id))
	}
	return nil
}

// nextMessage is the next message whose address is not suppressed, complete
// with its row's file and group: deferred messages that are due, the oldest
// first, then queued ones as they stand in the list. It is nil if there is
// none; passed says that suppressed ones still stand in the way.
func nextMessage(ctx context.Context, tx querier, write *txn, id int64, now time.Time, horizon time.Duration) (m *message, passed bool, err error) {
	for _, q := range []queue{{deferredUntil, now}, {deferredBeyond, now.Add(horizon)}, {queuedInOrder, now}} {
		m, over, err := q.first(ctx, tx, write, id)
		if err != nil {
			return nil, false, err
		}
		if m != nil {
			return m, passed || over, m.complete(ctx, tx)
		}
		passed = passed || over
	}
	return nil, passed, nil
}

// first is the queue's first message that is not suppressed. Suppressed ones
// are skipped in write, or passed over where that is nil.
func (q queue) first(ctx context.Context, tx querier, write *txn, id int64) (*message, bool, error) {
	for passed := 0; ; {
		var m message
		err := m.scanWaiting(tx.QueryRowContext(ctx, q.query, id, q.until.UnixMicro(), passed))
		if errors.Is(err, sql.ErrNoRows) {
			return nil, passed > 0, nil
		}
		if err != nil {
			return nil, false, err
		}
		yes, reason, err := suppressed(ctx, tx, m.Address)
		switch {
		case err != nil:
			return nil, false, err
		case !yes:
			return &m, passed > 0, nil
		case write == nil:
			passed++
		default:
			if err := skipOne(ctx, write, m.id, m.state, campaign.SkipSuppressed, reason); err != nil {
				return nil, false, err
			}
		}
	}
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
