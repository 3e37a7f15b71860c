package proof

import (
	"strings"
	"testing"
)

// faultTable is what must become of a campaign when its server makes trouble
// of a kind at a stage; the words stand in meanings. It follows the promises
// of the design, not the program:
//   - before the dot nothing is sent, so the message is tried again: at once
//     where the line is at fault, later where the server asks for it;
//   - after the dot only a whole reply is an answer; without one nobody knows;
//   - a 5xx is final for the message from RCPT on, and before that a matter
//     for a person, since it would meet every recipient;
//   - once the 250 is there, nothing that follows takes it back.
const faultTable = `
            4xx       5xx     421       drop    cut     garbage  other   stall
connect     again     person  again     again   again   again    again   again
greeting    again     person  again     again   again   again    again   again
EHLO        again     person  again     again   again   again    again   again
STARTTLS    again     person  again     again   again   again    again   again
handshake   -         -       -         again   again   person   -       again
EHLO-2      again     person  again     again   again   again    again   again
AUTH        again     person  again     again   again   again    again   again
MAIL        postponed person  redial    redial  redial  redial   redial  redial
RCPT        deferred  failed  deferred  lost    lost    lost     lost    lost
DATA        deferred  failed  deferred  lost    lost    lost     lost    lost
body        deferred  failed  deferred  lost    -       lost     -       lost
dot         deferred  failed  deferred  doubt   doubt   doubt    doubt   doubt
RSET        failed    failed  failed    failed  failed  failed   failed  failed
NOOP        unsaid    unsaid  unsaid    unsaid  unsaid  unsaid   unsaid  unsaid
QUIT        sent      sent    sent      sent    sent    sent     sent    sent
`

// A meaning says how three people's campaign stands after the trouble. Each
// entry is the state of the message that is hit (the first), the state of the
// others, and the exit code.
type meaning struct {
	once    string // the trouble comes once: tebar run
	few     string // it comes as often as tebar run --once --limit 1 tries
	healed  string // then the server is well: tebar resume
	forever string // it never ends: tebar run --once, with two attempts
	tries   int    // of few
}

var meanings = map[string]meaning{
	// The server is not to be had: redialled; --once gives up after 3 tries.
	"again": {"sent sent 0", "queued queued 1", "sent sent 0", "queued queued 1", 3},
	// A person must act, and is asked at once: one try.
	"person": {"queued queued 5", "queued queued 5", "sent sent 0", "queued queued 5", 1},
	// The server asks for a later try: the campaign's retry.
	"deferred": {"sent sent 0", "deferred queued 3", "sent sent 0", "failed sent 4", 1},
	// The same before RCPT: it hits everybody.
	"postponed": {"sent sent 0", "deferred queued 3", "sent sent 0", "failed failed 4", 1},
	// The reply is final for this recipient.
	"failed": {"failed sent 4", "failed queued 3", "failed sent 4", "failed sent 4", 1},
	// The line broke before the dot: not sent, still queued, tried again.
	"lost": {"sent sent 0", "queued queued 3", "sent sent 0", "failed sent 4", 1},
	// The same before RCPT: it hits everybody, and is redialled once, unseen.
	"redial": {"sent sent 0", "queued queued 3", "sent sent 0", "deferred queued 1", 2},
	// No answer to the dot: nobody knows, nobody sends it again.
	"doubt": {"unconfirmed sent 4", "unconfirmed queued 3", "unconfirmed sent 4", "unconfirmed sent 4", 1},
	// After the 250: sent.
	"sent": {"sent sent 0", "sent queued 3", "sent sent 0", "sent sent 0", 1},
	// Tebar never says this command.
	"unsaid": {"sent sent 0", "sent queued 3", "sent sent 0", "sent sent 0", 0},
}

// A cell is one place of the table.
type cell struct {
	stage, kind, word string
}

func (c cell) String() string { return c.stage + " " + c.kind }

// cells reads the table; stalls are apart, as no binary waits ten minutes in a
// test.
func cells(t *testing.T) (quick, stalls []cell) {
	t.Helper()
	for _, c := range parse(t, faultTable) {
		if c.kind == "stall" {
			stalls = append(stalls, c)
		} else {
			quick = append(quick, c)
		}
	}
	return quick, stalls
}

// parse reads a table of meanings; a dash is no cell.
func parse(t *testing.T, table string) (all []cell) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(table), "\n")
	kinds := strings.Fields(lines[0])
	for _, line := range lines[1:] {
		words := strings.Fields(line)
		if len(words) != 1+len(kinds) {
			t.Fatalf("the table's line %q has no word for each of %v", line, kinds)
		}
		for i, word := range words[1:] {
			c := cell{stage: words[0], kind: kinds[i], word: word}
			if _, known := meanings[word]; !known && word != "-" {
				t.Fatalf("%s: nobody knows what %q means", c, word)
			}
			if word != "-" {
				all = append(all, c)
			}
		}
	}
	return all
}
