package recipients

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"tebar/campaign"
)

// book makes a workbook of one sheet from rows of cells.
func book(t *testing.T, rows ...[]any) *excelize.File {
	t.Helper()
	f := excelize.NewFile()
	t.Cleanup(func() { f.Close() })
	for i, row := range rows {
		at, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := f.SetSheetRow("Sheet1", at, &row); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func people(t *testing.T) *excelize.File {
	return book(t, []any{"email", "name"}, []any{"ana@example.org", "Ana"}, []any{"budi@example.org", "Budi"}, []any{"citra@example.org", "Citra"})
}

// rewrite saves a workbook with one part of its archive changed.
func rewrite(t *testing.T, f *excelize.File, part string, change func([]byte) []byte) string {
	t.Helper()
	path := save(t, f, "people.xlsx")
	in, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, p := range in.File {
		r, _ := p.Open()
		b, _ := io.ReadAll(r)
		if p.Name == part {
			b = change(b)
		}
		to, _ := w.Create(p.Name)
		_, _ = to.Write(b)
	}
	_, _ = w.Close(), in.Close()
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const sheet1 = "xl/worksheets/sheet1.xml"

// says fails unless a problem of the given severity has the text.
func says(t *testing.T, r Result, severity campaign.Severity, text string) {
	t.Helper()
	for _, p := range r.Problems {
		if p.Severity == severity && strings.Contains(p.Error(), text) {
			return
		}
	}
	t.Errorf("no %s says %q: %v", severity, text, r.Problems)
}

func TestDamagedWorkbooks(t *testing.T) {
	replace := func(old, to string) func([]byte) []byte {
		return func(b []byte) []byte {
			if !bytes.Contains(b, []byte(old)) {
				t.Errorf("the part does not hold %q: %s", old, b)
			}
			return bytes.Replace(b, []byte(old), []byte(to), 1)
		}
	}
	cut := func(mark string) func([]byte) []byte {
		return func(b []byte) []byte { return b[:bytes.Index(b, []byte(mark))] }
	}
	for _, c := range []struct {
		name, part string
		change     func([]byte) []byte
		want       string
	}{
		{"broken off", sheet1, cut(`<row r="3"`), "breaks off after row 2"},
		{"broken off in a cell", sheet1, cut(`</c><c r="B3"`), "breaks off after row 3"},
		{"a tag is not closed", sheet1, replace("</row>", ""), "damaged"},
		{"rows twice", sheet1, replace(`<row r="3"`, `<row r="2"`), `a row "2" after row 2`},
		{"cells out of order", sheet1, replace(`<c r="B2"`, `<c r="A2"`), `damaged r="A2"`},
		{"no such text", sheet1, replace("<v>0</v>", "<v>99</v>"), "points to a text that is not there"},
		{"texts broken off", "xl/sharedStrings.xml", cut("<si><t>Budi"), "its texts break off after"},
		{"an entity", sheet1, replace("<v>0</v>", "<v>&x;</v>"), "entity"},
		{"no sheet", sheet1, func([]byte) []byte { return nil }, "no visible sheet"},
	} {
		_, result := read(t, rewrite(t, people(t), c.part, c.change))
		if result.Problems.Errors() == 0 || !strings.Contains(result.Problems.Error(), c.want) || result.Problems[0].Hint == "" {
			t.Errorf("%s: %v, not %q", c.name, result.Problems, c.want)
		}
	}
}

// A workbook cut anywhere is refused, never read in part.
func TestTruncatedWorkbook(t *testing.T) {
	whole, err := os.ReadFile(save(t, people(t), "people.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n < len(whole); n += len(whole) / 97 {
		_, result := read(t, write(t, "people.xlsx", string(whole[:n])))
		if result.Problems.Errors() == 0 || result.Rows > 0 {
			t.Fatalf("cut at %d: %d rows, %v", n, result.Rows, result.Problems)
		}
	}
}

// A part that says 100 bytes and unpacks to many is refused before it fills
// the memory.
func TestLyingArchive(t *testing.T) {
	path := rewrite(t, people(t), sheet1, func([]byte) []byte { return bytes.Repeat([]byte(" "), 8<<20) })
	b, _ := os.ReadFile(path)
	central := bytes.LastIndex(b, []byte(sheet1)) - 46 // APPNOTE.TXT, section 4.3.12
	copy(b[central+24:], []byte{100, 0, 0, 0})
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	_, result := read(t, path)
	says(t, result, campaign.Error, "cannot be read to the end")
}

func TestHiddenRows(t *testing.T) {
	f := people(t)
	_ = f.SetRowVisible("Sheet1", 3, false)
	path := save(t, f, "people.xlsx")
	for mode, want := range map[campaign.Hidden]int{campaign.HiddenError: 2, campaign.HiddenSkip: 2, campaign.HiddenKeep: 3} {
		_, result := readLists(t, filepath.Dir(path), campaign.List{File: "people.xlsx", Hidden: mode})
		if result.Messages != want || result.Rows != 3 || (result.Problems.Errors() == 1) != (mode == campaign.HiddenError) {
			t.Errorf("%q: %d messages, %v", mode, result.Messages, result.Problems)
		}
		if mode == campaign.HiddenError {
			says(t, result, campaign.Error, "row 3: 1 rows of the sheet are hidden")
		}
	}
}

func TestSheets(t *testing.T) {
	f := people(t)
	for _, name := range []string{"Old", "Empty", "Guests"} {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
	}
	_ = f.SetSheetRow("Guests", "A1", &[]any{"email"})
	_ = f.SetSheetRow("Guests", "A2", &[]any{"dewi@example.org"})
	idx, _ := f.GetSheetIndex("Guests")
	f.SetActiveSheet(idx)
	_ = f.SetSheetVisible("Sheet1", false)
	path := save(t, f, "people.xlsx")
	entries, result := read(t, path)
	if len(entries) != 1 || entries[0].Sheet != "Guests" || result.Sources[0].Sheet != "Guests" {
		t.Errorf("the hidden sheet was read: %v", entries)
	}
	if entries, _ := readLists(t, filepath.Dir(path), campaign.List{File: "people.xlsx", Sheet: "sheet1"}); len(entries) != 3 {
		t.Errorf("by name: %v", entries)
	}
	_, result = readLists(t, filepath.Dir(path), campaign.List{File: "people.xlsx", Sheet: "Gusts"})
	says(t, result, campaign.Error, `no sheet "Gusts"`)
	if hint := result.Problems[0].Hint; !strings.Contains(hint, `did you mean "Guests"`) || !strings.Contains(hint, `"Old"`) {
		t.Error(hint)
	}
}

// A cell in the last corner of the sheet costs nothing and is told.
func TestFarCell(t *testing.T) {
	far := rewrite(t, people(t), sheet1, func(b []byte) []byte {
		return bytes.Replace(b, []byte("</sheetData>"), []byte(`<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row></sheetData>`), 1)
	})
	began := time.Now()
	entries, result := read(t, far)
	if len(entries) != 4 || entries[3].Skip != campaign.SkipBadRow || entries[3].Number != 1048576 {
		t.Errorf("%v", entries)
	}
	says(t, result, campaign.Warning, "row 1048576, column 16384: the cell \"x\" has no heading")
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	f := people(t)
	_ = f.SetCellValue("Sheet1", "XFD1", "x")
	_, result = read(t, save(t, f, "people.xlsx"))
	says(t, result, campaign.Error, "has 16384 columns; a list may have 1000")
}

func TestCellsOfManyKinds(t *testing.T) {
	f := book(t, []any{"email", "date", "sum", "open", "error", "merged", nil, "flag", "none"},
		[]any{"ana@example.org", nil, nil, nil, nil, "both", nil, true})
	yes := true
	_ = f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes})
	day, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
	_ = f.SetCellValue("Sheet1", "B2", 44624)
	_ = f.SetCellStyle("Sheet1", "B2", "B2", day)
	_ = f.SetCellFormula("Sheet1", "C2", "1+1")
	_ = f.SetCellFormula("Sheet1", "D2", "NOW()")
	_ = f.MergeCell("Sheet1", "F2", "G2")
	path := rewrite(t, f, sheet1, func(b []byte) []byte {
		b = bytes.Replace(b, []byte("<f>1+1</f>"), []byte("<f>1+1</f><v>2</v>"), 1)
		b = bytes.Replace(b, []byte("</row></sheetData>"), []byte(`<c r="I2"><f>A2</f><v></v></c></row></sheetData>`), 1)
		return bytes.Replace(b, []byte(`<c r="F2"`), []byte(`<c r="E2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="F2"`), 1)
	})
	entries, result := read(t, path)
	if len(entries) != 1 {
		t.Fatal(result.Problems)
	}
	want := []string{"ana@example.org", "2026-03-05", "2", "", "#DIV/0!", "both", "", "TRUE", ""}
	if got := strings.Join(entries[0].Values, "|"); got != strings.Join(want, "|") {
		t.Errorf("%q, not %q", entries[0].Values, want)
	}
	if entries[0].Columns[6] != "Column G" || entries[0].Skip != "" {
		t.Errorf("%+v", entries[0])
	}
	says(t, result, campaign.Warning, "row 2, column 5 (error): the cell shows the error \"#DIV/0!\"")
	says(t, result, campaign.Warning, "row 2, column 4 (open): the cell holds a formula whose result is not in the file")
	says(t, result, campaign.Warning, "row 2, column 9 (none): the cell holds a formula whose result is not in the file")
}

// A cell that Excel shows as #####, and one that is not what it says, are
// warned of.
func TestDoubtfulCells(t *testing.T) {
	f := book(t, []any{"email", "day", "sum"}, []any{"ana@example.org", -3, 77}, []any{"budi@example.org", 3, 88})
	day, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
	_ = f.SetCellStyle("Sheet1", "B2", "B3", day)
	path := rewrite(t, f, sheet1, func(b []byte) []byte {
		b = bytes.Replace(b, []byte("<v>77</v>"), []byte("<v>1,5</v>"), 1)
		return bytes.Replace(b, []byte("<v>88</v>"), []byte("<v>0x10</v>"), 1)
	})
	entries, result := read(t, path)
	if len(entries) != 2 || entries[0].Values[1] != "-3" || entries[0].Values[2] != "1,5" || entries[1].Values[2] != "0x10" {
		t.Errorf("%+v", entries)
	}
	says(t, result, campaign.Warning, "row 2, column 2 (day): the cell shows ##### in Excel")
	says(t, result, campaign.Warning, "row 2, column 3 (sum): the cell says that it holds a number")
	says(t, result, campaign.Warning, "row 3, column 3 (sum): the cell says that it holds a number")
	if len(result.Problems) != 3 {
		t.Error(result.Problems)
	}
}

func TestFilesThatAreNoLists(t *testing.T) {
	zipped := "PK\x03\x04" + strings.Repeat("\x00", 30)
	ole := "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600)
	for _, c := range []struct{ file, text, want string }{
		{"a.xls", ole, "Excel 97-2003"},
		{"a.xlsx", ole, "Excel 97-2003"},
		{"a.xlsx", ole + string(utf16Bytes("EncryptedPackage")), "locked with a password"},
		{"a.csv", zipped, "workbook or a zip archive"},
		{"a.ods", zipped, "OpenDocument"},
		{"a.xlsx", zipped + "mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "OpenDocument"},
		{"a.numbers", zipped, "Apple Numbers"},
		{"a.xlsb", zipped, "binary Excel"},
		{"a.xlsx", zipped, "damaged"},
		{"a.xlsx", "email,name\n", "is no workbook"},
		{"a.csv", "\n<HTML><table>", "web page"},
		{"a.xls", "email\tname\n", "Excel 97-2003"},
		{"a.docx", zipped, "Word"},
		{"a.foo", "email\n", `".foo"`},
		{"a.csv", "\n\n , ,\n", "blank rows only"},
		{"a.csv", strings.Repeat("x,", 1200) + "email\na\n", "1201 columns"},
		{"a.csv", strings.Repeat("\x00", 100), "NUL bytes"},
	} {
		_, result := read(t, write(t, c.file, c.text))
		if result.Rows != 0 || len(result.Problems) != 1 || result.Problems[0].Severity != campaign.Error ||
			!strings.Contains(result.Problems[0].Message, c.want) || result.Problems[0].Hint == "" {
			t.Errorf("%s %.20q: %v, not %q", c.file, c.text, result.Problems, c.want)
		}
	}
}

// Titles above the headings of a sheet, merged or not, are no rows; what may be
// somebody's row is no title.
func TestTitlesOfASheet(t *testing.T) {
	f := book(t,
		[]any{"Guests of the open day"}, []any{nil}, []any{nil, "contact"},
		[]any{"Name", "E-mail"}, []any{"Ana", "ana@example.org"}, []any{"Budi", "budi@example.org"})
	if err := f.MergeCell("Sheet1", "A1", "B1"); err != nil {
		t.Fatal(err)
	}
	entries, result := read(t, save(t, f, "people.xlsx"))
	if s := result.Sources[0]; len(entries) != 2 || result.Messages != 2 || s.HeaderRow != 4 || s.Columns[0] != "Name" || len(result.Problems) > 0 {
		t.Errorf("%v, %+v, %v", entries, s, result.Problems)
	}
	_, result = read(t, save(t, book(t, []any{"dewi@example.org"}, []any{"email", "name"}, []any{"ana@example.org", "Ana"}), "people.xlsx"))
	says(t, result, campaign.Error, "the first row holds data")
}

// A problem says which sheet its row is in: two may have the same number.
func TestProblemsOfSheets(t *testing.T) {
	f := book(t, []any{"email"}, []any{"ana@example.org"})
	if _, err := f.NewSheet("B"); err != nil {
		t.Fatal(err)
	}
	_ = f.SetSheetRow("B", "A1", &[]any{"email"})
	_ = f.SetSheetRow("B", "A2", &[]any{"bad"})
	path := save(t, f, "people.xlsx")
	_, result := readLists(t, filepath.Dir(path), campaign.List{File: "people.xlsx", Sheet: "Sheet1"}, campaign.List{File: "people.xlsx", Sheet: "B"})
	if len(result.Problems) != 1 || result.Problems[0].Sheet != "B" || result.Problems[0].Row != 2 {
		t.Errorf("%+v", result.Problems)
	}
}
