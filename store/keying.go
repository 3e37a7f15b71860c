package store

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"tebar/campaign"
)

// keying is the columns that tell the messages of one address apart, "" where
// there is one message per address. Keys of different keyings say nothing
// about each other: a row may stand under both, or under none of them.
func keying(lists []campaign.List) []string {
	var columns []string
	for _, l := range lists {
		column := ""
		if l.Duplicates == campaign.DuplicatesEach {
			column = l.Key
		}
		columns = append(columns, column)
	}
	slices.Sort(columns)
	return slices.Compact(columns)
}

// otherKeyings are the campaign's versions whose keying was another, as a list
// for SQL; "" if there are none.
func otherKeyings(ctx context.Context, tx querier, id int64, lists []campaign.List) (string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT number, settings FROM versions WHERE campaign_id = ?`, id)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	is := keying(lists)
	var others []string
	for rows.Next() {
		var number int
		var settings string
		if err := rows.Scan(&number, &settings); err != nil {
			return "", err
		}
		var was campaign.Campaign
		if err := json.Unmarshal([]byte(settings), &was); err != nil {
			return "", unreadable("the settings", err)
		}
		if !slices.Equal(keying(was.Lists), is) {
			others = append(others, strconv.Itoa(number))
		}
	}
	return strings.Join(others, ", "), rows.Err()
}

const writtenTo = "the campaign has written to this address already, under another key"

// guard skips whatever is still to be sent to people whom the campaign wrote
// to under another keying, at whatever acceptance that was. It looks afresh
// each time that it is called.
func (g *staging) guard(ctx context.Context, tx *txn, id int64) error {
	others, err := otherKeyings(ctx, tx, id, g.snap.Campaign.Lists)
	if err != nil || others == "" {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE staged SET skip = '', reason = '' WHERE own = 1 AND skip = ? AND reason = ?`,
		campaign.SkipDuplicate, writtenTo)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE staged SET skip = ?, reason = ? WHERE own = 1 AND skip = ''
		AND (message_id IS NULL OR (SELECT state FROM messages WHERE id = staged.message_id)
			IN ('queued', 'deferred', 'skipped'))
		AND EXISTS (SELECT 1 FROM messages m WHERE m.campaign_id = ? AND m.own = 1 AND m.address = staged.address
			AND m.state IN ('sending', 'sent', 'unconfirmed', 'bounced', 'replied', 'unsubscribed')
			AND m.version IN (`+others+`))`, campaign.SkipDuplicate, writtenTo, id)
	return err
}
