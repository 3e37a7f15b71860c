package mailer

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/campaign/mailer/sandbox"
)

func TestSend(t *testing.T) {
	s := serve(t, sandbox.Options{})
	m := sender(t, s)
	for n := 1; n <= 3; n++ {
		e := envelope(t, "ayu@example.org", "Tono@example.org", "AYU@example.org")
		var k marks
		o := m.Send(context.Background(), e, k.mark)
		if o.Verdict != campaign.Accepted || o.Code != 250 || o.QueueID != fmt.Sprintf("%06d", n) || o.SHA256 != e.SHA256 || k.n != 1 {
			t.Fatalf("outcome %+v, %d marks", o, k.n)
		}
		r := s.Receipts()[n-1]
		if !bytes.Equal(r.Data, e.Message) || r.From != "rina@example.org" || strings.Join(r.To, " ") != "ayu@example.org Tono@example.org" {
			t.Errorf("received %q from %s to %v", r.Data, r.From, r.To)
		}
	}
	if !m.IsOpen() {
		t.Error("the connection was not kept")
	}
	m.Close()
	if m.IsOpen() {
		t.Error("the connection is open after Close")
	}
	if o := m.Send(context.Background(), envelope(t), nil); o.Verdict != campaign.Accepted {
		t.Errorf("after Close: %+v", o)
	}
}

// The commands on the way of success: no NOOP, no RSET, no parameter that the
// message does not need.
func TestSendWords(t *testing.T) {
	forbidden := []sandbox.Rule{
		rule(campaign.StageNoop, sandbox.Reply{Code: 500}), rule(campaign.StageRset, sandbox.Reply{Drop: true}),
	}
	m := sender(t, serve(t, sandbox.Options{Rules: forbidden}))
	for range 2 {
		if o := m.Send(context.Background(), envelope(t), nil); o.Verdict != campaign.Accepted {
			t.Fatal(o)
		}
	}
}

// kinds of trouble at one stage.
var kinds = map[string]sandbox.Reply{
	"421":     {Code: 421, Enhanced: "4.3.0", Text: "closing", Drop: true},
	"451":     {Code: 451, Enhanced: "4.3.0", Text: "try later"},
	"550":     {Code: 550, Enhanced: "5.5.0", Text: "no"},
	"250":     {Code: 299, Text: "strange"},
	"drop":    {Drop: true},
	"half":    {Code: 250, Enhanced: "2.0.0", Text: "half", Cut: 3},
	"half CR": {Raw: "250 2.0.0 half\r", Drop: true},
	"lines":   {Raw: "250-one\r\n550 two\r\n"},
	"cut off": {Raw: "250-one\r\n", Drop: true},
	"garbage": {Raw: "hello there\r\n"},
	"zero":    {Raw: "\x00\xff\x00\r\n"},
	"long":    {Raw: strings.Repeat("2", 8000) + "\r\n"},
	"endless": {Raw: strings.Repeat("250-x\r\n", 200)},
	"stall":   {Stall: time.Minute},
}

const (
	requeue = campaign.Requeue
	deferd  = campaign.Defer
	fail    = campaign.Fail
	stopped = campaign.Stop
	doubt   = campaign.Uncertain
)

// verdicts: for each stage what 421, 451, 550 mean; every other kind is
// requeue before the dot and unconfirmed after it.
var verdicts = map[campaign.Stage][3]campaign.Verdict{
	campaign.StageConnect:  {requeue, requeue, stopped},
	campaign.StageGreeting: {requeue, requeue, stopped},
	campaign.StageEHLO:     {requeue, requeue, stopped},
	campaign.StageStartTLS: {requeue, requeue, stopped},
	campaign.StageAuth:     {requeue, requeue, stopped},
	campaign.StageMail:     {requeue, deferd, stopped},
	campaign.StageRcpt:     {deferd, deferd, fail},
	campaign.StageData:     {deferd, deferd, fail},
	campaign.StageDot:      {deferd, deferd, fail},
}

// Every kind of trouble at every stage: the verdict, whether the dot was
// marked, whether the connection goes on, and that a message the server has
// is never called unsent.
func TestFaults(t *testing.T) {
	for stage, want := range verdicts {
		for kind, reply := range kinds {
			t.Run(string(stage)+"/"+kind, func(t *testing.T) {
				t.Parallel()
				verdict := requeue
				switch {
				case kind == "421":
					verdict = want[0]
				case kind == "451":
					verdict = want[1]
				case kind == "550":
					verdict = want[2]
				case stage == campaign.StageDot:
					verdict = doubt
				}
				faults(t, stage, kind, reply, verdict)
			})
		}
	}
}

func faults(t *testing.T, stage campaign.Stage, kind string, reply sandbox.Reply, want campaign.Verdict) {
	reply.Keep = want == doubt // the worst case: the server has it
	s := serve(t, sandbox.Options{
		TLS: good(t), Username: "rina@example.org", Password: "geheim",
		Rules: []sandbox.Rule{{Stage: stage, Nth: 1, Reply: reply}},
	})
	short := 150 * time.Millisecond
	m := sender(t, s, with("rina@example.org", "geheim"), security(campaign.StartTLS), func(srv *Server) {
		if kind == "stall" {
			srv.Timeouts = Timeouts{Connect: short, Command: short, Data: short, Block: short, Dot: short}
		}
	})
	var k marks
	o := m.Send(context.Background(), envelope(t), k.mark)
	if o.Verdict != want {
		t.Fatalf("verdict %s, want %s: %+v", o.Verdict, want, o)
	}
	if o.Reason == "" || (o.Verdict == stopped || o.Verdict == doubt) && o.Hint == "" {
		t.Errorf("no words for a person: %+v", o)
	}
	if marked := stage == campaign.StageDot; (k.n == 1) != marked {
		t.Errorf("%d marks at %s", k.n, stage)
	}
	if got := s.Count() == 1; got && want != doubt {
		t.Errorf("the server has the message and the verdict is %s", want)
	}
	if o.Dead == m.IsOpen() {
		t.Errorf("dead %v, open %v", o.Dead, m.IsOpen())
	}
	if kind == "451" && slices.Contains(message, stage) && o.Dead {
		t.Error("a deferral cost the connection")
	}
	if o := m.Send(context.Background(), envelope(t), nil); o.Verdict != campaign.Accepted {
		t.Errorf("the next message: %+v", o)
	}
}

// The reply after the dot, cut after every byte: nothing but the whole of it
// is an answer.
func TestReplyCutAnywhere(t *testing.T) {
	for _, answer := range []string{"250 2.0.0 OK: queued as 1\r\n", "550-5.1.1 no\r\n550 5.1.1 nobody\r\n"} {
		for cut := range len(answer) {
			reply := sandbox.Reply{Raw: answer, Cut: cut, Drop: cut == 0, Keep: true}
			if cut == 0 {
				reply.Raw = ""
			}
			m := sender(t, serve(t, sandbox.Options{Rules: []sandbox.Rule{rule(campaign.StageDot, reply)}}))
			if o := m.Send(context.Background(), envelope(t), nil); o.Verdict != campaign.Uncertain || o.Code != 0 || !o.Dead || m.IsOpen() {
				t.Errorf("%q cut after %d bytes: %+v", answer, cut, o)
			}
		}
	}
}

// 250, and then trouble: the message is accepted, the next one gets a new
// connection.
func TestAcceptedThenTrouble(t *testing.T) {
	for name, reply := range map[string]sandbox.Reply{
		"drop": {Raw: "250 2.0.0 OK\r\n", Drop: true, Keep: true},
		"more": {Raw: "250 2.0.0 OK\r\n421 4.3.0 bye\r\n", Keep: true},
	} {
		s := serve(t, sandbox.Options{Rules: []sandbox.Rule{{Stage: campaign.StageDot, Nth: 1, Reply: reply}}})
		m := sender(t, s)
		for range 2 {
			if o := m.Send(context.Background(), envelope(t), nil); o.Verdict != campaign.Accepted {
				t.Errorf("%s: %+v", name, o)
			}
		}
		if s.Count() != 2 {
			t.Errorf("%s: %d messages, want 2", name, s.Count())
		}
	}
}

// large has a body that fits into no socket buffers.
var large = sync.OnceValue(func() campaign.Envelope {
	m := sample()
	m.Attachments = []File{{Name: "map.pdf", Data: bytes.Repeat([]byte("0123456789abcdef"), 10<<16)}}
	e, _ := Build(m)
	return e
})

// Trouble while the body is on its way.
func TestBody(t *testing.T) {
	for name, tt := range map[string]struct {
		reply   sandbox.Reply
		block   time.Duration
		verdict campaign.Verdict
		code    int
	}{
		"drop":       {sandbox.Reply{Drop: true, After: 100_000}, 5 * time.Second, campaign.Requeue, 0},
		"drop first": {sandbox.Reply{Drop: true}, 5 * time.Second, campaign.Requeue, 0},
		"stall":      {sandbox.Reply{Stall: time.Minute, After: 100}, 200 * time.Millisecond, campaign.Requeue, 0},
		"refused":    {sandbox.Reply{Code: 552, Enhanced: "5.3.4", Text: "too big", After: 1_000}, 5 * time.Second, campaign.Fault, 552},
		"later":      {sandbox.Reply{Code: 451, Text: "busy", After: 1_000}, 5 * time.Second, campaign.Defer, 451},
		"accepted":   {sandbox.Reply{Code: 250, Text: "already", After: 1_000}, 5 * time.Second, campaign.Requeue, 0},
		"garbage":    {sandbox.Reply{Raw: "what?\r\n", After: 1_000}, 5 * time.Second, campaign.Requeue, 0},
		"half":       {sandbox.Reply{Raw: "45", After: 1_000}, 5 * time.Second, campaign.Requeue, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, sandbox.Options{Rules: []sandbox.Rule{{Stage: campaign.StageBody, Nth: 1, Reply: tt.reply}}})
			m := sender(t, s, func(srv *Server) { srv.Timeouts.Block = tt.block })
			var k marks
			o := m.Send(context.Background(), large(), k.mark)
			if o.Verdict != tt.verdict || o.Code != tt.code || k.n != 0 || !o.Dead {
				t.Errorf("%+v, %d marks", o, k.n)
			}
			m.Close()
			if s.Close(); s.Count() != 0 {
				t.Error("the server took a message that was never whole")
			}
		})
	}
}

// A connection that the server has left meanwhile is opened again, without
// the message noticing.
func TestKeptConnectionGone(t *testing.T) {
	s := serve(t, sandbox.Options{Rules: []sandbox.Rule{
		{Stage: campaign.StageMail, Nth: 2, Reply: sandbox.Reply{Code: 421, Enhanced: "4.4.2", Text: "idle too long", Drop: true}},
		{Stage: campaign.StageMail, Nth: 4, Reply: sandbox.Reply{Drop: true}},
	}})
	m := sender(t, s)
	for range 3 {
		if o := m.Send(context.Background(), envelope(t), nil); o.Verdict != campaign.Accepted {
			t.Fatalf("%+v", o)
		}
	}
}

// One refused recipient is the message's refusal; nobody gets it, and the
// connection is good for the next.
func TestAllOrNone(t *testing.T) {
	s := serve(t, sandbox.Options{Rules: []sandbox.Rule{
		{Recipient: "copy@example.org", Stage: campaign.StageRcpt, Reply: sandbox.Reply{Code: 550, Enhanced: "5.1.1", Text: "no such user"}},
	}})
	dials := 0
	m := sender(t, s, func(srv *Server) {
		srv.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			dials++
			return new(net.Dialer).DialContext(ctx, network, address)
		}
	})
	o := m.Send(context.Background(), envelope(t, "ayu@example.org", "copy@example.org"), nil)
	if o.Verdict != campaign.Fail || !strings.Contains(o.Reason, "copy@example.org") || o.Dead {
		t.Errorf("%+v", o)
	}
	if o = m.Send(context.Background(), envelope(t), nil); o.Verdict != campaign.Accepted || s.Count() != 1 || dials != 1 {
		t.Errorf("%+v, %d messages, %d connections", o, s.Count(), dials)
	}
}

// What the server cannot take is said before a word of it is.
func TestDoesNotFit(t *testing.T) {
	small := serve(t, sandbox.Options{Size: 1000})
	if o := sender(t, small).Send(context.Background(), large(), nil); o.Verdict != campaign.Fault || o.Class != campaign.ClassSize || o.Code != 0 {
		t.Errorf("size: %+v", o)
	}
	plain := serve(t, sandbox.Options{Hide: []string{"SMTPUTF8"}})
	m := sender(t, plain)
	if o := m.Send(context.Background(), envelope(t, "jürgen@example.org"), nil); o.Verdict != campaign.Fail || o.Class != campaign.ClassRecipient {
		t.Errorf("smtputf8: %+v", o)
	}
	if o := m.Send(context.Background(), envelope(t, "ayu@example.org"), nil); o.Verdict != campaign.Accepted {
		t.Errorf("plain: %+v", o)
	}
	if o := sender(t, serve(t, sandbox.Options{})).Send(context.Background(), envelope(t, "jürgen@example.org"), nil); o.Verdict != campaign.Accepted {
		t.Errorf("smtputf8 offered: %+v", o)
	}
}

// Dots at line beginnings arrive as they were, the first line's too.
func TestDots(t *testing.T) {
	s := serve(t, sandbox.Options{})
	e := envelope(t)
	e.Message = []byte(".first: line\r\n\r\n.\r\n..\r\n...x\r\n.\r\n")
	if o := sender(t, s).Send(context.Background(), e, nil); o.Verdict != campaign.Accepted || !bytes.Equal(s.Receipts()[0].Data, e.Message) {
		t.Errorf("%+v", o)
	}
}

// An envelope that would break the dialogue never gets to the server.
func TestBadEnvelope(t *testing.T) {
	for name, change := range map[string]func(*campaign.Envelope){
		"line break in To": func(e *campaign.Envelope) { e.To = []string{"a@example.org>\r\nRCPT TO:<b@example.org"} },
		"bracket in From":  func(e *campaign.Envelope) { e.From = "a@example.org> SIZE=1" },
		"nobody":           func(e *campaign.Envelope) { e.To = nil },
		"beyond ASCII":     func(e *campaign.Envelope) { e.To = []string{"jürgen@example.org"} },
		"bare LF": func(e *campaign.Envelope) {
			e.Message = []byte("Subject: x\r\n\r\na\n.\r\nMAIL FROM:<x@example.org>\r\n")
		},
		"bare CR":            func(e *campaign.Envelope) { e.Message = []byte("Subject: x\r\n\r\na\r.\r\n") },
		"no end":             func(e *campaign.Envelope) { e.Message = []byte("Subject: x\r\n\r\na") },
		"empty":              func(e *campaign.Envelope) { e.Message = nil },
		"line too long":      func(e *campaign.Envelope) { e.Message = []byte(strings.Repeat("x", 999) + "\r\n") },
		"null in the middle": func(e *campaign.Envelope) { e.Message = []byte("a\x00b\r\n") },
	} {
		s := serve(t, sandbox.Options{})
		e := envelope(t)
		change(&e)
		if o := sender(t, s).Send(context.Background(), e, nil); o.Verdict != campaign.Fault || s.Count() != 0 {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func BenchmarkSend(b *testing.B) {
	s, err := sandbox.Start(context.Background(), sandbox.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	m, e := sender(b, s), envelope(b)
	for b.Loop() {
		if o := m.Send(context.Background(), e, nil); o.Verdict != campaign.Accepted {
			b.Fatal(o)
		}
	}
}
