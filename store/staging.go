package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"tebar/campaign"
)

// staging is the rows of a proposal in temporary tables.
type staging struct {
	snap    *campaign.Snapshot
	sources map[sourceKey]int // index in snap.Sources
	count   int
}

type sourceKey struct{ file, sheet string }

// own = 1: the row stands for a message. message_id: the one in the store.
// folded: ” where it is the address.
const stagedTables = `
	CREATE TEMP TABLE staged (
		position INTEGER PRIMARY KEY, source INTEGER NOT NULL, row_no INTEGER NOT NULL, cells TEXT NOT NULL,
		address TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, member INTEGER NOT NULL,
		own INTEGER NOT NULL, grouped INTEGER NOT NULL, skip TEXT NOT NULL, reason TEXT NOT NULL,
		recipients INTEGER NOT NULL, attachments TEXT NOT NULL, entry_sha256 TEXT NOT NULL,
		folded TEXT NOT NULL, message_id INTEGER) STRICT;
	CREATE TEMP TABLE staged_blobs (sha256 TEXT PRIMARY KEY) STRICT;`

const stageRow = `INSERT INTO staged (position, source, row_no, cells, address, key, name, member, own, grouped,
	skip, reason, recipients, attachments, entry_sha256, folded) VALUES `

// fill writes the rows. It takes no lock of the database.
func (g *staging) fill(ctx context.Context, conn *sql.Conn, fill func(add func(campaign.Entry) error) error) error {
	g.sources = map[sourceKey]int{}
	for i, src := range g.snap.Sources {
		if _, ok := g.sources[sourceKey{src.File, src.Sheet}]; !ok {
			g.sources[sourceKey{src.File, src.Sheet}] = i
		}
	}
	return transact(ctx, conn, &sql.TxOptions{ReadOnly: true}, func(tx *txn) error {
		if _, err := tx.ExecContext(ctx, stagedTables); err != nil {
			return err
		}
		w, err := newRowWriter(ctx, conn, stageRow, "(?"+strings.Repeat(", ?", 15)+")")
		if err != nil {
			return err
		}
		return w.end(fill(func(e campaign.Entry) error { return g.add(w, e) }))
	})
}

func (g *staging) add(w *rowWriter, e campaign.Entry) error {
	g.count++
	attachments := "[]"
	if len(e.Attachments) > 0 {
		attachments = encode(e.Attachments)
	}
	for _, a := range e.Attachments {
		w.blob(a.SHA256)
	}
	folded := fold(e.Address)
	if folded == e.Address {
		folded = ""
	}
	own := e.Skip == "" && !e.Member
	return w.row(g.count, g.source(e.Row), e.Number, encodeTexts(e.Values), e.Address, e.Key, e.Name,
		e.Member, own, e.Rows != nil, e.Skip, e.Reason, e.Recipients, attachments, e.SHA256, folded)
}

// source is the index of the row's list file; one that the snapshot does not
// name is added with what the row knows of it.
func (g *staging) source(r campaign.Row) int {
	key := sourceKey{r.Source, r.Sheet}
	i, ok := g.sources[key]
	if !ok {
		i = len(g.snap.Sources)
		g.snap.Sources = append(g.snap.Sources[:i:i], campaign.Source{File: r.Source, Sheet: r.Sheet})
		g.sources[key] = i
	}
	if g.snap.Sources[i].Columns == nil {
		g.snap.Sources[i].Columns = r.Columns
	}
	return i
}

// encode is JSON without the escapes that HTML wants.
func encode(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // strings and numbers only
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// encodeTexts is encode of texts. Most need no escapes, and are copied.
func encodeTexts(list []string) string {
	size := 2
	for _, s := range list {
		size += len(s) + 3
	}
	b := append(make([]byte, 0, size), '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if plainText(s) {
			b = append(append(append(b, '"'), s...), '"')
		} else {
			b = append(b, encode(s)...)
		}
	}
	return string(append(b, ']'))
}

// plainText says whether a text stands in JSON as it is.
func plainText(s string) bool {
	ascii := true
	for i := range len(s) {
		if s[i] < ' ' || s[i] == '"' || s[i] == '\\' {
			return false
		}
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	return ascii || utf8.ValidString(s) && !strings.ContainsAny(s, "\u2028\u2029")
}

// prepare finds out which rows stand for messages, which of those the store
// has, and who is suppressed.
func (g *staging) prepare(ctx context.Context, tx *txn, id int64) error {
	if err := g.identities(ctx, tx, id); err != nil {
		return err
	}
	if err := g.match(ctx, tx, id); err != nil {
		return err
	}
	if err := g.guard(ctx, tx, id); err != nil {
		return err
	}
	return g.suppress(ctx, tx)
}

// identities makes rows that are skipped by exclude or suppression stand for
// a message too, unless another row does: they may come back. In a new
// campaign without any there is nothing to look up, and the index of the
// messages will find two for one identity.
func (g *staging) identities(ctx context.Context, tx *txn, id int64) error {
	if id == 0 {
		var any bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM staged WHERE skip IN ('excluded', 'suppressed'))`).Scan(&any)
		if err != nil || !any {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `CREATE INDEX temp.staged_identity ON staged (address, key)`); err != nil {
		return err
	}
	if err := g.twice(ctx, tx); err != nil {
		return err
	}
	return g.claimIdentity(ctx, tx, `skip IN ('excluded', 'suppressed')`)
}

// twice is the error of two rows that stand for one message, nil where there
// are none.
func (g *staging) twice(ctx context.Context, tx *txn) error {
	var address string
	var first, second int
	err := tx.QueryRowContext(ctx, `SELECT address, min(row_no), max(row_no) FROM staged WHERE own = 1
		GROUP BY address, key HAVING count(*) > 1 LIMIT 1`).Scan(&address, &first, &second)
	if err == nil {
		return fmt.Errorf("two messages for %s with one key, rows %d and %d", address, first, second)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// claimIdentity sets own on the first row of an identity that the condition
// holds for, where no row has it.
func (g *staging) claimIdentity(ctx context.Context, tx *txn, where string) error {
	_, err := tx.ExecContext(ctx, `UPDATE staged SET own = 1 WHERE position IN (
		SELECT min(position) FROM staged e WHERE member = 0 AND own = 0 AND address <> '' AND `+where+`
		AND NOT EXISTS (SELECT 1 FROM staged o WHERE o.address = e.address AND o.key = e.key AND o.own = 1)
		GROUP BY address, key)`)
	return err
}

// match finds the messages in the store. A row that gets nothing for another
// reason (filtered out) stands for its message if the store has one.
func (g *staging) match(ctx context.Context, tx *txn, id int64) error {
	if id == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE staged SET message_id = (SELECT m.id FROM messages m WHERE m.campaign_id = ?
		AND m.own = 1 AND m.address = staged.address AND m.key = staged.key) WHERE member = 0 AND address <> ''`, id)
	if err != nil {
		return err
	}
	if err := g.claimIdentity(ctx, tx, `message_id IS NOT NULL`); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE staged SET message_id = NULL WHERE own = 0`); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `CREATE INDEX IF NOT EXISTS temp.staged_message ON staged (message_id)`)
	return err
}

func (g *staging) suppress(ctx context.Context, tx *txn) error {
	var any bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM suppressions)`).Scan(&any); err != nil || !any {
		return err
	}
	const folded = `CASE e.folded WHEN '' THEN e.address ELSE e.folded END`
	rows, err := tx.QueryContext(ctx, `SELECT e.position, s.address, s.reason FROM staged e
		CROSS JOIN suppressions s ON s.folded = `+folded+` WHERE e.own = 1 AND e.skip = ''
		UNION ALL SELECT e.position, s.address, s.reason FROM staged e
		CROSS JOIN suppressions s ON s.folded = substr(`+folded+`, instr(`+folded+`, '@')) WHERE e.own = 1 AND e.skip = ''`)
	if err != nil {
		return err
	}
	defer rows.Close()
	reasons := map[int]string{}
	for rows.Next() {
		var position int
		var entry, reason string
		if err := rows.Scan(&position, &entry, &reason); err != nil {
			return err
		}
		reasons[position] = suppressionReason(entry, reason)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for position, reason := range reasons {
		_, err := tx.ExecContext(ctx, `UPDATE staged SET skip = ?, reason = ? WHERE position = ?`,
			campaign.SkipSuppressed, reason, position)
		if err != nil {
			return err
		}
	}
	return nil
}
