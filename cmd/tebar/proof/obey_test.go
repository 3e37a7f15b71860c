package proof

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tebar/campaign/mailer/sandbox"
)

// An order is given by another process, in the middle of a run. What it must
// come to is checked when the run has ended.
type order struct {
	args []string
	code int // of the run
	then func(*told) string
}

// orders name the last of n people, where they name one.
func orders(n int) []order {
	return []order{
		{[]string{"pause", "spring"}, 3, (*told).paused},
		{[]string{"cancel", "spring", "--yes"}, 0, (*told).cancelled},
		{[]string{"suppress", "add", person(n)}, 0, (*told).suppressed},
	}
}

func person(i int) string { return fmt.Sprintf("person%d@example.org", i) }

// told is a run that was given an order.
type told struct {
	*machine
	order
	server         *sandbox.Server
	n, connections int
	before         int // messages that the server had accepted when the order returned
}

// obeyed add up what the sweep has seen.
type obeyed struct {
	mu                 sync.Mutex
	orders, middle, in int
}

// TestOrders gives a run the order to pause, to end, or to leave somebody out,
// from another process, at every line of its dialogue: that line is held until
// the order has returned. From then on no message is begun against it; what
// each connection has in hand is finished.
func TestOrders(t *testing.T) {
	sum := &obeyed{}
	t.Run("lines", func(t *testing.T) {
		for _, connections := range []int{1, 2} {
			t.Run(fmt.Sprint(connections), func(t *testing.T) {
				t.Parallel()
				var lines []int
				for at := 1; at <= linesOf(t, connections); at += size(9, 1) {
					lines = append(lines, at)
				}
				atOnce(2, lines, func(at int) {
					for _, o := range orders(peopleFor(connections)) {
						t.Run(fmt.Sprint(o.args[0], at), func(t *testing.T) { giveOrder(t, sum, o, connections, at) })
					}
				})
			})
		}
	})
	if sum.middle < sum.orders/2 || sum.in == 0 {
		t.Errorf("of %d orders only %d came in the middle, %d with a message in hand", sum.orders, sum.middle, sum.in)
	}
	figures(t, "orders from another process", "%d (pause, cancel, suppress) at lines all along the dialogue, %d of them kept messages back; %d messages were in hand and finished, none was begun; 0 lost, 0 twice",
		sum.orders, sum.middle, sum.in)
}

// peopleFor are more than those whose lines are counted, so that some are left
// at each; a second connection goes on while the first is held.
func peopleFor(connections int) int { return 4 + 10*(connections-1) }

func giveOrder(t *testing.T, sum *obeyed, o order, connections, at int) {
	d := &told{order: o, n: peopleFor(connections), connections: connections}
	d.server = serve(t, sandbox.Options{Delay: 20 * time.Millisecond})
	tp := newTap(t, d.server.Addr())
	d.machine = tapped(t, tp, d.n, connections)
	given := false
	tp.arm(at, false, func() {
		d.must([]int{0}, o.args...)
		d.before, given = d.server.Count(), true
	})
	r := d.start("run", d.file, "--yes").end()
	in, kept := d.server.Count()-d.before, d.n-d.server.Count()
	if o.code == 3 && kept == 0 {
		o.code, o.then = 0, (*told).tooLate
	}
	if !given || r.code != o.code {
		t.Errorf("given %v, want exit %d: %s", given, o.code, r)
	}
	if wrong := o.then(d); wrong != "" {
		t.Error(wrong)
	}
	sum.mu.Lock()
	defer sum.mu.Unlock()
	sum.orders++
	if o.args[0] != "suppress" {
		sum.in += in
	}
	if kept > 0 {
		sum.middle++
	}
}

// begun says so when more came after the order than was in hand.
func (d *told) begun() string {
	if n := d.server.Count() - d.before; n > d.connections {
		return fmt.Sprintf("%d messages came after the order", n)
	}
	return ""
}

// tooLate is a pause that came with the last message.
func (d *told) tooLate() string {
	if state := d.status().State; state != "complete" {
		return "the state is " + state
	}
	d.must([]int{0}, "resume", "spring", "--once")
	return d.agree(d.n, 0)
}

// paused stays so whatever is typed, until a person resumes it by name.
func (d *told) paused() string {
	if wrong := d.begun(); wrong != "" {
		return wrong
	}
	count := d.server.Count()
	if state := d.status().State; state != "paused" {
		return "the state is " + state
	}
	d.must([]int{3}, "run", d.file)
	d.must([]int{3}, "resume", "spring", "--once")
	d.must([]int{0}, "resume")
	if d.server.Count() != count {
		return "a paused campaign was sent"
	}
	d.must([]int{0}, "resume", "spring")
	return d.agree(d.n, 0)
}

// cancelled is final: what was left is skipped, and nobody can go on.
func (d *told) cancelled() string {
	if wrong := d.begun(); wrong != "" {
		return wrong
	}
	count := d.server.Count()
	if state := d.status().State; state != "cancelled" {
		return "the state is " + state
	}
	for _, try := range []order{
		{args: []string{"resume", "spring"}, code: 2}, // what a person asks for cannot be done
		{args: []string{"pause", "spring"}, code: 2},
		{args: []string{"resume", "spring", "--once"}, code: 0}, // as of one that is complete: all sent or skipped
		{args: []string{"run", d.file}, code: 0},
		{args: []string{"resume"}, code: 0},
		{args: []string{"cancel", "spring", "--yes"}, code: 0},
	} {
		r := d.run(try.args...)
		if said := strings.Contains(r.stdout+r.stderr, "cancelled"); r.code != try.code || !said {
			return fmt.Sprintf("tebar %v of a cancelled campaign: want exit %d and the word, got %s", try.args, try.code, r)
		}
	}
	if state := d.status().State; state != "cancelled" {
		return "the state has become " + state
	}
	return d.agree(count, d.n-count)
}

// suppressed is the last person, unless a connection had the letter in hand.
func (d *told) suppressed() string {
	for i, r := range d.server.Receipts() {
		if r.To[0] == person(d.n) && i >= d.before+d.connections {
			return "the suppressed person was written to"
		}
	}
	got := mailboxOf(d.server)[person(d.n)]
	return d.agree(d.n-1+got, 1-got)
}

// agree holds the report against the mailbox.
func (d *told) agree(sent, skipped int) string {
	s, b := d.states(), mailboxOf(d.server)
	if bad := disagreements(s, b, d.n); len(bad) > 0 || s.count("sent") != sent || s.count("skipped") != skipped {
		return fmt.Sprintf("want %d sent, %d skipped: %v %v", sent, skipped, bad, s)
	}
	return ""
}

// A standing is what status says of the campaign.
type standing struct {
	State                                                                string
	Total, Queued, Sending, Sent, Deferred, Failed, Unconfirmed, Skipped int
}

func (m *machine) status() (s standing) {
	m.t.Helper()
	r := m.must([]int{0}, "status", "spring", "--json")
	if err := json.Unmarshal([]byte(r.stdout), &s); err != nil {
		m.t.Fatalf("%v in %s", err, r.stdout)
	}
	if s.Queued+s.Sending+s.Sent+s.Deferred+s.Failed+s.Unconfirmed+s.Skipped != s.Total {
		m.t.Errorf("the states do not add up: %s", r.stdout)
	}
	return s
}
