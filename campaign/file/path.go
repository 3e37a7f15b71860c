package file

import (
	"path"
	"regexp"
	"strings"
)

// maxPath is PATH_MAX of Linux in bytes, the longest of the systems' limits
// that a person may meet.
const maxPath = 4096

// filePath reads a path of the campaign. Templates are allowed where the file
// may differ from row to row.
func (r *reader) filePath(n *node, d *draft, templates bool) (string, bool) {
	text, ok := r.text(n)
	if !ok {
		return "", false
	}
	if isTemplate(text) && !templates {
		r.fail(n, "name one file", "%s is the same file for every row: {{ }} cannot stand here", n.name())
		return "", false
	}
	if len(text) > maxPath {
		r.fail(n, "name the file by a shorter path", "%s: a path of %d characters leads to no file", n.path, len(text))
		return "", false
	}
	if strings.HasPrefix(text, "~/") || strings.HasPrefix(text, `~\`) {
		r.fail(n, "write the path relative to the campaign file", "%s: ~ does not stand for your home folder here", n.path)
		return "", false
	}
	d.paths = append(d.paths, given[string]{n, text})
	return text, true
}

var drive = regexp.MustCompile(`^[A-Za-z]:[/\\]`)

// leaves says that a path points out of the campaign's folder, by its text:
// whoever opens the file looks at symbolic links.
func leaves(name string) bool {
	name, rest, _ := strings.Cut(strings.ReplaceAll(name, `\`, "/"), "{{")
	if contains(strings.Split(rest, "/"), "..") {
		return true
	}
	if strings.HasPrefix(name, "/") || drive.MatchString(name) {
		return true
	}
	clean := path.Clean(name)
	return clean == ".." || strings.HasPrefix(clean, "../")
}

// checkPaths refuses paths that leave the folder unless the file says so.
func (r *reader) checkPaths(d *draft) {
	if d.AllowOutside {
		return
	}
	for _, p := range d.paths {
		if leaves(p.value) {
			r.fail(p.at, "copy the file beside the campaign, or write: allow_outside: true",
				"%s: %s is outside the campaign's folder", p.at.path, shorten(p.value))
		}
	}
}

// extension is a file's ending in lower case with its dot: ".csv".
func extension(name string) string {
	return strings.ToLower(path.Ext(strings.ReplaceAll(name, `\`, "/")))
}
