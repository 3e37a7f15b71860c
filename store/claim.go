package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"

	"tebar/campaign"
)

// A turn is what a look at the queue came to.
type turn struct {
	c    campaignRow
	set  settings
	m    *message      // the next message; nil if there is none
	slot campaign.Slot // when it may go, or when to look again
	end  error         // campaign.ErrComplete
}

// Peek says when the next message may go, like Claim, and writes nothing.
func (r *Runner) Peek(ctx context.Context, now time.Time, decide campaign.Decide) (campaign.Slot, error) {
	var t turn
	err := r.s.view(ctx, func(tx *sql.Tx) (err error) {
		t, err = r.look(ctx, tx, nil, now, decide)
		return err
	})
	if err == nil {
		err = t.end
	}
	if err != nil {
		return campaign.Slot{}, fmt.Errorf("looking for the next message: %w", err)
	}
	return t.slot, nil
}

// Claim takes the next message if decide lets it go now: one transaction
// looks at every window of the account, reserves the message's recipients and
// opens the attempt. With a slot that is not due there is no claim; of the
// slot's codes retry (deferred messages wait until At) and busy (other
// connections hold the rest) are the ledger's own, the others are decide's.
// Deferred messages that are due come first, then the list in its order.
// Messages whose address is suppressed by now are skipped on the way.
//
// decide must not keep the Usage's slices.
// Errors: campaign.ErrComplete, ErrPaused, ErrCancelled, ErrForgotten, ErrFenced.
func (r *Runner) Claim(ctx context.Context, now time.Time, decide campaign.Decide) (campaign.Claim, campaign.Slot, error) {
	var t turn
	var claim campaign.Claim
	err := r.s.update(ctx, func(tx *sql.Tx) (err error) {
		claim = campaign.Claim{}
		if t, err = r.look(ctx, tx, tx, now, decide); err != nil || t.m == nil || !t.slot.Due(now) {
			return err
		}
		claim, err = r.take(ctx, tx, &t, now)
		return err
	})
	if err == nil {
		err = t.end
	}
	if err != nil {
		return campaign.Claim{}, campaign.Slot{}, fmt.Errorf("claiming the next message: %w", err)
	}
	return claim, t.slot, nil
}

// look finds the next message and asks decide about it. With a transaction to
// write in, suppressed messages are skipped on the way; else passed over.
func (r *Runner) look(ctx context.Context, tx querier, write *sql.Tx, now time.Time, decide campaign.Decide) (t turn, err error) {
	if t.c, err = r.mine(ctx, tx); err != nil {
		return t, err
	}
	switch {
	case t.c.cancelled.Valid:
		return t, campaign.ErrCancelled
	case t.c.paused.Valid:
		return t, campaign.ErrPaused
	}
	if t.set, err = r.settings(ctx, tx, t.c.version); err != nil {
		return t, err
	}
	if t.m, err = nextMessage(ctx, tx, write, r.id, now); err != nil {
		return t, err
	}
	if t.m == nil {
		err = r.nothing(ctx, tx, write, &t, now)
		return t, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	u, err := r.s.usage(ctx, tx, &r.spends, t.c.account, nil, now)
	if err != nil {
		return t, err
	}
	u.Next = max(1, t.m.Recipients)
	t.slot = decide(u, now)
	return t, nil
}

// busyWait is when to look again while other connections hold the rest.
const busyWait = time.Second

// nothing says what a campaign without a message to send now waits for.
func (r *Runner) nothing(ctx context.Context, tx querier, write *sql.Tx, t *turn, now time.Time) error {
	var sending, deferred int
	var retry sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM messages WHERE campaign_id = ?1 AND leader_id IS NULL AND state = 'sending'),
		(SELECT count(*) FROM messages WHERE campaign_id = ?1 AND state = 'deferred'),
		(SELECT min(retry_at) FROM messages WHERE campaign_id = ?1 AND state = 'deferred')`, r.id).
		Scan(&sending, &deferred, &retry)
	switch at := instant(retry); {
	case err != nil:
		return err
	case deferred > 0:
		t.slot = campaign.Slot{At: at, Code: campaign.CodeRetry, Reason: fmt.Sprintf("%s to be tried again at %s",
			number(deferred, "message"), at.In(t.set.zone).Format("Mon 15:04"))}
	case sending > 0:
		t.slot = campaign.Slot{
			At: now.Add(busyWait), Code: campaign.CodeBusy,
			Reason: "another connection holds what is left",
		}
	default:
		t.end = campaign.ErrComplete
		if write != nil {
			_, err = write.ExecContext(ctx, `UPDATE campaigns SET finished_at = ? WHERE id = ? AND finished_at IS NULL`,
				micros(now), r.id)
		}
	}
	return err
}

// take makes the claim durable: the attempt, the reservation, the state.
func (r *Runner) take(ctx context.Context, tx *sql.Tx, t *turn, now time.Time) (campaign.Claim, error) {
	m, c := t.m, &t.c
	if m.messageID == "" {
		m.messageID, m.date = newMessageID(t.set.domain), now
	}
	if m.first.IsZero() {
		m.first = now
	}
	claim := campaign.Claim{
		Campaign: r.name, Account: c.account, Message: m.id, Number: m.attempts + 1, Fence: r.fence,
		Recipients: max(1, m.Recipients), MessageID: m.messageID, Date: m.date, First: m.first,
		Version: c.version, Recipient: m.Recipient, Attachments: m.Attachments,
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO attempts (campaign_id, message_id, number, fence, account, started_at)
		VALUES (?, ?, ?, ?, ?, ?)`, r.id, m.id, claim.Number, r.fence, c.account, micros(now))
	if err != nil {
		return claim, err
	}
	if claim.Attempt, err = res.LastInsertId(); err != nil {
		return claim, err
	}
	claim.Reservation, err = reserve(ctx, tx, c.account, r.name, claim.Attempt, claim.Recipients, now)
	if err != nil {
		return claim, err
	}
	if err := touch(ctx, tx, c.account, now, 1); err != nil {
		return claim, err
	}
	return claim, move(ctx, tx, m.id, m.state, campaign.Sending,
		`account = ?, version = ?, message_id = ?, date = ?, first_at = ?, retry_at = NULL, skip = '', reason = ''`,
		c.account, c.version, m.messageID, micros(m.date), micros(m.first))
}

// touch notes the account's last claim or answer.
func touch(ctx context.Context, tx *sql.Tx, account string, at time.Time, claims int) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO accounts (account, last_at, seq) VALUES (?, ?, ?)
		ON CONFLICT (account) DO UPDATE SET last_at = excluded.last_at, seq = accounts.seq + excluded.seq`,
		account, micros(at), claims)
	return err
}

// newMessageID is 128 random bits at the sender's domain (RFC 5322, section
// 3.6.4), without brackets.
func newMessageID(domain string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:]) + "@" + domain
}
