package proof

import (
	"testing"

	"tebar/campaign/mailer/sandbox"
)

// The harness itself: everybody gets one letter, and the oracle can say no.
func TestHarness(t *testing.T) {
	server := serve(t, sandbox.Options{})
	m := newMachine(t, server.Port(), 5, "")
	m.must([]int{0}, "run", m.file, "--yes")
	s, b := m.states(), mailboxOf(server)
	if bad := disagreements(s, b, 5); len(bad) > 0 || s.count("sent") != 5 {
		t.Fatalf("%v %v", bad, s)
	}
	b["person1@example.org"] = 2
	delete(b, "person2@example.org")
	if bad := disagreements(s, b, 6); len(bad) != 3 || len(b.twice()) != 1 {
		t.Fatalf("the oracle saw only %v", bad)
	}
}
