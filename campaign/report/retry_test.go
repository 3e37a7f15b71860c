package report_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"iter"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"tebar/campaign"
	"tebar/campaign/report"
)

func deliveries(all ...campaign.Delivery) iter.Seq2[campaign.Delivery, error] {
	return func(yield func(campaign.Delivery, error) bool) {
		for _, d := range all {
			if !yield(d, nil) {
				return
			}
		}
	}
}

func failedRow(row campaign.Row) campaign.Delivery {
	return campaign.Delivery{State: campaign.Failed, Reason: "no such mailbox", Row: row}
}

// list reads a retry list back, every row as long as the header.
func list(t interface{ Fatal(...any) }, f report.Format, data []byte) [][]string {
	if f == report.CSV {
		records, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return records
	}
	book, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		for len(rows[i]) < len(rows[0]) {
			rows[i] = append(rows[i], "")
		}
	}
	return rows
}

// Whatever the cells hold, formulas too, the retry list gives them back.
func TestRetryGivesTheCellsBack(t *testing.T) {
	cell := rapid.OneOf(
		rapid.SampledFrom([]string{"", "=1+1", "-5", "+62-812-34", "@x", "00427", "12345678901234567", "_x0041_", " a ", "a;b", "a\nb", "\tx", "'=1", `"q"`}),
		rapid.StringOf(rapid.RuneFrom([]rune("aB é日أ'\"<>&=+-@;,\t\n_x00"))),
	)
	rapid.Check(t, func(t *rapid.T) {
		columns := []string{"E-mail", "Name", "Note"}
		want := [][]string{append(columns, "error")}
		var all []campaign.Delivery
		for _, cells := range rapid.SliceOfN(rapid.SliceOfN(cell, 3, 3), 1, 5).Draw(t, "rows") {
			cells[0] = "siti@example.org"
			want = append(want, append(cells[:3:3], "no such mailbox"))
			all = append(all, failedRow(campaign.Row{Source: "people.csv", Number: 2, Columns: columns, Values: cells}))
		}
		for _, f := range []report.Format{report.CSV, report.XLSX} {
			var out bytes.Buffer
			if _, err := report.Retry(&out, f, deliveries(all...)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, list(t, f, out.Bytes())); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", f, diff)
			}
		}
	})
}

func TestRetryNamesTheErrorColumn(t *testing.T) {
	for _, c := range []struct{ columns, want string }{
		{"email", "error"},
		{"email error", "tebar_error"},
		{"email Error", "tebar_error"}, // a template would call both .error
		{"email error tebar_error", "tebar_error_2"},
		{"email error Tebar-Error tebar_error_2", "tebar_error_3"},
	} {
		columns := strings.Fields(c.columns)
		row := campaign.Row{Source: "people.csv", Number: 2, Columns: columns, Values: make([]string, len(columns))}
		var out bytes.Buffer
		if _, err := report.Retry(&out, report.CSV, deliveries(failedRow(row))); err != nil {
			t.Fatal(err)
		}
		header := list(t, report.CSV, out.Bytes())[0]
		if got := header[len(header)-1]; got != c.want {
			t.Errorf("columns %q: the error stands under %q, want %q", c.columns, got, c.want)
		}
	}
}

func TestRetryJoinsLists(t *testing.T) {
	first := campaign.Row{Source: "a.csv", Number: 2, Columns: []string{"E-mail", "City"}, Values: []string{"siti@example.org", "Solo"}}
	second := campaign.Row{Source: "b.csv", Number: 2, Columns: []string{"Seat", "e-mail"}, Values: []string{"A1", "tono@example.org"}}
	var out bytes.Buffer
	if _, err := report.Retry(&out, report.CSV, deliveries(failedRow(first), failedRow(second), failedRow(first))); err != nil {
		t.Fatal(err)
	}
	want := "E-mail,City,Seat,error\n" +
		"siti@example.org,Solo,,no such mailbox\n" +
		"tono@example.org,,A1,no such mailbox\n" +
		"siti@example.org,Solo,,no such mailbox\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRetryLeavesAllOthersOut(t *testing.T) {
	var all []campaign.Delivery
	for _, s := range campaign.States {
		all = append(all, campaign.Delivery{State: s, Row: campaign.Row{Columns: []string{"email"}, Values: []string{string(s) + "@example.org"}}})
	}
	var out bytes.Buffer
	n, err := report.Retry(&out, report.CSV, deliveries(all...))
	if err != nil || n != 1 {
		t.Fatalf("Retry: %d rows, %v; want the failed one", n, err)
	}
	if diff := cmp.Diff("email,error\nfailed@example.org,\n", out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRetryKeepsTheSheetsName(t *testing.T) {
	row := func(sheet string) campaign.Delivery {
		return failedRow(campaign.Row{Sheet: sheet, Columns: []string{"email"}, Values: []string{"siti@example.org"}})
	}
	for _, c := range []struct {
		rows []campaign.Delivery
		want string
	}{
		{[]campaign.Delivery{row("Guests"), row("Guests")}, "Guests"},
		{[]campaign.Delivery{row("Guests"), row("Staff")}, "Retry"},
		{[]campaign.Delivery{row("Guests"), row("")}, "Retry"},
	} {
		var out bytes.Buffer
		if _, err := report.Retry(&out, report.XLSX, deliveries(c.rows...)); err != nil {
			t.Fatal(err)
		}
		book, err := excelize.OpenReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		if got := book.GetSheetName(0); got != c.want {
			t.Errorf("the sheet is called %q, want %q", got, c.want)
		}
		book.Close()
	}
}

// What Excel would change is refused, never changed in silence; CSV takes it.
func TestRetryRefusesWhatExcelWouldDamage(t *testing.T) {
	for name, cell := range map[string]string{
		"too long":          strings.Repeat("x", excelize.TotalCellChars+1),
		"too long in UTF16": strings.Repeat("🌱", excelize.TotalCellChars/2+1),
		"control character": "a\x01b",
		"not UTF-8":         "J\xf6rn",
	} {
		row := campaign.Row{Source: "people.csv", Number: 7, Columns: []string{"email", "Note"}, Values: []string{"siti@example.org", cell}}
		_, err := report.Retry(&bytes.Buffer{}, report.XLSX, deliveries(failedRow(row)))
		if !errors.Is(err, report.ErrFormat) || !strings.Contains(err.Error(), `people.csv: row 7, column "Note"`) {
			t.Errorf("%s: got %v", name, err)
		}
		var out bytes.Buffer
		if _, err := report.Retry(&out, report.CSV, deliveries(failedRow(row))); err != nil {
			t.Errorf("%s as CSV: %v", name, err)
		}
		if got := list(t, report.CSV, out.Bytes())[1][1]; got != cell {
			t.Errorf("%s as CSV: the cell was changed", name)
		}
	}
	if _, err := report.Retry(&bytes.Buffer{}, report.JSON, deliveries()); !errors.Is(err, report.ErrFormat) {
		t.Errorf("JSON: %v", err)
	}
}

// A report, unlike a retry list, is looked at: a long cell is cut and says so.
func TestReportCutsWhatExcelCannotHold(t *testing.T) {
	long := strings.Repeat("🌱", excelize.TotalCellChars)
	row := campaign.Row{Source: "people.csv", Number: 2, Columns: []string{"Note"}, Values: []string{long}}
	var out bytes.Buffer
	err := report.Write(&out, report.XLSX, report.Head{Columns: row.Columns}, deliveries(campaign.Delivery{Row: row}))
	if err != nil {
		t.Fatal(err)
	}
	cells := list(t, report.XLSX, out.Bytes())[1]
	if got := cells[len(cells)-1]; !strings.HasPrefix(got, "🌱🌱") || !strings.HasSuffix(got, "the csv report has it all)") {
		t.Errorf("the long cell ends with %q", got[max(0, len(got)-80):])
	}
}
