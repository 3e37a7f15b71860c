package storetest

import (
	"errors"
	"time"

	"tebar/campaign"
	"tebar/store"
)

// usurp starts a second runner while the first one lives.
func (w *world) usurp(name string) *store.Runner {
	w.Helper()
	w.engine.Usurp(w.T, w.s, name)
	return w.runnerOf(w.open(), name)
}

var takeovers = []test{
	{"without a mark it is queued again", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(2))
		c := w.claim(r)
		next := w.usurp("spring")
		w.wantStates("spring", "p000 queued", "p001 queued")
		if w.used() != 0 {
			w.Errorf("used %d, want the quota back", w.used())
		}
		if err := r.Mark(w.Context(), c); !errors.Is(err, campaign.ErrFenced) {
			w.Errorf("Mark of the old runner: %v, want ErrFenced", err)
		}
		if err := r.Record(w.Context(), c, accepted, w.clock.now()); !errors.Is(err, campaign.ErrFenced) {
			w.Errorf("Record of the old runner: %v, want ErrFenced", err)
		}
		if _, _, err := r.Claim(w.Context(), w.clock.now(), always); !errors.Is(err, campaign.ErrFenced) {
			w.Errorf("Claim of the old runner: %v, want ErrFenced", err)
		}
		if _, err := r.TooLate(w.Context(), w.clock.now()); !errors.Is(err, campaign.ErrFenced) {
			w.Errorf("TooLate of the old runner: %v, want ErrFenced", err)
		}
		again := w.claim(next)
		if again.Message != c.Message || again.MessageID != c.MessageID || again.Number != 1 {
			w.Errorf("claimed %+v, want the same message, number 1", again)
		}
		w.ok(r.Close())
		w.wantStates("spring", "p000 sending", "p001 queued")
	}},
	{"with a mark it is unconfirmed", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(2))
		c := w.claim(r)
		w.ok(r.Mark(w.Context(), c))
		w.clock.pass(time.Hour)
		next := w.usurp("spring")
		w.wantStates("spring", "p000 unconfirmed", "p001 queued")
		u, err := w.s.Usage(w.Context(), account, w.clock.now())
		w.ok(err)
		if want := noon.Add(10 * time.Minute); len(u.Spends) != 1 || !u.Spends[0].At.Equal(want) || u.Pending != 0 {
			w.Errorf("usage %+v, want one spend at %v", u, want)
		}
		if c := w.claim(next); c.Recipient.Address != "p001@example.org" {
			w.Errorf("claimed %s", c.Recipient.Address)
		}
	}},
	{"a late true outcome is taken", func(w *world) {
		for _, o := range []campaign.Outcome{accepted, deferred, failed, {Verdict: campaign.Requeue}, {Verdict: campaign.Uncertain}} {
			name := "late-" + string(o.Verdict)
			r := w.start(snap(name, "100/24h"), people(2))
			before := w.used()
			c := w.claim(r)
			w.ok(r.Mark(w.Context(), c))
			next := w.usurp(name)
			w.ok(r.Record(w.Context(), c, o, w.clock.now()))
			want := outcomeTable[string(o.Verdict)]
			if o.Verdict == campaign.Uncertain {
				want = outcomeTable["uncertain"]
			}
			d := w.first(name)
			if d.State != want.state || d.Attempts != want.attempts {
				w.Errorf("%s: %s with %d attempts, want %s with %d", name, d.State, d.Attempts, want.state, want.attempts)
			}
			if used := w.used() - before; used != min(1, want.used) {
				w.Errorf("%s: used %d, want %d", name, used, min(1, want.used))
			}
			if err := r.Record(w.Context(), c, accepted, w.clock.now()); !errors.Is(err, campaign.ErrSettled) {
				w.Errorf("%s: second outcome: %v", name, err)
			}
			w.ok(next.Close())
		}
	}},
	{"not after a person has settled it", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(2))
		c := w.claim(r)
		w.ok(r.Mark(w.Context(), c))
		w.usurp("spring")
		_, err := w.s.Settle(w.Context(), "spring", nil, true, w.who())
		w.ok(err)
		if err := r.Record(w.Context(), c, failed, w.clock.now()); !errors.Is(err, campaign.ErrSettled) {
			w.Errorf("Record: %v, want ErrSettled", err)
		}
		w.wantStates("spring", "p000 sent", "p001 queued")
	}},
	{"close settles what is in hand", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(3))
		w.claim(r)
		marked := w.claim(r)
		w.ok(r.Mark(w.Context(), marked))
		w.ok(r.Close())
		w.wantStates("spring", "p000 queued", "p001 unconfirmed", "p002 queued")
		if w.used() != 1 {
			w.Errorf("used %d, want 1", w.used())
		}
	}},
	{"a mark is made once", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(1))
		c := w.claim(r)
		w.ok(r.Mark(w.Context(), c))
		if err := r.Mark(w.Context(), c); !errors.Is(err, campaign.ErrFenced) {
			w.Errorf("second mark: %v", err)
		}
		w.ok(r.Record(w.Context(), c, accepted, w.clock.now()))
		if err := r.Mark(w.Context(), c); !errors.Is(err, campaign.ErrFenced) {
			w.Errorf("mark after the outcome: %v", err)
		}
	}},
	{"other campaigns of the account", func(w *world) {
		dead := w.start(snap("dead", "100/24h"), people(2))
		w.claim(dead)
		marked := w.claim(dead)
		w.ok(dead.Mark(w.Context(), marked))
		w.engine.Usurp(w.T, w.s, "dead") // its lock is free now
		live := w.start(snap("live", "100/24h"), people(2))
		held := w.claim(live)
		w.wantStates("dead", "p000 queued", "p001 unconfirmed")
		w.start(snap("third", "100/24h"), people(1))
		w.wantStates("live", "p000 sending", "p001 queued")
		w.ok(live.Mark(w.Context(), held)) // whose runner lives
		w.ok(live.Record(w.Context(), held, accepted, w.clock.now()))
	}},
	{"a neighbour that dies later", func(w *world) {
		live := w.start(snap("live", "2/24h"), people(5))
		dead := w.start(snap("dead", "2/24h"), people(2))
		w.claim(dead)
		w.claim(dead)
		w.wantWait(live)
		w.engine.Usurp(w.T, w.s, "dead") // its lock is free now
		w.wantWait(live)                 // looked a moment ago
		w.clock.pass(time.Minute)
		slot, err := live.Peek(w.Context(), w.clock.now(), decide)
		w.ok(err)
		if slot != (campaign.Slot{}) {
			w.Errorf("Peek %+v, want the zero slot", slot)
		}
		w.wantStates("dead", "p000 sending", "p001 sending")
		w.wantDrain(live, 2, "the neighbour settled")
		w.wantStates("dead", "p000 queued", "p001 queued")
	}},
	{"in a cancelled campaign nothing is queued again", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(3))
		one, two, three := w.claim(r), w.claim(r), w.claim(r)
		_, err := w.s.Cancel(w.Context(), "spring", w.who())
		w.ok(err)
		w.ok(r.Record(w.Context(), one, campaign.Outcome{Verdict: campaign.Requeue}, w.clock.now()))
		w.ok(r.Record(w.Context(), two, deferred, w.clock.now()))
		_ = three
		w.ok(r.Close())
		w.wantStates("spring", "p000 skipped", "p001 skipped", "p002 skipped")
	}},
}

// wantWait wants a limit to bind.
func (w *world) wantWait(r *store.Runner) {
	w.Helper()
	c, slot, err := r.Claim(w.Context(), w.clock.now(), decide)
	w.ok(err)
	if c.Message != 0 || slot.Code != campaign.CodeLimit {
		w.Errorf("claim %d, slot %+v, want to wait", c.Message, slot)
	}
	peeked, err := r.Peek(w.Context(), w.clock.now(), decide)
	w.ok(err)
	if peeked != slot {
		w.Errorf("Peek %+v, want %+v", peeked, slot)
	}
}

// first is the first row's line of the report.
func (w *world) first(name string) campaign.Delivery {
	w.Helper()
	for d, err := range w.s.Deliveries(w.Context(), name, nil) {
		w.ok(err)
		return d
	}
	w.Fatal("no rows")
	return campaign.Delivery{}
}
