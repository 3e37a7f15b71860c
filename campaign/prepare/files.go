package prepare

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/text/unicode/norm"

	"tebar/campaign"
)

// Sizes in bytes beyond which a file is a mistake.
const (
	maxLetter     = 5 << 20
	maxAttachment = 50 << 20
)

func (p *Prepared) fileName() string {
	if p.path == "" {
		return "campaign.yaml"
	}
	return p.path
}

// stat finds a regular file that a campaign names, inside its folder (symbolic
// links followed) unless allow_outside says otherwise.
func (p *Prepared) stat(name string) (string, fs.FileInfo, error) {
	if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", nil, fmt.Errorf("the path %q has a control character", name)
	}
	real, err := p.found(name)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", name, plain(err))
	}
	if !p.Campaign.AllowOutside {
		if err := inside(p.Campaign.Folder, real); err != nil {
			return "", nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	info, err := os.Stat(real)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", name, plain(err))
	}
	if !info.Mode().IsRegular() {
		return "", nil, fmt.Errorf("%s is not a regular file", name)
	}
	return real, info, nil
}

// found is the path of a file, links resolved. A name with accents may be
// written in two ways (Unicode, UAX 15), and the one of a file that comes from a
// Mac is seldom the one of a list.
func (p *Prepared) found(name string) (string, error) {
	real, err := filepath.EvalSymlinks(p.Campaign.Path(name))
	for _, form := range []norm.Form{norm.NFC, norm.NFD} {
		if other := form.String(name); errors.Is(err, fs.ErrNotExist) && other != name {
			if there, e := filepath.EvalSymlinks(p.Campaign.Path(other)); e == nil {
				return there, nil
			}
		}
	}
	return real, err
}

func inside(folder, path string) error {
	folder, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return plain(err)
	}
	rel, err := filepath.Rel(folder, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return fmt.Errorf("lies outside the campaign's folder; `allow_outside: true` permits it")
	}
	return nil
}

// plain is an error of the file system without the path, which the caller names.
func plain(err error) error {
	if pe, ok := err.(*fs.PathError); ok { //nolint:errorlint // the outermost one names the path
		return pe.Err
	}
	return err
}

func (p *Prepared) read(name string, limit int64) ([]byte, error) {
	path, info, err := p.stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%s has %d MB; at most %d MB are taken", name, info.Size()>>20, limit>>20)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, plain(err))
	}
	defer f.Close()
	if now, err := f.Stat(); err != nil || !os.SameFile(info, now) {
		return nil, fmt.Errorf("%s was replaced while it was read", name)
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("more than %d MB", limit>>20)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return data, nil
}

func (p *Prepared) problem(field, hint string, err error) {
	p.Problems = append(p.Problems, campaign.Problem{
		Severity: campaign.Error, File: p.fileName(), Field: field, Message: err.Error(), Hint: hint,
	})
}
