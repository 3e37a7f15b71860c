package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/store"
	"tebar/store/storetest"
)

// sendSome sends n messages, to the ledger's mind.
func sendSome(t *testing.T, r *store.Runner, n int) {
	t.Helper()
	for range n {
		c, _, err := r.Claim(t.Context(), time.Now(), storetest.Decide)
		if err == nil {
			err = r.Mark(t.Context(), c)
		}
		if err == nil {
			err = r.Record(t.Context(), c, campaign.Outcome{Verdict: campaign.Accepted}, time.Now())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A database that was put back from a copy does not know whom it has written
// to since: it is refused, until a person trusts it.
func TestRestoredCopyIsRefused(t *testing.T) {
	for _, killed := range []bool{false, true} {
		folder := t.TempDir()
		path, backup := filepath.Join(folder, "tebar.db"), filepath.Join(folder, "backup.db")
		s, err := store.Open(t.Context(), path, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r := storetest.Start(t, s, storetest.Snapshot("spring"), storetest.People(6), time.Now())
		sendSome(t, r, 2)
		if err := s.Backup(t.Context(), backup); err != nil { // while it runs
			t.Fatal(err)
		}
		sendSome(t, r, 1)
		if killed {
			err = r.Abandon()
		} else {
			err = r.Close()
		}
		if err := errors.Join(err, s.Close()); err != nil {
			t.Fatal(err)
		}
		s = open(t, path)
		again, err := s.Runner(t.Context(), "spring", time.Now()) // a sound store is never accused
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(again.Close(), s.Close()); err != nil {
			t.Fatal(err)
		}
		putBack(t, backup, path)
		s = open(t, path)
		_, err = s.Runner(t.Context(), "spring", time.Now())
		var hint *campaign.HintError
		if !errors.Is(err, store.ErrRestored) || !errors.As(err, &hint) {
			t.Fatalf("killed %v: %v", killed, err)
		}
		if err := s.TrustCopy(t.Context(), "spring"); err != nil {
			t.Fatal(err)
		}
		trusted, err := s.Runner(t.Context(), "spring", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		sendSome(t, trusted, 1)
		if err := trusted.Close(); err != nil {
			t.Error(err)
		}
	}
}

func putBack(t *testing.T, copied, path string) {
	t.Helper()
	data, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = os.Remove(path+"-wal"), os.Remove(path+"-shm")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Where the store was deleted another may begin.
func TestWitnessOfAnotherStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tebar.db")
	s, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := storetest.Start(t, s, storetest.Snapshot("spring"), storetest.People(3), time.Now())
	sendSome(t, r, 3)
	if err := errors.Join(r.Close(), s.Close(), os.Remove(path)); err != nil {
		t.Fatal(err)
	}
	_, _ = os.Remove(path+"-wal"), os.Remove(path+"-shm")
	fresh := storetest.Start(t, open(t, path), storetest.Snapshot("spring"), storetest.People(3), time.Now())
	if err := fresh.Close(); err != nil {
		t.Error(err)
	}
}

// A store that has lost the end of its log does not know that a message may be
// out: the mark is witnessed as the attempt is. Ten messages, since a number
// with zeros in front is no octal one.
func TestLostMarkIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tebar.db")
	s := open(t, path)
	r := storetest.Start(t, s, storetest.Snapshot("spring"), storetest.People(12), time.Now())
	sendSome(t, r, 10)
	c, _, err := r.Claim(t.Context(), time.Now(), storetest.Decide)
	if err != nil {
		t.Fatal(err)
	}
	before := read(t, path+"-wal")
	if err := errors.Join(r.Mark(t.Context(), c), r.Abandon()); err != nil {
		t.Fatal(err)
	}
	for _, lost := range []bool{false, true} {
		whole := filepath.Join(t.TempDir(), "tebar.db")
		copyKilled(t, path, whole)
		if lost {
			write(t, whole+"-wal", before)
		}
		again, err := open(t, whole).Runner(t.Context(), "spring", time.Now())
		if lost != errors.Is(err, store.ErrRestored) {
			t.Errorf("lost %v: %v", lost, err)
		}
		if err == nil {
			_ = again.Close()
		}
	}
}

// copyKilled copies a store as a killed process leaves it.
func copyKilled(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(to+".locks", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "-wal", ".locks/spring.seen"} {
		write(t, to+name, read(t, from+name))
	}
}

// A file with another store's id where one has sent is refused, until a person
// trusts it: all of its log may be lost, and with it the id.
func TestReplacedStoreIsRefused(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "tebar.db"), filepath.Join(dir, "other.db")
	s := open(t, path)
	r := storetest.Start(t, s, storetest.Snapshot("spring"), storetest.People(3), time.Now())
	sendSome(t, r, 1)
	o := open(t, other)
	fresh := storetest.Start(t, o, storetest.Snapshot("spring"), storetest.People(3), time.Now())
	if err := errors.Join(r.Close(), s.Close(), fresh.Close(), o.Close()); err != nil {
		t.Fatal(err)
	}
	putBack(t, other, path)
	s = open(t, path)
	if _, err := s.Runner(t.Context(), "spring", time.Now()); !errors.Is(err, store.ErrReplaced) {
		t.Errorf("Runner: %v, want ErrReplaced", err)
	}
	if err := s.TrustCopy(t.Context(), "spring"); err != nil {
		t.Fatal(err)
	}
	trusted, err := s.Runner(t.Context(), "spring", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	_ = trusted.Close()
}

// A copy that comes back after another store has begun in its place is still
// behind what it sent.
func TestRetiredWitness(t *testing.T) {
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "tebar.db"), filepath.Join(dir, "backup.db")
	s := open(t, path)
	r := storetest.Start(t, s, storetest.Snapshot("spring"), storetest.People(4), time.Now())
	sendSome(t, r, 1)
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	sendSome(t, r, 1)
	if err := errors.Join(r.Close(), s.Close(), os.Remove(path)); err != nil {
		t.Fatal(err)
	}
	other := open(t, path) // any command, a look at the status
	if err := errors.Join(other.Check(t.Context()), other.Close()); err != nil {
		t.Fatal(err)
	}
	putBack(t, backup, path)
	s = open(t, path)
	if _, err := s.Runner(t.Context(), "spring", time.Now()); !errors.Is(err, store.ErrRestored) {
		t.Errorf("Runner: %v, want ErrRestored", err)
	}
	if err := s.Check(t.Context()); !errors.Is(err, store.ErrRestored) {
		t.Errorf("Check: %v, want ErrRestored", err)
	}
}

// Trusting a copy for one campaign trusts it for no other, however many
// attempts the one makes; and nobody sends a test from it untrusted.
func TestTrustIsForOneCampaign(t *testing.T) {
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "tebar.db"), filepath.Join(dir, "backup.db")
	s := open(t, path)
	one := storetest.Start(t, s, storetest.Snapshot("one"), storetest.People(6), time.Now())
	two := storetest.Start(t, s, storetest.Snapshot("two"), storetest.People(6), time.Now())
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	sendSome(t, one, 1)
	sendSome(t, two, 2)
	if err := errors.Join(one.Close(), two.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	putBack(t, backup, path)
	s = open(t, path)
	if _, _, err := s.ReserveTest(t.Context(), "rina@gmail.com", "one", nil, 1, time.Now(), storetest.Decide); !errors.Is(err, store.ErrRestored) {
		t.Errorf("ReserveTest: %v, want ErrRestored", err)
	}
	if err := s.TrustCopy(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // it goes on being trusted
		again, err := s.Runner(t.Context(), "one", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		sendSome(t, again, 2)
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Runner(t.Context(), "two", time.Now()); !errors.Is(err, store.ErrRestored) {
		t.Errorf("Runner of the other: %v, want ErrRestored", err)
	}
}
