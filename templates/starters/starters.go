// Package starters holds what `tebar init` writes: a small campaign that runs
// into the sandbox without an edit.
//
// It writes campaign.yaml, people.csv and body.html into a folder, which it
// makes. It never writes over a file that is there: then it writes nothing.
package starters

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

//go:embed files
var embedded embed.FS

// Name is the campaign's name in the file that is written.
const Name = "my-first-campaign"

// Files is the starter campaign, at the top of the file system.
func Files() fs.FS {
	sub, err := fs.Sub(embedded, "files")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return sub
}

// An ExistsError names the files that are there already.
type ExistsError struct{ Files []string }

func (e *ExistsError) Error() string {
	return "already there: " + strings.Join(e.Files, ", ")
}

// Write writes the starter campaign into dir, named after it, and returns the
// paths, sorted.
// Where any of them is there already it writes none and returns an
// *ExistsError; a file that appears meanwhile is not written over either.
func Write(dir string) ([]string, error) {
	entries, err := fs.ReadDir(Files(), ".")
	if err != nil {
		return nil, fmt.Errorf("reading the starter: %w", err)
	}
	var paths, there []string
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		paths = append(paths, path)
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			there = append(there, path)
		}
	}
	if len(there) > 0 {
		return nil, &ExistsError{there}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder: %w", err)
	}
	for i, e := range entries {
		if err := writeNew(paths[i], e.Name(), nameFor(dir)); err != nil {
			return paths[:i], err
		}
	}
	return paths, nil
}

// nameFor is the campaign's name: the folder's, in [a-z0-9-], so that two
// starters in one store are two campaigns; Name where nothing is left of it.
func nameFor(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return Name
	}
	words := strings.FieldsFunc(strings.ToLower(filepath.Base(abs)), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	name := strings.Join(words, "-")
	if name == "" || len(name) > 64 {
		return Name
	}
	return name
}

func writeNew(path, name, campaign string) error {
	data, err := fs.ReadFile(Files(), name)
	if err != nil {
		return fmt.Errorf("reading the starter: %w", err)
	}
	data = bytes.ReplaceAll(data, []byte(Name), []byte(campaign))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // a list of people comes into it
	if err != nil {
		return fmt.Errorf("writing the starter: %w", err)
	}
	if _, err := f.Write(data); err != nil {
		_ = f.Close()
		return fmt.Errorf("writing the starter: %w", err)
	}
	return f.Close()
}
