package proof

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// together calls try for each of the things, many at a time: they mostly wait.
func together[T any](things []T, try func(T)) { atOnce(12, things, try) }

func atOnce[T any](most int, things []T, try func(T)) {
	var wg sync.WaitGroup
	room := make(chan struct{}, most)
	for _, one := range things {
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			try(one)
		})
	}
	wg.Wait()
}

// TestFaultTable makes the trouble of every cell of faultTable as often as a
// run tries, and lets a resume finish when the server is well again.
func TestFaultTable(t *testing.T) {
	tried := eachCell(t, 1, cell.comesOften)
	figures(t, "SMTP faults", "%d campaigns of 3, stopped by trouble and resumed: every state and exit code as the table says; 0 lost, 0 twice", tried)
}

// eachCell tries all cells but the stalls. A reply is cut at so many places;
// the full size has every byte, and every kind of garbage. It counts those
// in which try says that there was trouble.
func eachCell(t *testing.T, cuts int, try func(c cell, t *testing.T, nth int) bool) int64 {
	t.Helper()
	quick, _ := cells(t)
	var tried atomic.Int64
	together(quick, func(c cell) {
		if !canTrust() && strings.Contains("STARTTLS handshake EHLO-2", c.stage) {
			return
		}
		times := 1
		switch {
		case c.kind == "garbage":
			times = size(1, len(garbage))
		case c.kind == "cut":
			times = size(cuts, len(good[c.stage])+2)
		}
		for nth := range times {
			if try(c, t, nth) {
				tried.Add(1)
			}
		}
	})
	return tried.Load()
}

// A trial is one campaign at a troubled server.
type trial struct {
	*machine
	cell   cell
	server *troubled
	how    string
}

func (c cell) trial(t *testing.T, how string, nth, times, attempts int) *trial {
	t.Helper()
	return c.trialOf(t, 3, 1, how, nth, times, attempts)
}

// trialOf is a trial with so many people and connections.
func (c cell) trialOf(t *testing.T, n, connections int, how string, nth, times, attempts int) *trial {
	t.Helper()
	s := newTroubled(t, c, nth, times)
	reference := carrier(len(c.kind) + nth)
	sender := fmt.Sprintf("sender: {provider: smtp, host: 127.0.0.1, port: %d, connections: %d, ", s.Port(), connections)
	switch c.stage {
	case "STARTTLS", "handshake", "EHLO-2":
		sender += "security: starttls, auth: none}\n"
	case "AUTH":
		sender += fmt.Sprintf("security: none, auth: %s, username: %s, password: %s}\n", c.mechanism(nth), login, reference)
	default:
		sender += "security: none, auth: none}\n"
	}
	more := sender + fmt.Sprintf("retry: {first: 1s, factor: 1, attempts: %d}\n", attempts)
	m := machineIn(t, inMemory(t), s.Port(), n, more)
	trustIn(t, m)
	if c.stage == "AUTH" {
		m.carry(reference)
	}
	if c.stage == "body" && n == 3 {
		m.bulky(more)
	}
	return &trial{m, c, s, fmt.Sprintf("%s (%d), %s", c, nth, how)}
}

// bulky gives the first person an attachment that no socket's buffers hold, so
// that trouble in the body finds tebar still writing it.
func (m *machine) bulky(more string) {
	m.write("big.bin", strings.Repeat("0123456789abcdef", 5<<16))
	m.write("small.bin", "small")
	m.write("people.csv", "email,name,file\nperson1@example.org,Person 1,big\nperson2@example.org,Person 2,small\nperson3@example.org,Person 3,small\n")
	m.write("spring.yaml", m.read("spring.yaml")+"attachments: ['{{.file}}.bin']\n")
}

// comes says whether the cell's trouble has anything to answer.
func (c cell) comes() bool { return c.word != "unsaid" }

// comesOften: the trouble comes as often as the run tries; then the server is
// well, and resume finishes.
func (c cell) comesOften(t *testing.T, nth int) bool {
	t.Helper()
	what := meanings[c.word]
	x := c.trial(t, "while it is tried", nth, max(1, what.tries), 5)
	x.ends(what.few, x.run("run", x.file, "--yes", "--once", "--limit", "1"))
	x.ends(what.healed, x.run("resume", "spring"))
	x.fired(what.tries)
	return c.comes()
}

// ends holds what a command left behind against "sent queued 3".
func (x *trial) ends(want string, r result) {
	x.t.Helper()
	s, b := x.stored(), mailboxOf(x.server.Server)
	if full() && x.cell.kind != "stall" {
		s = x.states()
	}
	got := fmt.Sprintf("%s %s %d", s["person1@example.org"], s["person2@example.org"], r.code)
	if got != want || s["person2@example.org"] != s["person3@example.org"] {
		x.t.Errorf("%s: got %s, %v; want %s\n%s", x.how, got, s, want, r)
	}
	if bad := disagreements(s, b, 3); len(bad) > 0 {
		x.t.Errorf("%s: %v", x.how, bad)
	}
	if r.code == 5 && !strings.Contains(r.stderr, "hint: ") {
		x.t.Errorf("%s: a person is asked for, and not told what to do: %s", x.how, r)
	}
}

// fired: the trouble came as often as it was to come, and no NOOP was said.
func (x *trial) fired(want int) {
	x.t.Helper()
	got := x.server.faults.Load()
	if x.cell.stage == "connect" { // happens before a script can count
		got = int64(want)
	}
	if got != int64(want) || x.server.noops.Load() != 0 {
		x.t.Errorf("%s: the trouble came %d times, want %d; %d NOOPs", x.how, got, want, x.server.noops.Load())
	}
}
