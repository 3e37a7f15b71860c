package store

import (
	"context"
	"errors"
	"time"

	"tebar/campaign"
)

// The usual course of a message, from the desk. Each step gives errNotHere where
// it must go the long way, over the tables; it has changed nothing then.

// hot runs a step of an attempt (0: of one that begins) that writes the journal
// alone; the other way is taken where the desk cannot answer.
func (r *Runner) hot(ctx context.Context, about int64, step, long func(tx *txn) error) error {
	return r.orLong(ctx, r.s.commits.hot(ctx, about, step), long)
}

func (r *Runner) orLong(ctx context.Context, err error, long func(tx *txn) error) error {
	if errors.Is(err, errNotHere) {
		return r.s.update(ctx, long)
	}
	return explain(r.s.path, err)
}

func (r *Runner) hotClaim(ctx context.Context, tx *txn, now time.Time, decide campaign.Decide) (claim campaign.Claim, t turn, err error) {
	d, err := r.sit(ctx, tx, now)
	if err == nil && len(d.next) == 0 {
		d, err = r.lay(ctx, tx, now)
	}
	if err != nil {
		return claim, t, err
	}
	if len(d.next) == 0 || !d.retry.IsZero() && !d.retry.After(now) {
		return claim, t, errNotHere
	}
	m := d.next[0]
	u := r.present(d, now)
	u.Next = max(1, m.Recipients)
	t = turn{c: d.c, set: d.set, m: m, slot: decide(u, now), pending: u.Pending}
	if !t.slot.Due(now) {
		return claim, t, nil
	}
	claim = r.newClaim(&t, now)
	d.attempt++
	claim.Attempt = d.attempt
	claim.LastPause, claim.LastPauseAt = pauseBefore(d.lockClass.String, d.lockUntil, now)
	d.next = d.next[1:]
	d.open[claim.Attempt] = &openAttempt{message: m.id, recipients: claim.Recipients}
	d.usage.Pending += claim.Recipients
	d.usage.Last, d.usage.Seq = now, d.usage.Seq+1
	tx.journal(r, journalEntry{
		kind: entryBegun, attempt: claim.Attempt, at: moment{at: now}, campaign: r.id, account: d.c.account,
		begun: begunEntry{
			message: m.id, number: claim.Number, fence: r.fence, name: r.name, version: claim.Version,
			recipients: claim.Recipients, messageID: claim.MessageID, date: claim.Date, first: claim.First,
		},
	})
	tx.began(r, claim.Attempt)
	tx.claimed = append(tx.claimed, claim.Attempt)
	return claim, t, nil
}

// present is the account's usage now.
func (r *Runner) present(d *desk, now time.Time) campaign.Usage {
	u := d.usage
	if ahead := u.LockedUntil.Sub(now); ahead <= 0 || ahead > longestPause {
		u.LockedUntil, u.LockReason = time.Time{}, ""
	}
	if u.Last.Sub(now) > time.Minute { // as accountUsage
		u.Last = time.Time{}
	}
	u.Spends = r.spends.within(r.s.moment(now), r.s.moment(r.s.now()), d.span, d.loose)
	return u
}

func (r *Runner) hotMark(ctx context.Context, tx *txn, c campaign.Claim) error {
	m := r.s.moment(r.s.now())
	d, err := r.sit(ctx, tx, m.at)
	if err != nil {
		return err
	}
	o := d.holds(r, c)
	if o == nil || o.marked || o.held {
		return errNotHere
	}
	r.writeMark(tx, d, c, m)
	return nil
}

// holds is the open attempt of a claim; nil if it is not this runner's.
func (d *desk) holds(r *Runner, c campaign.Claim) *openAttempt {
	o := d.open[c.Attempt]
	if o == nil || o.message != c.Message || c.Fence != r.fence || c.Account != d.c.account {
		return nil
	}
	return o
}

func (r *Runner) writeMark(tx *txn, d *desk, c campaign.Claim, m moment) {
	d.open[c.Attempt].marked = true
	tx.journal(r, journalEntry{kind: entryMarked, attempt: c.Attempt, at: m, campaign: r.id, account: d.c.account})
	tx.marked(r, c.Attempt)
}

func (r *Runner) hotRecord(ctx context.Context, tx *txn, c campaign.Claim, out campaign.Outcome, at time.Time) error {
	if out.Verdict != campaign.Accepted {
		return errNotHere
	}
	d, err := r.sit(ctx, tx, at)
	if err != nil {
		return err
	}
	o := d.holds(r, c)
	if o == nil || !o.marked {
		return errNotHere
	}
	r.writeAccepted(tx, d, c, out, at)
	return nil
}

func (r *Runner) writeAccepted(tx *txn, d *desk, c campaign.Claim, out campaign.Outcome, at time.Time) {
	o, answered := d.open[c.Attempt], r.s.moment(at)
	d.spends++
	delete(d.open, c.Attempt)
	d.usage.Pending -= o.recipients
	d.usage.Last = at
	tx.undo(r.forgetSpends)
	r.spends.add(entry{answered, o.recipients}, d.spends)
	tx.journal(r, journalEntry{
		kind: entryAccepted, attempt: c.Attempt, at: answered, campaign: r.id, account: d.c.account,
		outcome: out, spent: d.spends,
	})
}
