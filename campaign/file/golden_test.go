package file

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tebar/campaign"
)

var update = flag.Bool("update", false, "write the goldens of testdata anew")

// written is a list of problems as a person reads them.
func written(problems campaign.Problems) string {
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&b, "%s: %s\n%s", p.Severity, p.Error(), p.Excerpt)
		if p.Hint != "" {
			fmt.Fprintf(&b, "  hint: %s\n", p.Hint)
		}
		b.WriteByte('\n')
	}
	if len(problems) == 0 {
		return "none\n"
	}
	return b.String()
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); run with -update to accept:\n%s", path, diff)
	}
}

var options = Options{Zone: "Asia/Jakarta", Accounts: "testdata/accounts.yaml"}

// TestGolden reads each NAME.yaml; NAME.problems holds what is wrong with it,
// and NAME.json the campaign of those without an error.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatalf("found %d files, %v", len(files), err)
	}
	for _, path := range files {
		if path == options.Accounts {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			c, problems, err := Load(path, options)
			if err != nil {
				t.Fatal(err)
			}
			base := strings.TrimSuffix(path, ".yaml")
			golden(t, base+".problems", written(problems))
			if problems.Errors() == 0 {
				golden(t, base+".json", asJSON(t, c))
			}
			checkPlaces(t, path, problems)
		})
	}
}

func asJSON(t *testing.T, c *campaign.Campaign) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(c); err != nil {
		t.Fatal(err)
	}
	folder, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(b.String(), folder, "FOLDER")
}

// checkPlaces wants every problem to stand somewhere in its file.
func checkPlaces(t *testing.T, path string, problems campaign.Problems) {
	t.Helper()
	for _, p := range problems {
		if p.File != path && p.File != options.Accounts {
			t.Errorf("the file of %q is %q", p.Message, p.File)
		}
		if p.Line < 1 || p.Column < 1 || p.Excerpt == "" || p.Message == "" {
			t.Errorf("no place or no message: %+v", p)
		}
	}
}

// TestSecretsStayHidden: no part of a password of testdata is printed.
func TestSecretsStayHidden(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.problems")
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("hunter2")) {
			t.Errorf("%s prints a password", f)
		}
	}
}
