package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Who did something, and when. At is the caller's clock.
type Who struct {
	Host string
	User string
	At   time.Time
}

func (w Who) String() string {
	switch {
	case w.User == "":
		return w.Host
	case w.Host == "":
		return w.User
	}
	return w.User + "@" + w.Host
}

// An Event is something that a person or a runner did to a campaign.
type Event struct {
	At     time.Time `json:"at"`
	Host   string    `json:"host"`
	User   string    `json:"user"`
	Kind   string    `json:"kind"` // one of the Event... constants
	Detail string    `json:"detail"`
}

// The kinds of events.
const (
	EventAccepted  = "accepted" // list, letter and settings, as a version
	EventStarted   = "started"  // a runner
	EventTakenOver = "taken over"
	EventPaused    = "paused"
	EventUnpaused  = "unpaused"
	EventCancelled = "cancelled"
	EventForgotten = "forgotten"
	EventSettled   = "settled"
	EventTooLate   = "too late"
	EventLocked    = "account locked"
)

func addEvent(ctx context.Context, tx *txn, id int64, who Who, kind, detail string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO events (campaign_id, at, by_host, by_user, kind, detail)
		VALUES (?, ?, ?, ?, ?, ?)`, id, who.At.UnixMicro(), who.Host, who.User, kind, detail)
	return err
}

// Events are what happened to the campaign, oldest first.
// Errors: campaign.ErrUnknown.
func (s *Store) Events(ctx context.Context, name string) (list []Event, err error) {
	err = s.view(ctx, func(tx *txn) error {
		c, err := findCampaign(ctx, tx, name)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT at, by_host, by_user, kind, detail FROM events
			WHERE campaign_id = ? ORDER BY id`, c.id)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var e Event
			var at sql.NullInt64
			if err := rows.Scan(&at, &e.Host, &e.User, &e.Kind, &e.Detail); err != nil {
				return err
			}
			e.At = instant(at)
			list = append(list, e)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("reading events: %w", err)
	}
	return list, nil
}

// number words a count: "1 message", "3 messages".
func number(n int, noun string) string {
	if n != 1 && !strings.HasSuffix(noun, "s") {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}
