package mailer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// Letters as designers make them go out and come back as they were.
func TestRealLetters(t *testing.T) {
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for filepath.Dir(root) != root {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		root = filepath.Dir(root)
	}
	var letters []string
	folder := filepath.Join(root, "..", "shared", "corpora", "html")
	_ = filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(strings.ToLower(filepath.Ext(path)), ".htm") {
			letters = append(letters, path)
		}
		return nil
	})
	if len(letters) == 0 {
		t.Skipf("no letters in %s", folder)
	}
	for _, path := range letters {
		html, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(html) {
			continue
		}
		m := sample()
		m.HTML = string(html)
		e, err := Build(m)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got := parse(t, e.Message); len(got.text) != 2 || got.text[1] != lines(m.HTML) {
			t.Errorf("%s does not come back as it was", path)
		}
	}
	t.Logf("%d letters", len(letters))
}
