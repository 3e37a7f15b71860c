package recipients

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tebar/campaign"
)

func TestParseRange(t *testing.T) {
	for text, want := range map[string]rangeText{
		"A3:F":               {area: area{1, 6, 3, 0}},
		"A3:F200":            {area: area{1, 6, 3, 200}},
		"$A$3:$F$200":        {area: area{1, 6, 3, 200}},
		"a3:f200":            {area: area{1, 6, 3, 200}},
		"F200:A3":            {area: area{1, 6, 3, 200}},
		"A:F":                {area: area{1, 6, 1, 0}},
		"AA:XFD":             {area: area{27, 16384, 1, 0}},
		"Guests!A3:F":        {"Guests", area{1, 6, 3, 0}, ""},
		"'My sheet'!B2:D":    {"My sheet", area{2, 4, 2, 0}, ""},
		"My sheet!B2:D":      {"My sheet", area{2, 4, 2, 0}, ""},
		"'Bo''s! list'!B2:D": {"Bo's! list", area{2, 4, 2, 0}, ""},
		"GuestList":          {name: "GuestList"},
		"Guests!Local":       {sheet: "Guests", name: "Local"},
		" A3:F ":             {area: area{1, 6, 3, 0}},
		"A1:A1":              {area: area{1, 1, 1, 1}},
		"Table1":             {name: "Table1"},
		"名簿":                 {name: "名簿"},
	} {
		if got, ok := parseRange(text); !ok || got != want {
			t.Errorf("%s = %+v, %v; want %+v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "!A1:B2", "A1:", "A0:B2", "A1:XFE4", "A1:B1048577", "'a!B1:C2", "A1:B2,C1:D2", "A1:B2:C3", "Guests!", "a b", "A1:B0", "1:3"} {
		if got, ok := parseRange(text); ok {
			t.Errorf("%q = %+v", text, got)
		}
	}
}

// ranged is a workbook with two lists on one sheet, names and a table.
func ranged(t *testing.T) string {
	t.Helper()
	f := book(t,
		[]any{"Guests of the open day"},
		[]any{nil, nil, nil, "left over", "x"},
		[]any{nil, "name", "email", "paid", "note"},
		[]any{nil, "Ana", "ana@example.org", 10, "a"},
		[]any{},
		[]any{nil, "Budi", "budi@example.org", 20, "b"},
		[]any{nil, "Total", nil, 30},
	)
	if _, err := f.NewSheet("Bo's list"); err != nil {
		t.Fatal(err)
	}
	for cell, text := range map[string]string{"A1": "mail", "A2": "citra@example.org", "A3": "dedi@example.org"} {
		if err := f.SetCellStr("Bo's list", cell, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.AddTable("Sheet1", &excelize.Table{Name: "Paid", Range: "B3:D7"}); err != nil {
		t.Fatal(err)
	}
	for _, n := range []excelize.DefinedName{
		{Name: "GuestList", RefersTo: "Sheet1!$B$3:$C$4"},
		{Name: "Bo", RefersTo: "'Bo''s list'!$A$1:$A$3"},
		{Name: "All_paid", RefersTo: "Paid[#All]"},
		{Name: "Local", RefersTo: "'Bo''s list'!$A$1:$A$2", Scope: "Bo's list"},
		{Name: "Twice", RefersTo: "'Bo''s list'!$A$1:$A$2", Scope: "Bo's list"},
		{Name: "Twice", RefersTo: "Sheet1!$B$3:$C$4", Scope: "Sheet1"},
		{Name: "Moving", RefersTo: "OFFSET(Sheet1!$A$1,0,0,5,2)"},
		{Name: "Parts", RefersTo: "Sheet1!$A$1:$B$2,Sheet1!$C$1:$C$2"},
		{Name: "Gone", RefersTo: "#REF!"},
	} {
		if err := f.SetDefinedName(&n); err != nil {
			t.Fatal(err)
		}
	}
	return rewriteTotals(t, f)
}

// rewriteTotals saves the workbook, its table having a totals row.
func rewriteTotals(t *testing.T, f *excelize.File) string {
	t.Helper()
	return rewrite(t, f, "xl/tables/table1.xml", func(b []byte) []byte {
		return []byte(strings.Replace(string(b), ` ref="B3:D7"`, ` ref="B3:D7" totalsRowCount="1"`, 1))
	})
}

func TestRanges(t *testing.T) {
	path := ranged(t)
	for _, c := range []struct {
		sheet, within string
		read          string // Source.Range
		rows          []int
		columns       string
	}{
		{"", "B3:E6", "B3:E6", []int{4, 6}, "name email paid note"},
		{"", "B3:C", "B3:C7", []int{4, 6, 7}, "name email"},
		{"", "B:D", "B1:D7", []int{4, 6, 7}, "name email paid"},
		{"", "Sheet1!C3:C4", "C3:C4", []int{4}, "email"},
		{"sheet1", "C3:C4", "C3:C4", []int{4}, "email"},
		{"Sheet1", "sheet1!C3:C4", "C3:C4", []int{4}, "email"},
		{"", "guestlist", "B3:C4", []int{4}, "name email"},
		{"", "Paid", "B3:D6", []int{4, 6}, "name email paid"},
		{"", "All_paid", "B3:D6", []int{4, 6}, "name email paid"},
		{"", "Bo", "A1:A3", []int{2, 3}, "mail"},
		{"", "Local", "A1:A2", []int{2}, "mail"},
		{"Bo's list", "Twice", "A1:A2", []int{2}, "mail"},
		{"", "'Bo''s list'!A:A", "A1:A3", []int{2, 3}, "mail"},
		{"", "Bo's list!A1:C", "A1:C3", []int{2, 3}, "mail"},
		{"", "B3:E6000", "B3:E6000", []int{4, 6, 7}, "name email paid note"},
	} {
		entries, result := readLists(t, filepath.Dir(path), campaign.List{File: "people.xlsx", Sheet: c.sheet, Range: c.within})
		var rows []int
		for _, e := range entries {
			rows = append(rows, e.Number)
		}
		source := result.Sources[0]
		if !slices.Equal(rows, c.rows) || source.Range != c.read || strings.Join(source.Columns, " ") != c.columns {
			t.Errorf("%s %s: rows %v, range %s, columns %q, %v; want %+v", c.sheet, c.within, rows, source.Range, source.Columns, result.Problems, c)
		}
	}
}

func TestRangesRefused(t *testing.T) {
	path := ranged(t)
	for _, c := range []struct{ sheet, within, want, hint string }{
		{"Bo's list", "Sheet1!A1:B2", "`range` names the sheet \"Sheet1\", and `sheet` the sheet", "take one"},
		{"Bo's list", "GuestList", `the range "GuestList" stands on the sheet "Sheet1", not on "Bo's list"`, "take `sheet` out"},
		{"Bo's list", "Paid", `the range "Paid" stands on the sheet "Sheet1"`, "take `sheet` out"},
		{"", "GuestLst", `no range or table "GuestLst"`, `did you mean "GuestList"? the names are "GuestList", "Bo", "All_paid", "Local", "Twice", "Moving", "Parts", "Gone", "Paid"`},
		{"", "Twice", `several sheets have a range "Twice"`, "`sheet:`"},
		{"", "Moving", "not one range of cells", "A3:F"},
		{"", "Parts", "not one range of cells", "A3:F"},
		{"", "Gone", "not one range of cells", "A3:F"},
		{"", "Nowhere!A1:B2", `the workbook has no sheet "Nowhere"`, "the sheets are"},
		{"", "A1;B2", `the range "A1;B2" is not one`, "A3:F200"},
		{"", "Paid[#All]", "is not one", "A3:F200"},
		{"", "A100:F", "the range A100:F holds blank rows only", "`range:`"},
		{"", "J1:K7", "the range J1:K7 holds blank rows only", "`range:`"},
	} {
		_, result := readLists(t, filepath.Dir(path), campaign.List{File: "people.xlsx", Sheet: c.sheet, Range: c.within})
		if len(result.Problems) != 1 || !strings.Contains(result.Problems[0].Message, c.want) || !strings.Contains(result.Problems[0].Hint, c.hint) {
			t.Errorf("%s %s: %+v", c.sheet, c.within, result.Problems)
		}
	}
	_, result := read(t, save(t, people(t), "plain.xlsx"))
	if result.Problems.Errors() > 0 {
		t.Fatal(result.Problems)
	}
}

// What is wrong inside a range stands in the sheet's own rows and columns, and
// what is wrong outside is nobody's.
func TestPlacesInRanges(t *testing.T) {
	f := book(t,
		[]any{"x", "x", "x"},
		[]any{"x", "email", nil, "code", "code", "z"},
		[]any{"x", "ana@", "v", "1", "1", "z"},
		[]any{"x", "budi@example.org", "", "", "", "z", "beyond"},
		[]any{"x", "Budi@example.org", "", "", "3"},
	)
	for _, cell := range []string{"A3", "G3"} {
		if err := f.SetCellFormula("Sheet1", cell, "1+1"); err != nil {
			t.Fatal(err)
		}
	}
	path := save(t, f, "people.xlsx")
	_, result := readLists(t, filepath.Dir(path), campaign.List{File: "people.xlsx", Range: "B2:F", Required: []string{"code"}})
	var got []string
	for _, p := range result.Problems {
		got = append(got, p.Error())
	}
	want := []string{
		`people.xlsx: row 2, column 5 (code): columns D and E have the same heading "code"`,
		`people.xlsx: row 3, column 2 (email): "ana@" is not an e-mail address: nothing stands behind the @`,
		`people.xlsx: row 3, column 3 (Column C): the column has no heading; it is called "Column C"`,
		`people.xlsx: row 4, column 4 (code): the cell is empty, and ` + "`required` asks for it",
		`people.xlsx: row 5, column 2 (email): budi@example.org stands in row 4 too, and the rows differ in column 5 (code): "" there, "3" here`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
}

// A row is known by file, sheet and number; the columns of its cells must be.
func TestTwoRangesOfASheet(t *testing.T) {
	f := book(t, []any{"email", "a", "email", "b"}, []any{"ana@example.org", "1", "budi@example.org", "2"}, nil,
		[]any{"email", "a"}, []any{"citra@example.org", "3"})
	path := save(t, f, "people.xlsx")
	list := func(within string) campaign.List { return campaign.List{File: "people.xlsx", Range: within} }
	_, result := readLists(t, filepath.Dir(path), list("A1:B2"), list("C1:D2"))
	says(t, result, campaign.Error, "two lists read the same sheet with different headings")
	_, result = readLists(t, filepath.Dir(path), list("A1:B2"), list("A4:B5"))
	if result.Messages != 2 || len(result.Problems) > 0 {
		t.Error(result)
	}
}

// Headers of a range are those of its first row.
func TestHeadersOfARange(t *testing.T) {
	sources, problems, err := Headers(context.Background(), []campaign.List{{File: "people.xlsx", Range: "B3:C"}}, Options{Folder: filepath.Dir(ranged(t))})
	if err != nil || len(problems) > 0 || sources[0].Range != "B3:C" || sources[0].HeaderRow != 3 || sources[0].Left != 1 {
		t.Error(sources, problems, err)
	}
}
