package store_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	"tebar/store"
	"tebar/store/storetest"
)

// A process that has a store open when a newer Tebar brings it up to date
// starts no campaign any more.
func TestRunnerUnderANewerTebar(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tebar.db")
	s := open(t, path)
	if err := storetest.Start(t, s, storetest.Snapshot("spring"), storetest.People(1), noon).Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Runner(t.Context(), "spring", noon); !errors.Is(err, store.ErrNewer) {
		t.Errorf("%v, want %v", err, store.ErrNewer)
	}
}
