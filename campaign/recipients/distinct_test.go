package recipients

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tebar/campaign"
)

// Lists that are known to hold nobody twice give the same entries and counts
// without a memory of who was seen.
func TestDistinct(t *testing.T) {
	path := write(t, "a.csv", "email,name,active\nani@example.org,Ani,yes\nno address,X,yes\nbudi@example.org,Budi,no\n,,\ncitra@example.org,Citra,yes\n")
	for _, mode := range []campaign.Duplicates{campaign.DuplicatesError, campaign.DuplicatesFirst, campaign.DuplicatesLast} {
		list := campaign.List{File: "a.csv", Duplicates: mode}
		read := func(distinct bool) (entries []campaign.Entry, result Result) {
			result, err := Read(t.Context(), []campaign.List{list}, Options{
				Folder: filepath.Dir(path), Distinct: distinct,
				Where: []func(campaign.Row) (bool, error){func(r campaign.Row) (bool, error) { return r.Values[2] == "yes", nil }},
			}, func(e campaign.Entry) error {
				entries = append(entries, e)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return entries, result
		}
		want, all := read(false)
		got, some := read(true)
		if diff := cmp.Diff(want, got); diff != "" || fmt.Sprint(all) != fmt.Sprint(some) || len(got) != 4 {
			t.Errorf("%s: %v, not %v\n%s", mode, some, all, diff)
		}
	}
}
