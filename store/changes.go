package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"tebar/campaign"
)

// exampleRows is how many rows of each kind of change are shown.
const exampleRows = 3

// A rowChange is one way in which the list differs from the store. Its query
// is over staged e and messages m, and gives address, row and file.
type rowChange struct {
	word  string
	query string
}

// inHand are the states of messages that a new list may change; those of a
// dead runner are settled by Accept first.
const inHand = `('queued', 'deferred', 'sending')`

func (p *Proposal) rowChanges() []rowChange {
	return []rowChange{
		{"added", `FROM staged e LEFT JOIN messages m ON m.id = e.message_id WHERE e.own = 1 AND e.skip = ''
			AND (m.id IS NULL OR m.state = 'skipped' AND m.skip IN ` + p.revivable() + `)`},
		{"removed", `FROM messages m LEFT JOIN staged e ON e.message_id = m.id
			WHERE m.campaign_id = ?1 AND m.own = 1 AND m.state IN ` + inHand + ` AND e.position IS NULL`},
		{"changed", `FROM staged e JOIN messages m ON m.id = e.message_id
			WHERE e.skip = '' AND m.state IN ` + inHand + ` AND m.entry_sha256 <> e.entry_sha256`},
		{"excluded", `FROM staged e JOIN messages m ON m.id = e.message_id
			WHERE e.skip <> '' AND m.state IN ` + inHand},
	}
}

// revivable are the skip codes of messages that are queued when they are on
// the list again. What was too late is so only when the campaign's end has
// been moved; cancelled ones and other keys' never are.
func (p *Proposal) revivable() string {
	codes := []string{campaign.SkipRemoved, campaign.SkipExcluded, campaign.SkipSuppressed, campaign.SkipFiltered}
	if p.endMoved() {
		codes = append(codes, campaign.SkipTooLate)
	}
	return "('" + strings.Join(codes, "', '") + "')"
}

func (p *Proposal) endMoved() bool {
	return !p.isNew && !p.was.Campaign.Schedule.End.Equal(p.snap.Campaign.Schedule.End)
}

// findChanges compares rows, letter and settings.
func (p *Proposal) findChanges(ctx context.Context, tx *txn) error {
	var err error
	switch {
	case p.rows != nil:
		err = p.compareRows(ctx, tx)
	case p.endMoved():
		err = tx.QueryRowContext(ctx, `SELECT count(*) FROM messages WHERE campaign_id = ? AND own = 1
			AND state = 'skipped' AND skip = ?`, p.old.id, campaign.SkipTooLate).Scan(&p.changes.Added)
	}
	if err != nil || p.isNew {
		return err
	}
	p.changes.Letter = letterChanges(&p.was, &p.snap)
	p.changes.Settings, err = settingsChanges(p.was.Campaign, p.snap.Campaign, len(p.changes.Letter) > 0)
	return err
}

func (p *Proposal) compareRows(ctx context.Context, tx *txn) error {
	if p.isNew {
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM staged WHERE own = 1 AND skip = ''`).Scan(&p.changes.Added)
	}
	totals := map[string]*int{
		"added": &p.changes.Added, "removed": &p.changes.Removed,
		"changed": &p.changes.Changed, "excluded": &p.changes.Excluded,
	}
	for _, c := range p.rowChanges() {
		args := []any{p.old.id}
		if !strings.Contains(c.query, "?1") {
			args = nil
		}
		err := tx.QueryRowContext(ctx, `SELECT count(*) `+c.query, args...).Scan(totals[c.word])
		if err != nil {
			return err
		}
		if *totals[c.word] > 0 {
			if err := p.examples(ctx, tx, c, args); err != nil {
				return err
			}
		}
	}
	return nil
}

// examples words the first rows of a change: "added: tono@example.org
// (people.csv row 7)".
func (p *Proposal) examples(ctx context.Context, tx *txn, c rowChange, args []any) error {
	rows, err := tx.QueryContext(ctx, `SELECT coalesce(e.address, m.address), coalesce(e.row_no, m.row_no), e.source,
		(SELECT file FROM sources WHERE id = m.source_id), coalesce(e.reason, '') `+c.query+
		fmt.Sprintf(` ORDER BY coalesce(e.position, m.position) LIMIT %d`, exampleRows), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var address, reason string
		var number int
		var source sql.NullInt64
		var file sql.NullString
		if err := rows.Scan(&address, &number, &source, &file, &reason); err != nil {
			return err
		}
		if source.Valid {
			file.String = p.snap.Sources[source.Int64].File
		}
		words := fmt.Sprintf("%s: %s (%s row %d)", c.word, address, file.String, number)
		if reason != "" {
			words += ": " + reason
		}
		p.changes.Examples = append(p.changes.Examples, words)
	}
	return rows.Err()
}

// letterChanges names what differs of the letter, bodies by their file.
func letterChanges(was, is *campaign.Snapshot) []string {
	file := func(name, key string) string {
		if name == "" {
			return key
		}
		return name
	}
	body, old := is.Campaign.Body, was.Campaign.Body
	var out []string
	for _, part := range []struct {
		name    string
		differs bool
	}{
		{"subject", was.Letter.Subject != is.Letter.Subject},
		{file(body.HTML, file(old.HTML, "body.html")), was.Letter.HTML != is.Letter.HTML},
		{file(body.Markdown, file(old.Markdown, "body.markdown")), was.Letter.Markdown != is.Letter.Markdown},
		{file(body.Text, file(old.Text, "body.text")), was.Letter.Text != is.Letter.Text},
		{"body.inline_css", was.Letter.InlineCSS != is.Letter.InlineCSS},
	} {
		if part.differs {
			out = append(out, part.name)
		}
	}
	if len(out) == 0 && was.LetterSHA256 != is.LetterSHA256 {
		out = append(out, "attachments")
	}
	return out
}

// settingsChanges names the keys of the campaign file that differ. Growth of
// exclude is none: it only takes people away, and the rows show whom. subject
// and body are the letter's where that has changed.
func settingsChanges(was, is campaign.Campaign, letter bool) ([]string, error) {
	if excludeGrew(was.Lists, is.Lists) {
		was.Lists = is.Lists
	}
	before, err := keysOf(was)
	if err != nil {
		return nil, err
	}
	after, err := keysOf(is)
	if err != nil {
		return nil, err
	}
	keys := map[string]bool{}
	for key := range before {
		keys[key] = string(before[key]) != string(after[key])
	}
	for key := range after {
		keys[key] = string(before[key]) != string(after[key])
	}
	if letter {
		delete(keys, "subject")
		delete(keys, "body")
	}
	maps.DeleteFunc(keys, func(_ string, differs bool) bool { return !differs })
	return slices.Sorted(maps.Keys(keys)), nil
}

func keysOf(c campaign.Campaign) (map[string]json.RawMessage, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("writing the settings: %w", err)
	}
	var keys map[string]json.RawMessage
	return keys, json.Unmarshal(text, &keys)
}

// excludeGrew says that lists differ at most by more excludes.
func excludeGrew(was, is []campaign.List) bool {
	if len(was) != len(is) {
		return false
	}
	for i := range is {
		a, b := was[i], is[i]
		for _, x := range a.Exclude {
			if !slices.ContainsFunc(b.Exclude, func(y campaign.Exclude) bool { return sameExclude(x, y) }) {
				return false
			}
		}
		a.Exclude, b.Exclude = nil, nil
		if !reflect.DeepEqual(a, b) {
			return false
		}
	}
	return true
}

func sameExclude(a, b campaign.Exclude) bool {
	return a.File == b.File && a.On == b.On && a.Campaign == b.Campaign && slices.Equal(a.States, b.States)
}
