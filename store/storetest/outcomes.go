package storetest

import (
	"errors"
	"time"

	"tebar/campaign"
)

// An outcome and what it must do to the message and the account.
type outcomeTest struct {
	outcome  campaign.Outcome
	state    campaign.State
	attempts int
	used     int // recipients in the account's windows afterwards
	retry    time.Duration
	reason   string
}

var outcomeTable = map[string]outcomeTest{
	"accepted":    {accepted, campaign.Sent, 1, 2, 0, ""},
	"deferred":    {deferred, campaign.Deferred, 1, 0, 15 * time.Minute, "451 try later"},
	"defer wait":  {campaign.Outcome{Verdict: campaign.Defer, Wait: time.Hour, Reason: "slow"}, campaign.Deferred, 1, 0, time.Hour, "slow"},
	"defer until": {campaign.Outcome{Verdict: campaign.Defer, RetryAt: noon.Add(time.Second)}, campaign.Deferred, 1, 0, time.Second, ""},
	"failed":      {failed, campaign.Failed, 1, 0, 0, "550 5.1.1 no such user"},
	"requeued":    {campaign.Outcome{Verdict: campaign.Requeue}, campaign.Queued, 0, 0, 0, ""},
	"paused":      {campaign.Outcome{Verdict: campaign.Pause, Wait: 24 * time.Hour, Reason: "daily"}, campaign.Queued, 0, 0, 0, "daily"},
	"stop":        {campaign.Outcome{Verdict: campaign.Stop}, campaign.Queued, 0, 0, 0, ""},
	"fault":       {campaign.Outcome{Verdict: campaign.Fault}, campaign.Queued, 0, 0, 0, ""},
	"uncertain":   {campaign.Outcome{Verdict: campaign.Uncertain, Reason: "cut"}, campaign.Unconfirmed, 1, 2, 0, "cut"},
}

func (o outcomeTest) run(w *world) {
	rows := people(1)
	rows[0].Recipients = 2
	r := w.start(snap("spring", "100/24h"), rows)
	c := w.claim(r)
	if w.used() != 2 {
		w.Errorf("used %d after the claim, want 2", w.used())
	}
	w.ok(r.Mark(w.Context(), c))
	if w.used() != 2 {
		w.Errorf("used %d after the mark, want 2", w.used())
	}
	w.ok(r.Record(w.Context(), c, o.outcome, w.clock.now()))
	for d, err := range w.s.Deliveries(w.Context(), "spring", nil) {
		w.ok(err)
		if d.State != o.state || d.Attempts != o.attempts || d.Reason != o.reason || d.Code != o.outcome.Code {
			w.Errorf("delivery %+v, want %+v", d, o)
		}
		if o.retry > 0 != !d.RetryAt.IsZero() || o.retry > 0 && !d.RetryAt.Equal(noon.Add(o.retry)) {
			w.Errorf("retry at %v, want %v", d.RetryAt, noon.Add(o.retry))
		}
		if (d.State == campaign.Sent) != d.SentAt.Equal(noon) {
			w.Errorf("sent at %v in state %s", d.SentAt, d.State)
		}
	}
	if o.used > 0 {
		w.accept(snap("keeps the limits", "100/24h"), people(1)) // those of unfinished campaigns
	}
	if w.used() != o.used {
		w.Errorf("used %d, want %d", w.used(), o.used)
	}
	if err := r.Record(w.Context(), c, accepted, w.clock.now()); !errors.Is(err, campaign.ErrSettled) {
		w.Errorf("second outcome: %v, want ErrSettled", err)
	}
}

var outcomes = func() (list []test) {
	for name, o := range outcomeTable {
		list = append(list, test{name, o.run})
	}
	return append(list,
		test{"pause locks the account", pauseLocks},
		test{"unconfirmed counts from its mark + 10 minutes", unconfirmedCounts},
		test{"a test send counts", testSend},
		test{"a test send refused", testSendRefused},
		test{"booked by hand", booked},
	)
}()

func pauseLocks(w *world) {
	r := w.start(snap("spring", "100/24h"), people(3))
	for _, o := range []campaign.Outcome{
		{Verdict: campaign.Pause, Class: campaign.ClassDaily, Wait: 24 * time.Hour, Reason: "daily limit"},
		{Verdict: campaign.Pause, Wait: time.Hour, Reason: "too fast"}, // the later lock stays
	} {
		w.send(r, o)
	}
	u, err := w.s.Usage(w.Context(), account, w.clock.now())
	w.ok(err)
	if !u.LockedUntil.Equal(noon.Add(24*time.Hour)) || u.LockReason != "daily limit" {
		w.Errorf("locked until %v: %s", u.LockedUntil, u.LockReason)
	}
	list, err := w.s.Accounts(w.Context(), w.clock.now())
	w.ok(err)
	if len(list) != 1 || list[0].LockedUntil == nil || list[0].LockReason != "daily limit" {
		w.Errorf("accounts %+v", list)
	}
	w.clock.pass(24 * time.Hour)
	u, err = w.s.Usage(w.Context(), account, w.clock.now())
	w.ok(err)
	if !u.LockedUntil.IsZero() || u.LockReason != "" {
		w.Errorf("still locked until %v: %s", u.LockedUntil, u.LockReason)
	}
}

func unconfirmedCounts(w *world) {
	r := w.start(snap("spring", "100/1h"), people(2))
	c := w.claim(r)
	w.clock.pass(time.Minute)
	w.ok(r.Mark(w.Context(), c))
	w.clock.pass(time.Minute)
	w.ok(r.Record(w.Context(), c, campaign.Outcome{Verdict: campaign.Uncertain}, w.clock.now()))
	u, err := w.s.Usage(w.Context(), account, w.clock.now())
	w.ok(err)
	if len(u.Spends) != 1 || !u.Spends[0].At.Equal(w.clock.now()) {
		w.Errorf("spends %+v: before mark + 10 min it counts as now", u.Spends)
	}
	w.clock.pass(30 * time.Minute)
	u, err = w.s.Usage(w.Context(), account, w.clock.now())
	w.ok(err)
	if want := noon.Add(11 * time.Minute); len(u.Spends) != 1 || !u.Spends[0].At.Equal(want) {
		w.Errorf("spends %+v, want one at %v", u.Spends, want)
	}
}

func testSend(w *world) {
	w.accept(snap("spring", "100/24h"), people(1))
	send := func() int64 {
		id, slot, err := w.s.ReserveTest(w.Context(), account, "spring", nil, 1, w.clock.now(), always)
		w.ok(err)
		if id == 0 {
			w.Fatalf("slot %+v", slot)
		}
		return id
	}
	ids := []int64{send(), send(), send()}
	if w.used() != 3 {
		w.Errorf("used %d, want 3", w.used())
	}
	w.ok(w.s.SettleTest(w.Context(), ids[0], accepted, w.clock.now()))
	w.ok(w.s.SettleTest(w.Context(), ids[1], failed, w.clock.now()))
	w.ok(w.s.SettleTest(w.Context(), ids[2], campaign.Outcome{Verdict: campaign.Uncertain}, w.clock.now()))
	if w.used() != 2 {
		w.Errorf("used %d, want 2: accepted and uncertain", w.used())
	}
	if err := w.s.SettleTest(w.Context(), ids[1], accepted, w.clock.now()); !errors.Is(err, campaign.ErrSettled) {
		w.Errorf("settled twice: %v", err)
	}
	send() // and the program crashes
	w.clock.pass(24*time.Hour + 12*time.Minute)
	if w.used() != 0 {
		w.Errorf("used %d a day later: a crash must not leak quota for ever", w.used())
	}
	w.wantStates("spring", "p000 queued")
}

func testSendRefused(w *world) {
	full := campaign.Slot{At: noon.Add(time.Hour), Code: campaign.CodeLimit}
	limit := []campaign.Limit{{Max: 1, Window: time.Hour}}
	var seen campaign.Usage
	id, slot, err := w.s.ReserveTest(w.Context(), account, "not stored", limit, 2, w.clock.now(),
		func(u campaign.Usage, _ time.Time) campaign.Slot { seen = u; return full })
	w.ok(err)
	if id != 0 || slot != full || seen.Next != 2 || len(seen.Limits) != 1 || w.used() != 0 {
		w.Errorf("id %d, slot %+v, usage %+v", id, slot, seen)
	}
}

func booked(w *world) {
	w.accept(snap("spring", "10/24h"), people(1))
	w.ok(w.s.Book(w.Context(), account, 10, w.clock.now()))
	list, err := w.s.Accounts(w.Context(), w.clock.now())
	w.ok(err)
	l := list[0].Limits[0]
	if l.Used != 10 || l.FreeAt == nil || !l.FreeAt.Equal(noon.Add(24*time.Hour+time.Minute)) {
		w.Errorf("limit %+v", l)
	}
	if err := w.s.Book(w.Context(), account, 0, noon); err == nil {
		w.Error("booked nothing")
	}
}
