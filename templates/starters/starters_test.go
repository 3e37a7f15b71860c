package starters_test

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tebar/campaign"
	"tebar/templates"
	"tebar/templates/starters"
)

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "demo")
	written, err := starters.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range written {
		names = append(names, filepath.Base(path))
		got, err := os.ReadFile(path)
		want, _ := fs.ReadFile(starters.Files(), filepath.Base(path))
		named := strings.ReplaceAll(string(want), starters.Name, "demo")
		if err != nil || string(got) != named {
			t.Errorf("%s differs from what is embedded: %v", path, err)
		}
	}
	if got := strings.Join(names, " "); got != "body.html campaign.yaml people.csv" {
		t.Errorf("wrote %s", got)
	}
}

func TestWriteNeverOver(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "people.csv")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := starters.Write(dir)
	var exists *starters.ExistsError
	if !errors.As(err, &exists) || len(exists.Files) != 1 || exists.Files[0] != mine {
		t.Errorf("got %v", err)
	}
	if data, _ := os.ReadFile(mine); string(data) != "mine" {
		t.Error("the file was written over")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Error("other files were written though one was there")
	}
}

// The letter fits the list: no problem, no warning, for any row.
func TestLetterFitsList(t *testing.T) {
	body, err := fs.ReadFile(starters.Files(), "body.html")
	if err != nil {
		t.Fatal(err)
	}
	list, err := starters.Files().Open("people.csv")
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(list).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	set, found := templates.Parse(campaign.Letter{Subject: subject(t), HTML: string(body), InlineCSS: true}, templates.Names{HTML: "body.html"})
	found = append(found, set.CheckColumns(lines[0])...)
	for i, values := range lines[1:] {
		r := campaign.Recipient{Row: campaign.Row{Source: "people.csv", Number: i + 2, Columns: lines[0], Values: values}}
		found = append(found, set.Check(t.Context(), r).Problems...)
		if got, err := set.Render(t.Context(), r); err != nil || !strings.Contains(got.Text, values[2]) || !strings.HasSuffix(values[0], "@example.org") {
			t.Errorf("row %d: %v\n%s", i+2, err, got.Text)
		}
	}
	if len(found) > 0 || len(lines) < 12 {
		t.Error(len(lines), found)
	}
}

// subject is the campaign file's.
func subject(t *testing.T) string {
	t.Helper()
	file, err := fs.ReadFile(starters.Files(), "campaign.yaml")
	if err != nil || !strings.Contains(string(file), "\nname: "+starters.Name+" ") {
		t.Fatal("the campaign has another name", err)
	}
	_, rest, _ := strings.Cut(string(file), "\nsubject: \"")
	subject, _, _ := strings.Cut(rest, "\"")
	return subject
}
