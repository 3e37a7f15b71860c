//go:build system

package proof

import (
	"database/sql"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"tebar/campaign/mailer/sandbox"
	"tebar/store"
)

// A sick is a machine whose disk fails while it sends, and the server that is
// its witness.
type sick struct {
	*machine
	server      *sandbox.Server
	tap         *tap
	n           int // people
	connections int
}

func newSick(t *testing.T, n, connections int) *sick {
	t.Helper()
	server := serve(t, sandbox.Options{})
	tp := newTap(t, server.Addr())
	m := tapped(t, tp, n, connections)
	m.env = append(m.env, "GOMAXPROCS=1")
	return &sick{m, server, tp, n, connections}
}

// intents counts what the store has for certain: attempts, those with a mark,
// and whether the campaign is in it. What cannot be read has none.
func (s *sick) intents() (attempts, marks int, known bool) {
	if st, err := store.Open(s.t.Context(), s.store, store.Options{}); err == nil {
		_, _ = st.Info(s.t.Context(), "spring") // whoever looks brings the journal into the tables
		_ = st.Close()
	}
	db, err := sql.Open("sqlite", "file:"+s.store+"?mode=rw")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	var campaigns int
	_ = db.QueryRow(`SELECT (SELECT count(*) FROM attempts), (SELECT count(marked_at) FROM attempts),
		(SELECT count(*) FROM campaigns)`).Scan(&attempts, &marks, &campaigns)
	return attempts, marks, campaigns > 0
}

// diskFaults add up what sick machines did.
type diskFaults struct {
	mu                                        sync.Mutex
	points, hit, stopped, persons, unanswered int
}

// judge looks at a machine whose disk has failed, and mends it. Whatever the
// server heard of stood in the store before; the program ends with 1 and says
// what to do, or is done; then it goes on, and nobody gets two or none.
func (d *diskFaults) judge(s *sick, what string, r result, hits int, mend func()) {
	s.t.Helper()
	letters, accepted := s.tap.letters(), s.server.Count()
	mend()
	attempts, marks, known := s.intents()
	if letters > attempts || accepted > marks {
		s.t.Errorf("%s: %d letters begun and %d accepted, with %d attempts and %d marks in the store", what, letters, accepted, attempts, marks)
	}
	switch {
	case r.code == 1 && strings.Contains(r.stderr, s.store) && strings.Contains(r.stderr, "hint: "):
	case r.code == 0 && accepted == s.n:
	default:
		s.t.Errorf("%s: %s", what, r)
	}
	again := []string{"resume", "spring"}
	if !known {
		again = []string{"run", s.file, "--yes"}
	}
	s.must([]int{0, 4}, again...)
	d.sum(s, what, r, hits)
}

// sum holds the end against the mailbox.
func (d *diskFaults) sum(s *sick, what string, r result, hits int) {
	s.t.Helper()
	report, box := s.states(), mailboxOf(s.server)
	doubtful := report.count("unconfirmed")
	if bad := append(disagreements(report, box, s.n), box.twice()...); len(bad) > 0 {
		s.t.Errorf("%s: %v", what, bad)
	}
	if doubtful > s.connections || report.count("sent")+doubtful != s.n {
		s.t.Errorf("%s: %v", what, report)
	}
	if c := s.run("store", "check"); c.code != 0 {
		s.t.Errorf("%s: %s", what, c)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.points++
	d.persons += s.n
	d.unanswered += doubtful
	if hits > 0 {
		d.hit++
	}
	if r.code == 1 {
		d.stopped++
	}
}

func (d *diskFaults) figures(t *testing.T, promise, what string) {
	t.Helper()
	if d.hit == 0 || d.stopped == 0 {
		t.Errorf("%s: %d of %d points were hit and %d ended the run", promise, d.hit, d.points, d.stopped)
	}
	figures(t, promise, "%s: %d points, %d hit, %d ended the run with 1 and a hint; %d recipients after going on: 0 lost, 0 twice, %d unconfirmed",
		what, d.points, d.hit, d.stopped, d.persons, d.unanswered)
}

// A sickness is an error of one system call.
type sickness struct {
	call, err string
	stride    int // of the short form
}

// sicknesses are a disk that is full, and one that breaks, at every call by
// which a store is written. Sockets are written by another call.
var sicknesses = []sickness{
	{"pwrite64", "ENOSPC", 83},
	{"pwrite64", "EIO", 71},
	{"fsync", "EIO", 7},
	{"ftruncate", "EIO", 2},
	{"pread64", "EIO", 43},
	{"unlink", "EIO", 2},
}

// TestDiskErrors lets the disk fail at the first, second, ... call of each kind
// from the first look at the store to the last record: once, and from then on.
// strace counts for each thread; with GOMAXPROCS=1 nearly all calls are one
// thread's, so that "from then on" means the whole disk.
func TestDiskErrors(t *testing.T) {
	sum := &diskFaults{}
	t.Run("calls", func(t *testing.T) {
		for _, s := range sicknesses {
			for _, when := range []string{"%d", "%d+"} {
				t.Run(s.call+" "+s.err+" "+when, func(t *testing.T) {
					t.Parallel()
					sweepSickness(t, sum, s, when)
				})
			}
		}
	})
	sum.figures(t, "disk errors", "the Nth write, sync, cut or read of the store, once and from then on")
}

// sweepSickness goes on until one run was not hit, three in the full form.
func sweepSickness(t *testing.T, sum *diskFaults, s sickness, when string) {
	before := sum.hits()
	for nth, missed := 1, 0; missed < size(1, 3); nth += size(s.stride, 1) {
		if fallIll(t, sum, s, fmt.Sprintf(when, nth)) > 0 {
			missed = 0
		} else {
			missed++
		}
	}
	if sum.hits() == before {
		t.Errorf("no %s was reached", s.call)
	}
}

func (d *diskFaults) hits() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.hit
}

// fallIll says how many calls have failed.
func fallIll(t *testing.T, sum *diskFaults, s sickness, when string) int {
	t.Helper()
	m := newSick(t, 3, 1)
	log := m.dir + ".strace"
	defer os.Remove(log)
	r := m.finish(m.command([]string{
		"strace", "-f", "-qq", "-y", "-o", log, "-e", "trace=" + s.call,
		"-e", fmt.Sprintf("inject=%s:error=%s:when=%s", s.call, s.err, when),
	}, "run", m.file, "--yes"))
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	hits := strings.Count(string(text), "(INJECTED)")
	what := fmt.Sprintf("%s %s at %s (%d failed)", s.call, s.err, when, hits)
	sum.judge(m, what, r, hits, func() {})
	return hits
}

// letters is how many messages were begun: the DATA commands heard.
func (tp *tap) letters() int {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	return tp.data
}
