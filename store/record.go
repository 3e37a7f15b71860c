package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tebar/campaign"
)

// Mark makes "the dot is next" durable. Only after it may the dot be written;
// on an error the connection is closed hard instead. Errors:
// campaign.ErrFenced when a later runner has taken over, or the claim has an
// outcome; ErrHeld when an order that came after the claim keeps the message
// back.
func (r *Runner) Mark(ctx context.Context, c campaign.Claim) error {
	err := r.hot(ctx, c.Attempt, func(tx *txn) error { return r.hotMark(ctx, tx, c) },
		func(tx *txn) error { return r.mark(ctx, tx, c) })
	if err != nil {
		return fmt.Errorf("marking the message: %w", err)
	}
	return nil
}

func (r *Runner) mark(ctx context.Context, tx *txn, c campaign.Claim) error {
	m := r.s.moment(r.s.now())
	if err := r.held(ctx, tx, c, m.at); err != nil {
		return err
	}
	n, err := changed(ctx, tx, `UPDATE attempts SET marked_at = ?
		WHERE id = ? AND message_id = ? AND fence = ? AND marked_at IS NULL AND ended_at IS NULL
		AND EXISTS (SELECT 1 FROM campaigns WHERE id = ? AND fence = ?)
		AND EXISTS (SELECT 1 FROM messages WHERE id = ? AND state = 'sending')`,
		micros(m.at), c.Attempt, c.Message, c.Fence, r.id, c.Fence, c.Message)
	if err != nil {
		return err
	}
	if n == 1 {
		n, err = markReservation(ctx, tx, c.Attempt, m)
	}
	if err == nil && n != 1 {
		err = campaign.ErrFenced
	}
	tx.marked(r, c.Attempt)
	return err
}

// An attemptRow is what Record needs of an attempt and its message.
type attemptRow struct {
	state    campaign.State // of the message
	account  string
	attempts int // that the message has used up
	number   int
	marked   bool
	ended    bool
}

// Record makes the outcome of a claim durable: the attempt, the message's
// state, the reservation, and for Pause the account's lock. at is when the
// answer came. A cancelled context does not stop it.
//
// The true outcome of an attempt that a takeover has declared unconfirmed is
// taken too, until a person has settled the message.
// Errors: campaign.ErrFenced when the claim was given to another runner,
// campaign.ErrSettled when the attempt has an outcome already.
func (r *Runner) Record(ctx context.Context, c campaign.Claim, o campaign.Outcome, at time.Time) error {
	ctx = context.WithoutCancel(ctx)
	err := r.hot(ctx, c.Attempt, func(tx *txn) error { return r.hotRecord(ctx, tx, c, o, at) },
		func(tx *txn) error { return r.record(ctx, tx, c, o, at) })
	if err != nil {
		return fmt.Errorf("recording the outcome for %s: %w", c.Recipient.Address, err)
	}
	return nil
}

func (r *Runner) record(ctx context.Context, tx *txn, c campaign.Claim, o campaign.Outcome, at time.Time) error {
	row, err := anyCampaign(ctx, tx, r.name)
	if err != nil {
		return err
	}
	a, err := readAttempt(ctx, tx, c)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && a.ended && !a.marked:
		return campaign.ErrFenced
	case err != nil:
		return err
	case a.ended:
		return campaign.ErrSettled
	}
	if err := endAttempt(ctx, tx, c.Attempt, o, at); err != nil {
		return err
	}
	if err := r.s.settleReservation(ctx, tx, a.account, c.Attempt, o, at); err != nil {
		return err
	}
	if err := touch(ctx, tx, a.account, at, 0); err != nil {
		return err
	}
	if o.Verdict == campaign.Pause {
		if err := lockAccount(ctx, tx, r.id, a.account, o, at); err != nil {
			return err
		}
	}
	return r.conclude(ctx, tx, &row, c.Message, a, o, at)
}

func readAttempt(ctx context.Context, tx querier, c campaign.Claim) (a attemptRow, err error) {
	err = tx.QueryRowContext(ctx, `SELECT m.state, a.account, m.attempts, a.number, a.marked_at IS NOT NULL,
		a.ended_at IS NOT NULL FROM attempts a JOIN messages m ON m.id = a.message_id
		WHERE a.id = ? AND a.message_id = ? AND a.fence = ?`, c.Attempt, c.Message, c.Fence).
		Scan(&a.state, &a.account, &a.attempts, &a.number, &a.marked, &a.ended)
	return a, err
}

func endAttempt(ctx context.Context, tx *txn, attempt int64, o campaign.Outcome, at time.Time) error {
	n, err := changed(ctx, tx, `UPDATE attempts SET ended_at = ?, verdict = ?, class = ?, stage = ?, code = ?,
		enhanced = ?, response = ?, queue_id = ?, sha256 = ? WHERE id = ? AND ended_at IS NULL`,
		micros(at), string(o.Verdict), string(o.Class), string(o.Stage), o.Code,
		o.Enhanced, o.Response, o.QueueID, o.SHA256, attempt)
	if err == nil && n != 1 {
		err = campaign.ErrSettled
	}
	return err
}

// settleReservation: accepted counts from the answer, uncertain from the mark
// + grace; after any other outcome the message was not sent.
func (s *Store) settleReservation(ctx context.Context, tx *txn, account string, attempt int64, o campaign.Outcome, at time.Time) error {
	switch o.Verdict {
	case campaign.Accepted:
		return spend(ctx, tx, account, attempt, s.moment(at))
	case campaign.Uncertain:
		return doubtReservation(ctx, tx, attempt, s.moment(at))
	}
	return release(ctx, tx, attempt)
}

// verdicts says where a message goes from sending or unconfirmed.
var verdicts = map[campaign.Verdict]campaign.State{
	campaign.Accepted:  campaign.Sent,
	campaign.Defer:     campaign.Deferred,
	campaign.Fail:      campaign.Failed,
	campaign.Requeue:   campaign.Queued,
	campaign.Pause:     campaign.Queued,
	campaign.Stop:      campaign.Queued,
	campaign.Fault:     campaign.Queued,
	campaign.Uncertain: campaign.Unconfirmed,
}

// conclude moves the message by the verdict. An attempt that says nothing
// about the message (its verdict queues it again) is not used up.
func (r *Runner) conclude(ctx context.Context, tx *txn, c *campaignRow, id int64, a attemptRow, o campaign.Outcome, at time.Time) error {
	to, ok := verdicts[o.Verdict]
	if !ok {
		return fmt.Errorf("unknown verdict %q", o.Verdict)
	}
	used := a.number
	if to == campaign.Queued {
		used--
	}
	reason := o.Reason
	if reason == "" {
		reason = o.Describe()
	}
	var sent, retry time.Time
	sha := o.SHA256
	switch to {
	case campaign.Sent:
		sent, reason = at, ""
	case campaign.Deferred:
		set, err := r.settings(ctx, tx, c.version)
		if err != nil {
			return err
		}
		retry, sha = retryAt(o, set.retry, used, at), ""
		if last := at.Add(retryHorizon(set.retry)); retry.After(last) {
			retry = last
		}
	case campaign.Unconfirmed:
	default:
		sha = ""
	}
	const set = `attempts = ?, reason = ?, sent_at = ?, retry_at = ?, code = ?, enhanced = ?, response = ?, sha256 = ?`
	args := []any{used, reason, micros(sent), micros(retry), o.Code, o.Enhanced, o.Response, sha}
	if a.state == to { // declared unconfirmed, and so it is
		_, err := tx.ExecContext(ctx, `UPDATE messages SET `+set+` WHERE id = ?`, append(args, id)...)
		return err
	}
	if err := move(ctx, tx, id, a.state, to, set, args...); err != nil {
		return err
	}
	if to == campaign.Queued || to == campaign.Deferred {
		return leaveWaiting(ctx, tx, c, id, to)
	}
	return finish(ctx, tx, c.id, at)
}

// retryAt is the loop's time, or the campaign's retry and at least o.Wait.
func retryAt(o campaign.Outcome, retry campaign.Retry, attempt int, at time.Time) time.Time {
	if !o.RetryAt.IsZero() {
		return o.RetryAt
	}
	return at.Add(max(o.Wait, retry.After(attempt)))
}

// longestPause is how long an account rests at most. A locked_until further
// ahead was written by a clock that has been set back since: it binds nothing,
// and the next pause takes its place.
const longestPause = 48 * time.Hour

// pauseDefault is how long an account rests where the outcome does not say
// ("silent for 10 minutes or more": Gmail's page on unusual rates).
const pauseDefault = 10 * time.Minute

// lockAccount pauses the account; a longer lock that is there stays.
func lockAccount(ctx context.Context, tx *txn, id int64, account string, o campaign.Outcome, at time.Time) error {
	wait := o.Wait
	if wait <= 0 {
		wait = pauseDefault
	}
	reason := o.Reason
	if reason == "" {
		reason = o.Describe()
	}
	until := at.Add(min(wait, longestPause))
	_, err := tx.ExecContext(ctx, `UPDATE accounts SET locked_until = ?, lock_reason = ?, lock_class = ?
		WHERE account = ? AND (coalesce(locked_until, 0) < ? OR locked_until > ?)`,
		micros(until), reason, string(o.Class), account, micros(until), micros(at.Add(longestPause)))
	if err != nil || id == 0 {
		return err
	}
	return addEvent(ctx, tx, id, Who{At: at}, EventLocked,
		fmt.Sprintf("%s until %s: %s", account, until.UTC().Format(time.RFC3339), reason))
}

// lastPause tells the claim of the account's last pause, which stays in its
// row when it is over.
func lastPause(ctx context.Context, tx *txn, claim *campaign.Claim, now time.Time) error {
	var until sql.NullInt64
	var class string
	err := tx.QueryRowContext(ctx, `SELECT lock_class, locked_until FROM accounts WHERE account = ?`, claim.Account).
		Scan(&class, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	claim.LastPause, claim.LastPauseAt = pauseBefore(class, until, now)
	return err
}

// pauseBefore is the pause of an account that is being used.
func pauseBefore(class string, until sql.NullInt64, now time.Time) (campaign.Class, time.Time) {
	at := instant(until)
	if at.After(now) {
		at = now.UTC() // it is over
	}
	return campaign.Class(class), at
}
