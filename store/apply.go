package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tebar/campaign"
)

// rowContent is what a message takes over from its row in the new list.
const rowContent = `source_id = (SELECT id FROM sources WHERE campaign_id = messages.campaign_id AND version = ?1 AND number = e.source),
	row_no = e.row_no, cells = e.cells, name = e.name, grouped = e.grouped, recipients = e.recipients,
	attachments = e.attachments, entry_sha256 = e.entry_sha256`

// applyRows brings the campaign's messages to what the staged rows say.
func (p *Proposal) applyRows(ctx context.Context, tx *txn, c *campaignRow) error {
	steps := []func(context.Context, *txn, *campaignRow) error{
		p.insertSources, p.rematch, p.updateMessages, p.skipGone, p.insertMessages, p.replaceOthers, p.keepBlobs,
	}
	if p.isNew {
		steps = []func(context.Context, *txn, *campaignRow) error{
			p.insertSources, p.insertMessages, p.insertOthers, p.keepBlobs,
		}
	}
	for _, step := range steps {
		if err := step(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

func (p *Proposal) insertSources(ctx context.Context, tx *txn, c *campaignRow) error {
	for i, s := range p.snap.Sources {
		columns := s.Columns
		if columns == nil {
			columns = []string{}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO sources (campaign_id, version, number, file, format, encoding,
			delimiter, sheet, rows_read, columns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.id, c.version, i, s.File, s.Format, s.Encoding, s.Delimiter, s.Sheet, s.Rows, encode(columns))
		if err != nil {
			return err
		}
	}
	return nil
}

// rematch finds the messages again, inside the transaction: some may have been
// sent since the proposal, and dead claims have been settled.
func (p *Proposal) rematch(ctx context.Context, tx *txn, c *campaignRow) error {
	// What tells who is there already: people that it has lost would be let in,
	// and written to, a second time.
	identity := index{name: "messages_identity", where: "own = 1"}
	if err := p.s.found(column(ctx, tx, surplus("messages", []index{identity}))); err != nil {
		return err
	}
	if err := p.rows.match(ctx, tx, c.id); err != nil {
		return err
	}
	return p.rows.guard(ctx, tx, c.id)
}

// updateMessages gives queued, deferred and skipped messages their new row;
// all others only their new place in the list. What is in doubt may be sent
// again, to the Cc and Bcc of then: it counts for no less than the new row says.
func (p *Proposal) updateMessages(ctx context.Context, tx *txn, c *campaignRow) error {
	const from = ` FROM staged e WHERE e.message_id = messages.id AND messages.campaign_id = ?2 AND ?1 > 0 AND `
	for _, query := range []string{
		`UPDATE messages SET position = e.position` + from + `TRUE`,
		`UPDATE messages SET recipients = max(messages.recipients, e.recipients)` + from + `messages.state = 'unconfirmed'`,
		`UPDATE messages SET ` + rowContent + from + `e.skip = '' AND messages.state IN ('queued', 'deferred')`,
		`UPDATE messages SET ` + rowContent + `, state = 'skipped', skip = e.skip, reason = e.reason, retry_at = NULL` +
			from + `e.skip <> '' AND messages.state IN ('queued', 'deferred')`,
		`UPDATE messages SET ` + rowContent + `, state = 'queued', skip = '', reason = ''` +
			from + `e.skip = '' AND messages.state = 'skipped' AND messages.skip IN ` + p.revivable(),
		`UPDATE messages SET ` + rowContent + `, skip = e.skip, reason = e.reason` +
			from + `e.skip <> '' AND messages.state = 'skipped' AND messages.skip IN ` + p.revivable(),
	} {
		if _, err := tx.ExecContext(ctx, query, c.version, c.id); err != nil {
			return err
		}
	}
	return nil
}

func (p *Proposal) skipGone(ctx context.Context, tx *txn, c *campaignRow) error {
	_, err := skipWaiting(ctx, tx, c.id, campaign.SkipRemoved, "no longer on the list",
		`own = 1 AND NOT EXISTS (SELECT 1 FROM staged e WHERE e.message_id = messages.id)`)
	return err
}

// insertStaged has sourceOf's SQL in place of %s.
const insertStaged = `INSERT INTO messages (campaign_id, source_id, row_no, position, cells, address, key, name, own,
	grouped, leader_id, state, skip, reason, recipients, attachments, entry_sha256)
	SELECT ?1, %s, e.row_no, e.position, e.cells, e.address, e.key, e.name, e.own, e.grouped, `

// insertMessages adds the messages that the store does not have.
func (p *Proposal) insertMessages(ctx context.Context, tx *txn, c *campaignRow) error {
	insert := func() error { return p.insertOwn(ctx, tx, c) }
	err := inBulk(ctx, tx, p.bulk(), insert)
	if isUnique(err) {
		err = errors.Join(p.rows.twice(ctx, tx), err)
	}
	return err
}

// bulk is how many messages are new, as far as they may be taken in bulk.
func (p *Proposal) bulk() int {
	if !p.isNew {
		return 0
	}
	return p.rows.count
}

func (p *Proposal) insertOwn(ctx context.Context, tx *txn, c *campaignRow) error {
	source, arg, err := sourceOf(ctx, tx, c)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf(insertStaged, source)+`NULL, CASE e.skip WHEN '' THEN 'queued' ELSE 'skipped' END,
		e.skip, e.reason, e.recipients, e.attachments, e.entry_sha256
		FROM staged e WHERE e.own = 1 AND e.message_id IS NULL ORDER BY e.position`, c.id, arg)
	return err
}

// sourceOf is SQL for the id of a staged row's list, and what its ?2 is. Nearly
// always there is one list, which need not be looked up for every row.
func sourceOf(ctx context.Context, tx *txn, c *campaignRow) (query string, arg int64, err error) {
	var lists int
	err = tx.QueryRowContext(ctx, `SELECT count(*), coalesce(max(id), 0) FROM sources WHERE campaign_id = ? AND version = ?`,
		c.id, c.version).Scan(&lists, &arg)
	if err == nil && lists != 1 {
		query, arg = `(SELECT id FROM sources WHERE campaign_id = ?1 AND version = ?2 AND number = e.source)`, int64(c.version)
		return query, arg, nil
	}
	return "?2", arg, err
}

// replaceOthers replaces the rows that stand for no message.
func (p *Proposal) replaceOthers(ctx context.Context, tx *txn, c *campaignRow) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM messages WHERE campaign_id = ? AND own = 0`, c.id); err != nil {
		return err
	}
	return p.insertOthers(ctx, tx, c)
}

// insertOthers adds the rows that stand for no message: what gets nothing, and
// the further rows of groups.
func (p *Proposal) insertOthers(ctx context.Context, tx *txn, c *campaignRow) error {
	if p.isNew && p.changes.Added == p.rows.count {
		return nil // there are none
	}
	source, arg, err := sourceOf(ctx, tx, c)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf(insertStaged, source)+`CASE e.member WHEN 1 THEN (SELECT m.id FROM messages m
		WHERE m.campaign_id = ?1 AND m.own = 1 AND m.address = e.address AND m.key = e.key) END,
		'skipped', e.skip, e.reason, e.recipients, e.attachments, e.entry_sha256
		FROM staged e WHERE e.own = 0 ORDER BY e.position`, c.id, arg)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE messages SET grouped = 1 WHERE campaign_id = ? AND own = 1 AND grouped = 0
		AND id IN (SELECT leader_id FROM messages WHERE campaign_id = ? AND own = 0)`, c.id, c.id)
	return err
}

// keepBlobs ties the bytes of the rows' attachments to the campaign.
func (p *Proposal) keepBlobs(ctx context.Context, tx *txn, c *campaignRow) error {
	var missing string
	err := tx.QueryRowContext(ctx, `SELECT b.sha256 FROM staged_blobs b
		WHERE NOT EXISTS (SELECT 1 FROM blobs WHERE blobs.sha256 = b.sha256) LIMIT 1`).Scan(&missing)
	if err == nil {
		return missingBlob(missing)
	}
	if err != sql.ErrNoRows {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO campaign_blobs (campaign_id, sha256)
		SELECT ?, sha256 FROM staged_blobs WHERE TRUE ON CONFLICT DO NOTHING`, c.id)
	return err
}

// keepLetterBlobs does so for the attachments that every message carries.
func (p *Proposal) keepLetterBlobs(ctx context.Context, tx *txn, c *campaignRow) error {
	for _, a := range p.snap.Letter.Attachments {
		var have bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM blobs WHERE sha256 = ?)`, a.SHA256).Scan(&have)
		if err == nil && !have {
			err = missingBlob(a.SHA256)
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO campaign_blobs (campaign_id, sha256) VALUES (?, ?)
			ON CONFLICT DO NOTHING`, c.id, a.SHA256)
		if err != nil {
			return err
		}
	}
	return nil
}

func missingBlob(sum string) error {
	return fmt.Errorf("the bytes of an attachment (sha256 %s) are not in the store", sum)
}
