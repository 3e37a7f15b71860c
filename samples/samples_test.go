// Package samples_test holds the sample campaigns to what they are said to
// be: how many rows, names of columns that the letters use, a workbook and
// PDFs as generated. With -update it makes the workbook and the PDFs anew.
package samples_test

import (
	"encoding/csv"
	"flag"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var update = flag.Bool("update", false, "make the workbook and the PDFs anew")

// table reads a CSV list.
func table(t *testing.T, path string) [][]string {
	t.Helper()
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

var address = regexp.MustCompile(`^[a-z.]+@(example\.(org|com)|[a-z]+\.test)$`)

func TestLists(t *testing.T) {
	for name, want := range map[string]int{"newsletter": 60, "school": 250, "gmail": 5} {
		rows := table(t, filepath.Join(name, "people.csv"))[1:]
		if len(rows) != want {
			t.Errorf("%s has %d people, want %d", name, len(rows), want)
		}
		seen := map[string]bool{}
		for i, row := range rows {
			if !address.MatchString(row[0]) || seen[row[0]] {
				t.Errorf("%s: row %d: %q is no address of an example domain, or stands there twice", name, i+2, row[0])
			}
			seen[row[0]] = true
			for _, cell := range row {
				if cell == "" || strings.TrimSpace(cell) != cell {
					t.Errorf("%s: row %d: the cell %q is empty or has spaces around it", name, i+2, cell)
				}
			}
		}
	}
}

// column is a header as templates name it.
func column(header string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(header), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "_")
}

// Every letter can be filled from every row of its list.
func TestLetters(t *testing.T) {
	lists := map[string][][]string{"certificates": graduateRows()}
	for _, name := range []string{"newsletter", "school", "gmail"} {
		lists[name] = table(t, filepath.Join(name, "people.csv"))
	}
	for name, rows := range lists {
		bodies, err := filepath.Glob(filepath.Join(name, "body.*"))
		if err != nil || len(bodies) == 0 {
			t.Errorf("%s has no letter", name)
		}
		for _, body := range bodies {
			letter, err := template.ParseFiles(body)
			if err != nil {
				t.Fatal(err)
			}
			letter.Option("missingkey=error")
			for _, row := range rows[1:] {
				data := map[string]string{}
				for i, header := range rows[0] {
					data[column(header)] = row[i]
				}
				if err := letter.Execute(io.Discard, data); err != nil {
					t.Errorf("%s: %v", body, err)
					break
				}
			}
		}
	}
}

// Every letter says how to get no more of them, and fits a mailbox's window.
func TestLettersAreFitToSend(t *testing.T) {
	bodies, err := filepath.Glob("*/body.*")
	if err != nil || len(bodies) < 5 {
		t.Fatalf("letters: %v, %v", bodies, err)
	}
	for _, body := range bodies {
		data, err := os.ReadFile(body)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		if !strings.Contains(text, "unsubscribe") {
			t.Errorf("%s has no way to unsubscribe", body)
		}
		if strings.HasSuffix(body, ".html") {
			for _, want := range []string{"prefers-color-scheme: dark", "max-width: 600px", `class="button"`, `lang="`} {
				if !strings.Contains(text, want) {
					t.Errorf("%s has no %s", body, want)
				}
			}
		}
	}
}
