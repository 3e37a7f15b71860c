//go:build seeded

package proof

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestSeededBugs puts each bug into a copy of the tree, which must still
// compile, and runs the tests on it: none may pass. TEBAR_BUGS picks some by
// name.
func TestSeededBugs(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "tebar")
	copyTree(t, root, copied)
	if err := os.Symlink(filepath.Join(root, "..", "shared"), filepath.Join(copied, "..", "shared")); err != nil {
		t.Fatal(err)
	}
	caught, tried := 0, 0
	for _, b := range bugs {
		if only := os.Getenv("TEBAR_BUGS"); only != "" && !slices.Contains(strings.Split(only, ","), b.name) {
			continue
		}
		tried++
		by, err := b.try(copied)
		if err != nil {
			t.Errorf("%s: %v", b.name, err)
			continue
		}
		caught++
		t.Logf("seeded bug: %s (%s): caught by %s", b.name, b.file, by)
	}
	if tried == 0 {
		t.Fatal("no bug has that name")
	}
	figures(t, "seeded bugs", "%d of %d caught", caught, tried)
}

// try gives the first test that fails.
func (b bug) try(root string) (string, error) {
	path := filepath.Join(root, b.file)
	sound, err := b.place(root)
	if err != nil {
		return "", err
	}
	seeded := strings.Replace(sound, b.old, b.new, 1)
	if err := os.WriteFile(path, []byte(seeded), 0o600); err != nil {
		return "", err
	}
	defer os.WriteFile(path, []byte(sound), 0o600)
	if out, err := b.command(root, "build", "./...").CombinedOutput(); err != nil {
		return "", fmt.Errorf("it does not compile: %w\n%s", err, out)
	}
	args := []string{"test", "-json", "-failfast", "-count=1", "-timeout=20m"}
	if b.tags != "" {
		args = append(args, "-tags", b.tags)
	}
	if b.run != "" {
		args = append(args, "-run", b.run)
	}
	out, err := b.command(root, append(args, strings.Fields(b.packages)...)...).Output()
	var exit *exec.ExitError
	if err == nil {
		return "", errors.New("no test caught it")
	}
	if !errors.As(err, &exit) {
		return "", err
	}
	return firstFailure(out)
}

func (b bug) command(root string, args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "TEBAR_FIGURES=", "TEBAR_PROOF=")
	return cmd
}

// firstFailure reads go test -json. A package that fails without a test is a
// build that broke, and catches nothing.
func firstFailure(out []byte) (string, error) {
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 16<<20)
	found := ""
	for lines.Scan() {
		var e struct{ Action, Package, Test string }
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Action != "fail" || e.Test == "" {
			continue
		}
		if found == "" || strings.HasPrefix(found, e.Package+" ") && strings.HasPrefix(e.Test, strings.TrimPrefix(found, e.Package+" ")+"/") {
			found = e.Package + " " + e.Test
		}
	}
	if found == "" {
		return "", fmt.Errorf("the tests did not run:\n%s", tail(out))
	}
	return strings.TrimPrefix(found, "tebar/"), nil
}

func tail(out []byte) []byte { return out[max(0, len(out)-2000):] }

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "outbox"):
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}
