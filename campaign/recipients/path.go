package recipients

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tebar/campaign"
)

// resolve makes a list's path absolute and refuses what is not a plain file
// inside the campaign's folder. Its errors are campaign.Problem.
func resolve(name string, opts Options) (string, error) {
	path := filepath.FromSlash(name)
	if !filepath.IsAbs(path) {
		path = filepath.Join(opts.Folder, path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", missing(name, err)
	}
	if info.IsDir() {
		return "", fileProblem(name, "is a folder, not a file", "name the list file in it")
	}
	if !info.Mode().IsRegular() {
		return "", fileProblem(name, "is not a plain file but a pipe or a device", "save the list as a file and name that")
	}
	if !opts.AllowOutside {
		return path, checkInside(name, path, opts.Folder)
	}
	return path, nil
}

// missing words the error of a file that cannot be looked at.
func missing(name string, err error) campaign.Problem {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fileProblem(name, "there is no such file", "paths are relative to the campaign file: correct the name, or put the list there")
	case errors.Is(err, fs.ErrPermission):
		return fileProblem(name, "may not be read", "give your user the right to read it")
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fileProblem(name, "cannot be read: "+err.Error(), "correct the path, or save the list elsewhere")
}

// checkInside compares the real places, symbolic links resolved.
func checkInside(name, path, folder string) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return missing(name, err)
	}
	home, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return missing(name, err)
	}
	real, home = absolute(real), absolute(home)
	rel, err := filepath.Rel(home, real)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return fileProblem(name, "stands outside the campaign's folder",
			"copy it beside the campaign file, or write `allow_outside: true`")
	}
	return nil
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
