package recipients

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tebar/campaign"
)

// unworked is a list whose formulas were never worked out, in the given cells.
func unworked(t *testing.T, cells ...string) string {
	t.Helper()
	f := book(t, []any{"email", "code", "note"}, []any{"ana@example.org", "1", "x"}, []any{"budi@example.org", "2", "y"})
	for _, cell := range cells {
		for _, err := range []error{f.SetCellValue("Sheet1", cell, nil), f.SetCellFormula("Sheet1", cell, "1+1")} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return save(t, f, "people.xlsx")
}

// A formula without a result is a warning where a gap would only show in the
// letter, and an error in a column that must be known.
func TestFormulasWithoutResult(t *testing.T) {
	const text = ": the cell holds a formula whose result is not in the file"
	for _, c := range []struct {
		name, cell string
		list       campaign.List
		want       []string
		messages   int
	}{
		{"elsewhere", "C3", campaign.List{}, []string{"warning: people.xlsx: row 3, column 3 (note)" + text}, 2},
		{"address", "A3", campaign.List{}, []string{"error: people.xlsx: row 3, column 1 (email)" + text}, 1},
		{"required", "B3", campaign.List{Required: []string{"code"}}, []string{"error: people.xlsx: row 3, column 2 (code)" + text}, 1},
		{"unique", "B3", campaign.List{Unique: []string{"code"}}, []string{"error: people.xlsx: row 3, column 2 (code)" + text}, 1},
		{"key", "B2", campaign.List{Duplicates: campaign.DuplicatesEach, Key: "code"}, []string{"error: people.xlsx: row 2, column 2 (code)" + text}, 1},
	} {
		path := unworked(t, c.cell)
		c.list.File = "people.xlsx"
		entries, result := readLists(t, filepath.Dir(path), c.list)
		var got []string
		for _, p := range result.Problems {
			got = append(got, string(p.Severity)+": "+p.Error())
		}
		if !slices.Equal(got, c.want) || result.Messages != c.messages || len(entries) != 2 {
			t.Errorf("%s: %q, %d messages, %d entries", c.name, got, result.Messages, len(entries))
		}
	}
}

// An error is no address, and fills no column that must be filled.
func TestErrorValues(t *testing.T) {
	f := book(t, []any{"email", "code"}, []any{"ana@example.org", 1}, []any{"budi@example.org", 2})
	path := rewrite(t, f, sheet1, func(b []byte) []byte {
		return []byte(strings.Replace(string(b), `<c r="B3"><v>2</v>`, `<c r="B3" t="e"><f>NA()</f><v>#N/A</v>`, 1))
	})
	_, result := readLists(t, filepath.Dir(path), campaign.List{File: "people.xlsx"})
	says(t, result, campaign.Warning, `row 3, column 2 (code): the cell shows the error "#N/A"`)
	_, result = readLists(t, filepath.Dir(path), campaign.List{File: "people.xlsx", Required: []string{"code"}})
	says(t, result, campaign.Error, `row 3, column 2 (code): the cell shows the error "#N/A"`)
	if result.Messages != 1 || result.Skipped != 1 {
		t.Error(result)
	}
}

// An exclude file whose addresses are not known would exclude nobody.
func TestExcludeWithoutResult(t *testing.T) {
	path := unworked(t, "A2")
	_, result := readLists(t, filepath.Dir(path), campaign.List{File: "people.xlsx", Exclude: []campaign.Exclude{{File: "people.xlsx"}}})
	if result.Problems.Errors() != 2 {
		t.Error(result.Problems)
	}
}

func TestRepeatedHeadings(t *testing.T) {
	for text, want := range map[string]string{
		"email,code,code\na@example.org,1,2\n":         `columns B and C have the same heading "code"`,
		"email,code,code\na@example.org,1,\n":          `columns B and C have the same heading "code"`,
		"email,code,x,code,code\na@example.org,1,,,\n": `columns B, D and E have the same heading "code"`,
		"email,Code,code\na@example.org,1,2\n":         "",
	} {
		_, result := read(t, write(t, "people.csv", text))
		if want == "" {
			if len(result.Problems) > 0 {
				t.Error(result.Problems)
			}
			continue
		}
		says(t, result, campaign.Error, "people.csv: row 1, column ")
		says(t, result, campaign.Error, want)
		if !strings.Contains(result.Problems[0].Hint, `"code" and "code 2"`) {
			t.Error(result.Problems[0].Hint)
		}
	}
}
