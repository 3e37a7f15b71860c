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
