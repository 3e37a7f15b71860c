package storetest

import (
	"sync"
	"time"

	"tebar/campaign"
	"tebar/store"
)

// What a runner keeps in memory must never be older than what others wrote,
// nor forget what was spent.
var desks = []test{
	{"two runners of one store", func(w *world) {
		spring := w.start(snap("spring", "100/24h"), people(6))
		autumn := w.start(snap("autumn", "100/24h"), people(6))
		w.claim(spring)
		_, _, err := autumn.Claim(w.Context(), w.clock.now(), later(w)) // it looks, and writes nothing
		w.ok(err)
		a, b := w.claim(spring), w.claim(autumn)
		if a.Attempt == b.Attempt {
			w.Errorf("both have attempt %d", a.Attempt)
		}
	}},
	{"a look at the queue beside the sending", func(w *world) {
		r := w.start(snap("spring", "100000/24h"), people(500))
		start := w.clock.now()
		stop := w.looking(r, start)
		defer stop()
		for sent := range 480 {
			now := start.Add(time.Duration(sent+1) * time.Millisecond)
			c, _, err := r.Claim(w.Context(), now, func(u campaign.Usage, _ time.Time) campaign.Slot {
				if n := used(u); n < sent {
					w.Errorf("%d in the window after %d sent", n, sent)
				}
				return campaign.Slot{}
			})
			w.ok(err)
			w.ok(r.Mark(w.Context(), c))
			w.ok(r.Record(w.Context(), c, accepted, now))
		}
	}},
	{"the clock forward and back", func(w *world) {
		w.clock.boot = "" // nothing but the wall clock
		r := w.start(snap("spring", "3/24h"), people(20))
		for range 3 {
			w.send(r, accepted)
		}
		for _, step := range []struct {
			by   time.Duration
			want int
		}{{time.Hour, 3}, {30 * time.Hour, 0}, {-29 * time.Hour, 3}, {0, 3}} {
			w.clock.set(step.by)
			if n := w.inWindow(r); n != step.want {
				w.Errorf("clock set by %v: %d in the window, want %d", step.by, n, step.want)
			}
		}
	}},
}

// later lets nothing go for an hour.
func later(w *world) campaign.Decide {
	return func(campaign.Usage, time.Time) campaign.Slot {
		return campaign.Slot{At: w.clock.now().Add(time.Hour), Code: campaign.CodePace}
	}
}

// looking peeks again and again until stop.
func (w *world) looking(r *store.Runner, now time.Time) (stop func()) {
	end := make(chan struct{})
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for {
				select {
				case <-end:
					return
				default:
				}
				if _, err := r.Peek(w.Context(), now, always); err != nil {
					w.Error(err)
				}
			}
		})
	}
	return func() { close(end); all.Wait() }
}

// inWindow is what a claim sees.
func (w *world) inWindow(r *store.Runner) (n int) {
	w.Helper()
	_, _, err := r.Claim(w.Context(), w.clock.now(), func(u campaign.Usage, _ time.Time) campaign.Slot {
		n = used(u)
		return campaign.Slot{At: w.clock.now().Add(time.Hour), Code: campaign.CodePace}
	})
	w.ok(err)
	return n
}

func used(u campaign.Usage) int {
	n := u.Pending
	for _, s := range u.Spends {
		n += s.N
	}
	return n
}
