//go:build system

package proof

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A workbook is one that testdata/workbooks.py has made and read.
type workbook struct {
	File  string              `json:"file"`
	Sheet string              `json:"sheet"`
	Rows  []map[string]string `json:"rows"` // what Excel shows, by heading
}

// TestWorkbookCells holds every cell of workbooks by two writers against what
// Python reads and shows of it: testdata/workbooks.py says how.
func TestWorkbookCells(t *testing.T) {
	dir := t.TempDir()
	cells, books := 0, workbooks(t, dir)
	for _, b := range books {
		t.Run(b.File, func(t *testing.T) { cells += b.compare(t, filepath.Join(dir, b.File)) })
	}
	if cells < 20000 {
		t.Errorf("%d cells; 20,000 are promised", cells)
	}
	figures(t, "workbooks", "%d cells of %d workbooks by openpyxl and XlsxWriter are what Python reads and shows by their formats", cells, len(books))
}

func workbooks(t *testing.T, dir string) (books []workbook) {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", filepath.Join("testdata", "workbooks.py"), dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: install Debian's python3-openpyxl and python3-xlsxwriter, as .ci/packages does", err)
	}
	for in := json.NewDecoder(strings.NewReader(string(out))); ; {
		var b workbook
		if err := in.Decode(&b); err == io.EOF {
			return books
		} else if err != nil {
			t.Fatal(err)
		}
		books = append(books, b)
	}
}

// compare runs a campaign over the workbook, and gives how many cells of its
// report were compared.
func (b workbook) compare(t *testing.T, path string) (cells int) {
	m := newMachine(t, 0, 0, toSandbox)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m.write(b.File, string(text))
	m.write("spring.yaml", "name: spring\nfrom: office@example.org\nsubject: Cells\nbody: {text: body.txt}\n"+
		fmt.Sprintf("recipients: {file: %s, sheet: %s, hidden: keep}\n", b.File, b.Sheet)+toSandbox)
	m.write("body.txt", "{{.text}}\n")
	if r := m.run("run", m.file); r.code != 0 {
		t.Fatalf("%s", r)
	}
	var said struct{ Recipients []posted }
	r := m.run("report", "spring", "--format", "json")
	if err := json.Unmarshal([]byte(r.stdout), &said); err != nil {
		t.Fatalf("%v in %s", err, r)
	}
	if len(said.Recipients) != len(b.Rows) {
		t.Fatalf("%d rows of %d", len(said.Recipients), len(b.Rows))
	}
	for i, row := range b.Rows {
		for column, want := range row {
			if got := said.Recipients[i].Fields[column]; got != want {
				t.Errorf("row %d, %s: %q, not %q", i+2, column, got, want)
			}
			cells++
		}
	}
	return cells
}
