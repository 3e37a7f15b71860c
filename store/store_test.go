package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"tebar/store"
	"tebar/store/storetest"
)

// TestSQLite runs the conformance suite.
func TestSQLite(t *testing.T) {
	storetest.Run(t, storetest.Engine{
		Fresh: func(t *testing.T) string { return filepath.Join(memory(t), "state", "tebar.db") },
		Usurp: usurp,
	})
}

// usurp makes a campaign's lock free while its runner lives: the lock stays
// with the file that is unlinked.
func usurp(t *testing.T, s *store.Store, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(s.Path()+".locks", name+".lock")); err != nil {
		t.Fatal(err)
	}
}

// memory is a folder of the test in memory, where that can be had: a write
// there does not wait for the disk.
func memory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "tebar-test")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
