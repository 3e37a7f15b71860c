package store

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// A column whose name has changed under the store, as by a flipped bit, is no
// damage to SQLite. It is refused before anything is sent.
func TestLayout(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "tebar.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	db := pool(s.path, writerPragmas, 1)
	defer db.Close()
	if sum, err := layout(t.Context(), db); err != nil || sum != layoutSHA256 {
		t.Fatalf("layoutSHA256 is %q by now (%v)", sum, err)
	}
	for _, query := range []string{
		`CREATE INDEX mine ON messages (name)`, `ANALYZE`, // what others may do
	} {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.sound(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := db.ExecContext(t.Context(), `ALTER TABLE attempts RENAME COLUMN enhanced TO enhanceD`); err != nil {
		t.Fatal(err)
	}
	if err := s.sound(t.Context()); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "schema") {
		t.Errorf("a column of another name: %v", err)
	}
	if err := s.Check(t.Context()); !errors.Is(err, ErrDamaged) {
		t.Errorf("Check: %v", err)
	}
}
