package file

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLocate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "campaign.yaml")
	text := "name: x\nsubject: \"Hello {{.nmae}}\"\nrecipients:\n  - file: a.csv\n    where: '{{.x}}'\ncc: ['{{.y}}']\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string][2]int{"subject": {2, 10}, "recipients.where": {5, 12}, "cc": {6, 5}, "bcc": {0, 0}} {
		if got := Locate(path, key); got.Line != want[0] || got.Column != want[1] {
			t.Errorf("%s: %+v, want line %d, column %d", key, got, want[0], want[1])
		}
	}
	if got := Locate(filepath.Join(t.TempDir(), "none.yaml"), "subject"); got != (Place{}) {
		t.Errorf("a missing file: %+v", got)
	}
}

// What is shown of a line is no longer than a terminal's, whatever it holds.
func TestLocateCutsItsExcerpt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "campaign.yaml")
	text := "name: x\nsubject: '" + strings.Repeat("(", 100_000) + "'\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Locate(path, "subject"); got.Line != 2 || len(got.Excerpt) > 400 || !strings.Contains(got.Excerpt, "^") {
		t.Errorf("%d characters are shown: %.300s", len(got.Excerpt), got.Excerpt)
	}
}
