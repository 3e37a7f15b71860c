package recipients

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tebar/campaign"
)

func TestSplitAddresses(t *testing.T) {
	for cell, want := range map[string][]string{
		"a@example.org":                            {"a@example.org"},
		"a@example.org; b@example.org":             {"a@example.org", "b@example.org"},
		"a@example.org,b@example.org":              {"a@example.org", "b@example.org"},
		"a@example.org/b@example.org":              {"a@example.org", "b@example.org"},
		"a@example.org / b@example.org":            {"a@example.org", "b@example.org"},
		"a@example.org ; b@example.org":            {"a@example.org", "b@example.org"},
		"a@example.org /b@example.org":             {"a@example.org", "b@example.org"},
		"a@example.org | b@example.org | ":         {"a@example.org", "b@example.org"},
		"a@example.org\nb@example.org":             {"a@example.org", "b@example.org"},
		"a@example.org b@example.org":              {"a@example.org", "b@example.org"},
		"Ana <a@example.org>, Bo <b@example.org>":  {"Ana <a@example.org>", "Bo <b@example.org>"},
		"Doe, Jane <a@example.org>; b@example.org": {"Doe, Jane <a@example.org>", "b@example.org"},
		`"x; y@z" <a@example.org>, b@example.org`:  {`"x; y@z" <a@example.org>`, "b@example.org"},
		"a/b@example.org":                          {"a/b@example.org"},
		"a@example.org;":                           {"a@example.org"},
		"a@example.org; none":                      {"a@example.org", "none"},
		"":                                         nil,
		" ; ":                                      {";"},
	} {
		if got := splitAddresses(cell); !slices.Equal(got, want) {
			t.Errorf("%q: %q, not %q", cell, got, want)
		}
	}
}

// A cell with several addresses is a bad row until the campaign says which
// counts; then the others are told, and each row is still one entry.
func TestSeveralAddresses(t *testing.T) {
	text := "email\tname\na@example.org; b@example.org\tAna\n" +
		"Bo <b@example.org>, Citra <c@example.org>\t\nd@example.org/e@example.org\tDedi\nx@; y@example.org\tEka\nd@example.org\tDedi\na@example.org;b@example.org\tAna\n"
	path := write(t, "people.tsv", text)
	_, result := read(t, path)
	if result.Messages != 1 || result.Skipped != 5 || !strings.Contains(result.Problems[0].Hint, "`several: first`") {
		t.Error(result.Messages, result.Skipped, result.Problems)
	}
	entries, result := readLists(t, filepath.Dir(path), campaign.List{File: "people.tsv", Several: campaign.SeveralFirst})
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%d %s %s %s", e.Number, e.Address, e.Name, e.Skip))
	}
	want := []string{
		"2 a@example.org  ", "3 b@example.org Bo ", "4 d@example.org  ", "5 x@; y@example.org  " + campaign.SkipBadRow,
		"6 d@example.org  " + campaign.SkipDuplicate, "7 a@example.org  " + campaign.SkipDuplicate,
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	says(t, result, campaign.Warning, `row 2, column 1 (email): the cell holds several addresses; a@example.org gets the mail, and nobody writes to "b@example.org" (several: first)`)
	says(t, result, campaign.Warning, `row 3, column 1 (email): the cell holds several addresses; b@example.org gets the mail, and nobody writes to "Citra <c@example.org>"`)
}

// All of a cell's addresses are excluded: nobody who asked to be left alone
// is written to for the way they stand in the list.
func TestExcludeSeveralAddresses(t *testing.T) {
	path := write(t, "people.csv", "email\na@example.org\nb@example.org\nc@example.org\nd@example.org\n")
	folder := filepath.Dir(path)
	if err := os.WriteFile(filepath.Join(folder, "done.tsv"), []byte("email\tx\na@example.org; b@example.org\t\nc@example.org, none\t\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, result := readLists(t, folder, campaign.List{File: "people.csv", Exclude: []campaign.Exclude{{File: "done.tsv"}}})
	if result.Messages != 1 || result.Skipped != 3 || len(result.Problems) != 1 || result.Problems[0].Row != 3 {
		t.Error(result)
	}
}

// However a person has put two addresses into a cell, both are excluded.
func TestExcludeHoweverTheyAreParted(t *testing.T) {
	for _, between := range []string{" ; ", " /", "/ ", " | ", " & ", "&", " and ", " - ", ", ", "; Bo ", " (or) ", "\u00a0", ">;<", " + ", "、", "；", "，", " · ", "//"} {
		path := write(t, "people.csv", "email\na@example.org\nb@example.org\nc@example.org\n")
		folder := filepath.Dir(path)
		cell := "a@example.org" + between + "b@example.org"
		if err := os.WriteFile(filepath.Join(folder, "done.tsv"), []byte("email\tx\n"+cell+"\t\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, result := readLists(t, folder, campaign.List{File: "people.csv", Exclude: []campaign.Exclude{{File: "done.tsv"}}})
		if result.Messages != 1 || result.Skipped != 2 {
			t.Errorf("%q: %d get mail, %v", cell, result.Messages, result.Problems)
		}
		for _, p := range result.Problems {
			if strings.Contains(p.Message, "excludes nobody") {
				t.Errorf("%q: %s", cell, p.Message)
			}
		}
	}
}

func TestMended(t *testing.T) {
	for cell, want := range map[string]string{
		"ana@example.org":         "",
		"Ana@Example.org":         "",
		"Ana <ana@example.org>":   "",
		" ana@example.org":        "spaces",
		"ana@example.org\u00a0":   "spaces",
		"\ufeffana@example.org":   "invisible characters",
		"\u200bana@example.org ":  "spaces and invisible characters",
		"mailto:ana@example.org":  "mailto:",
		"ana@example.org.":        "a comma, semicolon or dot",
		"ana@example.org; ":       "spaces and a comma, semicolon or dot",
		"Ana <ana@example.org.>":  "a comma, semicolon or dot",
		"ana@b\u00fccher.example": "",
	} {
		if got := mended(cell); got != want {
			t.Errorf("%q: %q, not %q", cell, got, want)
		}
	}
}

// Thousands of mended addresses are one warning.
func TestMendedAreTold(t *testing.T) {
	var text strings.Builder
	text.WriteString("email\n")
	for i := range 1500 {
		fmt.Fprintf(&text, "p%d@example.org \n", i)
	}
	text.WriteString("last@example.org.\nbad@ \n")
	path := write(t, "people.csv", text.String())
	for _, mode := range []campaign.Duplicates{campaign.DuplicatesError, campaign.DuplicatesGroup} { // read once, and twice
		_, result := readLists(t, filepath.Dir(path), campaign.List{File: "people.csv", Duplicates: mode})
		if len(result.Problems) != 3 || result.Messages != 1501 {
			t.Fatal(result.Messages, result.Problems)
		}
		p := result.Problems[1]
		if p.Message != "taken off around the address: spaces" || p.Row != 2 || len(p.Rows) != 9 || p.More != 1490 || p.Severity != campaign.Warning {
			t.Errorf("%+v", p)
		}
		says(t, result, campaign.Warning, "row 1502, column 1 (email): taken off around the address: a comma, semicolon or dot")
	}
}
