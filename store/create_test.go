package store_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"tebar/store"
)

// Two campaigns started at the same moment on a machine that has no store yet
// make one together: neither takes the other's half-made file for somebody
// else's database.
func TestOpenNewByMany(t *testing.T) {
	dir := t.TempDir()
	for round := range 25 {
		path := filepath.Join(dir, fmt.Sprint(round), "tebar.db")
		var wg sync.WaitGroup
		ids := make([]string, 6)
		for i := range ids {
			wg.Go(func() {
				s, err := store.Open(t.Context(), path, store.Options{})
				if err != nil {
					t.Errorf("round %d: %v", round, err)
					return
				}
				ids[i] = s.ID()
				_ = s.Close()
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("round %d: several ids: %q", round, ids)
			}
		}
	}
}
