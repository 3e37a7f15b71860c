package store_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tebar/campaign"
	"tebar/store"
	"tebar/store/storetest"
)

// What the look finds beside a run ends it: nothing more is claimed or marked,
// and what the server has said is still recorded.
func TestLookBesideEndsTheRun(t *testing.T) {
	store.LookBeside(t)
	s := open(t, filepath.Join(t.TempDir(), "tebar.db"))
	if err := storetest.Start(t, s, storetest.Snapshot("spring"), storetest.People(400), noon).Close(); err != nil {
		t.Fatal(err)
	}
	run(t, raw(t, s.Path()), `UPDATE messages SET cells = 'no array' WHERE id = 400`)
	r, err := s.Runner(t.Context(), "spring", noon)
	if err != nil {
		t.Fatal(err)
	}
	marked, first := claimed(t, r), r.Mark(t.Context(), claimed(t, r))
	if first != nil && !errors.Is(first, store.ErrDamaged) {
		t.Fatal(first)
	}
	r.Looked()
	if _, _, err := r.Claim(t.Context(), noon, storetest.Decide); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Claim: %v", err)
	}
	if _, err := r.Peek(t.Context(), noon, storetest.Decide); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Peek: %v", err)
	}
	if err := r.Mark(t.Context(), marked); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Mark: %v", err)
	}
	if err := r.Record(t.Context(), marked, campaign.Outcome{Verdict: campaign.Requeue}, noon); err != nil {
		t.Errorf("Record: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	// It is where the next run looks before it sends, until that is mended.
	if _, err := s.Runner(t.Context(), "spring", noon); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Runner, again: %v", err)
	}
	run(t, raw(t, s.Path()), `UPDATE messages SET cells = '["a"]' WHERE id = 400`)
	r, err = s.Runner(t.Context(), "spring", noon)
	if err != nil {
		t.Fatal(err)
	}
	r.Looked()
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// Runs that end at once see all of a store in turn, one piece each; the parts
// that have none every second time.
func TestShortRunsLookInTurn(t *testing.T) {
	store.LookBeside(t)
	s := open(t, filepath.Join(t.TempDir(), "tebar.db"))
	if err := storetest.Start(t, s, storetest.Snapshot("spring"), storetest.People(2500), noon).Close(); err != nil {
		t.Fatal(err)
	}
	for damage, mend := range map[string]string{
		`UPDATE messages SET cells = 'no array' WHERE id = 2500`:      `UPDATE messages SET cells = '["a"]' WHERE id = 2500`,
		`UPDATE tallies SET n = n + 1`:                                `UPDATE tallies SET n = n - 1`,
		`UPDATE messages SET source_id = 77 WHERE id = 1`:             `UPDATE messages SET source_id = 1 WHERE id = 1`,
		`UPDATE sources SET columns = 'none' || columns WHERE id = 1`: `UPDATE sources SET columns = substr(columns, 5) WHERE id = 1`,
	} {
		run(t, raw(t, s.Path()), damage)
		runs := 0
		for err := error(nil); !errors.Is(err, store.ErrDamaged); runs++ {
			r, failed := s.Runner(t.Context(), "spring", noon)
			if err = failed; err == nil {
				err = r.Close()
			}
			if err != nil && !errors.Is(err, store.ErrDamaged) || runs > 200 {
				t.Fatalf("%s: after %d runs: %v", damage, runs, err)
			}
		}
		run(t, raw(t, s.Path()), mend)
	}
}

// What was written last is looked at before the run, in a large store too.
func TestNewestComesFirst(t *testing.T) {
	store.LookBeside(t)
	s := open(t, filepath.Join(t.TempDir(), "tebar.db"))
	r := storetest.Start(t, s, storetest.Snapshot("spring"), storetest.People(40), noon)
	c := claimed(t, r)
	if err := errors.Join(r.Mark(t.Context(), c), r.Record(t.Context(), c, campaign.Outcome{Verdict: campaign.Accepted}, noon), r.Close()); err != nil {
		t.Fatal(err)
	}
	run(t, raw(t, s.Path()), `UPDATE messages SET state = 'queued'`)
	if _, err := s.Runner(t.Context(), "spring", noon); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("its message is queued: %v", err)
	}
	run(t, raw(t, s.Path()), `UPDATE messages SET state = 'sent' WHERE id = 1`)
	unindexed(t, s.Path(), "attempts_message", `UPDATE attempts SET id = id + 1`)
	if _, err := s.Runner(t.Context(), "spring", noon); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("its message's index lacks it: %v", err)
	}
}

// Indexes that do not say what their table says are found beside the run.
func TestLookBesideSeesIndexes(t *testing.T) {
	store.LookBeside(t)
	for _, table := range []string{"messages", "attempts", "reservations"} {
		for _, name := range names(t, table) {
			for what, damage := range map[string]string{
				"missing in an index": `UPDATE ` + table + ` SET id = id + 100000`,
				"as many entries as":  `DELETE FROM ` + table + ` WHERE id > 0`,
			} {
				s := open(t, filepath.Join(memory(t), "tebar.db"))
				fill(t, s)
				unindexed(t, s.Path(), name, damage)
				if err := s.LookAtTable(t.Context(), table); err == nil || !strings.Contains(err.Error(), what) {
					t.Errorf("%s, %s: %v", name, what, err)
				}
			}
		}
	}
}

// A new list is not taken in by an index that has lost people: they would be
// new, and get the letter a second time.
func TestLostIdentity(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "tebar.db"))
	people := storetest.People(40)
	if err := storetest.Start(t, s, storetest.Snapshot("spring"), people[:39], noon).Close(); err != nil {
		t.Fatal(err)
	}
	unindexed(t, s.Path(), "messages_identity", `INSERT INTO messages (campaign_id, source_id, row_no, position, cells, address, key, name,
		own, grouped, state, recipients, entry_sha256, message_id) SELECT campaign_id, source_id, 41, 40, cells, 'p039@example.org', '', 'p039',
		1, 0, 'sent', 1, '', 'x@example.org' FROM messages WHERE id = 1`)
	snap := storetest.Snapshot("spring")
	snap.ListSHA256 = "another"
	p, err := s.Propose(t.Context(), snap, func(add func(campaign.Entry) error) error {
		for _, e := range people {
			if err := add(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		_, err = p.Accept(t.Context(), store.Who{Host: "desk", At: noon})
	}
	if !errors.Is(err, store.ErrDamaged) {
		t.Errorf("accepting: %v", err)
	}
}

// fill gives a store rows that every index has.
func fill(t *testing.T, s *store.Store) {
	t.Helper()
	people := storetest.People(40)
	r := storetest.Start(t, s, storetest.Snapshot("spring"), people, noon)
	everyWay(t, s, r)
	if err := s.Check(t.Context()); err != nil { // which posts the journal
		t.Fatal(err)
	}
	run(t, raw(t, s.Path()), `UPDATE messages SET recipients = 2 WHERE id = 30`)
	run(t, raw(t, s.Path()), `UPDATE messages SET own = 0, state = 'skipped', leader_id = 30 WHERE id = 31`)
}

// names are the indexes of a table.
func names(t *testing.T, table string) (list []string) {
	t.Helper()
	s := open(t, filepath.Join(t.TempDir(), "tebar.db"))
	rows, err := raw(t, s.Path()).QueryContext(t.Context(), `SELECT name FROM pragma_index_list(?)`, table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		list = append(list, name)
	}
	if len(list) == 0 {
		t.Fatal("no indexes of " + table)
	}
	return list
}

// unindexed changes a table without one of its indexes, as if a page of that
// were of an older state.
func unindexed(t *testing.T, path, name, change string) {
	t.Helper()
	var was string
	db := raw(t, path)
	if err := db.QueryRowContext(t.Context(), `SELECT sql FROM sqlite_schema WHERE name = ?`, name).Scan(&was); err != nil {
		t.Fatal(err)
	}
	without, _, _ := strings.Cut(was, " WHERE ")
	alone := func(queries ...string) {
		db := raw(t, path)
		db.SetMaxOpenConns(1)
		for _, query := range append([]string{`PRAGMA busy_timeout = 10000`}, queries...) {
			run(t, db, query)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	define := func(text string) {
		alone(`PRAGMA writable_schema = ON`, `UPDATE sqlite_schema SET sql = '`+strings.ReplaceAll(text, "'", "''")+
			`' WHERE name = '`+name+`'`, `PRAGMA writable_schema = RESET`)
	}
	define(without + " WHERE id < 0")
	alone(change)
	define(was)
}

// The list of free pages belongs to no table of ours, and is looked at too: what
// is written to a page that is in use and on it is lost.
func TestLookBesideSeesFreePages(t *testing.T) {
	store.LookBeside(t)
	path := filepath.Join(t.TempDir(), "tebar.db")
	s := open(t, path)
	if err := storetest.Start(t, s, storetest.Snapshot("spring"), storetest.People(400), noon).Close(); err != nil {
		t.Fatal(err)
	}
	bad := copied(t, s, filepath.Join(t.TempDir(), "bad.db"))
	const free = 36 // where the header says how many pages are free
	binary.BigEndian.PutUint32(bad[free:], 1)
	again := filepath.Join(t.TempDir(), "tebar.db")
	write(t, again, bad)
	r, err := open(t, again).Runner(t.Context(), "spring", noon)
	if err != nil {
		t.Fatal(err)
	}
	r.Looked()
	if _, _, err := r.Claim(t.Context(), noon, storetest.Decide); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Claim: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func claimed(t *testing.T, r *store.Runner) campaign.Claim {
	t.Helper()
	c, _, err := r.Claim(t.Context(), noon, storetest.Decide)
	if err != nil || c.Message == 0 {
		t.Fatal(c, err)
	}
	return c
}

// TestDamageBeside damages every page of a store, and puts an older state of it
// in its place, while the look goes on beside the run and may be too late: who
// has got the letter is not claimed again.
func TestDamageBeside(t *testing.T) {
	store.LookBeside(t)
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "tebar.db"))
	r := storetest.Start(t, s, storetest.Snapshot("spring"), storetest.People(60), noon)
	older := copied(t, s, filepath.Join(dir, "older.db"))
	sent := map[string]bool{}
	for range 30 {
		c := claimed(t, r)
		if err := errors.Join(r.Mark(t.Context(), c), r.Record(t.Context(), c, campaign.Outcome{Verdict: campaign.Accepted}, noon)); err != nil {
			t.Fatal(err)
		}
		sent[c.Recipient.Address] = true
	}
	sound := copied(t, s, filepath.Join(dir, "sound.db"))
	witness := read(t, filepath.Join(s.Path()+".locks", "spring.seen"))
	const page = 4096
	draw := rand.New(rand.NewPCG(7, 7))
	named := 0
	for at := 0; at < len(sound); at += page {
		for what, damage := range map[string]func(p []byte){
			"zeroes": func(p []byte) { clear(p) },
			"noise": func(p []byte) {
				for i := range p {
					p[i] = byte(draw.Uint32())
				}
			},
			"older": func(p []byte) { copy(p, older[min(at, len(older)-page):]) },
		} {
			bad := bytes.Clone(sound)
			damage(bad[at : at+page])
			err := onwards(t, bad, witness, sent)
			switch {
			case errors.Is(err, errAgain):
				t.Errorf("page %d, %s: %v", at/page+1, what, err)
			case err != nil:
				named++
			}
		}
	}
	if named == 0 {
		t.Error("nothing was refused")
	}
}

var errAgain = errors.New("claimed again")

// onwards claims all that a store gives, as a run does.
func onwards(t *testing.T, data, witness []byte, sent map[string]bool) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tebar.db")
	write(t, path, data)
	if err := os.Mkdir(path+".locks", 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(path+".locks", "spring.seen"), witness)
	s, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	r, err := s.Runner(t.Context(), "spring", noon)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		c, _, err := r.Claim(context.Background(), noon, storetest.Decide)
		switch {
		case errors.Is(err, campaign.ErrComplete), err == nil && c.Message == 0:
			return nil
		case err != nil:
			return err
		case sent[c.Recipient.Address]:
			return fmt.Errorf("%w: %s", errAgain, c.Recipient.Address)
		}
	}
}

func copied(t *testing.T, s *store.Store, path string) []byte {
	t.Helper()
	if err := s.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	return slices.Clone(read(t, path))
}
