package storetest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"tebar/campaign"
	"tebar/store"
)

// put stores an attachment and gives its SHA-256.
func put(w *world, text string) string {
	w.Helper()
	sum := sha256.Sum256([]byte(text))
	w.ok(w.s.PutBlob(w.Context(), hex.EncodeToString(sum[:]), []byte(text)))
	return hex.EncodeToString(sum[:])
}

// doubted leaves p000 sent and p001 unconfirmed, marked now.
func doubted(w *world) *store.Runner {
	w.Helper()
	r := w.start(snap("spring", "100/24h"), people(3))
	w.send(r, accepted)
	w.send(r, campaign.Outcome{Verdict: campaign.Uncertain, Reason: "the connection broke"})
	return r
}

var controls = []test{
	{"events", func(w *world) {
		r := w.start(snap("spring"), people(2))
		w.ok(w.s.Pause(w.Context(), "spring", w.who()))
		w.ok(w.s.Pause(w.Context(), "spring", w.who()))
		if !w.info("spring").Paused {
			w.Error("not paused")
		}
		w.ok(w.s.Unpause(w.Context(), "spring", w.who()))
		w.ok(r.Close())
		n, err := w.s.Cancel(w.Context(), "spring", w.who())
		w.ok(err)
		if n != 2 {
			w.Errorf("cancelled %d, want 2", n)
		}
		if n, err := w.s.Cancel(w.Context(), "spring", w.who()); n != 0 || err != nil {
			w.Errorf("cancelled again: %d, %v", n, err)
		}
		if err := w.s.Pause(w.Context(), "spring", w.who()); !errors.Is(err, campaign.ErrCancelled) {
			w.Errorf("Pause: %v, want ErrCancelled", err)
		}
		list, err := w.s.Events(w.Context(), "spring")
		w.ok(err)
		var kinds []string
		for _, e := range list {
			kinds = append(kinds, e.Kind)
		}
		want := []string{store.EventAccepted, store.EventStarted, store.EventPaused, store.EventUnpaused, store.EventCancelled}
		if !slices.Equal(kinds, want) || list[2].User != "rina" || !list[2].At.Equal(noon) {
			w.Errorf("events %+v, want %q", list, want)
		}
		if info := w.info("spring"); !info.Cancelled || info.Paused || info.Counts.Skipped != 2 {
			w.Errorf("info %+v", info)
		}
	}},
	{"settled as sent", func(w *world) {
		r := doubted(w)
		list, err := w.s.Unconfirmed(w.Context(), "spring")
		w.ok(err)
		if len(list) != 1 || list[0].Address != "p001@example.org" || !list[0].MarkedAt.Equal(noon) || list[0].MessageID == "" {
			w.Errorf("unconfirmed %+v", list)
		}
		n, err := w.s.Settle(w.Context(), "spring", []string{"p001@example.org"}, true, w.who())
		w.ok(err)
		if n != 1 || w.used() != 2 {
			w.Errorf("settled %d, used %d", n, w.used())
		}
		w.wantStates("spring", "p000 sent", "p001 sent", "p002 queued")
		w.wantDrain(r, 1, "what is left")
	}},
	{"settled to be sent again", func(w *world) {
		r := doubted(w)
		w.clock.pass(14 * time.Minute)
		resend := func() error {
			_, err := w.s.Settle(w.Context(), "spring", nil, false, w.who())
			return err
		}
		var running *campaign.RunningError
		if err := resend(); !errors.As(err, &running) {
			w.Errorf("Settle: %v, want a RunningError", err)
		}
		list, err := w.s.Unconfirmed(w.Context(), "spring")
		w.ok(err)
		w.ok(r.Close())
		var soon *store.TooSoonError
		if err := resend(); !errors.As(err, &soon) || !soon.Until.Equal(noon.Add(15*time.Minute)) {
			w.Errorf("Settle: %v, want TooSoonError", err)
		}
		w.clock.set(time.Hour)
		if err := resend(); !errors.As(err, &soon) {
			w.Errorf("the clock was set forward: %v, want TooSoonError", err)
		}
		w.clock.pass(time.Minute)
		w.ok(resend())
		w.wantStates("spring", "p000 sent", "p001 queued", "p002 queued")
		if w.used() != 2 {
			w.Errorf("used %d: the first reservation stays spent", w.used())
		}
		r = w.runner("spring")
		c := w.claim(r)
		if c.MessageID != list[0].MessageID || !c.Date.Equal(noon) || c.Number != 2 {
			w.Errorf("claim %+v, want the same Message-ID and Date", c)
		}
		w.ok(r.Record(w.Context(), c, accepted, w.clock.now()))
		if w.used() != 3 {
			w.Errorf("used %d, want 3", w.used())
		}
	}},
	{"settle refuses what is not in doubt", func(w *world) {
		doubted(w)
		for _, sent := range []bool{true, false} {
			_, err := w.s.Settle(w.Context(), "spring", []string{"p001@example.org", "p000@example.org"}, sent, w.who())
			var hint *campaign.HintError
			if !errors.As(err, &hint) {
				w.Errorf("Settle: %v, want an error with a hint", err)
			}
		}
		w.wantStates("spring", "p000 sent", "p001 unconfirmed", "p002 queued")
	}},
	{"nothing is sent again in a cancelled campaign", func(w *world) {
		w.ok(doubted(w).Close())
		_, err := w.s.Cancel(w.Context(), "spring", w.who())
		w.ok(err)
		w.clock.pass(time.Hour)
		if _, err := w.s.Settle(w.Context(), "spring", nil, false, w.who()); !errors.Is(err, campaign.ErrCancelled) {
			w.Errorf("Settle: %v, want ErrCancelled", err)
		}
	}},
	{"forget", func(w *world) {
		rows := people(3)
		shared, own := put(w, "map"), put(w, "ticket")
		rows[0].Attachments = []campaign.Attachment{{SHA256: shared}, {SHA256: own}}
		w.accept(snap("other"), []campaign.Entry{{
			Recipient: rows[0].Recipient, Recipients: 1, SHA256: "x", Attachments: rows[0].Attachments[:1],
		}})
		r := w.start(snap("spring", "100/24h"), rows)
		w.wantDrain(r, 3, "all")
		w.ok(r.Close())
		w.accept(snap("third", "100/24h"), people(1))
		w.ok(w.s.Forget(w.Context(), "spring", w.who()))
		if w.used() != 3 {
			w.Errorf("used %d, want the ledger kept", w.used())
		}
		if _, err := w.s.Info(w.Context(), "spring"); !errors.Is(err, campaign.ErrForgotten) {
			w.Errorf("Info: %v, want ErrForgotten", err)
		}
		if err := w.s.Forget(w.Context(), "spring", w.who()); !errors.Is(err, campaign.ErrForgotten) {
			w.Errorf("Forget: %v, want ErrForgotten", err)
		}
		if _, err := w.s.Blob(w.Context(), own); !errors.Is(err, fs.ErrNotExist) {
			w.Errorf("its own attachment: %v, want fs.ErrNotExist", err)
		}
		if data, err := w.s.Blob(w.Context(), shared); err != nil || string(data) != "map" {
			w.Errorf("the shared attachment: %q, %v", data, err)
		}
		list, err := w.s.List(w.Context())
		w.ok(err)
		if len(list) != 2 || list[0].Name != "other" {
			w.Errorf("list %+v", list)
		}
	}},
	{"forget keeps what another campaign's letter needs", func(w *world) {
		letter := func(name, sum string) campaign.Snapshot {
			s := snap(name, "100/24h")
			s.Letter.Attachments, s.LetterSHA256 = []campaign.Attachment{{Name: "map.pdf", SHA256: sum}}, sum
			return s
		}
		shared, later := put(w, "map"), put(w, "map of May")
		w.accept(letter("half-sent", shared), people(3))
		w.accept(letter("half-sent", later), nil)
		own := put(w, "ticket")
		for i, sum := range []string{own, shared, later} {
			name := fmt.Sprint("other-", i)
			w.accept(letter(name, sum), people(1))
			_, err := w.s.Cancel(w.Context(), name, w.who())
			w.ok(err)
			w.ok(w.s.Forget(w.Context(), name, w.who()))
		}
		for _, sum := range []string{shared, later} {
			if _, err := w.s.Blob(w.Context(), sum); err != nil {
				w.Error(err)
			}
		}
		if _, err := w.s.Blob(w.Context(), own); !errors.Is(err, fs.ErrNotExist) {
			w.Errorf("an attachment that nobody needs: %v, want fs.ErrNotExist", err)
		}
	}},
	{"sent again, it counts for the cc of now", func(w *world) {
		r := doubted(w)
		w.ok(r.Close())
		rows := people(3)
		for i := range rows {
			rows[i].Recipients = 3
		}
		s := snap("spring", "100/24h")
		s.Campaign.Cc, s.SettingsSHA256 = []string{"{{.a}}, {{.b}}"}, "s2"
		w.accept(s, rows)
		w.clock.pass(time.Hour)
		_, err := w.s.Settle(w.Context(), "spring", nil, false, w.who())
		w.ok(err)
		r = w.runner("spring")
		if c := w.claim(r); c.Recipient.Address != "p001@example.org" || c.Recipients != 3 {
			w.Errorf("claimed %s for %d recipients, want p001 for 3", c.Recipient.Address, c.Recipients)
		}
		if w.used() != 5 {
			w.Errorf("used %d, want 1 sent, 1 in doubt and 3 reserved", w.used())
		}
	}},
	{"forget is refused", func(w *world) {
		r := doubted(w)
		forget := func() error { return w.s.Forget(w.Context(), "spring", w.who()) }
		var running *campaign.RunningError
		if err := forget(); !errors.As(err, &running) {
			w.Errorf("running: %v", err)
		}
		w.ok(r.Close())
		if err := forget(); !errors.Is(err, store.ErrUnconfirmed) {
			w.Errorf("unconfirmed: %v", err)
		}
		_, err := w.s.Settle(w.Context(), "spring", nil, true, w.who())
		w.ok(err)
		if err := forget(); !errors.Is(err, store.ErrUnfinished) {
			w.Errorf("unfinished: %v", err)
		}
		_, err = w.s.Cancel(w.Context(), "spring", w.who())
		w.ok(err)
		w.ok(forget())
	}},
	{"unknown names", func(w *world) {
		_, snapErr := second(w.s.Snapshot(w.Context(), "no"))
		_, cancelErr := w.s.Cancel(w.Context(), "no", w.who())
		_, settleErr := w.s.Settle(w.Context(), "no", nil, true, w.who())
		_, addressErr := w.s.Addresses(w.Context(), "no", nil)
		for _, err := range []error{
			snapErr, cancelErr, settleErr, addressErr,
			w.s.Pause(w.Context(), "no", w.who()), w.s.Forget(w.Context(), "no", w.who()),
		} {
			if !errors.Is(err, campaign.ErrUnknown) {
				w.Errorf("%v, want ErrUnknown", err)
			}
		}
	}},
	{"blobs", func(w *world) {
		sum := put(w, "map")
		put(w, "map")
		put(w, "")
		if err := w.s.PutBlob(w.Context(), sum, []byte("other")); err == nil {
			w.Error("bytes were taken under another sha256")
		}
	}},
}

func second(a campaign.Snapshot, _ int, err error) (campaign.Snapshot, error) { return a, err }
