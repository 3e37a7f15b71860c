package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tebar/campaign"
)

// Create makes the file at path, mode 0600, from what write writes: it holds
// all of it, or what stood there before (or nothing) where anything went
// wrong. A link is followed. A pipe or a device (/dev/stdout) is written to as
// it is.
func Create(path string, write func(io.Writer) error) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return replace(path, write)
	case err != nil:
		return unwritable(path, err)
	case info.IsDir():
		return &campaign.HintError{
			Err:  fmt.Errorf("writing report: %s is a folder", path),
			Hint: "name a file in it, like " + filepath.Join(path, "report.csv"),
		}
	case !info.Mode().IsRegular():
		return direct(path, write)
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return unwritable(path, err)
	}
	return replace(target, write)
}

func direct(path string, write func(io.Writer) error) error {
	out, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return unwritable(path, err)
	}
	return errors.Join(write(out), out.Close())
}

// replace writes beside path and renames, so that path is never half there;
// os.CreateTemp makes the file 0600.
func replace(path string, write func(io.Writer) error) error {
	out, err := os.CreateTemp(filepath.Dir(path), ".tebar-report-*")
	if err != nil {
		return unwritable(path, err)
	}
	err = write(out)
	if err == nil {
		err = out.Sync()
	}
	err = errors.Join(err, out.Close())
	if err == nil {
		if err = os.Rename(out.Name(), path); err != nil {
			err = unwritable(path, err)
		}
	}
	if err != nil {
		return errors.Join(err, os.Remove(out.Name()))
	}
	return nil
}

// unwritable names path, which the person knows, not the file beside it.
func unwritable(path string, err error) error {
	var open *fs.PathError
	var rename *os.LinkError
	switch {
	case errors.As(err, &open):
		err = open.Err
	case errors.As(err, &rename):
		err = rename.Err
	}
	err = fmt.Errorf("writing report: %s: %w", path, err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &campaign.HintError{Err: err, Hint: "make the folder first, or name another place"}
	case errors.Is(err, fs.ErrPermission):
		return &campaign.HintError{Err: err, Hint: "close the file where a spreadsheet has it open, or name another place"}
	}
	return err
}
