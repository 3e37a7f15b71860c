package proof

import (
	"archive/zip"
	"encoding/csv"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tebar/campaign"
	"tebar/campaign/mailer/sandbox"
)

// formulas are cells that a spreadsheet evaluates.
var formulas = []string{
	"=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u200b=1+1", "\ufeff=1+1", "\u202e=1+1", "\u00a0=1+1", "\u2028=1+1",
	"＝1+1", "＋1", "－1", "＠SUM(1)", "a;=1+1", "a\t=1+1", "a\n=1+1", `"=1+1"`, "=HYPERLINK(\"https://evil.example\",\"x\")", "+62-812-34",
}

// evaluates is written after OWASP's list, and shares nothing with the report:
// the first sign that can be seen, of the cell and of what stands behind a
// separator of another spreadsheet.
var evaluates = regexp.MustCompile(`(^|[;\t\r\n])[\s\p{Z}\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]`)

// plainNumbers stay as they are: nothing runs in them.
var plainNumbers = regexp.MustCompile(`^[+-]?[0-9]+([.,][0-9]+)*$`)

func records(t *testing.T, text string) [][]string {
	t.Helper()
	list, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(list) < 2 {
		t.Fatalf("%v in %s", err, text)
	}
	return list
}

// evaluated counts the cells, and fails on those that a spreadsheet evaluates.
func evaluated(t *testing.T, what string, rows [][]string) (cells int) {
	t.Helper()
	for _, row := range rows {
		for _, cell := range row {
			if cells++; evaluates.MatchString(cell) && !plainNumbers.MatchString(cell) {
				t.Errorf("%s has the cell %q", what, cell)
			}
		}
	}
	return cells
}

// TestFormulas: no CSV of Tebar's own holds a cell that a spreadsheet
// evaluates, whoever worded it: list, server or user. A retry list keeps the
// list's cells as they are, or it could not be run again.
func TestFormulas(t *testing.T) {
	for i, f := range formulas {
		if !evaluates.MatchString(f) && f != `"=1+1"` {
			t.Errorf("%d: the judge lets %q through", i, f)
		}
	}
	server := serve(t, sandbox.Options{Rules: []sandbox.Rule{{
		Stage: campaign.StageRcpt, Reply: sandbox.Reply{Code: 550, Enhanced: "5.1.1", Text: "=cmd|' /C calc'!A0"},
	}}})
	m := machineIn(t, inMemory(t), server.Port(), 1, "stop_when: {failed: 100%, after: 1000}\n")
	m.list(formulas)
	m.write("people.csv", m.read("people.csv")+"=cmd|'/Ccalc'!A0@example.org,=Ann,x\n")
	m.must([]int{4}, "run", m.file, "--yes")
	n := 0
	n += evaluated(t, "report", records(t, m.must([]int{0}, "report", "spring", "--format", "csv").stdout))
	retry := records(t, m.must([]int{0}, "report", "spring", "--format", "csv", "--retry").stdout)
	if len(retry) != len(formulas)+2 {
		t.Errorf("%d rows failed", len(retry)-1)
	}
	list := records(t, m.read("people.csv"))
	for i, row := range retry {
		last := len(row) - 1
		if !slices.Equal(row[:last], list[i]) {
			t.Errorf("retry has %q, the list %q", row, list[i])
		}
		n += evaluated(t, "retry", [][]string{row[last:]})
	}
	m.must([]int{0}, "report", "spring", "-o", "r.xlsx")
	m.noFormula("r.xlsx")
	n += m.suppressed()
	figures(t, "formulas", "%d cells of reports, retry lists and suppressions: none is evaluated, and %d rows read back as they were", n, len(retry)-1)
}

// suppressed takes addresses that begin like formulas out and in again.
func (m *machine) suppressed() int {
	m.t.Helper()
	addresses := []string{"=cmd|'/ccalc'!a0@example.org", "+x@example.org", "-x@example.org", "@example.net", "'quoted@example.org", "plain@example.org"}
	for _, why := range formulas[:4] {
		m.must([]int{0}, append([]string{"suppress", "add", "--reason", why, "--"}, addresses...)...)
		m.must([]int{0}, append([]string{"suppress", "remove", "--"}, addresses...)...)
	}
	m.must([]int{0}, append([]string{"suppress", "add", "--reason", formulas[0], "--"}, addresses...)...)
	m.must([]int{0}, "suppress", "export", "out.csv")
	before := m.must([]int{0}, "suppress", "list").stdout
	n := evaluated(m.t, "suppress export", records(m.t, m.read("out.csv")))
	m.must([]int{0}, append([]string{"suppress", "remove", "--"}, addresses...)...)
	m.must([]int{0}, "suppress", "import", "out.csv")
	after := m.must([]int{0}, "suppress", "list").stdout
	for _, a := range addresses {
		if !strings.Contains(before, a+"\t") || !strings.Contains(after, a+"\t") {
			m.t.Errorf("%s is not read back: %s", a, after)
		}
	}
	return n
}

// noFormula: every cell of a workbook is text.
func (m *machine) noFormula(name string) {
	m.t.Helper()
	z, err := zip.OpenReader(filepath.Join(m.dir, name))
	if err != nil {
		m.t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			m.t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil || strings.Contains(string(data), "<f>") || strings.Contains(string(data), "<f ") {
			m.t.Errorf("%s in %s: a formula, %v", f.Name, name, err)
		}
	}
}
