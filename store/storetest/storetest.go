// Package storetest is the conformance suite of the ledger: what every engine
// must do, whatever it is written in. It knows the store by its exported
// methods alone and runs on a clock of its own.
//
// An engine is right when Run passes; what only SQLite does (files, rights,
// damage) is tested beside it.
package storetest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/store"
)

// An Engine is a kind of store under test.
type Engine struct {
	// Fresh gives the location of an empty store of the test's own.
	Fresh func(t *testing.T) string
	// Usurp makes the runner of a campaign look dead while it lives, as if
	// its process were suspended: the next Runner succeeds.
	Usurp func(t *testing.T, s *store.Store, name string)
}

// Run runs every test of the suite on the engine.
func Run(t *testing.T, e Engine) {
	suites := []struct {
		name  string
		tests []test
	}{
		{"proposal", proposals},
		{"rows", rowTests},
		{"keying", keyingTests},
		{"claim", claims},
		{"turn", turns},
		{"desk", desks},
		{"held back at the mark", afterthoughtTests()},
		{"outcome", outcomes},
		{"takeover", takeovers},
		{"limits", limits},
		{"control", controls},
		{"report", reports},
		{"suppression", suppressions},
	}
	for _, suite := range suites {
		t.Run(suite.name, func(t *testing.T) {
			for _, test := range suite.tests {
				t.Run(test.name, func(t *testing.T) {
					t.Parallel()
					w := newWorld(t, e)
					test.run(w)
					w.ok(w.s.Check(w.Context()))
				})
			}
		})
	}
}

type test struct {
	name string
	run  func(*world)
}

// A clock is wall clock and boot clock, both set by hand.
type clock struct {
	mu   sync.Mutex
	wall time.Time
	boot string
	up   time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wall
}

func (c *clock) since() (string, time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.boot, c.up, c.boot != ""
}

// pass lets time go by; set moves the wall clock alone; reboot starts a boot.
func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall, c.up = c.wall.Add(d), c.up+d
}

func (c *clock) set(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall = c.wall.Add(d)
}

func (c *clock) reboot() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.boot, c.up = c.boot+"+", time.Minute
}

// A world is one store and one clock.
type world struct {
	*testing.T
	engine Engine
	at     string
	clock  *clock
	s      *store.Store
}

var noon = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

func newWorld(t *testing.T, e Engine) *world {
	w := &world{T: t, engine: e, at: e.Fresh(t), clock: &clock{wall: noon, boot: "boot-1", up: time.Hour}}
	w.s = w.open()
	return w
}

// open gives one more connection to the world's store.
func (w *world) open() *store.Store {
	w.Helper()
	s, err := store.Open(w.Context(), w.at, store.Options{Boot: w.clock.since, Now: w.clock.now})
	w.ok(err)
	w.Cleanup(func() { _ = s.Close() })
	return s
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) who() store.Who { return store.Who{Host: "desk", User: "rina", At: w.clock.now()} }

const account = "rina@example.org/smtp.example.org"

// snap is a campaign of the account with the limits, "100/24h".
func snap(name string, limits ...string) campaign.Snapshot {
	var s campaign.Snapshot
	s.Campaign = campaign.Campaign{
		Name: name, From: campaign.Address{Name: "Rina", Email: "rina@example.org"},
		Subject: "Hello", Body: campaign.Body{HTML: "body.html"},
		Lists:    []campaign.List{{File: "people.csv"}},
		Sender:   campaign.Sender{Provider: campaign.SMTP, Host: "smtp.example.org", Username: "rina@example.org", Password: "env:PW"},
		Schedule: campaign.Schedule{Zone: "UTC"},
		Retry:    campaign.Retry{Attempts: 5, First: 15 * time.Minute, Factor: 2, Max: 6 * time.Hour},
	}
	for _, text := range limits {
		l, err := campaign.ParseLimit(text)
		if err != nil {
			panic(err)
		}
		s.Campaign.Limits = append(s.Campaign.Limits, l)
	}
	s.Letter = campaign.Letter{Subject: "Hello", HTML: "<p>Hello {{.name}}</p>"}
	s.Sources = []campaign.Source{{File: "people.csv", Format: "csv", Encoding: "utf-8", Delimiter: ",", Columns: []string{"email", "name"}}}
	s.SettingsSHA256, s.LetterSHA256, s.ListSHA256, s.Origin = "s1", "l1", "c1", "/home/rina/"+name+".yaml"
	return s
}

// person is one row: the address before the @ is the name; "a@example.org=v2"
// is the same row with other contents.
func person(text string, row int) campaign.Entry {
	address, version, _ := strings.Cut(text, "=")
	name, _, _ := strings.Cut(address, "@")
	return campaign.Entry{
		Recipient: campaign.Recipient{
			Row: campaign.Row{
				Source: "people.csv", Number: row, Columns: []string{"email", "name"},
				Values: []string{address, name + version},
			},
			Address: address, Name: name + version,
		},
		Recipients: 1, SHA256: address + version,
	}
}

// list is a list of persons from row 2 on.
func list(people ...string) []campaign.Entry {
	out := []campaign.Entry{}
	for i, p := range people {
		out = append(out, person(p, i+2))
	}
	return out
}

// people is n persons: p000@example.org and so on.
func people(n int) []campaign.Entry {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("p%03d@example.org", i))
	}
	return list(names...)
}

func fill(rows []campaign.Entry) func(func(campaign.Entry) error) error {
	return func(add func(campaign.Entry) error) error {
		for _, e := range rows {
			if err := add(e); err != nil {
				return err
			}
		}
		return nil
	}
}

// propose compares; a nil list is the stored one.
func (w *world) propose(s campaign.Snapshot, rows []campaign.Entry) *store.Proposal {
	w.Helper()
	f := fill(rows)
	if rows == nil {
		f = nil
	}
	p, err := w.s.Propose(w.Context(), s, f)
	w.ok(err)
	return p
}

// accept proposes and accepts, and gives the version.
func (w *world) accept(s campaign.Snapshot, rows []campaign.Entry) int {
	w.Helper()
	version, err := w.propose(s, rows).Accept(w.Context(), w.who())
	w.ok(err)
	return version
}

// start accepts a new campaign and runs it.
func (w *world) start(s campaign.Snapshot, rows []campaign.Entry) *store.Runner {
	w.Helper()
	w.accept(s, rows)
	return w.runner(s.Campaign.Name)
}

func (w *world) runner(name string) *store.Runner {
	w.Helper()
	return w.runnerOf(w.s, name)
}

func (w *world) runnerOf(s *store.Store, name string) *store.Runner {
	w.Helper()
	r, err := s.Runner(w.Context(), name, w.clock.now())
	w.ok(err)
	w.Cleanup(func() { _ = r.Close() })
	return r
}

// always lets every message go.
func always(campaign.Usage, time.Time) campaign.Slot { return campaign.Slot{} }

// claim takes the next message, which must be due.
func (w *world) claim(r *store.Runner) campaign.Claim {
	w.Helper()
	c, slot, err := r.Claim(w.Context(), w.clock.now(), always)
	w.ok(err)
	if c.Message == 0 {
		w.Fatalf("no claim: %+v", slot)
	}
	return c
}

// send claims, marks and records the outcome.
func (w *world) send(r *store.Runner, o campaign.Outcome) campaign.Claim {
	w.Helper()
	c := w.claim(r)
	w.ok(r.Mark(w.Context(), c))
	w.ok(r.Record(w.Context(), c, o, w.clock.now()))
	return c
}

var accepted = campaign.Outcome{Verdict: campaign.Accepted, Stage: campaign.StageDot, Code: 250, Response: "2.0.0 OK", SHA256: "bytes"}

// states lists the rows as "address state" or "address skipped: code", in
// list order.
func (w *world) states(name string) []string {
	w.Helper()
	var out []string
	for d, err := range w.s.Deliveries(w.Context(), name, nil) {
		w.ok(err)
		out = append(out, d.Email+" "+string(d.State))
	}
	return out
}

func (w *world) wantStates(name string, want ...string) {
	w.Helper()
	for i := range want {
		address, rest, _ := strings.Cut(want[i], " ")
		want[i] = address + "@example.org " + rest
	}
	if got := w.states(name); !slices.Equal(got, want) {
		w.Errorf("states of %s:\n got %q\nwant %q", name, got, want)
	}
}

func (w *world) info(name string) store.Info {
	w.Helper()
	info, err := w.s.Info(w.Context(), name)
	w.ok(err)
	return info
}

// used is how many recipients the account's windows hold now, with a limit
// of a day.
func (w *world) used() int {
	w.Helper()
	u, err := w.s.Usage(w.Context(), account, w.clock.now())
	w.ok(err)
	n := u.Pending
	for _, s := range u.Spends {
		n += s.N
	}
	return n
}
