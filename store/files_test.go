package store_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/store"
	"tebar/store/storetest"
)

var noon = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

func open(t testing.TB, path string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// raw opens the file behind the store's back.
func raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func run(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatal(err)
	}
}

func TestOddPaths(t *testing.T) {
	for _, name := range []string{"a b.db", "what?.db", "50%.db", "a#b.db", "über & co.db", "x?mode=memory", "'q'.db"} {
		path := filepath.Join(t.TempDir(), name)
		open(t, path)
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%q: no store there: %v", name, err)
		}
	}
}

func TestIdentity(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tebar.db")
	first := open(t, path)
	if real, err := filepath.EvalSymlinks(path); err != nil || len(first.ID()) != 36 || first.Path() != real {
		t.Errorf("id %q, path %q", first.ID(), first.Path())
	}
	if again := open(t, path); again.ID() != first.ID() {
		t.Errorf("the id changed from %s to %s", first.ID(), again.ID())
	}
	if other := open(t, path+"2"); other.ID() == first.ID() {
		t.Error("two stores with one id")
	}
}

// Two names of one folder are one store: a campaign has one runner.
func TestLinkedFolder(t *testing.T) {
	base := t.TempDir()
	if err := os.Symlink(base, filepath.Join(base, "link")); err != nil {
		t.Skip("no symbolic links here")
	}
	first := open(t, filepath.Join(base, "tebar.db"))
	storetest.Start(t, first, storetest.Snapshot("spring"), storetest.People(1), noon)
	second := open(t, filepath.Join(base, "link", "tebar.db"))
	var running *campaign.RunningError
	if _, err := second.Runner(t.Context(), "spring", noon); !errors.As(err, &running) {
		t.Errorf("Runner: %v, want a RunningError", err)
	}
}

// Several processes may open a new store at once; here it is connections, and
// the first of them migrates.
func TestOpenAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tebar.db")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			s, err := store.Open(context.Background(), path, store.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			_ = s.Close()
		})
	}
	group.Wait()
}

// refusals are stores that Open must not touch.
var refusals = []struct {
	name string
	make func(t *testing.T, path string) // a sound store is at path
	want error
}{
	{"a newer schema", func(t *testing.T, path string) {
		run(t, raw(t, path), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
	}, store.ErrNewer},
	{"another program's database", func(t *testing.T, path string) {
		remove(t, path)
		run(t, raw(t, path), `CREATE TABLE photos (id INTEGER)`)
	}, store.ErrForeign},
	{"another program's id", func(t *testing.T, path string) {
		run(t, raw(t, path), `PRAGMA application_id = 77`)
	}, store.ErrForeign},
	{"a text file", func(t *testing.T, path string) {
		remove(t, path)
		write(t, path, []byte(strings.Repeat("dear diary\n", 1000)))
	}, store.ErrForeign},
	{"cut off", func(t *testing.T, path string) {
		write(t, path, read(t, path)[:5*4096])
	}, store.ErrDamaged},
	{"flipped bits in the schema", func(t *testing.T, path string) {
		data := read(t, path)
		for i := 100; i < 4096; i++ {
			data[i] ^= 0x55
		}
		write(t, path, data)
	}, store.ErrDamaged},
}

func TestOpenRefuses(t *testing.T) {
	for _, r := range refusals {
		t.Run(r.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tebar.db")
			if err := open(t, path).Close(); err != nil {
				t.Fatal(err)
			}
			r.make(t, path)
			before := read(t, path)
			_, err := store.Open(t.Context(), path, store.Options{})
			var hint *campaign.HintError
			if !errors.Is(err, r.want) || !errors.As(err, &hint) || hint.Hint == "" {
				t.Errorf("Open: %v, want %v with a hint", err, r.want)
			}
			if string(read(t, path)) != string(before) {
				t.Error("the file was changed")
			}
		})
	}
}

// An attachment whose bytes have changed in the store is not sent.
func TestDamagedBlob(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tebar.db")
	s := open(t, path)
	data := []byte("a map")
	sum := fmt.Sprintf("%x", sha256.Sum256(data))
	if err := s.PutBlob(t.Context(), sum, data); err != nil {
		t.Fatal(err)
	}
	run(t, raw(t, path), `UPDATE blobs SET data = CAST('a mop' AS BLOB)`)
	if got, err := s.Blob(t.Context(), sum); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("%q, %v, want ErrDamaged", got, err)
	}
}

func TestOpenRefusesPlaces(t *testing.T) {
	base := t.TempDir()
	if err := os.MkdirAll(filepath.Join(base, "Dropbox"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(base, "Dropbox"), filepath.Join(base, "link")); err != nil {
		t.Skip("no symbolic links here")
	}
	for location, want := range map[string]error{
		filepath.Join(base, "OneDrive", "tebar.db"):                   store.ErrSynchronised,
		filepath.Join(base, "OneDrive - Example School", "t", "x.db"): store.ErrSynchronised,
		filepath.Join(base, "link", "new", "tebar.db"):                store.ErrSynchronised,
		filepath.Join(base, "Google Drive", "tebar.db"):               store.ErrSynchronised,
		"postgres://localhost/tebar":                                  store.ErrEngine,
	} {
		var hint *campaign.HintError
		if _, err := store.Open(t.Context(), location, store.Options{}); !errors.Is(err, want) || !errors.As(err, &hint) {
			t.Errorf("Open(%s): %v, want %v", location, err, want)
		}
	}
	if entries, err := os.ReadDir(filepath.Join(base, "Dropbox")); err != nil || len(entries) > 0 {
		t.Errorf("made %v, %v", entries, err)
	}
}

func TestBackup(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "tebar.db"))
	storetest.Start(t, s, storetest.Snapshot("spring", "10/24h"), storetest.People(50), noon)
	file := filepath.Join(dir, "copy.db")
	if err := s.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), file); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Backup over a file: %v, want fs.ErrExist", err)
	}
	b := open(t, file)
	info, err := b.Info(t.Context(), "spring")
	if err != nil || info.Counts.Queued != 50 || b.ID() != s.ID() {
		t.Errorf("the copy has %+v, %v", info, err)
	}
	if err := b.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCheckFinds(t *testing.T) {
	for name, damage := range map[string]string{
		"sending without an attempt": `UPDATE messages SET state = 'sending', message_id = 'x' WHERE id = 1`,
		"a stray reservation":        `INSERT INTO reservations (account, n, campaign, attempt_id, state, reserved_at) VALUES ('a', 1, 'spring', 99, 'marked', 1)`,
		"a missing campaign":         `PRAGMA foreign_keys = 0; UPDATE messages SET campaign_id = 7 WHERE id = 1`,
		"a tally that lies":          `UPDATE tallies SET n = 2`,
		"deferred for ever":          `UPDATE messages SET state = 'deferred' WHERE id = 1`,
		"an index that lies":         `PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = replace(sql, 'account, at', 'account, n') WHERE name = 'reservations_at'; INSERT INTO meta SELECT 1, '', 0 WHERE 0`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tebar.db")
			s := open(t, path)
			if err := storetest.Start(t, s, storetest.Snapshot("spring", "10/24h"), storetest.People(3), noon).Close(); err != nil {
				t.Fatal(err)
			}
			if err := s.Book(t.Context(), "a", 3, noon); err != nil {
				t.Fatal(err)
			}
			if err := s.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			run(t, raw(t, path), damage)
			if err := open(t, path).Check(t.Context()); !errors.Is(err, store.ErrDamaged) {
				t.Errorf("Check: %v, want ErrDamaged", err)
			}
			if r, err := open(t, path).Runner(t.Context(), "spring", noon); !errors.Is(err, store.ErrDamaged) {
				t.Errorf("Runner: %v, %v, want ErrDamaged", r, err)
			}
		})
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t testing.TB, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// What is no store, or no file, has no id; nothing is waited for or written.
func TestIDAt(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "tebar.db")
	s := open(t, path)
	if id, err := store.IDAt(t.Context(), path); err != nil || id != s.ID() {
		t.Errorf("%q, %v, want %q", id, err, s.ID())
	}
	other := filepath.Join(dir, "diary.txt")
	write(t, other, []byte("dear diary"))
	for _, name := range []string{other, dir, filepath.Join(dir, "nothing.db")} {
		if id, err := store.IDAt(t.Context(), name); err == nil {
			t.Errorf("%s has the id %q", name, id)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "nothing.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was made: %v", err)
	}
}
