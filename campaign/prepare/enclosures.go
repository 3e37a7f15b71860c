package prepare

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync/atomic"

	"tebar/campaign"
	"tebar/templates"
)

// An enclosed file goes along with a message.
type enclosed struct {
	path string // as a campaign names files
	name string // that is shown
}

// An enclosure is an entry of `attachments` that is a file as it is.
type enclosure struct {
	path     field
	as       *field // nil: the file's own name
	optional bool
	pattern  bool         // the path has stars
	hits     *atomic.Bool // some row has had a file
}

// static says that the entry is the same for all rows.
func (e enclosure) static() bool { return e.path.Static() && (e.as == nil || e.as.Static()) }

// enclosures parses the entries that are files as they are: those of every
// message, and those of rows.
func (p *fieldParser) enclosures(list []campaign.Enclosure) (static, rows []enclosure) {
	for i, c := range list {
		if c.Fill != "" {
			continue
		}
		key := fmt.Sprintf("attachments[%d]", i)
		e := enclosure{optional: c.Optional, hits: new(atomic.Bool)}
		var text string
		text, e.pattern = templates.MarkStars(c.File)
		path := p.one(key, text)
		if path == nil {
			continue
		}
		e.path = *path
		e.path.name = c.File
		if c.As != "" {
			if e.as = p.one(key+".as", c.As); e.as == nil {
				continue
			}
		}
		if e.static() {
			static = append(static, e)
		} else {
			rows = append(rows, e)
		}
	}
	return static, rows
}

// enclosedBy are the files of an entry for a row.
func (p *Prepared) enclosedBy(e enclosure, r campaign.Recipient) ([]enclosed, error) {
	path, err := e.path.Execute(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.path.key, err)
	}
	path, missing, err := e.filled(path, r)
	if err != nil || missing && e.optional {
		return nil, err
	}
	if missing {
		return nil, fmt.Errorf("%s: the path %q is empty for this row", e.path.key, e.path.name)
	}
	if err := p.within(e, path); err != nil {
		return nil, fmt.Errorf("%s: %w", e.path.key, err)
	}
	paths := []string{path}
	switch {
	case e.pattern:
		if paths, err = p.matching(path); err == nil && len(paths) == 0 && !e.optional {
			err = fmt.Errorf("no file fits %s", strings.ReplaceAll(path, templates.Star, "*"))
		}
	case e.optional:
		if _, _, err = p.stat(path); errors.Is(err, fs.ErrNotExist) {
			paths, err = nil, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.path.key, err)
	}
	if len(paths) > 0 {
		e.hits.Store(true)
	}
	return e.named(paths, r)
}

// filled is the path without marks. missing says that the row names no file:
// nothing, or a folder where a cell would name a file of it. In a pattern an
// empty cell is a mistake as long as others are filled: the files of all would
// fit.
func (e enclosure) filled(path string, r campaign.Recipient) (plain string, missing bool, err error) {
	if e.pattern {
		if marked(r) {
			return "", false, fmt.Errorf("%s: a cell of this row has a control character", e.path.key)
		}
		var printed, empty int
		path, printed, empty = templates.Unmark(path)
		if empty > 0 && empty < printed {
			return "", false, fmt.Errorf("%s: a part of the path %q is empty for this row, and files of others may fit", e.path.key, e.path.name)
		}
		missing = empty > 0
	}
	path = strings.TrimSpace(path)
	folder := !e.path.Static() && strings.TrimRight(path, `/\`) != path
	return path, missing || path == "" || e.optional && folder, nil
}

// within refuses a path by which a cell leads out of the folder that the entry
// names, unless the campaign says that paths may lead anywhere.
func (p *Prepared) within(e enclosure, path string) error {
	if p.Campaign.AllowOutside || climbs(path) <= climbs(printing.ReplaceAllString(e.path.name, "x")) {
		return nil
	}
	if _, _, err := p.stat(path); err != nil && !e.pattern {
		return err // it leads out of the campaign's folder, too
	}
	return fmt.Errorf("a cell leads out of the folder that %q names: %s", e.path.name, strings.ReplaceAll(path, templates.Star, "*"))
}

// climbs is how often a path goes a folder up.
func climbs(path string) (n int) {
	for _, part := range strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == ".." {
			n++
		}
	}
	return n
}

// named gives files the names that are shown.
func (e enclosure) named(paths []string, r campaign.Recipient) ([]enclosed, error) {
	var out []enclosed
	for _, path := range paths {
		out = append(out, enclosed{path: path, name: fileName(path)})
	}
	if e.as == nil || len(out) == 0 {
		return out, nil
	}
	if len(out) > 1 {
		return nil, fmt.Errorf("%s: %d files would have one name; take `as` out", e.path.key, len(out))
	}
	name, err := e.as.Execute(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.as.key, err)
	}
	out[0].name = strings.TrimSpace(name)
	return out, nil
}

// marked says that a cell holds what stands for a star in patterns, or other
// marks of them, which no cell may bring.
func marked(r campaign.Recipient) bool {
	has := func(row campaign.Row) bool {
		return slices.ContainsFunc(row.Values, func(v string) bool { return strings.ContainsAny(v, templates.Marks) })
	}
	return has(r.Row) || slices.ContainsFunc(r.Rows, has)
}

// rowEnclosures are the files that go with one row alone.
func (p *Prepared) rowEnclosures(r campaign.Recipient) ([]enclosed, error) {
	var out []enclosed
	for _, e := range p.fields.enclosures {
		found, err := p.enclosedBy(e, r)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// neverThere are the optional entries that no row has a file for.
func (p *Prepared) neverThere() (found campaign.Problems) {
	for _, e := range p.fields.enclosures {
		if e.optional && !e.hits.Load() {
			found = append(found, p.neverThereBy(e, "no row has a file for %q"))
		}
	}
	return found
}

// neverThereBy warns of an entry without a file: the path is most likely wrong.
func (p *Prepared) neverThereBy(e enclosure, message string) campaign.Problem {
	return campaign.Problem{
		Severity: campaign.Warning, File: p.fileName(), Field: e.path.key,
		Message: fmt.Sprintf(message, e.path.name+"?"), Hint: "look at the path and its columns",
	}
}
