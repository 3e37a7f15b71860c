package mailer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tebar/campaign"
)

// dotWithin is the longest time from the beginning of the mark to the dot.
const dotWithin = 5 * time.Second

// slowMark is how long a mark may have taken for the message that follows to be
// made before the dot.
const slowMark = time.Second

// dot ends a message (RFC 5321, section 4.1.1.4).
const dot = ".\r\n"

// block is how much of a message is written under one deadline, in bytes.
const block = 64 << 10

// A transaction is one message's way from MAIL to the reply after the dot.
type transaction struct {
	sender   *Sender
	wire     *wire
	envelope campaign.Envelope
	mark     func(context.Context) error
	next     func() *campaign.Envelope // what follows, asked before the dot; nil: nothing
	begun    bool                      // its MAIL, RCPT and DATA are said already
}

// errNoMark wraps what the mark said.
var errNoMark = errors.New("the dot was not written")

// run sends the message. Whatever ends it before the dot, ctx too, leaves a
// server that has not got a whole message.
func (t *transaction) run(ctx context.Context) campaign.Outcome {
	if o := t.fits(); o.Verdict != campaign.Accepted {
		return o
	}
	quiet := context.AfterFunc(ctx, t.wire.socket.kill)
	defer quiet()
	for _, step := range []func(context.Context) campaign.Outcome{t.address, t.body} {
		if o := step(ctx); o.Verdict != campaign.Accepted {
			return o
		}
	}
	return t.finish(ctx, quiet)
}

// fits looks at what the server offers before a word is said.
func (t *transaction) fits() campaign.Outcome {
	o := ready(campaign.StageMail)
	size, limit := len(t.envelope.Message), t.sender.ext.size()
	switch {
	case limit > 0 && int64(size) > limit:
		o.Verdict, o.Class = campaign.Fault, campaign.ClassSize
		o.Reason = fmt.Sprintf("the message has %d bytes and the server takes at most %d", size, limit)
		o.Hint = "make the attachments smaller, or put them on the web and send a link (encoding makes a file 37 % larger)"
	case t.envelope.SMTPUTF8 && !t.sender.ext.has("SMTPUTF8"):
		return t.noUTF8()
	}
	return o
}

// noUTF8 says whose address the server cannot take (RFC 6531, section 3.2).
func (t *transaction) noUTF8() campaign.Outcome {
	const what = "the server cannot send to addresses with letters beyond a-z before the @ (SMTPUTF8)"
	if !isASCII(t.envelope.From) {
		o := stop(campaign.StageMail, campaign.ClassSetup, what+", and the From address has them", "send from an address in plain letters")
		o.Dead = false
		return o
	}
	return campaign.Outcome{
		Verdict: campaign.Fail, Class: campaign.ClassRecipient, Stage: campaign.StageMail, Reason: what,
	}
}

// size is the server's limit in bytes (RFC 1870, section 3); 0 = none told.
func (x extensions) size() int64 {
	n, err := strconv.ParseInt(x["SIZE"], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// undo says RSET after a refusal: without it the next MAIL gets a 503.
func (t *transaction) undo() bool {
	r, err := t.wire.command(t.sender.server.Timeouts.Command, "RSET")
	return err == nil && r.code == 250
}

// body writes the message, dots doubled at line beginnings (RFC 5321, section
// 4.5.2), a block at a time. It ends in CRLF: only the dot is missing.
func (t *transaction) body(ctx context.Context) campaign.Outcome {
	rest := stuff(t.envelope.Message)
	for len(rest) > 0 {
		n := min(block, len(rest))
		t.wire.limit(t.sender.server.Timeouts.Block)
		if _, err := t.wire.conn.Write(rest[:n]); err != nil {
			return t.broken(ctx, err)
		}
		rest = rest[n:]
	}
	return ready(campaign.StageBody)
}

// broken is a body that could not be written; what the server said as it hung
// up is the better reason.
func (t *transaction) broken(ctx context.Context, err error) campaign.Outcome {
	if ctx.Err() == nil {
		if r, err := t.wire.lastWords(err); err == nil {
			o := Classify(campaign.StageBody, r.code, r.text)
			o.Dead = true
			return o
		}
	}
	return lost(ctx, campaign.StageBody, err)
}

// finish marks, writes the dot, with the commands of the message that follows,
// and waits for the answer. In one flush (RFC 2920, section 3.1) they cost no
// write of their own; and a server that holds small answers back until the last
// was acknowledged (RFC 896) has one to give, not two. quiet ends ctx's hold on
// the connection; if it is too late for that, there is no dot. Nor is there one
// when the server has spoken or gone: its word could be taken for the answer to
// the dot, and a refused message be accepted after all.
func (t *transaction) finish(ctx context.Context, quiet func() bool) campaign.Outcome {
	if err := t.wire.quiet(); err != nil {
		return t.broken(ctx, err)
	}
	start := t.sender.now()
	if o := t.marked(ctx); o.Verdict != campaign.Accepted {
		return o
	}
	var e *campaign.Envelope
	end := []byte(dot)
	if t.next != nil && t.sender.now().since(start) < slowMark {
		end, e = t.ending()
	}
	if !quiet() {
		return lost(ctx, campaign.StageDot, context.Cause(ctx))
	}
	if err := t.wire.quiet(); err != nil {
		return lost(ctx, campaign.StageDot, err)
	}
	left := dotWithin - t.sender.now().since(start)
	if left <= 0 {
		return t.unmarked(fmt.Errorf("more than %s have passed since its mark was begun", dotWithin))
	}
	before := t.wire.socket.written.Load()
	t.wire.limit(left)
	if _, err := t.wire.conn.Write(end); err != nil {
		if t.wire.socket.written.Load() == before {
			return lost(ctx, campaign.StageDot, err)
		}
		return inDoubt(err)
	}
	t.sender.begun = e
	return t.answer()
}

// marked makes "the dot is next" durable.
func (t *transaction) marked(ctx context.Context) campaign.Outcome {
	if t.mark == nil {
		return ready(campaign.StageDot)
	}
	if err := t.mark(ctx); err != nil {
		if ctx.Err() != nil {
			return lost(ctx, campaign.StageDot, ctx.Err())
		}
		return t.unmarked(fmt.Errorf("marking it: %w", err))
	}
	return ready(campaign.StageDot)
}

// unmarked is the outcome without a dot; the caller closes hard.
func (t *transaction) unmarked(err error) campaign.Outcome {
	return campaign.Outcome{
		Verdict: campaign.Requeue, Stage: campaign.StageDot, Dead: true,
		Reason: clean(fmt.Sprintf("the message was held back before its end: %v: %v", errNoMark, err), 300),
	}
}

// answer waits for the reply after the dot. Only a complete one counts.
func (t *transaction) answer() campaign.Outcome {
	t.wire.limit(t.sender.server.Timeouts.Dot)
	r, err := t.wire.read()
	if err != nil {
		return inDoubt(err)
	}
	return Classify(campaign.StageDot, r.code, r.text)
}

// stuff doubles the dots at line beginnings.
func stuff(message []byte) []byte {
	if bytes.HasPrefix(message, []byte(".")) {
		message = append([]byte("."), message...)
	}
	if bytes.Contains(message, []byte("\n.")) {
		message = bytes.ReplaceAll(message, []byte("\r\n."), []byte("\r\n.."))
	}
	return message
}

// checkEnvelope refuses what would break the dialogue; "" = good.
func checkEnvelope(e campaign.Envelope) string {
	if len(e.To) == 0 {
		return "the message has no recipient"
	}
	for _, a := range append([]string{e.From}, e.To...) {
		if strings.ContainsAny(a, "\r\n\x00<>") || !isASCII(a) && !e.SMTPUTF8 {
			return fmt.Sprintf("address %s cannot be sent as it is", excerpt(a))
		}
	}
	if err := checkLines(e.Message); err != nil {
		return err.Error()
	}
	if !bytes.HasSuffix(e.Message, []byte("\r\n")) {
		return "the message is empty"
	}
	return ""
}
