package proof

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// binary is the tebar that every test drives.
var binary string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "tebar-proof")
	if err == nil {
		binary = filepath.Join(folder, "tebar")
		err = build(binary)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if code == 0 {
		err = searched.figures()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

func build(to string) error {
	cmd := exec.Command("go", "build", "-o", to, "tebar/cmd/tebar")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building tebar: %w\n%s", err, out)
	}
	return nil
}

// full says that the tests run at the numbers that docs/promises.md states.
func full() bool { return os.Getenv("TEBAR_PROOF") == "full" }

// size is the short number, or the full one.
func size(short, long int) int {
	if full() {
		return long
	}
	return short
}

// figures writes one line: "promise: kill sweep: 412 points, 0 lost, 0 twice".
// A test that has failed writes none.
func figures(t *testing.T, promise, format string, args ...any) {
	t.Helper()
	if t.Failed() {
		return
	}
	line := fmt.Sprintf("promise: %s: %s", promise, fmt.Sprintf(format, args...))
	t.Log(line)
	if err := note(line); err != nil {
		t.Fatal(err)
	}
}

// note adds a line to the figures.
func note(line string) error {
	name := os.Getenv("TEBAR_FIGURES")
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, strings.ReplaceAll(line, "\n", " "))
	return errors.Join(err, f.Close())
}
