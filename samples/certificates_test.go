package samples_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

const workbook = "certificates/people.xlsx"

// A graduate is a row of the workbook.
type graduate struct {
	email, name, first, printed string // printed has Latin-1 letters only: the PDF's font
	member                      string // text with zeros in front
	postcode                    int    // a number that Excel shows with five digits
	town, course                string
	finished                    string // YYYY-MM-DD; a date in Excel
	score                       float64
	fee                         int   // rupiah
	certificate                 int64 // a number of 17 digits
}

var graduates = []graduate{
	{"ratna.dewi@example.org", "Ratna Dewi Kusuma", "Ratna", "Ratna Dewi Kusuma", "00427", 40132, "Bandung", "Orchid Care", "2026-11-07", 0.96, 1250000, 20261107000000100},
	{"paijo.wiryono@example.org", "Paijo Wiryono", "Paijo", "Paijo Wiryono", "00428", 55281, "Sleman", "Orchid Care", "2026-11-07", 0.87, 1250000, 20261107000000200},
	{"lothar.zeidler@example.com", "Lothar Zeidler", "Lothar", "Lothar Zeidler", "00431", 4109, "Leipzig", "Composting", "2026-11-14", 0.91, 475000, 20261114000000100},
	{"mireille.faure@example.com", "Mireille Faure-Côté", "Mireille", "Mireille Faure-Côté", "00044", 6300, "Nice", "Composting", "2026-11-14", 1, 475000, 20261114000000200},
	{"aoi.nishimura@example.org", "西村 葵", "葵", "Aoi Nishimura", "01003", 700, "札幌", "Roof Gardens", "2026-11-21", 0.94, 2100000, 20261121000000100},
	{"hanan.aziz@example.org", "حنان عزيز", "حنان", "Hanan Aziz", "00917", 11181, "عمّان", "Roof Gardens", "2026-11-21", 0.79, 2100000, 20261121000000200},
	{"olena.kovalchuk@sad.test", "Олена Ковальчук", "Олено", "Olena Kovalchuk", "00918", 79008, "Львів", "Orchid Care", "2026-11-07", 0.83, 1250000, 20261107000000300},
	{"tuan.pham@vuon.test", "Phạm Anh Tuấn", "Tuấn", "Pham Anh Tuan", "00007", 66000, "Đà Lạt", "Orchid Care", "2026-11-07", 0.93, 1250000, 20261107000000400},
	{"itziar.etxeberria@example.com", "Itziar Etxeberria Ibáñez", "Itziar", "Itziar Etxeberria Ibáñez", "00512", 1001, "Vitoria-Gasteiz", "Composting", "2026-11-14", 0.88, 475000, 20261114000000300},
	{"kwame.asante@example.org", "Kwame Asante", "Kwame", "Kwame Asante", "00513", 233, "Kumasi", "Roof Gardens", "2026-11-21", 0.99, 2100000, 20261121000000300},
}

var graduateHeader = []string{
	"E-mail", "Full name", "First name", "Name on the certificate", "Member", "Postcode", "Town",
	"Course", "Finished", "Score", "Fee", "Fee, with tax", "Certificate no",
}

// Tax is added by a formula in column L.
const tax = 0.11

// graduateRows is the list as texts, for trying the letter; the fees are
// without their "Rp".
func graduateRows() [][]string {
	rows := [][]string{graduateHeader}
	for _, g := range graduates {
		rows = append(rows, []string{
			g.email, g.name, g.first, g.printed, g.member, fmt.Sprintf("%05d", g.postcode), g.town,
			g.course, g.day().Format("2 January 2006"), fmt.Sprintf("%.0f%%", 100*g.score),
			strconv.Itoa(g.fee), strconv.Itoa(g.fee), strconv.FormatInt(g.certificate, 10),
		})
	}
	return rows
}

func (g graduate) day() time.Time {
	day, err := time.Parse(time.DateOnly, g.finished)
	if err != nil {
		panic(err)
	}
	return day
}

// build makes the workbook: the list, and a hidden sheet of prices.
func build(t *testing.T) *excelize.File {
	t.Helper()
	f := excelize.NewFile()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	style := func(format string) int {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
		must(err)
		return id
	}
	must(f.SetSheetName("Sheet1", "Graduates"))
	out, err := f.NewStreamWriter("Graduates")
	must(err)
	must(out.SetColWidth(1, len(graduateHeader), 22))
	must(out.SetRow("A1", cells(graduateHeader)))
	zeros, date, percent, rupiah, whole := style("00000"), style(`d mmmm yyyy`), style("0%"), style(`"Rp "#,##0`), style("0")
	for i, g := range graduates {
		row := i + 2
		must(out.SetRow(fmt.Sprintf("A%d", row), []any{
			g.email, g.name, g.first, g.printed, g.member,
			excelize.Cell{StyleID: zeros, Value: g.postcode},
			g.town, g.course,
			excelize.Cell{StyleID: date, Value: g.day()},
			excelize.Cell{StyleID: percent, Value: g.score},
			excelize.Cell{StyleID: rupiah, Value: g.fee},
			excelize.Cell{StyleID: rupiah, Formula: fmt.Sprintf("K%d*%v", row, 1+tax), Value: g.fee + g.fee*11/100},
			excelize.Cell{StyleID: whole, Value: g.certificate},
		}))
	}
	must(out.Flush())
	_, err = f.NewSheet("Prices")
	must(err)
	for at, value := range map[string]any{
		"A1": "Course", "B1": "Fee", "A2": "Orchid Care", "B2": 1250000,
		"A3": "Composting", "B3": 475000, "A4": "Roof Gardens", "B4": 2100000,
	} {
		must(f.SetCellValue("Prices", at, value))
	}
	must(f.SetSheetVisible("Prices", false))
	return f
}

func cells(texts []string) []any {
	all := make([]any, len(texts))
	for i, s := range texts {
		all[i] = s
	}
	return all
}

// show lists the cells of a workbook: place, what stands in the file, what
// Excel shows, and the formula.
func show(t *testing.T, f *excelize.File) string {
	t.Helper()
	var b strings.Builder
	for _, sheet := range f.GetSheetList() {
		visible, err := f.GetSheetVisible(sheet)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "[%s] visible %v\n", sheet, visible)
		rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			for j, raw := range row {
				at, _ := excelize.CoordinatesToCellName(j+1, i+1)
				shown, _ := f.GetCellValue(sheet, at)
				formula, _ := f.GetCellFormula(sheet, at)
				fmt.Fprintf(&b, "%s %q %q %q\n", at, raw, shown, formula)
			}
		}
	}
	return b.String()
}

func TestWorkbookIsAsMade(t *testing.T) {
	made := build(t)
	var data bytes.Buffer
	if err := made.Write(&data); err != nil {
		t.Fatal(err)
	}
	made.Close()
	if *update {
		if err := os.WriteFile(workbook, data.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := excelize.OpenReader(&data)
	if err != nil {
		t.Fatal(err)
	}
	defer want.Close()
	got, err := excelize.OpenFile(workbook)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	if diff := cmp.Diff(show(t, want), show(t, got)); diff != "" {
		t.Errorf("%s is not as made (-want +got); go test ./samples/ -update makes it anew:\n%s", workbook, diff)
	}
}

func TestCertificatesAreAsMade(t *testing.T) {
	wanted := map[string]bool{}
	for _, g := range graduates {
		path := filepath.Join("certificates", "certificates", g.member+".pdf")
		wanted[path] = true
		if *update {
			if err := os.WriteFile(path, certificate(g), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.Equal(got, certificate(g)) {
			t.Errorf("%s is not as made; go test ./samples/ -update makes it anew", path)
		}
		checkPDF(t, path, got)
	}
	files, _ := filepath.Glob("certificates/certificates/*")
	for _, file := range files {
		if !wanted[file] {
			t.Errorf("%s belongs to nobody on the list", file)
		}
	}
}

var xrefLine = regexp.MustCompile(`(?m)^(\d{10}) 00000 n $`)

// checkPDF says whether the cross-reference table points at the objects
// (ISO 32000-1, section 7.5.4).
func checkPDF(t *testing.T, path string, data []byte) {
	t.Helper()
	start := bytes.LastIndex(data, []byte("\nxref\n")) + 1
	if !bytes.HasSuffix(data, []byte(fmt.Sprintf("startxref\n%d\n%%%%EOF\n", start))) || start == 0 {
		t.Errorf("%s: startxref does not point at the table", path)
	}
	for i, m := range xrefLine.FindAllSubmatch(data[start:], -1) {
		at, _ := strconv.Atoi(string(m[1]))
		if !bytes.HasPrefix(data[at:], []byte(fmt.Sprintf("%d 0 obj", i+1))) {
			t.Errorf("%s: object %d is not at %d", path, i+1, at)
		}
	}
}
