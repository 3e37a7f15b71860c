package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"tebar/campaign"
)

// Snapshot is what the campaign is resumed from, and its version.
// Errors: campaign.ErrUnknown, campaign.ErrForgotten.
func (s *Store) Snapshot(ctx context.Context, name string) (snap campaign.Snapshot, version int, err error) {
	err = s.view(ctx, func(tx *txn) error {
		c, err := findCampaign(ctx, tx, name)
		if err != nil {
			return err
		}
		version = c.version
		snap, err = snapshot(ctx, tx, &c)
		return err
	})
	if err != nil {
		return campaign.Snapshot{}, 0, fmt.Errorf("reading the stored campaign: %w", err)
	}
	return snap, version, nil
}

func snapshot(ctx context.Context, tx querier, c *campaignRow) (campaign.Snapshot, error) {
	snap := campaign.Snapshot{ListSHA256: c.list, Origin: c.origin}
	var settings, letter string
	err := tx.QueryRowContext(ctx, `SELECT settings, letter, settings_sha256, letter_sha256 FROM versions
		WHERE campaign_id = ? AND number = ?`, c.id, c.version).
		Scan(&settings, &letter, &snap.SettingsSHA256, &snap.LetterSHA256)
	if err != nil {
		return snap, err
	}
	if err := json.Unmarshal([]byte(settings), &snap.Campaign); err != nil {
		return snap, unreadable("the settings", err)
	}
	if err := json.Unmarshal([]byte(letter), &snap.Letter); err != nil {
		return snap, unreadable("the letter", err)
	}
	rows, err := sourceRows(ctx, tx, `campaign_id = ? AND version = (SELECT max(version) FROM sources
		WHERE campaign_id = ?) ORDER BY number`, c.id, c.id)
	for _, r := range rows {
		snap.Sources = append(snap.Sources, r.Source)
	}
	return snap, err
}

// Versions are the acceptances of the campaign, the first one first.
// Errors: campaign.ErrUnknown, campaign.ErrForgotten.
func (s *Store) Versions(ctx context.Context, name string) (list []campaign.Version, err error) {
	err = s.view(ctx, func(tx *txn) error {
		c, err := findCampaign(ctx, tx, name)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT number, at, by_host, by_user, settings_sha256, letter_sha256,
			list_sha256, changes FROM versions WHERE campaign_id = ? ORDER BY number`, c.id)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var v campaign.Version
			var at sql.NullInt64
			if err := rows.Scan(&v.Number, &at, &v.Host, &v.User, &v.SettingsSHA256, &v.LetterSHA256,
				&v.ListSHA256, &v.Changes); err != nil {
				return err
			}
			v.At = instant(at)
			list = append(list, v)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("reading versions: %w", err)
	}
	return list, nil
}

// sourceRow is one list file as some version understood it.
type sourceRow struct {
	id int64
	campaign.Source
}

func sourceRows(ctx context.Context, tx querier, where string, args ...any) ([]sourceRow, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, file, format, encoding, delimiter, sheet, rows_read, columns
		FROM sources WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []sourceRow
	for rows.Next() {
		var r sourceRow
		var columns string
		if err := rows.Scan(&r.id, &r.File, &r.Format, &r.Encoding, &r.Delimiter, &r.Sheet, &r.Rows, &columns); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(columns), &r.Columns); err != nil {
			return nil, unreadable("columns", err)
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// allSources are the campaign's list files of every version, by id.
func allSources(ctx context.Context, tx querier, id int64) (map[int64]*campaign.Source, error) {
	rows, err := sourceRows(ctx, tx, `campaign_id = ?`, id)
	out := make(map[int64]*campaign.Source, len(rows))
	for i := range rows {
		out[rows[i].id] = &rows[i].Source
	}
	return out, err
}
