package storetest

import (
	"errors"
	"reflect"
	"regexp"
	"time"

	"tebar/campaign"
)

var messageID = regexp.MustCompile(`^[0-9a-f]{32}@example\.org$`)

var deferred = campaign.Outcome{Verdict: campaign.Defer, Stage: campaign.StageRcpt, Code: 451, Response: "try later"}

var claims = []test{
	{"what a claim holds", func(w *world) {
		rows := people(2)
		rows[0].Recipients = 3
		r := w.start(snap("spring", "100/24h"), rows)
		c := w.claim(r)
		if !messageID.MatchString(c.MessageID) {
			w.Errorf("Message-ID %q", c.MessageID)
		}
		want := campaign.Claim{
			Campaign: "spring", Account: account, Message: c.Message, Attempt: c.Attempt, Number: 1,
			Fence: c.Fence, Recipients: 3, MessageID: c.MessageID,
			Date: noon, First: noon, Version: 1, Recipient: rows[0].Recipient,
		}
		if !reflect.DeepEqual(c, want) {
			w.Errorf("claim\n got %+v\nwant %+v", c, want)
		}
		if other := w.claim(r); other.MessageID == c.MessageID || other.Message == c.Message {
			w.Errorf("second claim %+v", other)
		}
	}},
	{"all attempts share Message-ID, Date and first time", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(1))
		first := w.send(r, deferred)
		w.clock.pass(time.Hour)
		again := w.claim(r)
		if again.MessageID != first.MessageID || !again.Date.Equal(noon) || !again.First.Equal(noon) || again.Number != 2 {
			w.Errorf("second attempt %+v, first %+v", again, first)
		}
		w.ok(r.Record(w.Context(), again, campaign.Outcome{Verdict: campaign.Requeue}, w.clock.now()))
		if third := w.claim(r); third.Number != 2 || third.MessageID != first.MessageID || third.Attempt == again.Attempt {
			w.Errorf("after a requeue %+v, want number 2 again", third)
		}
	}},
	{"deferred first, the oldest first, then the list", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(4))
		late := deferred
		late.RetryAt = noon.Add(2 * time.Hour)
		w.send(r, late)
		soon := deferred
		soon.RetryAt = noon.Add(time.Hour)
		w.send(r, soon)
		w.clock.pass(3 * time.Hour)
		for _, want := range []string{"p001", "p000", "p002", "p003"} {
			if c := w.claim(r); c.Recipient.Address != want+"@example.org" {
				w.Errorf("claimed %s, want %s", c.Recipient.Address, want)
			}
		}
	}},
	{"waits for the first retry", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(2))
		w.send(r, deferred)
		w.clock.pass(time.Minute)
		w.send(r, deferred)
		c, slot, err := r.Claim(w.Context(), w.clock.now(), always)
		w.ok(err)
		if c.Message != 0 || slot.Code != campaign.CodeRetry || !slot.At.Equal(noon.Add(15*time.Minute)) {
			w.Errorf("claim %d, slot %+v", c.Message, slot)
		}
		if slot.Reason != "2 messages to be tried again at Mon 12:15" {
			w.Errorf("reason %q", slot.Reason)
		}
	}},
	{"another connection holds the rest", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(1))
		c := w.claim(r)
		_, slot, err := r.Claim(w.Context(), w.clock.now(), always)
		w.ok(err)
		if slot.Code != campaign.CodeBusy || !slot.At.After(w.clock.now()) {
			w.Errorf("slot %+v, want busy", slot)
		}
		w.ok(r.Record(w.Context(), c, accepted, w.clock.now()))
		_, _, err = r.Claim(w.Context(), w.clock.now(), always)
		if !errors.Is(err, campaign.ErrComplete) {
			w.Errorf("Claim: %v, want ErrComplete", err)
		}
		if got := w.info("spring").FinishedAt; !got.Equal(noon) {
			w.Errorf("finished at %v, want %v", got, noon)
		}
	}},
	{"finished with the last outcome", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(1))
		w.send(r, failed)
		if got := w.info("spring").FinishedAt; !got.Equal(noon) {
			w.Errorf("finished at %v, want %v", got, noon)
		}
		r = w.start(snap("crashed", "100/24h"), people(1))
		c := w.claim(r)
		w.ok(r.Mark(w.Context(), c))
		w.usurp("crashed")
		if got := w.info("crashed").FinishedAt; !got.Equal(noon) {
			w.Errorf("the last one in doubt: finished at %v, want %v", got, noon)
		}
		r = w.start(snap("late", "100/24h"), people(1))
		_, err := r.TooLate(w.Context(), w.clock.now())
		w.ok(err)
		if got := w.info("late").FinishedAt; !got.Equal(noon) {
			w.Errorf("too late: finished at %v, want %v", got, noon)
		}
	}},
	{"a claim tells of the account's last pause", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(3))
		if c := w.claim(r); c.LastPause != campaign.ClassNone || !c.LastPauseAt.IsZero() {
			w.Errorf("last pause %q at %v, want none", c.LastPause, c.LastPauseAt)
		}
		w.send(r, campaign.Outcome{Verdict: campaign.Pause, Class: campaign.ClassRate, Wait: time.Hour})
		w.clock.pass(2 * time.Hour)
		if c := w.claim(r); c.LastPause != campaign.ClassRate || !c.LastPauseAt.Equal(noon.Add(time.Hour)) {
			w.Errorf("last pause %q at %v, want %q at %v", c.LastPause, c.LastPauseAt, campaign.ClassRate, noon.Add(time.Hour))
		}
	}},
	{"a retry of a clock that was set back is due", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(2))
		const years = 3 * 365 * 24 * time.Hour
		w.clock.set(years)
		w.send(r, deferred)
		w.clock.set(-years)
		if c := w.send(r, accepted); c.Recipient.Address != "p000@example.org" {
			w.Errorf("claimed %s, want the deferred one", c.Recipient.Address)
		}
		w.send(r, campaign.Outcome{Verdict: campaign.Defer, Code: 451, RetryAt: noon.Add(30 * 24 * time.Hour)})
		_, slot, err := r.Claim(w.Context(), w.clock.now(), always)
		w.ok(err)
		if want := noon.Add(4 * 24 * time.Hour); slot.Code != campaign.CodeRetry || !slot.At.Equal(want) {
			w.Errorf("slot %+v, want a retry at %v, 4 days at most", slot, want)
		}
	}},
	{"a pause of a clock that was set back is over", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(3))
		pause := func(d time.Duration) {
			w.Helper()
			w.ok(r.Lock(w.Context(), campaign.Outcome{Verdict: campaign.Pause, Class: campaign.ClassRate, Wait: d}, w.clock.now()))
		}
		until := func() time.Time {
			w.Helper()
			u, err := w.s.Usage(w.Context(), account, w.clock.now())
			w.ok(err)
			return u.LockedUntil
		}
		const years = 3 * 365 * 24 * time.Hour
		w.clock.set(years)
		pause(time.Hour)
		w.clock.set(-years)
		if got := until(); !got.IsZero() {
			w.Errorf("locked until %v", got)
		}
		if c := w.claim(r); c.LastPause != campaign.ClassRate || !c.LastPauseAt.Equal(noon) {
			w.Errorf("last pause %q at %v, want it over at %v", c.LastPause, c.LastPauseAt, noon)
		}
		pause(time.Hour)
		if got, want := until(), noon.Add(time.Hour); !got.Equal(want) {
			w.Errorf("locked until %v, want %v", got, want)
		}
		pause(7 * 24 * time.Hour)
		if got, want := until(), noon.Add(48*time.Hour); !got.Equal(want) {
			w.Errorf("locked until %v, want %v at most", got, want)
		}
	}},
	{"peek says the same and writes nothing", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(1))
		for range 3 {
			slot, err := r.Peek(w.Context(), w.clock.now(), always)
			w.ok(err)
			if !slot.Due(w.clock.now()) {
				w.Errorf("slot %+v, want due", slot)
			}
		}
		if c := w.info("spring").Counts; c.Queued != 1 || w.used() != 0 {
			w.Errorf("counts %+v, used %d", c, w.used())
		}
		w.send(r, accepted)
		if _, err := r.Peek(w.Context(), w.clock.now(), always); !errors.Is(err, campaign.ErrComplete) {
			w.Errorf("Peek: %v, want ErrComplete", err)
		}
	}},
	{"decide sees the account and has the last word", func(w *world) {
		rows := people(3)
		rows[1].Recipients = 4
		r := w.start(snap("spring", "100/24h", "3000/month"), rows)
		w.send(r, accepted)
		w.clock.pass(time.Second)
		no := campaign.Slot{At: noon.Add(time.Hour), Code: campaign.CodeHours, Reason: "closed"}
		var seen campaign.Usage
		c, slot, err := r.Claim(w.Context(), w.clock.now(), func(u campaign.Usage, now time.Time) campaign.Slot {
			seen = u
			return no
		})
		w.ok(err)
		if c.Message != 0 || slot != no {
			w.Errorf("claim %d, slot %+v", c.Message, slot)
		}
		want := campaign.Usage{
			Account: account, Spends: []campaign.Spend{{At: noon, N: 1}}, Next: 4, Last: noon, Seq: 1,
			Limits: []campaign.Limit{{Max: 100, Window: 24 * time.Hour}, {Max: 3000, Window: campaign.Month}},
		}
		if !reflect.DeepEqual(seen, want) {
			w.Errorf("usage\n got %+v\nwant %+v", seen, want)
		}
		if w.info("spring").Counts.Queued != 2 {
			w.Error("a slot that is not due claimed a message")
		}
	}},
	{"paused, cancelled", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(2))
		w.ok(w.s.Pause(w.Context(), "spring", w.who()))
		if _, _, err := r.Claim(w.Context(), w.clock.now(), always); !errors.Is(err, campaign.ErrPaused) {
			w.Errorf("Claim: %v, want ErrPaused", err)
		}
		if _, err := r.Peek(w.Context(), w.clock.now(), always); !errors.Is(err, campaign.ErrPaused) {
			w.Errorf("Peek: %v, want ErrPaused", err)
		}
		w.ok(w.s.Unpause(w.Context(), "spring", w.who()))
		w.claim(r)
		_, err := w.s.Cancel(w.Context(), "spring", w.who())
		w.ok(err)
		if _, _, err := r.Claim(w.Context(), w.clock.now(), always); !errors.Is(err, campaign.ErrCancelled) {
			w.Errorf("Claim: %v, want ErrCancelled", err)
		}
	}},
	{"paused with nothing left", func(w *world) {
		r := w.start(snap("spring", "100/24h"), people(1))
		c := w.claim(r)
		w.ok(w.s.Pause(w.Context(), "spring", w.who()))
		if _, slot, err := r.Claim(w.Context(), w.clock.now(), always); err != nil || slot.Code != campaign.CodeBusy {
			w.Errorf("Claim: %+v, %v, want to wait for the other connection", slot, err)
		}
		w.ok(r.Record(w.Context(), c, campaign.Outcome{Verdict: campaign.Requeue}, w.clock.now()))
		if _, _, err := r.Claim(w.Context(), w.clock.now(), always); !errors.Is(err, campaign.ErrPaused) {
			w.Errorf("Claim: %v, want ErrPaused", err)
		}
		w.ok(w.s.Unpause(w.Context(), "spring", w.who()))
		c = w.claim(r)
		w.ok(w.s.Pause(w.Context(), "spring", w.who()))
		w.ok(r.Record(w.Context(), c, accepted, w.clock.now()))
		if _, _, err := r.Claim(w.Context(), w.clock.now(), always); !errors.Is(err, campaign.ErrComplete) {
			w.Errorf("Claim: %v, want ErrComplete", err)
		}
	}},
	{"unknown and forgotten have no runner", func(w *world) {
		if _, err := w.s.Runner(w.Context(), "spring", noon); !errors.Is(err, campaign.ErrUnknown) {
			w.Errorf("Runner: %v, want ErrUnknown", err)
		}
		w.start(snap("spring"), people(0)).Close()
		w.ok(w.s.Forget(w.Context(), "spring", w.who()))
		if _, err := w.s.Runner(w.Context(), "spring", noon); !errors.Is(err, campaign.ErrForgotten) {
			w.Errorf("Runner: %v, want ErrForgotten", err)
		}
	}},
	{"one runner at a time", func(w *world) {
		r := w.start(snap("spring"), people(1))
		var running *campaign.RunningError
		_, err := w.open().Runner(w.Context(), "spring", noon)
		if !errors.As(err, &running) || running.PID == 0 || !running.Since.Equal(noon) {
			w.Errorf("Runner: %v (%+v), want a RunningError", err, running)
		}
		if got := w.info("spring").Running; got == nil || *got != *running {
			w.Errorf("Info.Running %+v, want %+v", got, running)
		}
		w.ok(r.Close())
		if got := w.info("spring").Running; got != nil {
			w.Errorf("Info.Running %+v after Close", got)
		}
		w.runner("spring")
	}},
}
