package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"tebar/campaign"
)

// A Doubt is a message that may have been sent and may not.
type Doubt struct {
	Address   string
	Key       string
	Name      string
	Row       int    // in its list file, as a spreadsheet numbers it
	Account   string // that sent it
	MessageID string // without brackets: what to look for in the Sent folder
	MarkedAt  time.Time
	Reason    string // in words: why nothing is known

	message, attempt, fence int64
	marked                  moment
}

// resendAfter is how long after its mark a message may still arrive by itself:
// the wait for the server's answer, and a margin.
const resendAfter = 15 * time.Minute

// A TooSoonError refuses to send a message again that may still arrive.
type TooSoonError struct {
	Address string
	Until   time.Time // it may be sent again from then on
}

func (e *TooSoonError) Error() string {
	return fmt.Sprintf("the message to %s may still arrive: it can be sent again from %s on",
		e.Address, e.Until.Local().Format("2006-01-02 15:04"))
}

// Unconfirmed lists the campaign's messages in doubt, in list order.
// Errors: campaign.ErrUnknown, campaign.ErrForgotten.
func (s *Store) Unconfirmed(ctx context.Context, name string) (list []Doubt, err error) {
	err = s.view(ctx, func(tx *txn) error {
		c, err := findCampaign(ctx, tx, name)
		if err != nil {
			return err
		}
		list, err = doubts(ctx, tx, c.id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading unconfirmed messages: %w", err)
	}
	return list, nil
}

// doubts joins each message with its last attempt; without a mark the time of
// the attempt's end stands for it.
func doubts(ctx context.Context, tx querier, id int64) ([]Doubt, error) {
	rows, err := tx.QueryContext(ctx, `SELECT m.id, m.address, m.key, m.name, m.row_no, m.account, m.message_id,
		m.reason, a.id, a.fence, coalesce(a.marked_at, a.ended_at, a.started_at), r.at, r.boot_id, r.boot_us
		FROM messages m
		JOIN attempts a ON a.id = (SELECT max(id) FROM attempts WHERE message_id = m.id)
		LEFT JOIN reservations r ON r.attempt_id = a.id AND r.state <> 'spent'
		WHERE m.campaign_id = ? AND m.leader_id IS NULL AND m.state = 'unconfirmed' ORDER BY m.position, m.id`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Doubt
	for rows.Next() {
		var d Doubt
		var marked, at, up sql.NullInt64
		var boot sql.NullString
		if err := rows.Scan(&d.message, &d.Address, &d.Key, &d.Name, &d.Row, &d.Account, &d.MessageID,
			&d.Reason, &d.attempt, &d.fence, &marked, &at, &boot, &up); err != nil {
			return nil, err
		}
		d.MarkedAt = instant(marked)
		d.marked = moment{at: d.MarkedAt}
		if at.Valid {
			d.marked = momentOf(at, boot, up).plus(-grace)
		}
		list = append(list, d)
	}
	return list, rows.Err()
}

// Settle decides messages in doubt: sent, or to be sent again. No addresses
// means all of them. Sending again is refused while the runner of the attempt
// lives (*campaign.RunningError), within 15 minutes of the mark
// (*TooSoonError) and in a cancelled campaign (campaign.ErrCancelled); then
// nothing is settled. The quota of the first attempt stays spent either way,
// and a message that is sent again keeps its Message-ID and Date.
// Addresses that are not in doubt are an error that names them.
func (s *Store) Settle(ctx context.Context, name string, addresses []string, sent bool, who Who) (n int, err error) {
	alive, err := s.isLocked(name)
	if err != nil {
		return 0, fmt.Errorf("settling: %w", err)
	}
	err = s.update(ctx, func(tx *txn) error {
		c, err := findCampaign(ctx, tx, name)
		if err != nil {
			return err
		}
		all, err := doubts(ctx, tx, c.id)
		if err != nil {
			return err
		}
		list, err := pick(all, addresses)
		if err != nil {
			return err
		}
		if !sent {
			if err := s.mayResend(&c, list, alive, who); err != nil {
				return err
			}
		}
		n = len(list)
		return settleAll(ctx, tx, &c, list, sent, who)
	})
	if err != nil {
		return 0, fmt.Errorf("settling: %w", err)
	}
	return n, nil
}

// pick finds the named doubts and complains about names that are not in doubt.
func pick(all []Doubt, addresses []string) ([]Doubt, error) {
	if len(addresses) == 0 {
		return all, nil
	}
	var list []Doubt
	missing := slices.Clone(addresses)
	for _, d := range all {
		if slices.Contains(addresses, d.Address) {
			list = append(list, d)
			missing = slices.DeleteFunc(missing, func(a string) bool { return a == d.Address })
		}
	}
	if len(missing) > 0 {
		return nil, refused(fmt.Errorf("not unconfirmed: %s", strings.Join(missing, ", ")),
			"`tebar settle NAME` lists the messages that are")
	}
	return list, nil
}

func (s *Store) mayResend(c *campaignRow, list []Doubt, alive bool, who Who) error {
	if c.cancelled.Valid {
		return fmt.Errorf("campaign %s: %w", c.name, campaign.ErrCancelled)
	}
	now := s.moment(who.At)
	for _, d := range list {
		if alive && d.fence == c.fence {
			return c.running()
		}
		if age := now.age(d.marked); age < resendAfter {
			return &TooSoonError{Address: d.Address, Until: who.At.Add(resendAfter - age)}
		}
	}
	return nil
}

func settleAll(ctx context.Context, tx *txn, c *campaignRow, list []Doubt, sent bool, who Who) error {
	for _, d := range list {
		_, err := tx.ExecContext(ctx, `UPDATE attempts SET ended_at = ?, verdict = ?
			WHERE id = ? AND ended_at IS NULL`, micros(who.At), string(campaign.Uncertain), d.attempt)
		if err != nil {
			return err
		}
		if sent {
			err = move(ctx, tx, d.message, campaign.Unconfirmed, campaign.Sent, `sent_at = ?, reason = ?`,
				micros(d.MarkedAt), "settled as sent by "+who.String())
		} else {
			err = requeue(ctx, tx, c, d.message, campaign.Unconfirmed, `reason = ?`, "to be sent again, as "+who.String()+" decided")
		}
		if err != nil {
			return err
		}
	}
	if len(list) == 0 {
		return nil
	}
	words := " to be sent again"
	if sent {
		words = " taken as sent"
	}
	return addEvent(ctx, tx, c.id, who, EventSettled, number(len(list), "message")+words)
}
