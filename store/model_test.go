package store_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tebar/campaign"
	"tebar/store"
	"tebar/store/storetest"
)

// A model drives two campaigns of one account through claims, crashes and
// clocks that jump, and keeps the receipts by the true time.
type model struct {
	t        *testing.T
	rt       *rapid.T
	s        *store.Store
	truth    time.Time     // never jumps
	skew     time.Duration // of the wall clock
	boots    int
	runners  map[string]*store.Runner
	inHand   []hand
	receipts []receipt
}

// A hand is a claim without an outcome.
type hand struct {
	runner *store.Runner
	claim  campaign.Claim
	marked time.Time // true time; zero = not marked
}

func (m *model) now() time.Time { return m.truth.Add(m.skew) }

func (m *model) boot() (string, time.Duration, bool) {
	return fmt.Sprint(m.boots), m.truth.Sub(noon) + time.Hour, true
}

func (m *model) ok(err error) {
	if err != nil {
		m.rt.Fatal(err)
	}
}

// TestModel: no limit is exceeded in any window of true time, whatever
// happens; and a runner's cached view of the account is the ledger's.
func TestModel(t *testing.T) {
	m := &model{truth: noon} // the present case; every case has an account of its own
	s, err := store.Open(context.Background(), filepath.Join(memory(t), "tebar.db"), store.Options{
		Boot: func() (string, time.Duration, bool) { return m.boot() },
		Now:  func() time.Time { return m.now() },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	cases := 0
	rapid.Check(t, func(rt *rapid.T) {
		cases++
		m = &model{t: t, rt: rt, s: s, truth: noon, runners: map[string]*store.Runner{}}
		for i := range 2 {
			rows := storetest.People(12)
			rows[1].Recipients, rows[5].Recipients = 2, 3
			snap := storetest.Snapshot(fmt.Sprintf("case-%d-%d", cases, i), "4/1h", "7/24h")
			snap.Campaign.Sender.Name = fmt.Sprint("account ", cases)
			m.runners[snap.Campaign.Name] = storetest.Start(t, s, snap, rows, m.now())
		}
		defer m.close()
		jumps := rapid.Bool().Draw(rt, "jumps")
		for range rapid.IntRange(5, 40).Draw(rt, "steps") {
			m.step(jumps)
		}
		slices.SortFunc(m.receipts, func(a, b receipt) int { return a.at.Compare(b.at) })
		for limit, window := range map[int]time.Duration{4: time.Hour, 7: 24 * time.Hour} {
			if most := worst(m.receipts, window); most > limit {
				rt.Fatalf("%d in a window of %v, want %d at most: %v", most, window, limit, m.receipts)
			}
		}
	})
	if err := s.Check(context.Background()); err != nil {
		t.Error(err)
	}
}

func (m *model) close() {
	for _, r := range m.runners {
		_ = r.Close()
	}
}

// step does one thing. Within one boot the wall clock may jump; across boots
// it is trusted, so that a model does the one or the other.
func (m *model) step(jumps bool) {
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(m.runners))).Draw(m.rt, "campaign")
	switch what := rapid.IntRange(0, 9).Draw(m.rt, "step"); {
	case what < 4:
		m.claim(m.runners[name])
	case what < 6:
		m.finish()
	case what < 8:
		m.truth = m.truth.Add(time.Duration(rapid.IntRange(1, 1800).Draw(m.rt, "minutes")) * time.Minute)
	case what == 8 && jumps:
		m.skew += time.Duration(rapid.IntRange(-40*24, 40*24).Draw(m.rt, "hours")) * time.Hour
	case what == 8:
		m.boots++
	default:
		usurp(m.t, m.s, name)
		r, err := m.s.Runner(context.Background(), name, m.now())
		m.ok(err)
		m.runners[name] = r
	}
	m.compare(m.runners[name])
}

func (m *model) claim(r *store.Runner) {
	c, _, err := r.Claim(context.Background(), m.now(), storetest.Decide)
	if errors.Is(err, campaign.ErrComplete) || err == nil && c.Message == 0 {
		return
	}
	m.ok(err)
	h := hand{runner: r, claim: c}
	if rapid.Bool().Draw(m.rt, "mark") {
		m.ok(r.Mark(context.Background(), c))
		h.marked = m.truth
		m.receipts = append(m.receipts, receipt{m.truth, c.Recipients}) // it may have arrived
	}
	m.inHand = append(m.inHand, h)
}

// finish records an outcome of some claim, of a replaced runner's too. A
// receipt without one stands: nobody knows. After 10 minutes no answer comes.
func (m *model) finish() {
	if len(m.inHand) == 0 {
		return
	}
	i := rapid.IntRange(0, len(m.inHand)-1).Draw(m.rt, "claim")
	h := m.inHand[i]
	m.inHand = slices.Delete(m.inHand, i, i+1)
	verdicts := []campaign.Verdict{campaign.Requeue, campaign.Defer, campaign.Fail}
	if !h.marked.IsZero() {
		verdicts = []campaign.Verdict{campaign.Accepted, campaign.Uncertain}
		if m.truth.Sub(h.marked) > 10*time.Minute {
			verdicts = verdicts[1:]
		}
	}
	o := campaign.Outcome{Verdict: rapid.SampledFrom(verdicts).Draw(m.rt, "verdict")}
	err := h.runner.Record(context.Background(), h.claim, o, m.now())
	if err != nil && !errors.Is(err, campaign.ErrFenced) && !errors.Is(err, campaign.ErrSettled) {
		m.rt.Fatal(err)
	}
}

// compare looks at the account through the runner's cache and without it.
func (m *model) compare(r *store.Runner) {
	var cached campaign.Usage
	_, err := r.Peek(context.Background(), m.now(), func(u campaign.Usage, _ time.Time) campaign.Slot {
		cached = u
		cached.Spends = slices.Clone(u.Spends)
		return campaign.Slot{}
	})
	if errors.Is(err, campaign.ErrComplete) || cached.Account == "" {
		return
	}
	m.ok(err)
	fresh, err := m.s.Usage(context.Background(), cached.Account, m.now())
	m.ok(err)
	order := func(a, b campaign.Spend) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.N, b.N)) }
	slices.SortFunc(cached.Spends, order)
	slices.SortFunc(fresh.Spends, order)
	same := func(a, b campaign.Spend) bool { return a.N == b.N && a.At.Equal(b.At) }
	if cached.Pending != fresh.Pending || !slices.EqualFunc(cached.Spends, fresh.Spends, same) {
		m.rt.Fatalf("the cache says %+v,\nthe ledger %+v", cached, fresh)
	}
}
