package store

import (
	"errors"
	"path/filepath"
	"testing"
)

// A store of an older Tebar is brought up to date, and keeps what it has; not
// while that Tebar sends from it, which would not see what is written now.
func TestMigrate(t *testing.T) {
	path := older(t)
	lock, err := (&Store{path: path}).tryLock("spring", 1)
	if err != nil || lock == nil {
		t.Fatal(lock, err)
	}
	if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, ErrOlder) {
		t.Errorf("while a campaign is sent: %v, want %v", err, ErrOlder)
	}
	if v, err := probe(t.Context(), path); err != nil || v != 1 {
		t.Errorf("schema %d, %v; want 1 still", v, err)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if v, err := probe(t.Context(), path); err != nil || v != schema {
		t.Errorf("schema %d, %v; want %d", v, err, schema)
	}
	if s.ID() != "an older store" {
		t.Errorf("id %q", s.ID())
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	lock, err = s.tryLock("spring", 1)
	if err != nil || lock == nil {
		t.Error("the campaign stays locked:", err)
	}
}

// older is a store as Tebar made it first.
func older(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "tebar.db")
	if _, err := create(path); err != nil {
		t.Fatal(err)
	}
	if err := climb(t.Context(), path, 1); err != nil {
		t.Fatal(err)
	}
	db := pool(path, writerPragmas, 1)
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `INSERT INTO meta (one, id, created_at) VALUES (1, 'an older store', 0)`); err != nil {
		t.Fatal(err)
	}
	return path
}
