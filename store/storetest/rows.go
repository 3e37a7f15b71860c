package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"tebar/campaign"
)

// skipped is a row that gets nothing.
func skipped(e campaign.Entry, code string) campaign.Entry {
	e.Skip, e.Reason = code, "because of "+code
	return e
}

// relist proposes a changed list of "spring" and accepts it.
func (w *world) relist(want campaign.Changes, rows []campaign.Entry) {
	w.Helper()
	s := snap("spring", "100/24h")
	s.ListSHA256 = fmt.Sprintf("c%d", w.info("spring").Version+1)
	p := w.propose(s, rows)
	got := p.Changes()
	got.Examples = nil
	if !reflect.DeepEqual(got, want) {
		w.Errorf("changes %+v, want %+v", got, want)
	}
	_, err := p.Accept(w.Context(), w.who())
	w.ok(err)
}

var failed = campaign.Outcome{Verdict: campaign.Fail, Stage: campaign.StageRcpt, Code: 550, Enhanced: "5.1.1", Response: "no such user"}

var rowTests = []test{
	{"added, removed, changed", func(w *world) {
		w.accept(snap("spring", "100/24h"), list("ani@example.org", "budi@example.org", "citra@example.org"))
		s := snap("spring", "100/24h")
		s.ListSHA256 = "c2"
		p := w.propose(s, list("dewi@example.org", "ani@example.org=2", "citra@example.org"))
		want := campaign.Changes{Added: 1, Removed: 1, Changed: 1, Examples: []string{
			"added: dewi@example.org (people.csv row 2)",
			"removed: budi@example.org (people.csv row 3)",
			"changed: ani@example.org (people.csv row 3)",
		}}
		if got := p.Changes(); !reflect.DeepEqual(got, want) {
			w.Errorf("changes %+v, want %+v", got, want)
		}
		_, err := p.Accept(w.Context(), w.who())
		w.ok(err)
		w.wantStates("spring", "dewi queued", "ani queued", "budi skipped", "citra queued")
		r := w.runner("spring")
		w.claim(r)
		if c := w.claim(r); c.Recipient.Name != "ani2" || c.Recipient.Number != 3 || c.Version != 2 {
			w.Errorf("claim %+v, want the new row of ani", c)
		}
	}},
	{"whoever was written to stays", func(w *world) {
		r := w.start(snap("spring", "100/24h"), list("ani@example.org", "budi@example.org", "citra@example.org", "dewi@example.org"))
		w.send(r, accepted)
		w.send(r, failed)
		w.send(r, campaign.Outcome{Verdict: campaign.Uncertain})
		w.relist(campaign.Changes{Changed: 1}, list("dewi@example.org=2", "citra@example.org=2", "budi@example.org=2", "ani@example.org=2"))
		w.wantStates("spring", "dewi queued", "citra unconfirmed", "budi failed", "ani sent")
		w.relist(campaign.Changes{Removed: 1}, list("eko@example.org")[:0])
		w.wantStates("spring", "dewi skipped", "citra unconfirmed", "budi failed", "ani sent")
		for d, err := range w.s.Deliveries(w.Context(), "spring", []campaign.State{campaign.Sent}) {
			w.ok(err)
			if d.Row.Values[1] != "ani" || d.Version != 1 {
				w.Errorf("delivery %+v, want the row and version that ani got", d)
			}
		}
	}},
	{"back on the list", func(w *world) {
		both := list("ani@example.org", "budi@example.org")
		w.accept(snap("spring", "100/24h"), both)
		for _, code := range []string{campaign.SkipExcluded, campaign.SkipFiltered, campaign.SkipSuppressed} {
			w.relist(campaign.Changes{Excluded: 1}, []campaign.Entry{both[0], skipped(both[1], code)})
			w.wantStates("spring", "ani queued", "budi skipped")
			w.relist(campaign.Changes{}, []campaign.Entry{both[0], skipped(both[1], code)})
			w.relist(campaign.Changes{Added: 1}, both)
			w.wantStates("spring", "ani queued", "budi queued")
		}
		w.relist(campaign.Changes{Removed: 1}, both[:1])
		w.relist(campaign.Changes{Added: 1}, both)
		w.wantStates("spring", "ani queued", "budi queued")
	}},
	{"deferred takes the new row", func(w *world) {
		r := w.start(snap("spring", "100/24h"), list("ani@example.org"))
		w.send(r, campaign.Outcome{Verdict: campaign.Defer})
		w.relist(campaign.Changes{Changed: 1}, list("ani@example.org=2"))
		w.wantStates("spring", "ani deferred")
		w.clock.pass(15 * time.Minute)
		if c := w.claim(r); c.Recipient.Name != "ani2" || c.Number != 2 || c.Version != 2 {
			w.Errorf("claim %+v, want the second attempt with the new row", c)
		}
	}},
	{"too late comes back when the end moves", func(w *world) {
		s := snap("spring", "100/24h")
		s.Campaign.Schedule.End = noon.Add(time.Hour)
		r := w.start(s, people(2))
		n, err := r.TooLate(w.Context(), w.clock.now())
		w.ok(err)
		if n != 2 {
			w.Errorf("TooLate %d, want 2", n)
		}
		if c := w.propose(s, people(2)).Changes(); c.Any() {
			w.Errorf("same end: changes %+v", c)
		}
		s.Campaign.Schedule.End, s.SettingsSHA256 = noon.Add(48*time.Hour), "s2"
		for _, rows := range [][]campaign.Entry{nil, people(2)} {
			p := w.propose(s, rows)
			if p.Changes().Added != 2 {
				w.Errorf("changes %+v, want 2 added", p.Changes())
			}
			p.Discard()
		}
		w.accept(s, nil)
		w.wantStates("spring", "p000 queued", "p001 queued")
	}},
	{"skipped rows are in the report and count", func(w *world) {
		rows := list("ani@example.org", "ani@example.org", "nobody", "budi@example.org")
		rows[1], rows[2] = skipped(rows[1], campaign.SkipDuplicate), skipped(rows[2], campaign.SkipBadRow)
		rows[3] = skipped(rows[3], campaign.SkipFiltered)
		w.accept(snap("spring", "100/24h"), rows)
		want := []string{"ani@example.org queued", "ani@example.org skipped", "nobody skipped", "budi@example.org skipped"}
		if got := w.states("spring"); !slices.Equal(got, want) {
			w.Errorf("states %q, want %q", got, want)
		}
		if c := w.info("spring").Counts; c.Total != 4 || c.Queued != 1 || c.Skipped != 3 {
			w.Errorf("counts %+v", c)
		}
		w.relist(campaign.Changes{Added: 1}, append(rows[:3:3], person("budi@example.org", 5)))
		want[3] = "budi@example.org queued"
		if got := w.states("spring"); !slices.Equal(got, want) {
			w.Errorf("states %q, want %q", got, want)
		}
	}},
	{"groups", func(w *world) {
		rows := list("ani@example.org", "budi@example.org", "ani@example.org=2")
		rows[0].Rows = []campaign.Row{rows[0].Row, rows[2].Row}
		rows[1].Rows = []campaign.Row{rows[1].Row}
		rows[2].Member = true
		r := w.start(snap("spring", "100/24h"), rows)
		if c := w.info("spring").Counts; c.Total != 2 {
			w.Errorf("counts %+v, want 2 messages", c)
		}
		c := w.send(r, accepted)
		if !reflect.DeepEqual(c.Recipient.Rows, rows[0].Rows) {
			w.Errorf("rows %+v, want %+v", c.Recipient.Rows, rows[0].Rows)
		}
		w.wantStates("spring", "ani sent", "budi queued", "ani sent")
		for e, err := range w.s.Entries(w.Context(), "spring", campaign.Sent, campaign.Queued) {
			w.ok(err)
			if want := rows[e.Number-2].Rows; !reflect.DeepEqual(e.Rows, want) {
				w.Errorf("entry %s with the rows %+v, want %+v", e.Address, e.Rows, want)
			}
		}
		if c := w.claim(r); len(c.Recipient.Rows) != 1 {
			w.Errorf("a group of one has the rows %+v", c.Recipient.Rows)
		}
	}},
	{"one message per key", func(w *world) {
		rows := list("ani@example.org", "ani@example.org", "budi@example.org")
		rows[0].Key, rows[1].Key, rows[2].Key = "seat 1", "seat 2", "seat 3"
		s := snap("spring", "100/24h")
		s.Campaign.Lists[0].Duplicates, s.Campaign.Lists[0].Key = campaign.DuplicatesEach, "seat"
		r := w.start(s, rows)
		if c := w.send(r, accepted); c.Recipient.Key != "seat 1" {
			w.Errorf("key %q", c.Recipient.Key)
		}
		// Under other keys nobody knows which message ani got: none is sent.
		s.Campaign.Lists[0].Key, s.ListSHA256, s.SettingsSHA256 = "ticket", "c2", "s2"
		rows[0].Key, rows[1].Key, rows[2].Key = "t1", "t2", "t3"
		w.accept(s, rows)
		s.ListSHA256 = "c3"
		w.accept(s, append(rows, skipped(person("citra@example.org", 9), campaign.SkipFiltered)))
		for {
			c, _, err := r.Claim(w.Context(), w.clock.now(), always)
			if err != nil {
				break
			}
			if c.Recipient.Address != "budi@example.org" {
				w.Errorf("claimed %s %s again", c.Recipient.Address, c.Recipient.Key)
			}
			w.ok(r.Record(w.Context(), c, accepted, w.clock.now()))
		}
	}},
}
