package prepare

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"

	"tebar/templates"
)

// maxMatching is the number of files beyond which a pattern is a mistake.
const maxMatching = 100

// matching are the regular files that fit a path whose last part has stars,
// sorted by name; hidden ones aside. A folder that is not there has none.
func (p *Prepared) matching(path string) ([]string, error) {
	path = strings.ReplaceAll(path, `\`, "/")
	at := strings.LastIndexByte(path, '/') + 1
	folder, name := path[:at], path[at:]
	all, err := p.namesIn(folder)
	if err != nil {
		return nil, err
	}
	prefix, _, _ := strings.Cut(name, templates.Star)
	fits := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(name), templates.Star, ".*") + "$")
	var found []string
	for _, n := range all[sort.SearchStrings(all, prefix):] {
		if !strings.HasPrefix(n, prefix) {
			break
		}
		if fits.MatchString(n) {
			found = append(found, folder+n)
		}
	}
	if len(found) > maxMatching {
		return nil, fmt.Errorf("%d files fit %s; at most %d go with a message", len(found), strings.ReplaceAll(path, templates.Star, "*"), maxMatching)
	}
	return found, nil
}

// namesIn are the files in a folder, sorted. It is read once: rows by the
// thousand ask for it.
func (p *Prepared) namesIn(folder string) ([]string, error) {
	p.foldersMu.Lock()
	defer p.foldersMu.Unlock()
	if names, ok := p.folders[folder]; ok {
		return names, nil
	}
	names, err := p.readFolder(folder)
	if err != nil {
		return nil, err
	}
	if p.folders == nil || len(p.folders) >= keptMost {
		p.folders = map[string][]string{}
	}
	p.folders[folder] = names
	return names, nil
}

func (p *Prepared) readFolder(folder string) ([]string, error) {
	if strings.ContainsFunc(folder, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, fmt.Errorf("the path %q has a control character", folder)
	}
	real, err := filepath.EvalSymlinks(p.Campaign.Path(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && !p.Campaign.AllowOutside {
		err = inside(p.Campaign.Folder, real)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, plain(err))
	}
	list, err := os.ReadDir(real)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, plain(err))
	}
	var names []string
	for _, f := range list {
		if !f.IsDir() && !strings.HasPrefix(f.Name(), ".") {
			names = append(names, f.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}
