package mailer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tebar/campaign"
)

// A command is one line of a transaction before the message.
type command struct {
	stage   campaign.Stage
	line    string
	want    []int // codes that let it go on
	timeout time.Duration
	copy    string // RCPT: the address, of all but the first
}

// commands are MAIL, a RCPT for everybody, and DATA.
func (t *transaction) commands() []command {
	times := t.sender.server.Timeouts
	mail := "MAIL FROM:<" + t.envelope.From + ">"
	if t.sender.ext.has("SIZE") {
		mail += " SIZE=" + strconv.Itoa(len(t.envelope.Message))
	}
	if t.envelope.SMTPUTF8 {
		mail += " SMTPUTF8"
	}
	list := make([]command, 0, len(t.envelope.To)+2)
	list = append(list, command{campaign.StageMail, mail, []int{250}, times.Command, ""})
	for i, to := range t.envelope.To {
		c := command{campaign.StageRcpt, "RCPT TO:<" + to + ">", []int{250, 251, 252}, times.Command, ""}
		if i > 0 {
			c.copy = to
		}
		list = append(list, c)
	}
	return append(list, command{campaign.StageData, "DATA", []int{354}, times.Data, ""})
}

// address says the commands; Accepted means that the server waits for the
// message. One refusal is the message's: none gets it, so that nobody has to
// find out who did. After a refusal the transaction is undone, so that the
// connection is good for the next message.
func (t *transaction) address(ctx context.Context) campaign.Outcome {
	list := t.commands()
	if t.begun {
		return t.answers(ctx, list)
	}
	if t.sender.ext.has("PIPELINING") {
		return t.pipelined(ctx, list)
	}
	for _, c := range list {
		r, err := t.wire.command(c.timeout, c.line)
		if err != nil {
			return lost(ctx, c.stage, err)
		}
		if o := c.judge(r); o.Verdict != campaign.Accepted {
			if !o.Dead {
				o.Dead = !t.undo()
			}
			return o
		}
	}
	return ready(campaign.StageData)
}

// ending is the dot, with MAIL, RCPT and DATA of the message that follows where
// the server takes them together; with copies they are said later: see
// pipelined. The envelope is nil where nothing is behind the dot.
func (t *transaction) ending() ([]byte, *campaign.Envelope) {
	end := []byte(dot)
	if t.next == nil || !t.sender.ext.has("PIPELINING") {
		return end, nil
	}
	e := t.next()
	if e == nil || len(e.To) != 1 || checkEnvelope(*e) != "" {
		return end, nil
	}
	follower := &transaction{sender: t.sender, wire: t.wire, envelope: *e}
	if follower.fits().Verdict != campaign.Accepted {
		return end, nil
	}
	return appendLines(end, follower.commands()), e
}

// pipelined says all in one flush. With copies, DATA waits for the answers: a
// server that refuses one of several would wait for the message, and the
// connection be lost.
func (t *transaction) pipelined(ctx context.Context, list []command) campaign.Outcome {
	if last := len(list) - 1; last > 2 {
		if o := t.together(ctx, list[:last]); o.Verdict != campaign.Accepted {
			return o
		}
		list = list[last:]
	}
	return t.together(ctx, list)
}

// together says commands in one flush (RFC 2920, section 3.1).
func (t *transaction) together(ctx context.Context, list []command) campaign.Outcome {
	if err := t.wire.send(list); err != nil {
		if errors.Is(err, errAhead) { // no answer to what was not said
			return lost(ctx, list[0].stage, err)
		}
		r, err := t.wire.lastWords(err)
		if err != nil {
			return lost(ctx, list[0].stage, err)
		}
		o := list[0].judge(r)
		o.Dead = true
		return o
	}
	return t.answers(ctx, list)
}

// answers reads the answers to commands one by one. The first refusal counts;
// what is said to the others follows from it. A server that waits for the
// message all the same gets none: not even a dot, which it might accept as one
// without a word.
func (t *transaction) answers(ctx context.Context, list []command) campaign.Outcome {
	refusal := ready(campaign.StageData)
	for _, c := range list {
		t.wire.limit(c.timeout)
		r, err := t.wire.read()
		switch refused := refusal.Verdict != campaign.Accepted; {
		case err != nil && refused:
			refusal.Dead = true
			return refusal
		case err != nil:
			return lost(ctx, c.stage, err)
		case !refused:
			refusal = c.judge(r)
		case c.stage == campaign.StageData && r.code < 400:
			refusal.Dead = true
		}
		if refusal.Dead {
			return refusal
		}
	}
	if refusal.Verdict != campaign.Accepted {
		refusal.Dead = !t.undo()
	}
	return refusal
}

// judge is Accepted where the answer lets the transaction go on.
func (c command) judge(r reply) campaign.Outcome {
	if slices.Contains(c.want, r.code) {
		return ready(c.stage)
	}
	o := Classify(c.stage, r.code, r.text)
	if c.copy != "" {
		o.Reason = fmt.Sprintf("the copy to %s was refused, so the message was sent to nobody: %s", clean(c.copy, 100), o.Reason)
	}
	return o
}
