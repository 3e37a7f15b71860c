//go:build system

package proof

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
)

// sinkTable is faultTable for a server that somebody else has written, whose
// faults meet every recipient:
//   - HELO is said to a server that answers EHLO with 500 (RFC 5321, section
//     3.2); EHLO-550 is no such answer;
//   - RSET is said after a refusal, so RCPT is refused there as well;
//   - body is a 550 and a hang-up while the message is being written.
const sinkTable = `
          5xx     4xx       421      drop
CONNECT   person  again     again    again
EHLO      sent    again     again    again
EHLO-550  person  -         -        -
HELO      person  again     again    again
AUTH      person  again     again    again
MAIL      person  postponed redial   redial
RCPT      failed  deferred  deferred lost
DATA      failed  deferred  deferred lost
body      failed  -         -        -
.         failed  deferred  deferred doubt
RSET      failed  failed    failed   failed
NOOP      unsaid  unsaid    unsaid   unsaid
QUIT      sent    sent      sent     sent
`

// sinkEnds is how the three stand, and the exit code, when each of them meets
// the trouble as often as tebar run --once tries; and after a resume at a
// server that is well.
var sinkEnds = map[string]struct{ all, healed string }{
	"again":  {"queued queued queued 1", "sent sent sent 0"},
	"person": {"queued queued queued 5", "sent sent sent 0"},
	// Whoever was asked to come later has come twice, in vain.
	"deferred":  {"failed failed failed 4", "failed failed failed 4"},
	"postponed": {"failed failed failed 4", "failed failed failed 4"},
	"failed":    {"failed failed failed 4", "failed failed failed 4"},
	// A server that hangs up on everybody is given up; nobody has failed.
	"lost":   {"deferred queued queued 1", "sent sent sent 0"},
	"redial": {"deferred queued queued 1", "sent sent sent 0"},
	"doubt":  {"unconfirmed unconfirmed unconfirmed 4", "unconfirmed unconfirmed unconfirmed 4"},
	"sent":   {"sent sent sent 0", "sent sent sent 0"},
	"unsaid": {"sent sent sent 0", "sent sent sent 0"},
}

// sinkFlags are smtp-sink's options for the kinds.
var sinkFlags = map[string]string{"5xx": "-f", "4xx": "-r", "421": "-Q", "drop": "-q"}

// options let a sink make the trouble of a cell for as long as it lives.
func (c cell) options() []string {
	flag := sinkFlags[c.kind]
	switch c.stage {
	case "EHLO-550":
		return []string{flag, "EHLO", "-B", "550 5.7.1 no"}
	case "HELO":
		return []string{"-f", "EHLO", flag, "HELO"}
	case "RSET":
		return []string{"-f", "RCPT", flag, "RSET"}
	case "body":
		return []string{"-A", "0"}
	}
	return []string{flag, c.stage}
}

// said is the line of smtp-sink's log that shows the trouble.
func (c cell) said() string {
	switch c.stage {
	case "CONNECT":
		return "connect"
	case "EHLO-550":
		return "EHLO"
	case "body":
		return "DATA"
	}
	return c.stage
}

// TestSecondServer makes the trouble of every cell of sinkTable with Postfix's
// smtp-sink, once for one message and once for all; then another smtp-sink, at
// the same address and well, gets the rest. The witness is what smtp-sink wrote
// down; a message that it refused at the dot is none.
func TestSecondServer(t *testing.T) {
	var tried, faults atomic.Int64
	together(parse(t, sinkTable), func(c cell) {
		what := meanings[c.word]
		x := c.sinkTrial(t, "for one")
		x.ends(what.few, "run", x.file, "--yes", "--once", "--limit", "1")
		if got := x.sink.heard(c.said()); got != what.tries {
			t.Errorf("%s: the trouble came %d times, want %d", x.how, got, what.tries)
		}
		faults.Add(int64(x.sink.heard(c.said())))
		x.heals(what.healed)

		x = c.sinkTrial(t, "for all")
		x.ends(sinkEnds[c.word].all, "run", x.file, "--yes", "--once")
		if got := x.sink.heard(c.said()); (got == 0) != (c.word == "unsaid") {
			t.Errorf("%s: the trouble came %d times", x.how, got)
		}
		faults.Add(int64(x.sink.heard(c.said())))
		x.heals(sinkEnds[c.word].healed)
		tried.Add(2)
	})
	figures(t, "SMTP faults of a second server", "%d campaigns of 3 at smtp-sink, %d faults, resumed at one that is well: every state and exit code as the table says; 0 lost, 0 twice", tried.Load(), faults.Load())
}

// A sinkTrial is one campaign at a troubled smtp-sink.
type sinkTrial struct {
	*machine
	cell cell
	sink *sink
	how  string
}

func (c cell) sinkTrial(t *testing.T, how string) *sinkTrial {
	t.Helper()
	s := newSink(t)
	auth := "none"
	if c.stage == "AUTH" {
		auth = "plain, username: " + login + ", password: env:" + passwordName
	}
	x := &sinkTrial{machineIn(t, inMemory(t), s.port, 3, s.sender(auth, 1)), c, s, fmt.Sprintf("%s, %s", c, how)}
	if c.stage == "body" {
		x.write("big.bin", strings.Repeat("0123456789abcdef", 5<<16)) // more than buffers hold
		x.write("spring.yaml", x.read("spring.yaml")+"attachments: [big.bin]\n")
	}
	refused := c.stage == "." && c.kind != "drop"
	s.live(!refused, c.options()...)
	return x
}

// sender is the campaign's, with two attempts.
func (s *sink) sender(auth string, connections int) string {
	return fmt.Sprintf("sender: {provider: smtp, host: %s, port: %d, connections: %d, security: none, auth: %s}\nretry: {first: 1s, factor: 1, attempts: 2}\n",
		sinkHost, s.port, connections, auth)
}

// heals lets a server that is well take the rest. smtp-sink knows no login, so
// the campaign does without one from there on.
func (x *sinkTrial) heals(want string) {
	x.t.Helper()
	x.sink.live(true)
	if x.cell.stage == "AUTH" {
		old, _, _ := strings.Cut(x.read("spring.yaml"), "sender:")
		x.write("spring.yaml", old+x.sink.sender("none", 1))
		x.ends(want, "run", x.file, "--yes", "--accept-changes")
		return
	}
	x.ends(want, "resume", "spring")
}

// ends runs a command, ends the server's life, and holds what both left behind
// against "sent queued queued 3"; "sent queued 3" when two are alike.
func (x *sinkTrial) ends(want string, args ...string) {
	x.t.Helper()
	r := x.run(args...)
	x.sink.die()
	s := x.stored()
	if full() {
		s = x.states()
	}
	if words := strings.Fields(want); len(words) == 3 {
		want = strings.Join([]string{words[0], words[1], words[1], words[2]}, " ")
	}
	got := fmt.Sprintf("%s %s %s %d", s["person1@example.org"], s["person2@example.org"], s["person3@example.org"], r.code)
	if got != want {
		x.t.Errorf("%s: got %s; want %s\n%s", x.how, got, want, r)
	}
	if bad := disagreements(s, x.sink.mailbox(), 3); len(bad) > 0 {
		x.t.Errorf("%s: %v", x.how, bad)
	}
	if r.code == 5 && !strings.Contains(r.stderr, "hint: ") {
		x.t.Errorf("%s: a person is asked for, and not told what to do: %s", x.how, r)
	}
}
