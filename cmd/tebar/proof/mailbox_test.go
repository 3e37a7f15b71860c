package proof

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tebar/campaign/mailer/sandbox"
	"tebar/store"
)

// serve starts an SMTP server whose mailbox outlives every run of tebar.
func serve(t *testing.T, o sandbox.Options) *sandbox.Server {
	t.Helper()
	o.Keep = true
	s, err := sandbox.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// mailbox counts what a server accepted, by address.
type mailbox map[string]int

func mailboxOf(s *sandbox.Server) mailbox {
	box := mailbox{}
	for _, r := range s.Receipts() {
		for _, to := range r.To {
			box[strings.ToLower(to)]++
		}
	}
	return box
}

// twice lists who got more than one.
func (b mailbox) twice() []string {
	var out []string
	for who, n := range b {
		if n > 1 {
			out = append(out, fmt.Sprintf("%s %d times", who, n))
		}
	}
	slices.Sort(out)
	return out
}

// states are the report's rows by address.
type states map[string]string

func (s states) count(state string) int {
	n := 0
	for _, have := range s {
		if have == state {
			n++
		}
	}
	return n
}

// states reads the report as a person's script would.
func (m *machine) states() states {
	m.t.Helper()
	return m.statesOf("spring")
}

func (m *machine) statesOf(name string) states {
	m.t.Helper()
	r := m.must([]int{0}, "report", name, "--format", "json")
	var report struct {
		Recipients []struct{ Email, State string }
	}
	if err := json.Unmarshal([]byte(r.stdout), &report); err != nil {
		m.t.Fatalf("%v in %s", err, r.stdout)
	}
	out := states{}
	for _, row := range report.Recipients {
		out[row.Email] = row.State
	}
	return out
}

// stored reads what a report would say straight from the store: a process for
// each look would be half of a test's time.
func (m *machine) stored() states {
	m.t.Helper()
	st, err := store.Open(m.t.Context(), m.store, store.Options{})
	if err != nil {
		m.t.Fatal(err)
	}
	defer st.Close()
	out := states{}
	for d, err := range st.Deliveries(m.t.Context(), "spring", nil) {
		if err != nil {
			m.t.Fatal(err)
		}
		out[d.Email] = string(d.State)
	}
	return out
}

// disagreements holds a report of n people against the mailbox: sent is once,
// unconfirmed 0 or 1, anything else 0; nobody is missing, nobody is unknown.
func disagreements(s states, b mailbox, n int) []string {
	var out []string
	if len(s) != n {
		out = append(out, fmt.Sprintf("the report has %d people, want %d", len(s), n))
	}
	for who, state := range s {
		got := b[who]
		if state == "sent" && got != 1 || state == "unconfirmed" && got > 1 || state != "sent" && state != "unconfirmed" && got != 0 {
			out = append(out, fmt.Sprintf("%s is %s and got %d", who, state, got))
		}
	}
	for who := range b {
		if _, known := s[who]; !known {
			out = append(out, who+" got one and is not in the report")
		}
	}
	slices.Sort(out)
	return out
}
