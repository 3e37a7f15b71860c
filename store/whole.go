package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// together is how many whole attempts are posted by one statement for each
// table: each costs about as much as three rows.
const together = 16

// postWhole posts attempts that were begun and accepted since the last posting,
// which is the usual course of nearly all.
func postWhole(ctx context.Context, tx *txn, list []*posting) error {
	for len(list) >= together {
		if err := writeWhole(ctx, tx, list[:together]); err != nil {
			return err
		}
		list = list[together:]
	}
	for i := range list {
		if err := writeWhole(ctx, tx, list[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

func writeWhole(ctx context.Context, tx *txn, list []*posting) error {
	var attempts, reservations, messages []any
	for _, p := range list {
		b, a, o := p.begun, p.accepted, &p.accepted.outcome
		x := &b.begun
		var marked moment
		if p.marked != nil {
			marked = p.marked.at
		}
		attempts = append(attempts, p.attempt, b.campaign, x.message, x.number, x.fence, b.account, micros(b.at.at),
			micros(marked.at), micros(a.at.at), string(o.Verdict), string(o.Class), string(o.Stage), o.Code, o.Enhanced,
			o.Response, o.QueueID, o.SHA256)
		at, boot, up := a.at.columns()
		reservations = append(reservations, b.account, x.recipients, x.name, p.attempt, micros(b.at.at), micros(marked.at),
			at, boot, up, a.spent)
		messages = append(messages, x.message, b.account, x.version, x.messageID, micros(x.date), micros(x.first), x.number,
			micros(a.at.at), o.Code, o.Enhanced, o.Response, o.SHA256)
	}
	for _, s := range []struct {
		before, row, after string
		args               []any
	}{
		{
			`INSERT INTO attempts (id, campaign_id, message_id, number, fence, account, started_at, marked_at, ended_at,
			verdict, class, stage, code, enhanced, response, queue_id, sha256) VALUES `,
			`(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, ``, attempts,
		},
		{`INSERT INTO reservations (account, n, campaign, attempt_id, state, reserved_at, marked_at, at, boot_id, boot_us,
			spent_no) VALUES `, `(?, ?, ?, ?, 'spent', ?, ?, ?, ?, ?, ?)`, ``, reservations},
		{
			`UPDATE messages SET state = 'sent', account = column2, version = column3, message_id = column4, date = column5,
			first_at = column6, attempts = column7, retry_at = NULL, skip = '', reason = '', sent_at = column8,
			code = column9, enhanced = column10, response = column11, sha256 = column12 FROM (VALUES `,
			`(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, `) WHERE id = column1 AND state = 'queued'`, messages,
		},
	} {
		rows := strings.Join(slices.Repeat([]string{s.row}, len(list)), ", ")
		n, err := changed(ctx, tx, s.before+rows+s.after, s.args...)
		if err == nil && n != len(list) {
			err = unreadable("the journal", fmt.Errorf("attempts %d to %d do not fit the tables", list[0].attempt, list[len(list)-1].attempt))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
