package storetest

import (
	"errors"

	"tebar/campaign"
	"tebar/store"
)

// An afterthought comes between the claim of a message and its mark.
type afterthought struct {
	name string
	come func(w *world, s *store.Store, r *store.Runner, other campaign.Claim) error
	end  error // of the next claim; nil: none is due, or another message is
}

var afterthoughts = []afterthought{
	{"paused", func(w *world, s *store.Store, _ *store.Runner, _ campaign.Claim) error {
		return s.Pause(w.Context(), "spring", w.who())
	}, campaign.ErrPaused},
	{"cancelled", func(w *world, s *store.Store, _ *store.Runner, _ campaign.Claim) error {
		_, err := s.Cancel(w.Context(), "spring", w.who())
		return err
	}, campaign.ErrCancelled},
	{"suppressed", func(w *world, s *store.Store, _ *store.Runner, _ campaign.Claim) error {
		_, err := s.Suppress(w.Context(), []store.Suppression{{Address: "P001@example.org"}})
		return err
	}, nil},
	{"account paused", func(w *world, _ *store.Store, r *store.Runner, other campaign.Claim) error {
		return r.Record(w.Context(), other, campaign.Outcome{Verdict: campaign.Pause, Class: campaign.ClassRate}, w.clock.now())
	}, nil},
}

var turns = []test{
	{"one commit records, marks and claims", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(3))
		first := w.claim(r)
		w.ok(r.Mark(w.Context(), first))
		second := w.claim(r)
		third, err := r.Turn(w.Context(), campaign.Turn{
			Done: &campaign.Done{Claim: first, Outcome: accepted, At: w.clock.now()}, Mark: second, More: true,
		}, w.clock.now(), always)
		w.ok(err)
		if third.Recipient.Address != "p002@example.org" {
			w.Errorf("claimed %q, want the third", third.Recipient.Address)
		}
		w.ok(r.Record(w.Context(), second, accepted, w.clock.now()))
		if c := w.info("spring").Counts; c.Sent != 2 || c.Sending != 1 {
			w.Errorf("counts %+v, want 2 sent and 1 in hand", c)
		}
	}},
}

// afterthoughtTests let each come by this connection and by another one.
func afterthoughtTests() (list []test) {
	for _, a := range afterthoughts {
		list = append(list,
			test{a.name, func(w *world) { heldBack(w, w.s, a) }},
			test{a.name + " elsewhere", func(w *world) { heldBack(w, w.open(), a) }})
	}
	return list
}

// heldBack claims two messages and lets the afterthought come; the mark of the
// second must fail, whether alone or with the first one's outcome.
func heldBack(w *world, s *store.Store, a afterthought) {
	w.Helper()
	r := w.start(snap("spring", "100/24h"), people(4))
	other := w.claim(r)
	c := w.claim(r)
	w.ok(a.come(w, s, r, other))
	if err := r.Mark(w.Context(), c); !errors.Is(err, campaign.ErrHeld) {
		w.Errorf("Mark: %v, want ErrHeld", err)
	}
	next, err := r.Turn(w.Context(), campaign.Turn{Mark: c, More: true}, w.clock.now(), always)
	if !errors.Is(err, campaign.ErrHeld) || next.Message != 0 {
		w.Errorf("Turn: claim %d, %v; want ErrHeld", next.Message, err)
	}
	w.ok(r.Record(w.Context(), c, campaign.Outcome{Verdict: campaign.Requeue}, w.clock.now()))
	next, _, err = r.Claim(w.Context(), w.clock.now(), always)
	if !errors.Is(err, a.end) || next.Message == c.Message && a.name == "suppressed" {
		w.Errorf("Claim: message %d, %v; want %v", next.Message, err, a.end)
	}
}
