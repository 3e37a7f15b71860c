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

	pending int // of the account, where there is a message
}

// Peek says when the next message may go, like Claim, and writes nothing. The
// zero slot also says that Claim has something to write down first: suppressed
// messages to skip, or the claims of a dead neighbour to settle.
func (r *Runner) Peek(ctx context.Context, now time.Time, decide campaign.Decide) (campaign.Slot, error) {
	t, err := r.peek(ctx, now, decide)
	if err == nil {
		err = t.end
	}
	if err == nil && r.heldUp(&t, now) {
		var dead bool
		if dead, err = r.s.deadNeighbours(ctx, t.c.account, r.name); dead {
			t.slot = campaign.Slot{}
		}
	}
	if err != nil {
		return campaign.Slot{}, fmt.Errorf("looking for the next message: %w", err)
	}
	return t.slot, nil
}

func (r *Runner) peek(ctx context.Context, now time.Time, decide campaign.Decide) (t turn, err error) {
	r.peeking.Lock()
	defer r.peeking.Unlock()
	err = r.s.posted(ctx, func() error {
		return r.s.glances.look(ctx, func(tx *txn) error {
			if err := unposted(ctx, tx); err != nil {
				return err
			}
			t, err = r.look(ctx, tx, nil, &r.peeked, now, decide)
			return err
		})
	}, func(tx *txn) error {
		t, err = r.look(ctx, tx, nil, &spends{}, now, decide) // what it sees is undone
		return err
	})
	return t, err
}

// Claim takes the next message if decide lets it go now: one transaction
// looks at every window of the account, reserves the message's recipients and
// opens the attempt. With a slot that is not due there is no claim; of the
// slot's codes retry (deferred messages wait until At) and busy (other
// connections hold the rest) are the ledger's own, the others are decide's.
// Deferred messages that are due come first, then the list in its order.
// Messages whose address is suppressed by now are skipped on the way. Where
// quota is reserved and the slot is not due, what dead runners of the account's
// other campaigns hold is settled, once a minute at most.
//
// decide must not keep the Usage's slices.
// Errors: campaign.ErrComplete, ErrPaused, ErrCancelled, ErrForgotten, ErrFenced.
func (r *Runner) Claim(ctx context.Context, now time.Time, decide campaign.Decide) (campaign.Claim, campaign.Slot, error) {
	claim, t, err := r.claim(ctx, now, decide)
	if err == nil && r.heldUp(&t, now) {
		r.mu.Lock()
		r.looked = now
		r.mu.Unlock()
		if err = r.s.takeOverOthers(ctx, t.c.account, r.name, now); err == nil {
			claim, t, err = r.claim(ctx, now, decide)
		}
	}
	if err == nil {
		err = t.end
	}
	if err != nil {
		return campaign.Claim{}, campaign.Slot{}, fmt.Errorf("claiming the next message: %w", err)
	}
	return claim, t.slot, nil
}

func (r *Runner) claim(ctx context.Context, now time.Time, decide campaign.Decide) (claim campaign.Claim, t turn, err error) {
	err = r.hot(ctx, 0, func(tx *txn) (err error) {
		claim, t, err = r.hotClaim(ctx, tx, now, decide)
		return err
	}, func(tx *txn) (err error) {
		claim = campaign.Claim{}
		tx.undo(r.forgetSpends)
		if t, err = r.look(ctx, tx, tx, &r.spends, now, decide); err != nil || t.m == nil || !t.slot.Due(now) {
			return err
		}
		claim, err = r.take(ctx, tx, &t, now)
		tx.began(r, claim.Attempt)
		return err
	})
	return claim, t, err
}

// neighbourWait is how often a runner looks for dead neighbours.
const neighbourWait = time.Minute

// heldUp says that a message must wait while quota is reserved, which may be
// a dead neighbour's, and that it is time to look.
func (r *Runner) heldUp(t *turn, now time.Time) bool {
	if t.m == nil || t.pending == 0 || t.slot.Due(now) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.looked.IsZero() || now.Sub(r.looked).Abs() >= neighbourWait
}

// look finds the next message and asks decide about it. With a transaction to
// write in, suppressed messages are skipped on the way; else passed over. known
// are the spends that whoever looks has read before.
func (r *Runner) look(ctx context.Context, tx querier, write *txn, known *spends, now time.Time, decide campaign.Decide) (t turn, err error) {
	if t.c, err = r.mine(ctx, tx); err != nil {
		return t, err
	}
	if err := stopped(ctx, tx, &t.c); err != nil {
		return t, err
	}
	if t.set, err = r.settings(ctx, tx, t.c.version); err != nil {
		return t, err
	}
	var passed bool
	t.m, passed, err = nextMessage(ctx, tx, write, r.id, now, retryHorizon(t.set.retry))
	if err != nil || t.m == nil && passed {
		return t, err // the zero slot: Claim will skip what was passed over
	}
	if t.m == nil {
		err = r.nothing(ctx, tx, write, &t, now)
		return t, err
	}
	u, err := r.s.usage(ctx, tx, known, t.c.account, nil, now)
	if err != nil {
		return t, err
	}
	t.pending, u.Next = u.Pending, max(1, t.m.Recipients)
	t.slot = decide(u, now)
	return t, nil
}

// forgetSpends lets the next look read all spends again: the cache may know of
// some that were rolled back.
func (r *Runner) forgetSpends() { r.spends = spends{} }

// stopped says that a person has ended the campaign, or paused it. A pause that
// came with the last message holds nothing back: the campaign is complete.
func stopped(ctx context.Context, tx querier, c *campaignRow) error {
	if c.cancelled.Valid {
		return campaign.ErrCancelled
	}
	if !c.paused.Valid {
		return nil
	}
	var left bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM tallies
		WHERE campaign_id = ? AND n > 0 AND state IN ('queued', 'deferred'))`, c.id).Scan(&left)
	if err == nil && left {
		err = campaign.ErrPaused
	}
	return err
}

// busyWait is when to look again while other connections hold the rest.
const busyWait = time.Second

// nothing says what a campaign without a message to send now waits for. It
// waits for no retry of a suppressed message.
func (r *Runner) nothing(ctx context.Context, tx querier, write *txn, t *turn, now time.Time) error {
	horizon := queue{deferredUntil, now.Add(retryHorizon(t.set.retry))}
	if _, passed, err := horizon.first(ctx, tx, write, r.id); err != nil || passed {
		return err // the zero slot, as in look
	}
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
			err = finish(ctx, write, r.id, now)
		}
	}
	return err
}

// finish notes when nothing was left to send, where that is so.
func finish(ctx context.Context, tx *txn, id int64, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE campaigns AS c SET finished_at = ? WHERE id = ? AND finished_at IS NULL
		AND cancelled_at IS NULL AND NOT `+isLeft, micros(now), id)
	return err
}

// newClaim is the claim of a turn's message, without its numbers in the store.
func (r *Runner) newClaim(t *turn, now time.Time) campaign.Claim {
	m, c := t.m, &t.c
	if m.messageID == "" {
		m.messageID, m.date = newMessageID(t.set.domain), now
	}
	if m.first.IsZero() {
		m.first = now
	}
	return campaign.Claim{
		Campaign: r.name, Account: c.account, Message: m.id, Number: m.attempts + 1, Fence: r.fence,
		Recipients: max(1, m.Recipients), MessageID: m.messageID, Date: m.date, First: m.first,
		Version: c.version, Recipient: m.Recipient, Attachments: m.Attachments,
	}
}

// take makes the claim durable: the attempt, the reservation, the state.
func (r *Runner) take(ctx context.Context, tx *txn, t *turn, now time.Time) (campaign.Claim, error) {
	m, c := t.m, &t.c
	claim := r.newClaim(t, now)
	if err := lastPause(ctx, tx, &claim, now); err != nil {
		return claim, err
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO attempts (campaign_id, message_id, number, fence, account, started_at)
		VALUES (?, ?, ?, ?, ?, ?)`, r.id, m.id, claim.Number, r.fence, c.account, micros(now))
	if err != nil {
		return claim, err
	}
	if claim.Attempt, err = res.LastInsertId(); err != nil {
		return claim, err
	}
	if err = reserve(ctx, tx, c.account, r.name, claim.Attempt, claim.Recipients, now); err != nil {
		return claim, err
	}
	if err := touch(ctx, tx, c.account, now, 1); err != nil {
		return claim, err
	}
	return claim, sending(ctx, tx, m.id, m.state, c.account, &begunEntry{
		version: c.version, messageID: m.messageID, date: m.date, first: m.first,
	})
}

// sending moves a claimed message.
func sending(ctx context.Context, tx *txn, id int64, from campaign.State, account string, x *begunEntry) error {
	return move(ctx, tx, id, from, campaign.Sending,
		`account = ?, version = ?, message_id = ?, date = ?, first_at = ?, retry_at = NULL, skip = '', reason = ''`,
		account, x.version, x.messageID, micros(x.date), micros(x.first))
}

// touch notes the account's last claim or answer.
func touch(ctx context.Context, tx *txn, account string, at time.Time, claims int) error {
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
