package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tebar/campaign"
)

// Why a store is refused; each comes inside a *campaign.HintError.
var (
	ErrOlder        = errors.New("an older Tebar is sending from the store")
	ErrNewer        = errors.New("the store was written by a newer Tebar")
	ErrForeign      = errors.New("not a Tebar store")
	ErrDamaged      = errors.New("the store is damaged")
	ErrNetwork      = errors.New("the store is on a network file system")
	ErrSynchronised = errors.New("the store is in a synchronised folder")
	ErrReadOnly     = errors.New("the store cannot be written")
	ErrFull         = errors.New("the disk is full")
	ErrDisk         = errors.New("the disk cannot be read or written")
	ErrHeld         = errors.New("another process has the store in hand and does not let go")
	ErrEngine       = errors.New("PostgreSQL stores are not there yet")
)

const moveHint = "keep the store on this computer's own disk, and name it with --store PATH or TEBAR_STORE"

// place makes a location an absolute path without symbolic links, since the
// runners' locks go by the path, and refuses places where SQLite's locks do
// not hold or another program replaces the file.
func place(location string) (string, error) {
	if strings.HasPrefix(location, "postgres://") || strings.HasPrefix(location, "postgresql://") {
		return "", &campaign.HintError{Err: ErrEngine, Hint: "name a file with --store PATH"}
	}
	path, err := filepath.Abs(location)
	if err != nil {
		return "", fmt.Errorf("opening the store: %w", err)
	}
	real := resolve(path)
	for _, p := range []string{path, real} {
		if name := synchronised(p); name != "" {
			return "", refuse(path, fmt.Errorf("%w (%s)", ErrSynchronised, name), moveHint)
		}
	}
	if name := networkFS(nearest(real)); name != "" {
		return "", refuse(path, fmt.Errorf("%w (%s)", ErrNetwork, name), moveHint)
	}
	return real, nil
}

func refuse(path string, err error, hint string) error {
	return &campaign.HintError{Err: fmt.Errorf("opening the store: %s: %w", path, err), Hint: hint}
}

// resolve follows symbolic links in the part of the path that exists.
func resolve(path string) string {
	have := nearest(path)
	real, err := filepath.EvalSymlinks(have)
	if err != nil {
		return path
	}
	return real + strings.TrimPrefix(path, have)
}

// nearest is the path, or its closest ancestor that exists.
func nearest(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || filepath.Dir(path) == path {
			return path
		}
		path = filepath.Dir(path)
	}
}

// synchronised names the folder of the path that a cloud program keeps in
// step with other computers; "" if there is none. OneDrive's folders carry
// the organisation's name: "OneDrive - Example School".
func synchronised(path string) string {
	for part := range strings.SplitSeq(filepath.ToSlash(path), "/") {
		low := strings.ToLower(part)
		switch {
		case low == "onedrive", strings.HasPrefix(low, "onedrive - "),
			low == "dropbox", strings.HasPrefix(low, "dropbox ("),
			low == "google drive", low == "googledrive", strings.HasPrefix(low, "googledrive-"),
			low == "icloud drive", low == "mobile documents":
			return part
		}
	}
	return ""
}
