package file

import (
	"slices"
	"strings"

	"tebar/campaign"
)

type enclosureDraft struct {
	campaign.Enclosure
	d *draft
}

func enclosureKeys() []key[enclosureDraft] {
	return []key[enclosureDraft]{
		{name: "file", read: func(r *reader, n *node, e *enclosureDraft) {
			found, _ := r.enclosed(n, e.d)
			e.File, e.Optional = found.File, found.Optional
		}},
		{name: "fill", read: func(r *reader, n *node, e *enclosureDraft) { e.Fill, _ = r.filled(n, e.d) }},
		{name: "as", read: func(r *reader, n *node, e *enclosureDraft) { e.As, _ = r.shownName(n) }},
	}
}

func readAttachments(r *reader, n *node, d *draft) {
	items := []*node{n}
	if n.kind == listNode {
		items = n.items
		if len(items) == 0 {
			r.fail(n, "name a file, or take the key out", "%s is an empty list", n.name())
		}
	}
	for _, i := range items {
		if e, ok := readEnclosure(r, i, d); ok {
			d.Attachments = append(d.Attachments, e)
		}
	}
}

func readEnclosure(r *reader, n *node, d *draft) (campaign.Enclosure, bool) {
	if n.kind != mapNode {
		return r.enclosed(n, d)
	}
	e := enclosureDraft{d: d}
	readMap(r, n, enclosureKeys(), &e)
	file, fill := n.find("file"), n.find("fill")
	switch {
	case file != nil && fill != nil:
		r.fail(fill, "make two entries of it", "an attachment is a file as it is or one that is filled, not both")
	case file == nil && fill == nil:
		r.fail(n, "write {file: map.pdf, as: Map.pdf} or {fill: invitation.ics}", "this attachment names neither `file` nor `fill`")
	default:
		return e.Enclosure, e.Path() != ""
	}
	return e.Enclosure, false
}

// enclosed reads the path of a file that goes along as it is.
func (r *reader) enclosed(n *node, d *draft) (e campaign.Enclosure, ok bool) {
	name, ok := r.filePath(n, d, true)
	if !ok || r.cutByComment(n) {
		return e, false
	}
	if e.File, e.Optional = strings.CutSuffix(name, "?"); strings.TrimSpace(e.File) == "" {
		r.fail(n, "write a path: tickets/{{.ticket}}.pdf?", "%s: %q names no file", n.path, name)
		return e, false
	}
	folder := strings.ReplaceAll(e.File, `\`, "/")
	if at := strings.LastIndexByte(folder, '/'); strings.Contains(literalText(folder[:at+1]), "*") {
		r.fail(n, "write the folder out, and the * into the file's name: photos/{{.id}}-*.jpg", "%s: a * cannot stand for a folder", n.path)
		return e, false
	}
	return e, true
}

// fillable are the files that can be filled, by their endings.
var fillable = []string{".ics", ".vcf", ".txt", ".html", ".htm"}

// filled reads the path of a file that is filled for each row.
func (r *reader) filled(n *node, d *draft) (string, bool) {
	name, ok := r.filePath(n, d, false)
	if !ok {
		return "", false
	}
	if !slices.Contains(fillable, extension(name)) {
		r.fail(n, "name a file that ends in "+strings.Join(fillable, ", ")+"; others go along as they are: {file: ...}",
			"%s: %s cannot be filled", n.path, shorten(name))
		return "", false
	}
	return name, true
}

// shownName reads the name under which a file goes along.
func (r *reader) shownName(n *node) (string, bool) {
	name, ok := r.text(n)
	if !ok || r.cutByComment(n) {
		return "", false
	}
	if strings.ContainsAny(literalText(name), `/\`) || strings.TrimSpace(name) == "" {
		r.fail(n, "write a name without a folder: Ticket {{.name}}.pdf", "%s: %q is no file's name", n.path, shorten(name))
		return "", false
	}
	return name, true
}

// literalText is a template without its actions.
func literalText(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, text, _ = strings.Cut(rest, "}}")
	}
}
