package proof

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/campaign/mailer/sandbox"
)

// A settling is a campaign with messages in doubt.
type settling struct {
	*machine
	server  *sandbox.Server
	answer  gate
	n       int
	refused int
}

// TestSettleBesideRuns settles messages in doubt from other processes. The
// server keeps the first person's letter and loses the second's, and hangs up
// on both. While the run of a message lives nothing may be sent again, nor
// within a quarter of an hour; what was found in the Sent folder may be said
// at any time.
func TestSettleBesideRuns(t *testing.T) {
	s := &settling{answer: make(gate), n: 5}
	s.server = serve(t, sandbox.Options{Wait: s.answer.wait, Rules: []sandbox.Rule{
		{Recipient: person(1), Stage: campaign.StageDot, Times: 1, Reply: sandbox.Reply{Keep: true, Drop: true}},
		{Recipient: person(2), Stage: campaign.StageDot, Times: 1, Reply: sandbox.Reply{Drop: true}},
		{Stage: campaign.StageDot, Reply: sandbox.Reply{Stall: 1}},
	}})
	s.machine = machineIn(t, inMemory(t), s.server.Port(), s.n, "")
	s.besideItsOwn()
	s.besideAnother()
	figures(t, "settled beside runs", "2 messages in doubt, settled from other processes while runs were in the middle; %d times refused (the run lives, too soon, not in doubt); 0 lost, 0 twice", s.refused)
}

func (s *settling) refuse(code int, words string, args ...string) {
	s.t.Helper()
	args = append([]string{"settle", "spring"}, args...)
	if r := s.run(args...); r.code != code || !strings.Contains(r.stderr, words) {
		s.t.Errorf("%v: want exit %d with %q, got %s", args, code, words, r)
	}
	s.refused++
}

// besideItsOwn: the server answers nobody else until all has been tried.
func (s *settling) besideItsOwn() {
	first := s.start("run", s.file, "--yes")
	until(s.t, "the third letter is in hand", func() bool { return s.server.Count() == 2 })
	s.refuse(6, "is being run by process", "--resend")
	s.refuse(6, "is being run by process", "--resend", person(2))
	s.refuse(2, "no unconfirmed message", "--resend", person(3))
	s.must([]int{0}, "settle", "spring", "--sent", person(1))
	s.refuse(2, "no unconfirmed message", "--resend", person(1))
	close(s.answer)
	if r := first.end(); r.code != 4 {
		s.t.Errorf("one is unconfirmed: %s", r)
	}
	s.refuse(2, "it can be sent again from", "--resend")
	s.must([]int{4}, "resume", "spring")
	if rows := s.states(); rows.count("sent") != s.n-1 || s.server.Count() != s.n-1 {
		s.t.Errorf("%d came: %v", s.server.Count(), rows)
	}
}

// besideAnother: the quarter of an hour ends while another campaign is run.
func (s *settling) besideAnother() {
	other := machineIn(s.t, inMemory(s.t), s.server.Port(), 0, "")
	other.store, other.env = s.store, s.env
	autumn(other, s.server)
	beside := other.start("run", other.file, "--yes")
	until(s.t, "the other campaign runs", func() bool { return s.server.Count() > s.n-1 })
	s.older(14 * time.Minute)
	s.refuse(2, "it can be sent again from", "--resend")
	s.older(time.Minute)
	s.must([]int{0}, "settle", "spring", "--resend")
	s.must([]int{0}, "resume", "spring")
	if ended([]*process{beside}) > 0 {
		s.t.Error("the other campaign had ended")
	}
	if r := beside.end(); r.code != 0 {
		s.t.Error(r)
	}
	box := mailboxOf(s.server)
	for who := range box {
		if strings.HasSuffix(who, "@autumn.example") {
			delete(box, who)
		}
	}
	if rows := s.states(); len(disagreements(rows, box, s.n)) > 0 || rows.count("sent") != s.n {
		s.t.Errorf("%v %v", box, rows)
	}
}

// autumn is a campaign that goes on for some seconds.
func autumn(m *machine, server *sandbox.Server) {
	m.t.Helper()
	f := &flock{machine: m, server: server, each: 40, limits: []string{"8/1s"}}
	f.enrol("autumn")
	m.file = "autumn.yaml"
}

// older lets time go by for what is unconfirmed. The age of a mark is the
// smaller of two clocks'.
func (m *machine) older(d time.Duration) {
	m.t.Helper()
	sooner := fmt.Sprintf(`UPDATE reservations SET at = at - %d, boot_us = boot_us - %[1]d WHERE state = 'unconfirmed'`, d.Microseconds())
	until(m.t, "the store is free", func() bool { return m.tell(sooner) == nil }) // tell does not wait for others
}
