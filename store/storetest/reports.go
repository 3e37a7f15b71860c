package storetest

import (
	"errors"
	"reflect"
	"slices"
	"time"

	"tebar/campaign"
)

var reports = []test{
	{"a line says all that is known", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(2))
		w.clock.pass(time.Minute)
		c := w.send(r, accepted)
		got := w.first("spring")
		want := campaign.Delivery{
			Email: "p000@example.org", Name: "p000", State: campaign.Sent, Account: account, MessageID: c.MessageID,
			Attempts: 1, SentAt: noon.Add(time.Minute), Code: 250, Response: "2.0.0 OK", Version: 1, SHA256: "bytes",
			Row: people(1)[0].Row,
		}
		if !reflect.DeepEqual(got, want) {
			w.Errorf("delivery\n got %+v\nwant %+v", got, want)
		}
	}},
	{"only", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(5))
		w.send(r, accepted)
		w.send(r, failed)
		w.send(r, deferred)
		for _, c := range []struct {
			only []campaign.State
			want []string
		}{
			{[]campaign.State{campaign.Sent}, []string{"p000@example.org"}},
			{[]campaign.State{campaign.Failed, campaign.Deferred}, []string{"p001@example.org", "p002@example.org"}},
			{nil, []string{"p000@example.org", "p001@example.org", "p002@example.org", "p003@example.org", "p004@example.org"}},
		} {
			var got []string
			for d, err := range w.s.Deliveries(w.Context(), "spring", c.only) {
				w.ok(err)
				got = append(got, d.Email)
			}
			if !slices.Equal(got, c.want) {
				w.Errorf("only %v: %q, want %q", c.only, got, c.want)
			}
		}
	}},
	{"what is left, and what it costs", func(w *world) {
		rows := people(6)
		rows[4].Recipients = 3
		r := w.start(snap("spring", "100/24h"), rows)
		w.send(r, accepted)
		w.send(r, deferred)
		w.claim(r)
		var want []int
		for e, err := range w.s.Entries(w.Context(), "spring") {
			w.ok(err)
			want = append(want, e.Recipients)
		}
		n, costs, err := w.s.Left(w.Context(), "spring")
		w.ok(err)
		if n != 5 || !slices.Equal(costs, want) {
			w.Errorf("%d messages left that cost %v, want 5 and %v", n, costs, want)
		}
		w.start(snap("summer", "100/24h"), people(2))
		if n, costs, err := w.s.Left(w.Context(), "summer"); n != 2 || costs != nil || err != nil {
			w.Errorf("%d messages left that cost %v, %v, want 2 and none", n, costs, err)
		}
	}},
	{"versions that people got, or would get", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(3))
		w.send(r, accepted)
		s := snap("spring", "100/24h")
		s.Letter.HTML, s.LetterSHA256 = "<p>Dear</p>", "l2"
		w.accept(s, nil)
		w.send(r, accepted)
		var got []int
		for d, err := range w.s.Deliveries(w.Context(), "spring", nil) {
			w.ok(err)
			got = append(got, d.Version)
		}
		if !slices.Equal(got, []int{1, 2, 2}) {
			w.Errorf("versions %v, want 1 2 2", got)
		}
	}},
	{"errors end the stream", func(w *world) {
		n := 0
		for _, err := range w.s.Deliveries(w.Context(), "no", nil) {
			n++
			if !errors.Is(err, campaign.ErrUnknown) {
				w.Errorf("%v, want ErrUnknown", err)
			}
		}
		for _, err := range w.s.Entries(w.Context(), "no") {
			n++
			if !errors.Is(err, campaign.ErrUnknown) {
				w.Errorf("%v, want ErrUnknown", err)
			}
		}
		if n != 2 {
			w.Errorf("%d turns, want 2", n)
		}
	}},
	{"a reader may stop and ask again", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(20))
		for range w.s.Deliveries(w.Context(), "spring", nil) {
			w.send(r, accepted) // while the report is being read
			break
		}
		for range w.s.Entries(w.Context(), "spring") {
			break
		}
		if len(w.states("spring")) != 20 {
			w.Error("rows are missing")
		}
	}},
	{"entries in sending order", func(w *world) {
		rows := people(5)
		rows[4].Recipients = 3
		r := w.start(snap("spring", "100/24h"), rows)
		w.send(r, deferred)
		soon := deferred
		soon.RetryAt = noon.Add(time.Second)
		w.send(r, soon)
		w.send(r, accepted)
		w.claim(r)
		var got []campaign.Entry
		for e, err := range w.s.Entries(w.Context(), "spring") {
			w.ok(err)
			e.Reason = ""
			got = append(got, e)
		}
		if want := []campaign.Entry{rows[3], rows[1], rows[0], rows[4]}; !reflect.DeepEqual(got, want) {
			w.Errorf("entries\n got %+v\nwant %+v", got, want)
		}
	}},
	{"addresses for exclude", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(4))
		w.send(r, accepted)
		w.send(r, failed)
		w.send(r, campaign.Outcome{Verdict: campaign.Uncertain})
		for _, c := range []struct {
			states []campaign.State
			want   []string
		}{
			{nil, []string{"p000@example.org", "p002@example.org"}},
			{[]campaign.State{campaign.Failed}, []string{"p001@example.org"}},
		} {
			list, err := w.s.Addresses(w.Context(), "spring", c.states)
			w.ok(err)
			var got []string
			for a, err := range list {
				w.ok(err)
				got = append(got, a)
			}
			if !slices.Equal(got, c.want) {
				w.Errorf("%v: %q, want %q", c.states, got, c.want)
			}
		}
	}},
	{"counts add up", func(w *world) {
		rows := append(people(6), skipped(person("x@example.org", 9), campaign.SkipBadRow))
		r := w.start(snap("spring", "100/24h"), rows)
		for _, o := range []campaign.Outcome{accepted, failed, deferred, {Verdict: campaign.Uncertain}} {
			w.send(r, o)
		}
		w.claim(r)
		want := campaign.Counts{Total: 7, Queued: 1, Sending: 1, Sent: 1, Deferred: 1, Failed: 1, Unconfirmed: 1, Skipped: 1}
		got, err := r.Counts(w.Context())
		w.ok(err)
		if got != want || w.info("spring").Counts != want {
			w.Errorf("counts %+v, want %+v", got, want)
		}
		if at := w.info("spring").NextRetry; !at.Equal(noon.Add(15 * time.Minute)) {
			w.Errorf("next retry %v", at)
		}
	}},
}
