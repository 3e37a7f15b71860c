package proof

import (
	"crypto/tls"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/campaign/mailer/sandbox"
)

// stages of the table, as the sandbox's script names them.
var scriptStages = map[string]campaign.Stage{
	"connect": campaign.StageConnect, "greeting": campaign.StageGreeting, "EHLO": campaign.StageEHLO, "EHLO-2": campaign.StageEHLO,
	"STARTTLS": campaign.StageStartTLS, "AUTH": campaign.StageAuth, "MAIL": campaign.StageMail, "RCPT": campaign.StageRcpt,
	"DATA": campaign.StageData, "body": campaign.StageBody, "dot": campaign.StageDot, "RSET": campaign.StageRset,
	"NOOP": campaign.StageNoop, "QUIT": campaign.StageQuit,
}

// good is what a healthy server answers at a stage, for cells that cut it.
var good = map[string]string{
	"connect": "220 hello\r\n", "greeting": "220 hello\r\n", "EHLO": "250-sandbox.test\r\n250-SIZE 35882577\r\n250 AUTH PLAIN\r\n",
	"EHLO-2": "250-sandbox.test\r\n250 AUTH PLAIN\r\n", "STARTTLS": "220 go on\r\n", "AUTH": "235 welcome\r\n", "MAIL": "250 OK\r\n",
	"RCPT": "250 OK\r\n", "DATA": "354 go\r\n", "dot": "250 2.0.0 OK: queued as 000001\r\n", "RSET": "250 OK\r\n", "NOOP": "250 OK\r\n", "QUIT": "221 bye\r\n",
}

// others are codes that a stage does not wait for; the dot's are 2xx and 3xx.
var others = map[string]int{
	"connect": 250, "greeting": 250, "EHLO": 220, "EHLO-2": 354, "STARTTLS": 250, "AUTH": 250, "MAIL": 354, "RCPT": 354, "DATA": 250,
	"dot": 251, "RSET": 354, "NOOP": 354, "QUIT": 354,
}

// garbage is no SMTP reply.
var garbage = []string{
	"what?\r\n", "\x00\x01\x02\x03\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "25\r\n", "250\t OK\r\n", "250-go\r\n251 on\r\n", "2500 OK\r\n", "\n",
	"\xff\xfe2\x005\x000\x00\r\n", strings.Repeat("x", 70_000), strings.Repeat("250-on and on\r\n", 200), " 250 OK\r\n", "25O OK\r\n", "+OK\r\n", "\x16\x03\x01\x02\x00\x01\x00\r\n",
}

// The script marks its replies by how long they stall, and counts them by it.
const (
	markFault = 1 * time.Nanosecond
	markNoop  = 2 * time.Nanosecond
	markStall = 3 * time.Nanosecond
)

// fault is the reply of a kind at a stage. nth picks among the garbage and the
// places of the cut.
func fault(c cell, nth int) sandbox.Reply {
	r := sandbox.Reply{Stall: markFault}
	if c.stage == "handshake" {
		return r // has no lines
	}
	switch c.kind {
	case "4xx":
		r.Code, r.Text = 451, "later"
	case "5xx":
		r.Code, r.Text = 550, "no"
	case "421":
		r.Code, r.Text, r.Drop = 421, "closing", true
	case "drop":
		r.Drop = true
	case "cut":
		r.Raw, r.Drop = cut(good[c.stage], nth), true
	case "garbage":
		r.Raw = garbage[nth%len(garbage)]
		r.Drop = len(r.Raw) > 4096 // more than a client reads
	case "other":
		r.Code, r.Text = others[c.stage], "hm"
	case "stall":
		r.Stall = markStall
	}
	if c.stage == "body" {
		r.After = 1
		r.Drop = r.Code != 0 || c.kind == "drop"
	}
	r.Keep = c.stage == "dot" && r.Code < 400 && (nth+len(c.kind))%2 == 0 // without an answer the server may have it or not
	return r
}

// cut is a reply without its end: first all but its LF, then its first byte
// alone, then half of it, then each beginning of it in turn.
func cut(reply string, nth int) string {
	switch nth {
	case 0:
		return reply[:len(reply)-1]
	case 1:
		return reply[:1]
	case 2:
		return reply[:len(reply)/2]
	}
	return reply[:1+(nth-3)%(len(reply)-1)]
}

// A troubled server makes the trouble of a cell so many times; 0 = for ever.
type troubled struct {
	*sandbox.Server
	faults, noops atomic.Int64
	stalled       func() // what a stall does, in place of waiting; may be nil
}

func newTroubled(t *testing.T, c cell, nth, times int) *troubled {
	t.Helper()
	s := &troubled{}
	o := sandbox.Options{Rules: rulesOf(c, fault(c, nth), times), Wait: s.count}
	switch c.stage {
	case "AUTH":
		o.Username, o.Password, o.Mechanisms = login, planted, []string{strings.ToUpper(c.mechanism(nth))}
	case "STARTTLS", "handshake", "EHLO-2":
		o.TLS = goodCertificate(t)
	}
	if c.stage == "handshake" {
		o.Rules = nil
		s.breakHandshake(o.TLS, c.kind, times)
	}
	s.Server = serve(t, o)
	return s
}

func (s *troubled) count(d time.Duration) {
	switch d {
	case markFault:
		s.faults.Add(1)
	case markNoop:
		s.noops.Add(1)
	case markStall:
		s.stalled()
	}
}

// mechanism is the login of a cell at AUTH: half of them have the one that
// asks for the password by itself.
func (c cell) mechanism(nth int) string {
	if strings.Contains("5xx 421 drop garbage", c.kind) == (nth%2 == 0) {
		return "login"
	}
	return "plain"
}

// rulesOf hits the first person, or where no recipient is known yet the first
// events. A reset is only said after a refusal.
func rulesOf(c cell, r sandbox.Reply, times int) []sandbox.Rule {
	const hit = "person1@example.org"
	rule := sandbox.Rule{Stage: scriptStages[c.stage], Times: times, Reply: r}
	switch c.stage {
	case "RCPT", "DATA", "body", "dot":
		rule.Recipient = hit
	case "EHLO-2":
		return everyOther(rule)
	}
	rules := []sandbox.Rule{rule}
	if c.stage == "RSET" {
		rules = append(rules, sandbox.Rule{Recipient: hit, Stage: campaign.StageRcpt, Reply: sandbox.Reply{Code: 550, Enhanced: "5.1.1", Text: "nobody"}})
	}
	if c.stage != "NOOP" {
		rules = append(rules, sandbox.Rule{Stage: campaign.StageNoop, Reply: sandbox.Reply{Stall: markNoop}})
	}
	return rules
}

// everyOther fires at the second, fourth, ... event: the EHLO under TLS.
func everyOther(r sandbox.Rule) []sandbox.Rule {
	times := r.Times
	if times == 0 {
		times = 50
	}
	var rules []sandbox.Rule
	for i := range times {
		r.Nth, r.Times = 2*(i+1), 1
		rules = append(rules, r)
	}
	return rules
}

// breakHandshake answers a client's hello with trouble, so many times.
func (s *troubled) breakHandshake(config *tls.Config, kind string, times int) {
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if n := s.faults.Add(1); times > 0 && n > int64(times) {
			s.faults.Add(-1)
			return nil, nil
		}
		switch kind {
		case "garbage":
			_, _ = hello.Conn.Write([]byte("454 TLS is not available\r\n"))
		case "cut": // a third of a ServerHello
			_, _ = hello.Conn.Write([]byte{0x16, 0x03, 0x03, 0x00, 0x7a, 0x02, 0x00, 0x00, 0x76, 0x03})
		}
		if kind == "stall" {
			s.stalled()
		}
		_ = hello.Conn.Close()
		return nil, errors.New("as the script will have it")
	}
}
