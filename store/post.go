package store

import (
	"context"
	"fmt"
	"time"

	"tebar/campaign"
)

// A posting is one attempt's entries in the journal, put together.
type posting struct {
	attempt  int64
	begun    *journalEntry
	marked   *journalEntry
	accepted *journalEntry
}

// post brings the journal into the tables and empties it. Every transaction
// but those that only write the journal does so first.
func post(ctx context.Context, tx *txn) error {
	if err := tx.flush(ctx); err != nil {
		return err
	}
	entries, err := readJournal(ctx, tx)
	if err != nil || len(entries) == 0 {
		return err
	}
	whole, rest := postings(entries)
	if err := postWhole(ctx, tx, whole); err != nil {
		return fmt.Errorf("posting the journal: %w", err)
	}
	sent := map[step]int{}
	for _, p := range whole {
		sent[step{p.accepted.campaign, campaign.Queued}]++
	}
	for _, p := range rest {
		if err := p.write(ctx, tx); err != nil {
			return fmt.Errorf("posting the journal: %w", err)
		}
		if p.accepted != nil {
			sent[step{p.accepted.campaign, campaign.Sending}]++
		}
	}
	for s, n := range sent {
		if err := moved(ctx, tx, s.campaign, s.from, campaign.Sent, n); err != nil {
			return fmt.Errorf("posting the journal: %w", err)
		}
	}
	if err := postAccounts(ctx, tx, entries); err != nil {
		return err
	}
	if err := postFinished(ctx, tx, entries); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM journal`)
	return err
}

// A step is what accepted messages did, as far as it is counted.
type step struct {
	campaign int64
	from     campaign.State
}

// postings are the attempts in the order in which they come up first; those
// that were both begun and accepted since the last posting are whole.
func postings(entries []journalEntry) (whole, rest []*posting) {
	var list []*posting
	by := map[int64]*posting{}
	for i := range entries {
		e := &entries[i]
		p := by[e.attempt]
		if p == nil {
			p = &posting{attempt: e.attempt}
			by[e.attempt], list = p, append(list, p)
		}
		switch e.kind {
		case entryBegun:
			p.begun = e
		case entryMarked:
			p.marked = e
		case entryAccepted:
			p.accepted = e
		}
	}
	for _, p := range list {
		if p.begun != nil && p.accepted != nil {
			whole = append(whole, p)
		} else {
			rest = append(rest, p)
		}
	}
	return whole, rest
}

func (p *posting) write(ctx context.Context, tx *txn) error {
	if p.begun != nil {
		if err := p.begin(ctx, tx); err != nil {
			return err
		}
	}
	if p.marked != nil {
		if err := p.mark(ctx, tx); err != nil {
			return err
		}
	}
	if p.accepted != nil {
		return p.accept(ctx, tx)
	}
	return nil
}

func (p *posting) begin(ctx context.Context, tx *txn) error {
	b := p.begun
	x := &b.begun
	if err := p.exactly(ctx, tx, `INSERT INTO attempts (id, campaign_id, message_id, number, fence, account, started_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		p.attempt, b.campaign, x.message, x.number, x.fence, b.account, micros(b.at.at)); err != nil {
		return err
	}
	if err := reserve(ctx, tx, b.account, x.name, p.attempt, x.recipients, b.at.at); err != nil {
		return err
	}
	return sending(ctx, tx, x.message, campaign.Queued, b.account, x)
}

func (p *posting) mark(ctx context.Context, tx *txn) error {
	err := p.exactly(ctx, tx, `UPDATE attempts SET marked_at = ? WHERE id = ? AND marked_at IS NULL AND ended_at IS NULL`,
		micros(p.marked.at.at), p.attempt)
	if err != nil {
		return err
	}
	n, err := markReservation(ctx, tx, p.attempt, p.marked.at)
	return p.one(n, err)
}

func (p *posting) accept(ctx context.Context, tx *txn) error {
	a, o := p.accepted, &p.accepted.outcome
	if err := endAttempt(ctx, tx, p.attempt, *o, a.at.at); err != nil {
		return err
	}
	at, boot, up := a.at.columns()
	if err := p.exactly(ctx, tx, `UPDATE reservations SET state = 'spent', at = ?, boot_id = ?, boot_us = ?, spent_no = ?
		WHERE attempt_id = ? AND state <> 'spent'`, at, boot, up, a.spent, p.attempt); err != nil {
		return err
	}
	return p.exactly(ctx, tx, `UPDATE messages SET state = 'sent', attempts = (SELECT number FROM attempts WHERE id = ?1),
		retry_at = NULL, reason = '', sent_at = ?2, code = ?3, enhanced = ?4, response = ?5, sha256 = ?6
		WHERE id = (SELECT message_id FROM attempts WHERE id = ?1) AND state = 'sending'`,
		p.attempt, micros(a.at.at), o.Code, o.Enhanced, o.Response, o.SHA256)
}

// exactly runs a statement that must change one row: else the journal does not
// fit the tables.
func (p *posting) exactly(ctx context.Context, tx *txn, query string, args ...any) error {
	n, err := changed(ctx, tx, query, args...)
	return p.one(n, err)
}

func (p *posting) one(n int, err error) error {
	if err == nil && n != 1 {
		err = unreadable("the journal", fmt.Errorf("attempt %d does not fit the tables", p.attempt))
	}
	return err
}

// postAccounts notes each account's last claim or answer, and how far its
// claims and spends are numbered.
func postAccounts(ctx context.Context, tx *txn, entries []journalEntry) error {
	type figures struct {
		at            time.Time
		claims, spent int64
	}
	all, order := map[string]*figures{}, []string{}
	for i := range entries {
		e := &entries[i]
		if e.kind == entryMarked {
			continue
		}
		f := all[e.account]
		if f == nil {
			f = &figures{}
			all[e.account], order = f, append(order, e.account)
		}
		f.at, f.spent = e.at.at, max(f.spent, e.spent)
		if e.kind == entryBegun {
			f.claims++
		}
	}
	for _, account := range order {
		f := all[account]
		_, err := tx.ExecContext(ctx, `INSERT INTO accounts (account, last_at, seq, spends) VALUES (?, ?, ?, ?)
			ON CONFLICT (account) DO UPDATE SET last_at = excluded.last_at, seq = accounts.seq + excluded.seq,
			spends = max(accounts.spends, excluded.spends)`, account, micros(f.at), f.claims, f.spent)
		if err != nil {
			return err
		}
	}
	return nil
}

// postFinished notes which campaigns have nothing left to send.
func postFinished(ctx context.Context, tx *txn, entries []journalEntry) error {
	last := map[int64]time.Time{}
	for i := range entries {
		if e := &entries[i]; e.kind == entryAccepted {
			last[e.campaign] = e.at.at
		}
	}
	for id, at := range last {
		if err := finish(ctx, tx, id, at); err != nil {
			return err
		}
	}
	return nil
}
