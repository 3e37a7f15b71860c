package storetest

import (
	"errors"
	"slices"
	"time"

	"tebar/campaign"
	"tebar/store"
)

func (w *world) suppress(addresses ...string) int {
	w.Helper()
	var list []store.Suppression
	for _, a := range addresses {
		list = append(list, store.Suppression{Address: a, Reason: "asked by phone", Who: "rina@desk", At: noon})
	}
	n, err := w.s.Suppress(w.Context(), list)
	w.ok(err)
	return n
}

// wantToDo wants Peek to send the loop to Claim, though there is nothing to send.
func (w *world) wantToDo(r *store.Runner) {
	w.Helper()
	slot, err := r.Peek(w.Context(), w.clock.now(), always)
	if err != nil || slot != (campaign.Slot{}) {
		w.Errorf("Peek: %+v, %v; want the zero slot", slot, err)
	}
}

var suppressions = []test{
	{"kept with who, when and why", func(w *world) {
		if n := w.suppress("Budi@Example.org ", "@example.com"); n != 2 {
			w.Errorf("added %d, want 2", n)
		}
		if n := w.suppress("budi@example.org"); n != 0 {
			w.Errorf("added %d again", n)
		}
		want := []store.Suppression{
			{Address: "@example.com", Reason: "asked by phone", Who: "rina@desk", At: noon},
			{Address: "budi@example.org", Reason: "asked by phone", Who: "rina@desk", At: noon},
		}
		list, err := w.s.Suppressions(w.Context())
		w.ok(err)
		if !slices.Equal(list, want) {
			w.Errorf("list %+v, want %+v", list, want)
		}
		n, err := w.s.Unsuppress(w.Context(), "budi@example.org", "nobody@example.org")
		w.ok(err)
		if n != 1 {
			w.Errorf("removed %d, want 1", n)
		}
	}},
	{"whom it covers", func(w *world) {
		w.suppress("ani.w@googlemail.com", "budi@example.org", "@example.com")
		for address, want := range map[string]bool{
			"aniw@gmail.com": true, "a.n.i.w+news@gmail.com": true, "ani.w@googlemail.com": true, "ani@gmail.com": false,
			"budi@example.org": true, "b.udi@example.org": false, "budi+x@example.org": false,
			"anyone@example.com": true, "anyone@mail.example.com": false, "anyone@notexample.com": false,
		} {
			yes, reason, err := w.s.Suppressed(w.Context(), address)
			w.ok(err)
			if yes != want || yes != (reason != "") {
				w.Errorf("%s: %v (%s), want %v", address, yes, reason, want)
			}
		}
		_, reason, err := w.s.Suppressed(w.Context(), "x@example.com")
		w.ok(err)
		if reason != "@example.com is on the suppression list: asked by phone" {
			w.Errorf("reason %q", reason)
		}
	}},
	{"a bad entry adds none", func(w *world) {
		_, err := w.s.Suppress(w.Context(), []store.Suppression{{Address: "budi@example.org"}, {Address: "budi"}, {Address: "@"}})
		if err == nil {
			w.Error("taken")
		}
		list, err := w.s.Suppressions(w.Context())
		w.ok(err)
		if len(list) != 0 {
			w.Errorf("list %+v", list)
		}
	}},
	{"a running campaign obeys before its next message", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(4))
		w.send(r, deferred)
		other := w.open()
		_, err := other.Suppress(w.Context(), []store.Suppression{{Address: "p000@example.org"}, {Address: "p001@example.org"}, {Address: "p002@example.org"}})
		w.ok(err)
		w.clock.pass(3600e9)
		slot, err := r.Peek(w.Context(), w.clock.now(), always)
		w.ok(err)
		if !slot.Due(w.clock.now()) {
			w.Errorf("Peek %+v: p003 is due", slot)
		}
		w.wantStates("spring", "p000 deferred", "p001 queued", "p002 queued", "p003 queued")
		if c := w.send(r, accepted); c.Recipient.Address != "p003@example.org" {
			w.Errorf("claimed %s", c.Recipient.Address)
		}
		w.wantStates("spring", "p000 skipped", "p001 skipped", "p002 skipped", "p003 sent")
		if _, _, err := r.Claim(w.Context(), w.clock.now(), always); !errors.Is(err, campaign.ErrComplete) {
			w.Errorf("Claim: %v, want ErrComplete", err)
		}
		if d := w.first("spring"); d.Reason != "suppressed: on the suppression list" {
			w.Errorf("reason %q", d.Reason)
		}
	}},
	{"all that is left is suppressed", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(2))
		w.suppress("@example.org")
		w.wantToDo(r)
		w.wantStates("spring", "p000 queued", "p001 queued")
		if _, _, err := r.Claim(w.Context(), w.clock.now(), always); !errors.Is(err, campaign.ErrComplete) {
			w.Errorf("Claim: %v, want ErrComplete", err)
		}
		w.wantStates("spring", "p000 skipped", "p001 skipped")
	}},
	{"a suppressed retry is not waited for", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(2))
		w.send(r, deferred)
		w.clock.pass(time.Minute)
		w.send(r, deferred)
		w.suppress("p000@example.org")
		w.wantToDo(r)
		_, slot, err := r.Claim(w.Context(), w.clock.now(), always)
		w.ok(err)
		if want := noon.Add(16 * time.Minute); slot.Code != campaign.CodeRetry || !slot.At.Equal(want) {
			w.Errorf("slot %+v, want p001's retry at %v", slot, want)
		}
		w.wantStates("spring", "p000 skipped", "p001 deferred")
		w.suppress("p001@example.org")
		w.wantToDo(r)
		if _, _, err := r.Claim(w.Context(), w.clock.now(), always); !errors.Is(err, campaign.ErrComplete) {
			w.Errorf("Claim: %v, want ErrComplete", err)
		}
		if got := w.info("spring").FinishedAt; !got.Equal(w.clock.now()) {
			w.Errorf("finished at %v", got)
		}
	}},
	{"a proposal knows them", func(w *world) {
		w.accept(snap("spring", "100/24h"), people(3))
		w.suppress("p001@example.org")
		w.relist(campaign.Changes{Excluded: 1}, people(3))
		w.wantStates("spring", "p000 queued", "p001 skipped", "p002 queued")
		w.relist(campaign.Changes{}, people(3))
		_, err := w.s.Unsuppress(w.Context(), "p001@example.org")
		w.ok(err)
		w.relist(campaign.Changes{Added: 1}, people(3))
		w.wantStates("spring", "p000 queued", "p001 queued", "p002 queued")
	}},
}
