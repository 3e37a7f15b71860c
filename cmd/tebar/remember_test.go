package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
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
		p, r, err := a.checked(t.Context(), at("campaign.yaml"))
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
		if _, again := check(); again {
			t.Errorf("%s has changed, and was not checked", c.file)
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
