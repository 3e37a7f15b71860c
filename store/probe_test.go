package store

import (
	"path/filepath"
	"testing"
)

// Another process makes the store between our two looks at the new file: it is
// still a Tebar store, not somebody else's database.
func TestProbeWhileAnotherMakesTheStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tebar.db")
	if _, err := create(path); err != nil {
		t.Fatal(err)
	}
	betweenLooks = func() {
		betweenLooks = func() {}
		if err := migrate(t.Context(), path); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := probe(t.Context(), path); err != nil {
		t.Errorf("probing: %v", err)
	}
	if version, err := probe(t.Context(), path); err != nil || version != schema {
		t.Errorf("afterwards: version %d, %v", version, err)
	}
}
