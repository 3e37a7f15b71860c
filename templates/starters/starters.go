// Package starters holds what `tebar init` writes: small campaigns that run
// into the sandbox without an edit, one for each of the usual occasions.
//
// Each is a folder of files/: campaign.yaml, people.csv, the letter, and its
// parts and pictures where it has some. It is written into a folder, which is
// made. Nothing is written over: where one of the files is there already, none
// is written, and what cannot be written whole is taken away again.
package starters

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed files
var embedded embed.FS

// A Starter is a campaign to begin with.
type Starter struct {
	Name string
	For  string // what it is good for, in a few words
}

// All are the starters; the first is what `tebar init` writes unless told
// otherwise.
var All = []Starter{
	{"announcement", "news for everybody on a list: one column, one button"},
	{"invitation", "a day, a time and a place for each guest, with a picture"},
	{"newsletter", "several stories in a layout, with a logo and a foot in files of their own"},
	{"receipt", "several rows of one address as one message, with a table of amounts"},
	{"letter", "plain words as one would type them, in Markdown"},
}

// Name is the campaign's name in the files that are written.
const Name = "my-first-campaign"

// ErrUnknown says that there is no starter of that name.
var ErrUnknown = errors.New("no such starter")

// Known says whether there is a starter of that name.
func Known(name string) bool {
	return slices.ContainsFunc(All, func(s Starter) bool { return s.Name == name })
}

// Files is a starter, at the top of the file system; empty where there is none
// of that name.
func Files(name string) fs.FS {
	sub, err := fs.Sub(embedded, "files/"+name)
	if err != nil {
		panic(err) // the names are this package's
	}
	return sub
}

// An ExistsError names the files that are there already.
type ExistsError struct{ Files []string }

func (e *ExistsError) Error() string {
	return "already there: " + strings.Join(e.Files, ", ")
}

// Write writes a starter into dir, the campaign named after it, and returns
// the paths, sorted.
// Errors: ErrUnknown; an *ExistsError, where any file is there already. A file
// that appears meanwhile is not written over either. After an error nothing is
// left of what was written.
func Write(dir, name string) ([]string, error) {
	if !Known(name) {
		return nil, fmt.Errorf("%q: %w", name, ErrUnknown)
	}
	files, err := list(name)
	if err != nil {
		return nil, fmt.Errorf("reading the starter: %w", err)
	}
	if there := inTheWay(dir, files); len(there) > 0 {
		return nil, &ExistsError{there}
	}
	w := writing{dir: dir, from: Files(name), campaign: nameFor(dir)}
	for _, file := range files {
		if err := w.file(file); err != nil {
			w.undo()
			return nil, err
		}
	}
	return w.files, nil
}

// list has the paths of a starter's files, with slashes, sorted.
func list(name string) (files []string, err error) {
	err = fs.WalkDir(Files(name), ".", func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, path)
		}
		return err
	})
	return files, err
}

// inTheWay are the files that are there already, and files where a folder of
// the starter belongs.
func inTheWay(dir string, files []string) (there []string) {
	for _, file := range files {
		path := filepath.Join(dir, filepath.FromSlash(file))
		if folder := filepath.Dir(path); folder != filepath.Clean(dir) {
			if info, err := os.Stat(folder); err == nil && !info.IsDir() {
				path = folder
			}
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) && !slices.Contains(there, path) {
			there = append(there, path)
		}
	}
	return there
}

// nameFor is the campaign's name: the folder's, in [a-z0-9-], so that two
// starters in one store are two campaigns; Name where nothing is left of it, or
// what YAML takes for no text.
func nameFor(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return Name
	}
	words := strings.FieldsFunc(strings.ToLower(filepath.Base(abs)), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	name := strings.Join(words, "-")
	if name == "" || name == "null" || len(name) > 64 {
		return Name
	}
	return name
}

// A writing is a starter on its way to the disk.
type writing struct {
	dir      string
	from     fs.FS
	campaign string   // its name
	folders  []string // that were made, the outermost first
	files    []string // that were written
}

func (w *writing) file(name string) error {
	data, err := fs.ReadFile(w.from, name)
	if err != nil {
		return fmt.Errorf("reading the starter: %w", err)
	}
	data = bytes.ReplaceAll(data, []byte(Name), []byte(w.campaign))
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := w.folder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("making the folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // a list of people comes into it
	if errors.Is(err, fs.ErrExist) {
		return &ExistsError{[]string{path}}
	}
	if err != nil {
		return fmt.Errorf("writing the starter: %w", err)
	}
	w.files = append(w.files, path)
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing the starter: %w", err)
	}
	return nil
}

// folder makes a folder, and those that it lies in.
func (w *writing) folder(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	if parent := filepath.Dir(path); parent != path {
		if err := w.folder(parent); err != nil {
			return err
		}
	}
	err := os.Mkdir(path, 0o700)
	if err == nil {
		w.folders = append(w.folders, path)
	}
	return err
}

// undo takes away what was written and made; what else has come into a folder
// meanwhile stays, with the folder.
func (w *writing) undo() {
	for _, path := range w.files {
		_ = os.Remove(path)
	}
	for _, path := range slices.Backward(w.folders) {
		_ = os.Remove(path)
	}
}
