package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tebar/campaign"
)

// Info is where a campaign stands.
type Info struct {
	Name       string
	Account    string
	Origin     string // absolute path of the campaign file at the last acceptance
	Version    int    // of settings and letter, 1 and up
	Paused     bool   // by a person, sticky
	Cancelled  bool   // final
	Forgotten  bool   // a tombstone: all else is gone
	Counts     campaign.Counts
	CreatedAt  time.Time // first acceptance
	UpdatedAt  time.Time // last acceptance
	StartedAt  time.Time // first runner; zero if none yet
	FinishedAt time.Time // when nothing was left to send; zero before
	NextRetry  time.Time // of the deferred messages; zero if there is none
	Running    *campaign.RunningError
}

// campaignRow is a campaign as the transaction sees it.
type campaignRow struct {
	id      int64
	fence   int64
	name    string
	account string
	origin  string
	list    string // SHA-256
	version int

	created, updated, started, finished sql.NullInt64
	paused, cancelled, forgotten        sql.NullInt64

	pid   sql.NullInt64
	host  sql.NullString
	since sql.NullInt64
}

const campaignColumns = `id, fence, name, account, origin, list_sha256, version,
	created_at, updated_at, started_at, finished_at, paused_at, cancelled_at, forgotten_at,
	runner_pid, runner_host, runner_since`

func (c *campaignRow) scan(row interface{ Scan(...any) error }) error {
	return row.Scan(&c.id, &c.fence, &c.name, &c.account, &c.origin, &c.list, &c.version,
		&c.created, &c.updated, &c.started, &c.finished, &c.paused, &c.cancelled, &c.forgotten,
		&c.pid, &c.host, &c.since)
}

// anyCampaign finds a campaign, tombstones too, or campaign.ErrUnknown.
func anyCampaign(ctx context.Context, tx querier, name string) (campaignRow, error) {
	var c campaignRow
	err := c.scan(tx.QueryRowContext(ctx, `SELECT `+campaignColumns+` FROM campaigns WHERE name = ?`, name))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fmt.Errorf("campaign %s: %w", name, campaign.ErrUnknown)
	}
	return c, err
}

// findCampaign refuses tombstones with campaign.ErrForgotten.
func findCampaign(ctx context.Context, tx querier, name string) (campaignRow, error) {
	c, err := anyCampaign(ctx, tx, name)
	if err == nil && c.forgotten.Valid {
		return c, fmt.Errorf("campaign %s: %w", name, campaign.ErrForgotten)
	}
	return c, err
}

// running names the runner that the row tells of.
func (c *campaignRow) running() *campaign.RunningError {
	return &campaign.RunningError{
		Campaign: c.name, PID: int(c.pid.Int64), Host: c.host.String, Since: instant(c.since),
	}
}

// Info reads one campaign. Errors: campaign.ErrUnknown, campaign.ErrForgotten.
func (s *Store) Info(ctx context.Context, name string) (Info, error) {
	var info Info
	err := s.view(ctx, func(tx *txn) error {
		c, err := findCampaign(ctx, tx, name)
		if err != nil {
			return err
		}
		info, err = s.info(ctx, tx, &c)
		return err
	})
	if err != nil {
		return Info{}, fmt.Errorf("reading the store: %w", err)
	}
	return info, nil
}

// List reads all campaigns but tombstones, the oldest first.
func (s *Store) List(ctx context.Context) (list []Info, err error) {
	err = s.view(ctx, func(tx *txn) error {
		rows, err := campaignRows(ctx, tx, `forgotten_at IS NULL ORDER BY created_at, id`)
		if err != nil {
			return err
		}
		for _, c := range rows {
			info, err := s.info(ctx, tx, &c)
			if err != nil {
				return err
			}
			list = append(list, info)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the store: %w", err)
	}
	return list, nil
}

func campaignRows(ctx context.Context, tx querier, where string, args ...any) ([]campaignRow, error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+campaignColumns+` FROM campaigns WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []campaignRow
	for rows.Next() {
		var c campaignRow
		if err := c.scan(rows); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

func (s *Store) info(ctx context.Context, tx querier, c *campaignRow) (Info, error) {
	info := Info{
		Name: c.name, Account: c.account, Origin: c.origin, Version: c.version,
		Paused: c.paused.Valid, Cancelled: c.cancelled.Valid, Forgotten: c.forgotten.Valid,
		CreatedAt: instant(c.created), UpdatedAt: instant(c.updated),
		StartedAt: instant(c.started), FinishedAt: instant(c.finished),
	}
	var err error
	if info.Counts, err = counts(ctx, tx, c.id); err != nil {
		return info, err
	}
	var retry sql.NullInt64
	err = tx.QueryRowContext(ctx, `SELECT min(retry_at) FROM messages
		WHERE campaign_id = ? AND state = 'deferred'`, c.id).Scan(&retry)
	if err != nil {
		return info, err
	}
	info.NextRetry = instant(retry)
	locked, err := s.isLocked(c.name)
	if locked {
		info.Running = c.running()
	}
	return info, err
}
