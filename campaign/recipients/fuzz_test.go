package recipients

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tebar/campaign"
)

// ordered fails unless the rows of one list come in order, each once, inside
// the range that was read.
func ordered(t *testing.T, entries []campaign.Entry, source campaign.Source) {
	t.Helper()
	within, ranged := parseArea(source.Range)
	last := 0
	for _, e := range entries {
		if e.Number <= last || len(e.Values) != len(source.Columns) {
			t.Fatalf("row %d after row %d, %d cells of %d columns", e.Number, last, len(e.Values), len(source.Columns))
		}
		if ranged && (e.Number < within.top || e.Number > within.bottom || len(e.Values) > within.right-within.left+1) {
			t.Fatalf("row %d with %d cells is not in %s", e.Number, len(e.Values), source.Range)
		}
		last = e.Number
	}
}

// FuzzWorkbook: whatever stands in a file that is named .xlsx, there are rows
// in order or a problem that says why not.
func FuzzWorkbook(f *testing.F) {
	for _, password := range []string{"", "s"} {
		book := excelize.NewFile()
		for cell, text := range map[string]string{"A1": "email", "B1": "name", "A2": "ana@example.org", "B2": "Ana", "A4": "budi@example.org"} {
			if err := book.SetCellStr("Sheet1", cell, text); err != nil {
				f.Fatal(err)
			}
		}
		if err := book.SetDefinedName(&excelize.DefinedName{Name: "Guests", RefersTo: "Sheet1!$A$1:$B$2"}); err != nil {
			f.Fatal(err)
		}
		path := filepath.Join(f.TempDir(), "seed.xlsx")
		if err := book.SaveAs(path, excelize.Options{Password: password}); err != nil {
			f.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "")
		f.Add(text, "Guests")
		f.Add(text, "A1:B")
	}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte, within string) {
		if err := os.WriteFile(filepath.Join(folder, "people.xlsx"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		list := campaign.List{File: "people.xlsx", Range: within, Password: "env:LIST", Hidden: campaign.HiddenKeep}
		entries, result := readWith(t, Options{Folder: folder, Password: gives(t, "s")}, list)
		if len(entries) == 0 && result.Problems.Errors() == 0 {
			t.Fatal("no rows, and no error")
		}
		ordered(t, entries, result.Sources[0])
	})
}

// FuzzRanges: whatever a table, a defined name or a range is, the rows stand
// in the cells that were read, and both readers give the same.
func FuzzRanges(f *testing.F) {
	const table = `<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="1" name="Paid" displayName="Paid" ref="B3:D7" totalsRowCount="1"><tableColumns/></table>`
	for _, within := range []string{"Paid", "Guests", "B3:D", "A:XFD", "Sheet1!B3:C4", "'Sheet1'!A1:B2", "Sheet1!Guests", "D7:B3"} {
		f.Add(table, "Sheet1!$B$3:$C$4", within)
		f.Add(table, "Paid[#All]", within)
	}
	path := rangedSeed(f)
	f.Fuzz(func(t *testing.T, table, target, within string) {
		if len(within) > 200 {
			return
		}
		path := reparted(t, path, map[string]func(string) string{
			"xl/tables/table1.xml": func(string) string { return table },
			"xl/workbook.xml":      func(text string) string { return strings.Replace(text, "TARGET", target, 1) },
		})
		entries, result := readLists(t, filepath.Dir(path), campaign.List{File: "people.xlsx", Range: within})
		if len(entries) == 0 && result.Problems.Errors() == 0 {
			t.Fatal("no rows, and no error")
		}
		ordered(t, entries, result.Sources[0])
		if a, ok := parseArea(within); ok {
			if again, ok := parseArea(a.String()); !ok || again != a {
				t.Fatalf("%q is %+v, and as %s %+v", within, a, a, again)
			}
		}
		if len(entries) > 0 {
			samePart(t, path, result.Sources[0].Sheet, within)
		}
	})
}

// rangedSeed is a workbook with a table and a name that stands for TARGET.
func rangedSeed(f *testing.F) string {
	f.Helper()
	book := excelize.NewFile()
	for i, row := range [][]any{{"x"}, nil, {"x", "name", "email", "paid", "y"}, {"x", "Ana", "ana@example.org", 10}, nil, {nil, "Budi", "budi@example.org", 20, "y"}, {nil, "Total", nil, 30}} {
		at, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := book.SetSheetRow("Sheet1", at, &row); err != nil {
			f.Fatal(err)
		}
	}
	if err := book.AddTable("Sheet1", &excelize.Table{Name: "Paid", Range: "B3:D7"}); err != nil {
		f.Fatal(err)
	}
	if err := book.SetDefinedName(&excelize.DefinedName{Name: "Guests", RefersTo: "TARGET"}); err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(f.TempDir(), "people.xlsx")
	if err := book.SaveAs(path); err != nil {
		f.Fatal(err)
	}
	return path
}

// reparted is a copy of a workbook with some parts changed.
func reparted(t *testing.T, path string, change map[string]func(string) string) string {
	t.Helper()
	in, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, p := range in.File {
		if change[p.Name] == nil {
			err = w.Copy(p)
		} else {
			err = changePart(w, p, change[p.Name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return write(t, "people.xlsx", out.String())
}

func changePart(w *zip.Writer, p *zip.File, change func(string) string) error {
	r, err := p.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	to, err := w.Create(p.Name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(to, change(string(text)))
	return err
}
