package recipients

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tebar/campaign"
)

// corpora finds shared/corpora beside the repository, or skips.
func corpora(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "shared", "corpora", name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Skipf("shared/corpora/%s is not here", name)
	return ""
}

// open opens one file as a list, whatever its columns.
func open(t *testing.T, path string, l campaign.List) (*table, error) {
	t.Helper()
	f, err := examine(t.Context(), filepath.Base(path), Options{Folder: filepath.Dir(path)})
	if err != nil {
		t.Fatal(err)
	}
	return f.open(l)
}

// all reads a table to its end.
func all(t *testing.T, tb *table) (list []record, err error) {
	t.Helper()
	defer func() {
		if err := tb.close(); err != nil {
			t.Error(err)
		}
	}()
	for {
		rec, err := tb.next()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		list = append(list, rec)
	}
}

func TestCSVSpectrum(t *testing.T) {
	folder := corpora(t, "csv-spectrum")
	files, _ := filepath.Glob(filepath.Join(folder, "csvs", "*.csv"))
	if len(files) < 11 {
		t.Fatalf("%d files", len(files))
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".csv")
		if strings.HasSuffix(name, "_crlf") {
			path = withCRLF(t, path)
		}
		raw, err := os.ReadFile(filepath.Join(folder, "json", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var want []map[string]string
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		tb, err := open(t, path, campaign.List{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		names := tb.names
		got, err := all(t, tb)
		if err != nil || len(got) != len(want) {
			t.Errorf("%s: %d rows, not %d; %v", name, len(got), len(want), err)
			continue
		}
		for i, rec := range got {
			if len(rec.cells) != len(want[i]) {
				t.Errorf("%s: row %d has %d cells, not %d", name, rec.number, len(rec.cells), len(want[i]))
			}
			for j, cell := range rec.cells {
				if cell != want[i][names[j]] {
					t.Errorf("%s: row %d: %s is %q, not %q", name, rec.number, names[j], cell, want[i][names[j]])
				}
			}
		}
	}
}

// withCRLF gives a _crlf file its CRs back where a checkout has taken them.
func withCRLF(t *testing.T, path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n", "\r\n")
	return write(t, filepath.Base(path), text)
}

// Each file of the encodings has its rows, or a problem that says why not.
func TestCSVEncodingsCorpus(t *testing.T) {
	folder := corpora(t, "csv-encodings")
	for _, c := range []struct {
		file, encoding string
		rows           int
		last           string // the last row
		flaw           string // of some row
		refused        string
	}{
		{file: "all_latin1.csv", refused: "windows-1252 is only a guess"},
		{file: "all_latin1.csv", encoding: "latin1", rows: 188, last: "ÿ"},
		{file: "double_quoted_header.csv", rows: 2, last: "2|sally"},
		{file: "header_bug.csv", rows: 3, last: "g|h"},
		{file: "invalid_utf8.csv", rows: 2, flaw: "no text"},
		{file: "latin1.csv", refused: "windows-1252 is only a guess"},
		{file: "latin1.csv", encoding: "latin1", rows: 12, last: "Léonard Dubois|29"},
		{file: "leading_zeros.csv", rows: 6, last: "09006|0|0|0|0|0|0|0"},
		{file: "locations_row_trailing_comma.csv", rows: 1, last: "1|name|0|0|value"},
		{file: "missing_column.csv", rows: 22},
		{file: "mixed_new_line.csv", rows: 2, last: "7|8|9"},
		{file: "nullbyte.csv", rows: 1, flaw: "NUL"},
		{file: "only_latin1.csv", encoding: "latin1", rows: 5, last: "ýýýý ýýýýýý|ýý"},
		{file: "only_utf16.csv", rows: 5, last: "ŁŁŁŁ ŁŁŁŁŁŁ|ŁŁ"},
		{file: "pipe_delim.csv", rows: 1, last: "1|2|3|4"},
		{file: "quoted_newline.csv", rows: 1, last: "cell with\nnewline"},
		{file: "shift_jis.csv", rows: 20},
		{file: "utf16.csv", rows: 20},
	} {
		tb, err := open(t, filepath.Join(folder, c.file), campaign.List{Encoding: c.encoding})
		if c.refused != "" {
			if err == nil || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("%s: %v, not %q", c.file, err, c.refused)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		rows, err := all(t, tb)
		if err != nil || len(rows) != c.rows {
			t.Errorf("%s: %d rows, not %d; %v", c.file, len(rows), c.rows, err)
			continue
		}
		if got := strings.Join(rows[len(rows)-1].cells, "|"); c.last != "" && got != c.last {
			t.Errorf("%s: the last row is %q, not %q", c.file, got, c.last)
		}
		if !flawed(rows, c.flaw) {
			t.Errorf("%s: %v, not %q", c.file, rows, c.flaw)
		}
	}
}

// flawed says whether the flaws of the rows are as expected: one with the
// text, or none at all.
func flawed(rows []record, want string) bool {
	found := false
	for _, rec := range rows {
		for _, f := range rec.flaws {
			if want == "" {
				return false
			}
			found = found || strings.Contains(f.message, want)
		}
	}
	return found == (want != "")
}

func TestGuessesAreTold(t *testing.T) {
	folder := corpora(t, "csv-encodings")
	for file, want := range map[string]string{"shift_jis.csv": "shift_jis", "only_latin1.csv": "windows-1254"} {
		_, problems, err := Headers(t.Context(), []campaign.List{{File: file}}, Options{Folder: folder})
		if err != nil || len(problems) == 0 || !strings.Contains(problems[0].Message, want+" is a guess") {
			t.Errorf("%s: %v, %v", file, problems, err)
		}
	}
}

// Each workbook has its rows, or a problem that says why not.
func TestXLSXCorpus(t *testing.T) {
	folder := corpora(t, "xlsx")
	for _, c := range []struct {
		file, sheet string
		rows        int
		last        string
		refused     string
	}{
		{file: "54764.xlsx", refused: "damaged: its texts break off"},
		{file: "Booleans.xlsx", rows: 3, last: "FALSE||false from copy"},
		{file: "DataTableCities.xlsx", rows: 5, last: "22.27°|-39.27°||15,322,400"},
		{file: "DateFormatTests.xlsx", rows: 3, last: "AllColors|True|Run the test with all standard colors specified"},
		{file: "InlineStrings.xlsx", rows: 6},
		{file: "SampleSS.strict.xlsx", rows: 2, last: "This one is red"},
		{file: "SampleSS.xlsx", rows: 2, last: "This one is red"},
		{file: "SampleSS.xlsx", sheet: "Sheet9", refused: `no sheet "Sheet9"`},
		{file: "TwoSheetsOneHidden.xlsx", rows: 0},
		{file: "WithVariousData.xlsx", rows: 8},
		{file: "duplicate-filename.xlsx", refused: "twice"},
		{file: "empty_s_attribute.xlsx", refused: `damaged s=""`},
		{file: "poc-xmlbomb.xlsx", refused: "damaged: its texts break off"},
		{file: "protected_passtika.xlsx", refused: "locked with a password"},
		{file: "unicodeSheetName.xlsx", rows: 8},
		{file: "xxe_in_schema.xlsx", rows: 1},
	} {
		tb, err := open(t, filepath.Join(folder, c.file), campaign.List{Sheet: c.sheet})
		if c.refused != "" {
			if err == nil || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("%s: %v, not %q", c.file, err, c.refused)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		rows, err := all(t, tb)
		if err != nil || len(rows) != c.rows {
			t.Errorf("%s: %d rows, not %d; %v", c.file, len(rows), c.rows, err)
			continue
		}
		if c.last != "" && strings.Join(rows[len(rows)-1].cells, "|") != c.last {
			t.Errorf("%s: the last row is %q, not %q", c.file, rows[len(rows)-1].cells, c.last)
		}
	}
}
