package storetest

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"tebar/campaign"
	"tebar/store"
)

var proposals = []test{
	{"a new campaign", func(w *world) {
		p := w.propose(snap("spring", "100/24h"), list("ani@example.org", "budi@example.org"))
		if !p.New() || p.Changes().Added != 2 {
			w.Errorf("new %v, changes %+v; want new and 2 added", p.New(), p.Changes())
		}
		version, err := p.Accept(w.Context(), w.who())
		w.ok(err)
		if version != 1 {
			w.Errorf("version %d, want 1", version)
		}
		w.wantStates("spring", "ani queued", "budi queued")
		v, err := w.s.Versions(w.Context(), "spring")
		w.ok(err)
		want := []campaign.Version{{
			Number: 1, At: noon, Host: "desk", User: "rina",
			SettingsSHA256: "s1", LetterSHA256: "l1", ListSHA256: "c1", Changes: "first run",
		}}
		if !reflect.DeepEqual(v, want) {
			w.Errorf("versions %+v, want %+v", v, want)
		}
	}},
	{"discarded, nothing is stored", func(w *world) {
		w.propose(snap("spring"), people(3)).Discard()
		if _, err := w.s.Info(w.Context(), "spring"); !errors.Is(err, campaign.ErrUnknown) {
			w.Errorf("Info: %v, want ErrUnknown", err)
		}
	}},
	{"the snapshot comes back", func(w *world) {
		s := snap("spring", "100/24h", "3000/month")
		s.Campaign.Schedule.Start = noon.Add(time.Hour)
		w.accept(s, people(1))
		got, version, err := w.s.Snapshot(w.Context(), "spring")
		w.ok(err)
		if version != 1 || !reflect.DeepEqual(got, s) {
			w.Errorf("version %d, snapshot\n got %+v\nwant %+v", version, got, s)
		}
	}},
	{"unchanged files change nothing", func(w *world) {
		w.accept(snap("spring"), people(3))
		for _, rows := range [][]campaign.Entry{nil, people(3)} {
			p := w.propose(snap("spring"), rows)
			if p.Changes().Any() {
				w.Errorf("changes %+v", p.Changes())
			}
			version, err := p.Accept(w.Context(), w.who())
			w.ok(err)
			if version != 1 {
				w.Errorf("version %d, want 1 still", version)
			}
		}
	}},
	{"a file that was moved is no new version", func(w *world) {
		w.accept(snap("spring"), people(1))
		s := snap("spring")
		s.Origin = "/home/rina/mail/spring.yaml"
		if version := w.accept(s, nil); version != 1 || w.info("spring").Origin != s.Origin {
			w.Errorf("version %d, origin %s", version, w.info("spring").Origin)
		}
	}},
	{"letter and settings", func(w *world) {
		w.accept(snap("spring", "100/24h"), people(1))
		s := snap("spring", "50/24h")
		s.Letter.HTML, s.Letter.Subject, s.LetterSHA256, s.SettingsSHA256 = "<p>Dear</p>", "Dear", "l2", "s2"
		s.Campaign.Subject = "Dear"
		p := w.propose(s, nil)
		want := campaign.Changes{Letter: []string{"subject", "body.html"}, Settings: []string{"limits"}}
		if got := p.Changes(); !reflect.DeepEqual(got, want) || !got.NeedAcceptance() {
			w.Errorf("changes %+v, want %+v", got, want)
		}
		version, err := p.Accept(w.Context(), w.who())
		w.ok(err)
		got, stored, err := w.s.Snapshot(w.Context(), "spring")
		w.ok(err)
		if version != 2 || stored != 2 || got.Letter.HTML != "<p>Dear</p>" || len(got.Sources) != 1 {
			w.Errorf("version %d and %d, snapshot %+v", version, stored, got)
		}
	}},
	{"growth of exclude is no change of settings", func(w *world) {
		w.accept(snap("spring"), list("ani@example.org", "budi@example.org"))
		s := snap("spring")
		s.Campaign.Lists[0].Exclude = []campaign.Exclude{{File: "answered.csv"}}
		s.SettingsSHA256 = "s2"
		rows := list("ani@example.org", "budi@example.org")
		rows[0].Skip, rows[0].Reason = campaign.SkipExcluded, "in answered.csv"
		p := w.propose(s, rows)
		want := campaign.Changes{Excluded: 1, Examples: []string{"excluded: ani@example.org (people.csv row 2): in answered.csv"}}
		if got := p.Changes(); !reflect.DeepEqual(got, want) || got.NeedAcceptance() {
			w.Errorf("changes %+v, want %+v", got, want)
		}
		_, err := p.Accept(w.Context(), w.who())
		w.ok(err)
		w.wantStates("spring", "ani skipped", "budi queued")
		s.Campaign.Lists[0].Exclude = nil
		if got := w.propose(s, rows).Changes(); !slices.Equal(got.Settings, []string{"recipients"}) {
			w.Errorf("exclude shrunk: changes %+v, want recipients", got)
		}
	}},
	{"another process was quicker", func(w *world) {
		w.accept(snap("spring"), people(1))
		late, soon := snap("spring"), snap("spring")
		late.SettingsSHA256, soon.SettingsSHA256 = "s2", "s3"
		p := w.propose(late, nil)
		w.accept(soon, nil)
		if _, err := p.Accept(w.Context(), w.who()); !errors.Is(err, store.ErrStale) {
			w.Errorf("Accept: %v, want ErrStale", err)
		}
		first, second := w.propose(snap("other"), people(1)), w.propose(snap("other"), people(2))
		_, err := first.Accept(w.Context(), w.who())
		w.ok(err)
		if _, err := second.Accept(w.Context(), w.who()); !errors.Is(err, store.ErrStale) {
			w.Errorf("second Accept of a new campaign: %v, want ErrStale", err)
		}
		w.wantStates("other", "p000 queued")
	}},
	{"not while another process runs it", func(w *world) {
		w.start(snap("spring"), people(2))
		other := w.open()
		p, err := other.Propose(w.Context(), snap("spring"), fill(people(1)))
		w.ok(err)
		var running *campaign.RunningError
		if _, err := p.Accept(w.Context(), w.who()); !errors.As(err, &running) || running.PID == 0 {
			w.Errorf("Accept: %v, want a RunningError with the process", err)
		}
		w.accept(snap("spring"), people(1)) // this store's own runner
	}},
	{"an attachment must be there", func(w *world) {
		rows := people(1)
		sum := put(w, "map")
		rows[0].Attachments = []campaign.Attachment{{Name: "map.pdf", SHA256: sum, Size: 3}, {Name: "x.pdf", SHA256: strings.Repeat("0", 64)}}
		if _, err := w.propose(snap("spring"), rows).Accept(w.Context(), w.who()); err == nil {
			w.Error("accepted without an attachment's bytes")
		}
		rows[0].Attachments = rows[0].Attachments[:1]
		r := w.start(snap("spring"), rows)
		if got := w.claim(r).Attachments; !reflect.DeepEqual(got, rows[0].Attachments) {
			w.Errorf("attachments %+v, want %+v", got, rows[0].Attachments)
		}
	}},
	{"an attachment of the letter must be there", func(w *world) {
		w.accept(snap("spring"), people(1))
		s := snap("spring")
		s.Letter.Attachments, s.LetterSHA256 = []campaign.Attachment{{Name: "x.pdf", SHA256: strings.Repeat("0", 64)}}, "l2"
		for _, rows := range [][]campaign.Entry{nil, people(1)} {
			if _, err := w.propose(s, rows).Accept(w.Context(), w.who()); err == nil {
				w.Error("accepted without the attachment's bytes")
			}
		}
		if v := w.info("spring").Version; v != 1 {
			w.Errorf("version %d, want 1", v)
		}
	}},
	{"an error of the list ends it", func(w *world) {
		broken := errors.New("row 7 is broken")
		_, err := w.s.Propose(w.Context(), snap("spring"), func(func(campaign.Entry) error) error { return broken })
		if !errors.Is(err, broken) {
			w.Errorf("Propose: %v, want the list's error", err)
		}
		p, err := w.s.Propose(w.Context(), snap("spring"), fill(list("ani@example.org", "ani@example.org")))
		if err == nil {
			_, err = p.Accept(w.Context(), w.who())
		}
		if err == nil || !strings.Contains(err.Error(), "two messages for ani@example.org") {
			w.Errorf("two messages with one identity: %v", err)
		}
	}},
	{"cancelled and forgotten campaigns take none", func(w *world) {
		w.accept(snap("spring"), people(1))
		_, err := w.s.Cancel(w.Context(), "spring", w.who())
		w.ok(err)
		if _, err := w.s.Propose(w.Context(), snap("spring"), nil); !errors.Is(err, campaign.ErrCancelled) {
			w.Errorf("cancelled: %v", err)
		}
		w.ok(w.s.Forget(w.Context(), "spring", w.who()))
		if _, err := w.s.Propose(w.Context(), snap("spring"), nil); !errors.Is(err, campaign.ErrForgotten) {
			w.Errorf("forgotten: %v", err)
		}
	}},
}
