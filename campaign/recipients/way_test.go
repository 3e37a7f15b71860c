package recipients

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"tebar/campaign"
)

// What Watch is told never goes back, and ends with all of it, also where the
// lists are read twice.
func TestWatch(t *testing.T) {
	var text strings.Builder
	text.WriteString("email\n")
	for i := range 30_000 {
		fmt.Fprintf(&text, "p%d@example.org\n", i)
	}
	path := write(t, "a.csv", text.String())
	for _, mode := range []campaign.Duplicates{campaign.DuplicatesFirst, campaign.DuplicatesLast} {
		list := campaign.List{File: "a.csv", Duplicates: mode}
		var shares []float64
		last := 0
		_, err := Read(t.Context(), []campaign.List{list, list}, Options{
			Folder: filepath.Dir(path),
			Watch:  func(rows int, share float64) { shares, last = append(shares, share), rows },
		}, func(campaign.Entry) error { return nil })
		if err != nil || last != 60_000 || len(shares) < 60 || shares[len(shares)-1] != 1 {
			t.Fatal(err, last, len(shares))
		}
		for i := range shares[1:] {
			if shares[i+1] < shares[i] || shares[i] < 0 {
				t.Fatalf("%s: %v", mode, shares)
			}
		}
	}
}
