package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// A guard is put there whole, over nothing that stands there already unless
// it is to be replaced, and nothing is left beside it.
func TestPutFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".tebar-spring.json")
	for _, step := range []struct {
		text    string
		replace bool
		want    string
	}{
		{"one", false, "one"},
		{"two", false, "one"},
		{"three", true, "three"},
	} {
		err := putFile(path, []byte(step.text), step.replace)
		if kept := step.want != step.text; kept != errors.Is(err, fs.ErrExist) || !kept && err != nil {
			t.Errorf("putting %s: %v", step.text, err)
		}
		if text, err := os.ReadFile(path); string(text) != step.want {
			t.Errorf("after %s: %q, %v, want %q", step.text, text, err, step.want)
		}
	}
	if err := createFile(path, []byte("four")); !errors.Is(err, fs.ErrExist) { // where there are no links
		t.Errorf("creating what is there: %v", err)
	}
	if text, err := os.ReadFile(path); string(text) != "three" {
		t.Errorf("what was there is %q, %v", text, err)
	}
	if all, err := os.ReadDir(filepath.Dir(path)); len(all) != 1 {
		t.Errorf("left behind: %v, %v", all, err)
	}
}
