package templates

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"tebar/campaign"
)

// A Part is a file of the writer's that bodies may share.
type Part struct {
	File string // as problems name it
	Text string
}

// FindPart gives the part of a name; ok is false where there is none. names
// are those that there are, for a suggestion.
type FindPart func(name string) (part Part, names []string, ok bool)

// Around is what a body may take in from around it.
type Around struct {
	Find FindPart

	// Unsubscribe stands for {{unsubscribe}}: the link, which may be a template;
	// "" where the campaign offers none. File names the campaign's.
	Unsubscribe, File string
}

// maxAssembled is the size in bytes beyond which a body with its parts is a
// mistake: parts that ask for parts double with each step.
const maxAssembled = 5 << 20

// Assemble puts parts in the place of {{template "footer" .}} in a body: what
// {{define "footer"}} or {{block "footer" .}} gives, of the body first, else the
// part of that name. All that comes after sees one text, so that style sheets,
// pictures and the plain text are those of the whole letter. What a part is
// handed other than the row, or that has variables of its own, stays a
// definition, at the end.
//
// {{unsubscribe}} is put in place likewise, and the name of a picture, as in
// {{cid "logo.png"}}.
//
// A body that takes in nothing of outside stays as it is. origins says where
// each byte comes from; see Names. A part ends without its
// last line end, which an editor has put there.
func Assemble(file, field, text string, around Around) (whole string, from Origins, found campaign.Problems) {
	a := &assembler{field: field, around: around, defs: map[string]*definition{}}
	body := newSource(file, field, text)
	a.html = field == "body.html" || strings.HasPrefix(field, "attachments.") && fileKinds[strings.ToLower(path.Ext(file))] == htmlFile
	if !strings.Contains(body.text, "{{") || len(body.readable()) > 0 || len(body.syntax(body.text)) > 0 {
		return text, nil, nil // nothing to do, or Parse tells what is wrong
	}
	main := a.gather(body)
	own := slices.Sorted(maps.Keys(a.defs))
	a.put(main, body, false)
	for _, name := range own {
		if d := a.defs[name]; !d.used {
			a.say(campaign.Warning, body, d.at, fmt.Sprintf("%s is defined and never used", quoted(name)),
				fmt.Sprintf("write {{template %s .}} where it belongs, or take it out", quoted(name)))
			a.keep(name)
		}
	}
	for i := 0; i < len(a.kept); i++ { // those may ask for more
		a.putDefinition(a.kept[i])
	}
	if a.out.Len() > maxAssembled {
		a.say(campaign.Error, body, 0, "the letter has more than 5 MB with its parts",
			"look for parts that ask for others many times over")
	}
	if !a.foreign { // as letters of stores that knew no parts have it
		return text, nil, a.found
	}
	return a.out.String(), a.origins, a.found
}

// A definition is what a name stands for.
type definition struct {
	segs []segment
	src  *source
	at   int // offset of the {{define}} in its source
	used bool
}

type assembler struct {
	field   string
	html    bool // the body is HTML
	foreign bool // something of outside the body was put into it
	around  Around
	defs    map[string]*definition

	out     strings.Builder
	origins Origins
	found   campaign.Problems
	stack   []string // names that are being put
	kept    []string // names that stay definitions
}

func (a *assembler) say(sev campaign.Severity, src *source, at int, message, hint string) {
	p := src.problem(sev, at, message, hint)
	if !slices.ContainsFunc(a.found, func(q campaign.Problem) bool {
		return q.Message == p.Message && q.File == p.File && q.Line == p.Line && q.Column == p.Column
	}) {
		a.found = append(a.found, p)
	}
}

// gather takes the definitions out of a source, and gives what is left.
func (a *assembler) gather(src *source) []segment {
	var rest []segment
	segs := split(src.text)
	for i := 0; i < len(segs); i++ {
		m := defining.FindStringSubmatch(segs[i].inner())
		if !segs[i].action || m == nil {
			rest = append(rest, segs[i])
			continue
		}
		end := matching(segs, i)
		name := unquoted(m[1])
		if a.defs[name] == nil {
			a.defs[name] = &definition{segs: content(segs, i, end), src: src, at: segs[i].pos}
		}
		rest = append(rest, remnant(segs[i], segs[end])...)
		i = end
	}
	return rest
}

// lookup gives what a name stands for; nil where nobody knows it.
func (a *assembler) lookup(name string, src *source, at int) *definition {
	if d := a.defs[name]; d != nil {
		return d
	}
	part, names, ok := a.around.Find(name)
	a.foreign = a.foreign || ok
	if !ok {
		hint := fmt.Sprintf("define it: {{define %s}}...{{end}}, or write it into a file of that name in the folder templates", quoted(name))
		if near := nearest(name, append(names, slices.Sorted(maps.Keys(a.defs))...), 2); near != "" {
			hint = fmt.Sprintf("did you mean %s?", quoted(near))
		}
		a.say(campaign.Error, src, at, "there is no template "+quoted(name), hint)
		return nil
	}
	p := newSource(part.File, a.field, part.Text)
	p.text = strings.TrimSuffix(p.text, "\n")
	d := &definition{src: p}
	a.defs[name] = d
	faults := p.readable()
	if len(faults) == 0 {
		faults = p.syntax(p.text)
	}
	if a.found = append(a.found, faults...); len(faults) == 0 {
		d.segs = sealed(a.gather(p))
	}
	return d
}

// put writes segments, and what they ask for. moved says that they stand
// within a range or a with, where the dot is not what $ is.
func (a *assembler) put(segs []segment, src *source, moved bool) {
	var dots []bool // of the open ifs, ranges and withs: whether the dot had moved before
	for i := 0; i < len(segs); i++ {
		s := segs[i]
		if a.out.Len() > maxAssembled {
			return
		}
		c, isCall := callOf(s)
		switch kind := s.kind(); {
		case !s.action:
		case isCall && c.block:
			end := matching(segs, i)
			if a.defs[c.name] == nil {
				a.defs[c.name] = &definition{segs: content(segs, i, end), src: src, at: s.pos}
			}
			c.left, _ = s.trims()
			_, c.right = segs[end].trims()
			a.call(c, s, src, moved)
			i = end
			continue
		case isCall:
			a.call(c, s, src, moved)
			continue
		case s.inner() == "unsubscribe":
			a.unsubscribe(s, src, moved)
			continue
		case named.MatchString(s.inner()) && a.field != "body.text":
			a.foreign = true
			s.text = unquoted(named.FindStringSubmatch(s.inner())[1]) // as if it stood there, see Pictures
		case kind == opens:
			dots = append(dots, moved)
			moved = moved || !strings.HasPrefix(s.inner(), "if")
		case kind == closes && len(dots) > 0:
			moved, dots = dots[len(dots)-1], dots[:len(dots)-1]
		}
		a.write(s, src)
	}
}

// call puts what a name stands for in its place, or leaves the call.
func (a *assembler) call(c call, s segment, src *source, moved bool) {
	d := a.lookup(c.name, src, s.pos)
	if d == nil {
		a.write(wall(s.pos, c.left, c.right), src) // a body of parts alone is not empty
		return
	}
	if c.argument == "" && d.asks() {
		a.say(campaign.Error, src, s.pos, fmt.Sprintf("%s shows columns of the list, and is handed no row", quoted(c.name)),
			fmt.Sprintf("write the dot: {{template %s .}}", quoted(c.name)))
		return
	}
	d.used = true
	if slices.Contains(a.stack, c.name) && c.dot {
		a.say(campaign.Error, src, s.pos, "these templates ask for each other without end: "+strings.Join(append(a.stack, c.name), " > "),
			"take one of the calls out")
		return
	}
	if !c.dot || !d.placeable(moved) {
		a.write(segment{text: c.action(), pos: s.pos, action: true}, src)
		a.keep(c.name)
		return
	}
	a.write(wall(s.pos, c.left, false), src)
	a.stack = append(a.stack, c.name)
	a.put(d.segs, d.src, moved)
	a.stack = a.stack[:len(a.stack)-1]
	a.write(wall(s.pos, false, c.right), src)
}

// unsubscribe puts the link in place. moved says that the dot is not the row
// there, as in a with.
func (a *assembler) unsubscribe(s segment, src *source, moved bool) {
	a.foreign = true
	link := newSource(a.around.File, "unsubscribe.url", a.around.Unsubscribe)
	if link.text == "" {
		a.say(campaign.Error, src, s.pos, "the campaign offers no way to unsubscribe",
			"take {{unsubscribe}} out of the letter, or the line `unsubscribe: none` out of the campaign file")
		return
	}
	left, right := s.trims()
	if left {
		a.write(wall(s.pos, true, false), src)
	}
	for _, part := range split(link.text) {
		switch {
		case part.action && moved:
			part = part.rooted()
		case !part.action && a.html: // &copy=1 would be shown as a sign of its own
			part.text = strings.ReplaceAll(part.text, "&", "&amp;")
		}
		a.write(part, link)
	}
	if right {
		a.write(wall(s.pos, false, true), src)
	}
}

func (a *assembler) keep(name string) {
	if !slices.Contains(a.kept, name) {
		a.kept = append(a.kept, name)
	}
}

func (a *assembler) putDefinition(name string) {
	d := a.defs[name]
	a.write(segment{text: "{{define " + quoted(name) + "}}", pos: d.at}, d.src)
	a.stack = []string{name}
	a.put(d.segs, d.src, false)
	a.stack = nil
	a.write(segment{text: "{{end}}", pos: d.at}, d.src)
}

func (a *assembler) write(s segment, src *source) {
	a.origins = append(a.origins, origin{at: a.out.Len(), pos: s.pos, src: src})
	a.out.WriteString(s.text)
}
