package prepare

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"tebar/templates"
)

// partsFolder holds what bodies share, beside the campaign file.
const partsFolder = "templates"

// assemble puts parts in the place of {{template "footer" .}}. endings are those
// of their files, the first that there is being taken.
func (p *Prepared) assemble(field, name, text string, endings ...string) string {
	whole, from, found := templates.Assemble(name, field, text, templates.Around{
		Find:        func(part string) (templates.Part, []string, bool) { return p.part(field, part, endings) },
		Unsubscribe: p.Campaign.Unsubscribe.Link(), File: p.fileName(),
	})
	p.Problems = append(p.Problems, found...)
	if from != nil {
		p.from[field] = from
	}
	return whole
}

// part reads the part of a name. One that is there and cannot be read is told
// of, and is empty.
func (p *Prepared) part(field, part string, endings []string) (found templates.Part, others []string, ok bool) {
	for _, ending := range endings {
		name := path.Join(partsFolder, part)
		if !strings.HasSuffix(part, ending) {
			name += ending
		}
		if !fs.ValidPath(part) {
			break
		}
		text, err := p.readText(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			p.problem(field, "parts of letters are files of UTF-8 text in the folder "+partsFolder, err)
		}
		p.parts = append(p.parts, name)
		return templates.Part{File: name, Text: text}, nil, true
	}
	return templates.Part{}, p.partNames(endings), false
}

// partNames are the parts that there are.
func (p *Prepared) partNames(endings []string) []string {
	list, _ := os.ReadDir(filepath.Join(p.Campaign.Folder, partsFolder))
	var names []string
	for _, f := range list {
		if ending := path.Ext(f.Name()); slices.Contains(endings, ending) {
			names = append(names, strings.TrimSuffix(f.Name(), ending))
		}
	}
	return names
}
