package sandbox

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"tebar/campaign"
)

// A Reply is what the script answers. The zero Reply lets the server answer
// itself. The parts work together in this order: Stall, then the answer (Raw,
// else Code and its text, else the server's own), of it Cut bytes, then Drop.
type Reply struct {
	Stall    time.Duration // wait before answering
	Code     int           // 0 = the server's own answer
	Enhanced string        // "5.1.1"; may be empty
	Text     string        // several lines are separated by line feeds
	Raw      string        // bytes to send instead of an SMTP reply
	Cut      int           // > 0: send only so many bytes of the answer, then hang up
	Drop     bool          // hang up: after the answer if there is a Code or Raw, else instead of it
	Keep     bool          // at the dot: the message counts as received, whatever is answered
	After    int           // at the body: act once so many bytes of it have come
}

// own says that the server gives the answer.
func (r Reply) own() bool { return r.Code == 0 && r.Raw == "" && !r.Drop }

// bytes is the scripted answer as it goes over the wire.
func (r Reply) bytes() []byte {
	if r.Raw != "" || r.Code == 0 {
		return []byte(r.Raw)
	}
	var b strings.Builder
	lines := strings.Split(r.Text, "\n")
	for i, line := range lines {
		sep := "-"
		if i == len(lines)-1 {
			sep = " "
		}
		fmt.Fprintf(&b, "%d%s%s\r\n", r.Code, sep, strings.TrimSpace(r.Enhanced+" "+line))
	}
	return []byte(b.String())
}

// takes says whether a message is received under this reply to its dot.
func (r Reply) takes() bool {
	return r.Keep || r.own() || r.Code >= 200 && r.Code < 300 && !r.Drop
}

// A Rule is scripted trouble. It fires when something happens at its stage
// for its recipient; the first rule of the script that fires gives the answer.
type Rule struct {
	// Recipient is an address in any case; "" and "*" are everybody. Stages
	// before RCPT know no recipient, so only "*" fits them; at DATA, body and
	// dot one of the message's recipients has to be it.
	Recipient string
	// Stage: connect acts on the new connection, greeting replaces the 220,
	// starttls, auth, rset, noop and quit act on the command.
	Stage campaign.Stage
	Nth   int // fires from the Nth time on, counted from 1; 0 = every time
	Times int // fires so often; 0 = once with Nth, without end without
	// Chance is the share of its events at which it fires, drawn by
	// Options.Seed; 0 = at all. Above 0 and below 1.
	Chance float64
	Reply  Reply
}

// A script is rules with their counts.
type script struct {
	mu    sync.Mutex
	rules []Rule
	seen  []int
	draw  []*rand.Rand // one a rule, so that rules do not disturb each other
}

func newScript(rules []Rule, seed uint64) *script {
	s := &script{rules: rules, seen: make([]int, len(rules))}
	for i := range rules {
		s.draw = append(s.draw, rand.New(rand.NewPCG(seed, uint64(i))))
	}
	return s
}

// at counts one event and gives the reply of the first rule that fires.
func (s *script) at(stage campaign.Stage, recipients ...string) (Reply, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var reply Reply
	found := false
	for i, r := range s.rules {
		if r.Stage != stage || !r.concerns(recipients) {
			continue
		}
		s.seen[i]++
		lucky := r.Chance == 0 || s.draw[i].Float64() < r.Chance
		if !found && lucky && r.fires(s.seen[i]) {
			reply, found = r.Reply, true
		}
	}
	return reply, found
}

func (r Rule) concerns(recipients []string) bool {
	if r.Recipient == "" || r.Recipient == "*" {
		return true
	}
	for _, a := range recipients {
		if strings.EqualFold(a, r.Recipient) {
			return true
		}
	}
	return false
}

func (r Rule) fires(n int) bool {
	first, times := max(1, r.Nth), r.Times
	if r.Nth > 0 && times == 0 {
		times = 1
	}
	return n >= first && (times == 0 || n < first+times)
}
