package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tebar/campaign"
)

// An acceptance is a list under a keying, and how many mails are sent then.
type acceptance struct {
	key  string // the column, with `duplicates: each`; else ""
	rows string // "ani" or "ani/seat 1,budi/seat 2"
	send int
}

const all = 1 << 10

// keyingTests: who was written to under one keying gets nothing under another,
// however many acceptances later.
var keyingTests = []test{
	{"queued under keys, sent without", keyings([]string{"dewi/1", "ani"},
		acceptance{"seat", "dewi/1,ani/1,ani/2", 1},
		acceptance{"", "dewi,ani", all},
		acceptance{"seat", "dewi/1,ani/1,ani/2", all})},
	{"sent without a key, a key more later", keyings([]string{"ani", "budi/3"},
		acceptance{"", "ani", all},
		acceptance{"seat", "ani/1", all},
		acceptance{"seat", "ani/1,ani/2,budi/3", all})},
	{"queued without a key, sent under one, gone and back", keyings([]string{"dewi", "ani/1"},
		acceptance{"", "dewi,ani", 1},
		acceptance{"seat", "dewi/1,ani/1", all},
		acceptance{"", "dewi", all},
		acceptance{"", "dewi,ani", all})},
	{"another key column, a key more later", keyings([]string{"ani/1"},
		acceptance{"seat", "ani/1", all},
		acceptance{"ticket", "ani/t1", all},
		acceptance{"ticket", "ani/t1,ani/t2", all})},
	{"queued under a key that the other column has too", keyings([]string{"ani/1"},
		acceptance{"seat", "ani/1,ani/2", 1},
		acceptance{"ticket", "ani/2,ani/3", all})},
	{"queued with an empty key", keyings([]string{"ani/1"},
		acceptance{"seat", "ani/1,ani", 1},
		acceptance{"", "ani", all})},
	{"the same column, a key more", keyings([]string{"ani/1", "ani/2", "ani/3"},
		acceptance{"seat", "ani/1,ani/2", 1},
		acceptance{"seat", "ani/1,ani/2,ani/3", all})},
	{"another column and back", keyings([]string{"ani/1", "ani/2", "ani/3"},
		acceptance{"seat", "ani/1,ani/2", 1},
		acceptance{"ticket", "ani/t1,ani/t2", all},
		acceptance{"seat", "ani/1,ani/2,ani/3", all})},
	{"a claim that came to nothing is no mail", func(w *world) {
		r := w.start(keyed("", 1), keyedList("ani"))
		w.claim(r)
		w.engine.Usurp(w.T, w.s, "spring")
		w.s = w.open()
		w.accept(keyed("seat", 2), keyedList("ani/1"))
		if c := w.claim(w.runner("spring")); c.Recipient.Key != "1" {
			w.Errorf("claimed the key %q, want 1", c.Recipient.Key)
		}
	}},
	{"sent since the proposal", func(w *world) {
		r := w.start(keyed("", 1), keyedList("ani"))
		p := w.propose(keyed("seat", 2), keyedList("ani/1"))
		w.send(r, accepted)
		_, err := p.Accept(w.Context(), w.who())
		w.ok(err)
		if c, _, err := r.Claim(w.Context(), w.clock.now(), always); !errors.Is(err, campaign.ErrComplete) {
			w.Errorf("claimed %+v, %v; want the campaign complete", c.Recipient, err)
		}
	}},
}

// keyings accepts one after the other and wants just these mails.
func keyings(want []string, steps ...acceptance) func(*world) {
	return func(w *world) {
		var got []string
		for i, step := range steps {
			w.accept(keyed(step.key, i+1), keyedList(step.rows))
			r := w.runner("spring")
			for range step.send {
				c, _, err := r.Claim(w.Context(), w.clock.now(), always)
				if errors.Is(err, campaign.ErrComplete) {
					break
				}
				w.ok(err)
				w.ok(r.Mark(w.Context(), c))
				w.ok(r.Record(w.Context(), c, accepted, w.clock.now()))
				got = append(got, strings.TrimSuffix(strings.TrimSuffix(c.Recipient.Address, "@example.org")+"/"+c.Recipient.Key, "/"))
			}
			w.ok(r.Close())
		}
		if !slices.Equal(got, want) {
			w.Errorf("sent %q, want %q", got, want)
		}
	}
}

// keyed is the campaign at its n-th acceptance.
func keyed(key string, n int) campaign.Snapshot {
	s := snap("spring", "100/24h")
	s.ListSHA256, s.SettingsSHA256 = fmt.Sprintf("c%d", n), fmt.Sprintf("s%d", n)
	if key != "" {
		s.Campaign.Lists[0].Duplicates, s.Campaign.Lists[0].Key = campaign.DuplicatesEach, key
	}
	return s
}

func keyedList(rows string) []campaign.Entry {
	var out []campaign.Entry
	for i, row := range strings.Split(rows, ",") {
		name, key, _ := strings.Cut(row, "/")
		e := person(name+"@example.org", i+2)
		e.Key = key
		out = append(out, e)
	}
	return out
}
