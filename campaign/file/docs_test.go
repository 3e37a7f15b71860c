package file

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDocs: docs/campaign-file.md names every key, its examples load, and each
// trap it lists is found and mended as it says.
func TestDocs(t *testing.T) {
	data, err := os.ReadFile("../../docs/campaign-file.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(data)
	for _, table := range tables() {
		for _, key := range table.keys {
			if !strings.Contains(doc, "`"+key+"`") {
				t.Errorf("the page has no `%s` (section %q)", key, table.section)
			}
		}
	}
	blocks := strings.Split(doc, "```yaml\n")
	if len(blocks) < 4 {
		t.Fatalf("%d examples", len(blocks)-1)
	}
	for _, block := range blocks[1:3] {
		text, _, _ := strings.Cut(block, "```")
		if c, problems := load(t, text); c == nil || len(problems) > 0 {
			t.Errorf("the example\n%s\nhas %s", text, written(problems))
		}
	}
	checkTraps(t, doc)
}

var trapRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| .* \\| `([^`]+)` \\|$")

func checkTraps(t *testing.T, doc string) {
	t.Helper()
	_, traps, _ := strings.Cut(doc, "## YAML's traps")
	rows := trapRow.FindAllStringSubmatch(traps, -1)
	if len(rows) < 8 {
		t.Fatalf("%d traps", len(rows))
	}
	for _, row := range rows {
		if _, problems := load(t, trapped(row[1])); problems.Errors() == 0 {
			t.Errorf("no error in %s", row[1])
		}
		if c, problems := load(t, trapped(row[2])); c == nil || problems.Errors() > 0 {
			t.Errorf("%s has %s", row[2], written(problems))
		}
	}
}

// trapped puts a line into a file that has no other mistake.
func trapped(line string) string {
	key, _, _ := strings.Cut(line, ":")
	switch key {
	case "html":
		return strings.Replace(minimal, "body: {text: body.txt}", "body:\n  "+line, 1)
	case "spread", "start":
		return minimal + "schedule:\n  " + line + "\n"
	}
	var kept []string
	for _, l := range strings.Split(minimal, "\n") {
		if !strings.HasPrefix(l, key+":") {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n") + line + "\n"
}
