package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tebar/store"
)

// A long list that was checked is not checked again, until anything that the
// check looked at is another, be it of the same size and time.
func TestRememberedCheck(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	then := time.Now().Add(-time.Hour)
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(at(name), then, then); err != nil {
			t.Fatal(err)
		}
	}
	var list strings.Builder
	list.WriteString("email,name,office,note\n")
	for i := range 2000 {
		fmt.Fprintf(&list, "person%d@example.org,Person Number %d,o@example.org,%s\n", i, i, strings.Repeat("note ", 100))
	}
	file := "name: spring\nfrom: rina@example.org\nsubject: Hello\nbody: {text: body.txt}\n" +
		"recipients: {file: list.csv}\nsender: {provider: sandbox}\nattachments: [map.pdf]\ncc: ['{{.office}}']\n"
	write("list.csv", list.String())
	write("campaign.yaml", file)
	write("body.txt", "Dear {{.name}}\n")
	write("map.pdf", "a map")
	var errs strings.Builder
	a := newApp(os.Stdin, &strings.Builder{}, &errs)
	a.storeAt = at("state/tebar.db")
	check := func() (text string, again bool) {
		t.Helper()
		errs.Reset()
		p, r, err := a.checked(t.Context(), at("campaign.yaml"), a.checkOf)
		if err != nil || p.Campaign == nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%+v", r), strings.Contains(errs.String(), "nothing has changed")
	}
	first, again := check()
	if again {
		t.Error("the first check was remembered")
	}
	if second, again := check(); !again || second != first {
		t.Errorf("again: %v, the same: %v", again, second == first)
	}
	for _, c := range []struct{ file, text string }{
		{"list.csv", strings.Replace(list.String(), "person7@", "person8@", 1)},
		{"campaign.yaml", file + "# a comment\n"},
		{"body.txt", "Dear {{.mane}}\n"},
		{"map.pdf", "A map"},
	} {
		old, _ := os.ReadFile(at(c.file))
		write(c.file, c.text)
		text, again := check()
		if again {
			t.Errorf("%s has changed, and was not checked", c.file)
		}
		if strings.Contains(text, "mane") {
			if _, again := check(); again {
				t.Error("errors are remembered, which may pass by themselves")
			}
		}
		write(c.file, string(old))
	}
	check()
	kept := at("state/tebar.db.checked/spring")
	if info, err := os.Stat(kept); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	text, _ := os.ReadFile(kept)
	if err := os.WriteFile(kept, text[:len(text)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if third, again := check(); again || third != first {
		t.Error("half a report was taken for one")
	}
	if err := a.unremember("spring"); err != nil || exists(kept) {
		t.Error(err)
	}
}

// A list that is edited while the question before the first message stands is
// not the one that was checked.
func TestListChangedAfterItsCheck(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("campaign.yaml", "name: spring\nfrom: rina@example.org\nsubject: Hello\nbody: {text: body.txt}\nrecipients: {file: list.csv}\nsender: {provider: sandbox}\n")
	write("body.txt", "Dear {{.name}}\n")
	write("list.csv", "email,name\nani@example.org,Ani\n")
	a := newApp(os.Stdin, &strings.Builder{}, &strings.Builder{})
	a.storeAt = filepath.Join(folder, "tebar.db")
	st, err := store.Open(t.Context(), a.storeAt, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	p, err := a.load(t.Context(), filepath.Join(folder, "campaign.yaml"), st)
	if err != nil {
		t.Fatal(err)
	}
	report, err := a.checkOf(t.Context(), p)
	if err != nil || !report.OK() {
		t.Fatal(report, err)
	}
	write("list.csv", "email,name\nani@example.org,Ani\nbudi@example.org,Budi\n")
	if err := a.takeIn(t.Context(), st, p, report, false); err == nil || !strings.Contains(err.Error(), "since it was checked") {
		t.Errorf("another list was taken in: %v", err)
	}
}
