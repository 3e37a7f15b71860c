package starters_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tebar/campaign/prepare"
	"tebar/templates/starters"
)

var update = flag.Bool("update", false, "write the goldens anew, and draw the pictures")

// What is written is what is embedded, named after the folder.
func TestWrite(t *testing.T) {
	for _, s := range starters.All {
		t.Run(s.Name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "new", "demo")
			written, err := starters.Write(dir, s.Name)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.IsSorted(written) || fmt.Sprint(written) != fmt.Sprint(filesIn(t, dir)) {
				t.Errorf("says %v, wrote %v", written, filesIn(t, dir))
			}
			for _, path := range written {
				got, err := os.ReadFile(path)
				name, _ := filepath.Rel(dir, path)
				want, _ := fs.ReadFile(starters.Files(s.Name), filepath.ToSlash(name))
				if err != nil || len(want) == 0 || string(got) != strings.ReplaceAll(string(want), starters.Name, "demo") {
					t.Errorf("%s differs from what is embedded: %v", name, err)
				}
			}
		})
	}
	if _, err := starters.Write(t.TempDir(), "card"); !errors.Is(err, starters.ErrUnknown) {
		t.Errorf("an unknown starter: %v", err)
	}
}

// Each folder is a starter, and each starter has what it needs.
func TestAll(t *testing.T) {
	folders, err := os.ReadDir("files")
	if err != nil || len(folders) != len(starters.All) {
		t.Errorf("%d folders, %d starters: %v", len(folders), len(starters.All), err)
	}
	for _, s := range starters.All {
		for _, name := range []string{"campaign.yaml", "people.csv"} {
			if _, err := fs.Stat(starters.Files(s.Name), name); err != nil {
				t.Errorf("%s: %v", s.Name, err)
			}
		}
	}
}

// A file that is there stays, whether it lies at the top or in a folder, and
// then no other is written.
func TestWriteNeverOver(t *testing.T) {
	for mine, told := range map[string]string{
		"people.csv":              "people.csv",
		"logo.png":                "logo.png",
		"templates/footer.html":   "templates/footer.html",
		"templates":               "templates", // a file, where a folder belongs
		"templates/layout.html/x": "templates/layout.html",
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, filepath.FromSlash(mine))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := starters.Write(dir, "newsletter")
		var exists *starters.ExistsError
		if !errors.As(err, &exists) || fmt.Sprint(exists.Files) != fmt.Sprint([]string{filepath.Join(dir, filepath.FromSlash(told))}) {
			t.Errorf("%s: %v", mine, err)
		}
		if data, _ := os.ReadFile(path); string(data) != "mine" {
			t.Errorf("%s was written over", mine)
		}
		if all := filesIn(t, dir); len(all) != 1 {
			t.Errorf("%s is there, and others were written: %v", mine, all)
		}
	}
}

// What cannot be written whole is taken away again, with its folders; what was
// there stays. A link that leads nowhere is no folder, and found out late.
func TestWriteNothingHalf(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "nowhere", "deep"), filepath.Join(dir, "templates")); err != nil {
		t.Skip("no links here:", err)
	}
	if _, err := starters.Write(dir, "newsletter"); err == nil {
		t.Error("no error")
	}
	if all := filesIn(t, dir); len(all) != 1 || filepath.Base(all[0]) != "templates" {
		t.Errorf("left behind: %v", all)
	}
	full := filepath.Join(dir, "file")
	if err := os.WriteFile(full, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := starters.Write(filepath.Join(full, "demo"), "newsletter"); err == nil {
		t.Error("a folder within a file")
	}
}

// filesIn are the files below dir, sorted.
func filesIn(t *testing.T, dir string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// written is a starter on the disk, read as `tebar check` reads it.
func written(t *testing.T, name string, change func(yaml string) string) *prepare.Prepared {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "demo")
	if _, err := starters.Write(dir, name); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "campaign.yaml")
	if change != nil {
		text, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, []byte(change(string(text))), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	p, err := prepare.Load(t.Context(), path, prepare.Options{Zone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Neither error nor warning, in any row; the texts of the first message and of
// those at the edge are as a person would have typed them.
func TestLetters(t *testing.T) {
	for _, s := range starters.All {
		t.Run(s.Name, func(t *testing.T) {
			p := written(t, s.Name, nil)
			report, err := p.Check(t.Context())
			if err != nil || len(report.Problems) > 0 || report.Recipients < 6 || report.Skipped > 0 {
				t.Fatalf("%+v, %v", report, err)
			}
			picked, err := p.Pick(t.Context(), prepare.Choice{Most: 1})
			if err != nil || len(picked.Picks) < 4 {
				t.Fatal("no row is the longest, the emptiest or the least ASCII", picked, err)
			}
			var all strings.Builder
			for _, pick := range picked.Picks {
				r := pick.Recipient
				got, err := p.Fill(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(got.HTML+got.Text, "ZgotmplZ") || strings.Contains(got.Text, "no value") {
					t.Errorf("row %d has a cell that cannot stand where it stands", r.Number)
				}
				if !strings.Contains(got.Text, "Unsubscribe <") && !strings.Contains(got.Text, "unsubscribe <") {
					t.Errorf("row %d has no way out", r.Number)
				}
				fmt.Fprintf(&all, "=== row %d: %s\nSubject: %s\n\n%s", r.Number, pick.Why, got.Subject, got.Text)
			}
			golden(t, filepath.Join("testdata", s.Name+".txt"), all.String())
		})
	}
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
	if err != nil || got != string(want) {
		t.Errorf("%s differs: %v; got\n%s", path, err, got)
	}
}

// Nobody's address, and nothing that a letter would have to fetch.
func TestFitToSend(t *testing.T) {
	address := regexp.MustCompile(`[\w.+-]+@([\w.-]*\w)`)
	link := regexp.MustCompile(`https?://([\w.-]+)`)
	for _, s := range starters.All {
		for _, path := range filesIn(t, filepath.Join("files", s.Name)) {
			if filepath.Ext(path) == ".png" {
				continue
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range append(address.FindAllStringSubmatch(string(data), -1), link.FindAllStringSubmatch(string(data), -1)...) {
				if m[1] != "example.org" && m[1] != "example.com" && m[0] != "you@gmail.com" {
					t.Errorf("%s: %s is somebody's", path, m[0])
				}
			}
			if strings.HasSuffix(path, ".html") && strings.Contains(string(data), "<html") {
				for _, want := range []string{`<html lang="en">`, "prefers-color-scheme: dark", `name="color-scheme"`, "max-width: 600px", "[if mso]", "preheader"} {
					if !strings.Contains(string(data), want) {
						t.Errorf("%s has no %s", path, want)
					}
				}
			}
		}
	}
}

// The campaign files end alike, and what they say of Gmail works: the sandbox
// out, the # off.
func TestGmail(t *testing.T) {
	const begin = "\nsender:\n"
	var first string
	for _, s := range starters.All {
		text, err := fs.ReadFile(starters.Files(s.Name), "campaign.yaml")
		if err != nil || !strings.Contains(string(text), "\nname: "+starters.Name+" ") {
			t.Fatal("the campaign has another name", err)
		}
		_, end, _ := strings.Cut(string(text), begin)
		if first == "" {
			first = end
		}
		if end == "" || end != first {
			t.Errorf("%s tells otherwise how to send than %s does", s.Name, starters.All[0].Name)
		}
		p := written(t, s.Name, func(yaml string) string {
			for _, line := range []string{"  provider: gmail", "  username:", "  password:", "schedule:", "  timezone:", "  days:", "  hours:"} {
				yaml = strings.Replace(yaml, "\n#"+line, "\n"+line, 1)
			}
			yaml = strings.Replace(yaml, "  provider: sandbox\n", "", 1)
			return regexp.MustCompile(`<\w+@example.org>`).ReplaceAllString(yaml, "<you@gmail.com>")
		})
		if p.Campaign == nil || len(p.Problems) > 0 || p.Campaign.Sender.Provider != "gmail" || len(p.Campaign.Schedule.Hours) == 0 {
			t.Errorf("%s, for Gmail: %v", s.Name, p.Problems)
		}
	}
}
