package storetest

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/store"
)

// decide lets a message go if every window has room. It is written without
// the scheduler: the suite's own idea of a limit.
func decide(u campaign.Usage, now time.Time) campaign.Slot {
	for _, l := range u.Limits {
		n := u.Pending + u.Next
		for _, s := range u.Spends {
			if s.At.Add(l.Span()).After(now) {
				n += s.N
			}
		}
		if n > l.Max {
			return campaign.Slot{At: now.Add(time.Second), Code: campaign.CodeLimit, Limit: l}
		}
	}
	return campaign.Slot{}
}

// drain sends until a limit binds or nothing is left, and says how many.
func (w *world) drain(r *store.Runner) (n int) {
	w.Helper()
	for {
		c, slot, err := r.Claim(w.Context(), w.clock.now(), decide)
		if errors.Is(err, campaign.ErrComplete) || err == nil && !slot.Due(w.clock.now()) {
			return n
		}
		w.ok(err)
		w.ok(r.Mark(w.Context(), c))
		w.ok(r.Record(w.Context(), c, accepted, w.clock.now()))
		n++
	}
}

func (w *world) wantDrain(r *store.Runner, want int, when string) {
	w.Helper()
	if n := w.drain(r); n != want {
		w.Errorf("%s: %d sent, want %d", when, n, want)
	}
}

var limits = []test{
	{"a rolling day", func(w *world) {
		r := w.start(snap("spring", "10/24h"), people(100))
		w.wantDrain(r, 10, "at first")
		w.clock.pass(24 * time.Hour)
		w.wantDrain(r, 0, "a day later, within the margin")
		w.clock.pass(time.Minute)
		w.wantDrain(r, 10, "a day and the margin later")
		w.clock.pass(12 * time.Hour)
		w.wantDrain(r, 0, "half a day later")
	}},
	{"many connections, two campaigns, two stores", concurrent},
	{"a clock set back frees nothing", func(w *world) {
		r := w.start(snap("spring", "10/24h"), people(100))
		w.wantDrain(r, 10, "at first")
		w.clock.pass(25 * time.Hour)
		w.wantDrain(r, 10, "a day later")
		w.clock.set(-20 * time.Hour)
		w.wantDrain(r, 0, "set back by 20 h")
		w.clock.set(-365 * 24 * time.Hour)
		w.wantDrain(r, 0, "set back by a year")
		list, err := w.s.Accounts(w.Context(), w.clock.now())
		w.ok(err)
		if list[0].Future != 20 {
			w.Errorf("%d entries in the future, want 20", list[0].Future)
		}
	}},
	{"a clock set forward frees nothing while the machine is up", func(w *world) {
		r := w.start(snap("spring", "10/24h"), people(100))
		w.wantDrain(r, 10, "at first")
		w.clock.set(50 * 24 * time.Hour)
		w.wantDrain(r, 0, "set forward by 50 days")
		w.ok(r.Close())
		r = w.runner("spring") // prunes
		w.wantDrain(r, 0, "and started again")
		w.clock.pass(25 * time.Hour)
		w.wantDrain(r, 10, "when a day has really passed")
	}},
	{"across boots the wall clock is trusted", func(w *world) {
		r := w.start(snap("spring", "10/24h"), people(100))
		w.wantDrain(r, 10, "at first")
		w.clock.reboot()
		w.clock.set(23 * time.Hour)
		w.wantDrain(r, 0, "23 h later")
		w.clock.set(2 * time.Hour)
		w.wantDrain(r, 10, "25 h later")
		w.clock.set(-10 * time.Hour) // within the new boot, but the first ten are of the old one
		w.wantDrain(r, 0, "set back by 10 h")
	}},
	{"without a boot clock the wall clock is trusted", func(w *world) {
		w.clock.boot = ""
		r := w.start(snap("spring", "10/24h"), people(100))
		w.wantDrain(r, 10, "at first")
		w.clock.set(25 * time.Hour)
		slot, err := r.Peek(w.Context(), w.clock.now(), decide) // by now all have left the window
		w.ok(err)
		w.clock.set(-10 * time.Hour)
		w.wantDrain(r, 0, "and back by 10 h, so that they are in it again")
		if slot.Code != campaign.CodeNone {
			w.Errorf("slot %+v, want due", slot)
		}
		w.clock.set(10 * time.Hour)
		w.wantDrain(r, 10, "25 h later")
	}},
	{"the limits of every unfinished campaign hold", func(w *world) {
		big := w.start(snap("big", "100/24h"), people(50))
		small := w.start(snap("small", "5/24h", "7/48h"), people(2))
		if u, err := w.s.Usage(w.Context(), account, noon); err != nil || !reflect.DeepEqual(u.Limits, []campaign.Limit{
			{Max: 5, Window: 24 * time.Hour}, {Max: 7, Window: 48 * time.Hour},
		}) {
			w.Errorf("limits %v, %v", u.Limits, err)
		}
		w.wantDrain(big, 5, "beside the small one")
		w.clock.pass(25 * time.Hour)
		w.wantDrain(small, 2, "the small one")
		w.wantDrain(big, 45, "alone")
	}},
	{"a longer window that comes later sees what was sent before", func(w *world) {
		r := w.start(snap("spring", "10/1h"), people(100))
		w.wantDrain(r, 10, "at first")
		w.clock.pass(2 * time.Hour)
		w.wantDrain(r, 10, "2 h later")
		w.clock.pass(2 * time.Hour)
		w.accept(snap("second", "21/24h"), people(1))
		w.wantDrain(r, 1, "with 21/24h")
	}},
	{"the ledger forgets what no window holds", func(w *world) {
		r := w.start(snap("spring", "10/24h", "50/60d"), people(100))
		w.wantDrain(r, 10, "at first")
		w.clock.pass(50 * 24 * time.Hour)
		w.ok(r.Close())
		r = w.runner("spring")
		if w.used() != 10 {
			w.Errorf("used %d after 50 days with a window of 60, want 10", w.used())
		}
		w.wantDrain(r, 10, "50 days later")
		w.clock.pass(61 * 24 * time.Hour)
		w.ok(r.Close())
		w.runner("spring")
		w.accept(snap("longer", "100/365d"), people(1))
		if w.used() != 0 {
			w.Errorf("used %d, want the ledger pruned", w.used())
		}
	}},
	{"a campaign without limits", func(w *world) {
		w.wantDrain(w.start(snap("spring"), people(30)), 30, "at once")
	}},
}

// concurrent runs 2 campaigns of 4 connections on 2 stores against one limit.
func concurrent(w *world) {
	const most = 25
	w.accept(snap("one", "25/24h"), people(40))
	w.accept(snap("two", "25/24h"), people(40))
	first, second := w.runner("one"), w.runnerOf(w.open(), "two")
	var sent, doubtful int
	var mu sync.Mutex
	var group sync.WaitGroup
	for i, r := range []*store.Runner{first, second, first, second, first, second, first, second} {
		group.Go(func() {
			dice := rand.New(rand.NewPCG(1, uint64(i)))
			for round := range 40 {
				o := accepted
				if round < 30 {
					o.Verdict = []campaign.Verdict{campaign.Accepted, campaign.Requeue, campaign.Uncertain, campaign.Fail}[dice.IntN(4)]
				}
				if !w.try(r, o, &mu, &sent, &doubtful) {
					return
				}
			}
		})
	}
	group.Wait()
	if sent+doubtful > most || w.used() != sent+doubtful || sent == 0 {
		w.Errorf("%d sent, %d unconfirmed, used %d; want at most %d", sent, doubtful, w.used(), most)
	}
}

func (w *world) try(r *store.Runner, o campaign.Outcome, mu *sync.Mutex, sent, doubtful *int) bool {
	c, _, err := r.Claim(w.Context(), w.clock.now(), decide)
	if errors.Is(err, campaign.ErrComplete) {
		return false
	}
	if err == nil && c.Message == 0 {
		return true // the limit, or the others, bind now
	}
	if err == nil {
		err = r.Mark(w.Context(), c)
	}
	if err == nil {
		err = r.Record(w.Context(), c, o, w.clock.now())
	}
	if err != nil {
		w.Error(err)
		return false
	}
	mu.Lock()
	defer mu.Unlock()
	switch o.Verdict {
	case campaign.Accepted:
		*sent++
	case campaign.Uncertain:
		*doubtful++
	}
	return true
}

// Decide is the suite's own check of the windows, for benchmarks and models.
func Decide(u campaign.Usage, now time.Time) campaign.Slot { return decide(u, now) }

// Snapshot is a campaign of the suite's account with the limits.
func Snapshot(name string, limits ...string) campaign.Snapshot { return snap(name, limits...) }

// People is a list of n persons.
func People(n int) []campaign.Entry { return people(n) }

// Start accepts a campaign as new and runs it.
func Start(tb testing.TB, s *store.Store, snap campaign.Snapshot, rows []campaign.Entry, now time.Time) *store.Runner {
	tb.Helper()
	p, err := s.Propose(tb.Context(), snap, fill(rows))
	if err == nil {
		_, err = p.Accept(tb.Context(), store.Who{Host: "desk", User: "rina", At: now})
	}
	if err != nil {
		tb.Fatal(err)
	}
	r, err := s.Runner(tb.Context(), snap.Campaign.Name, now)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = r.Close() })
	return r
}
