package file

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"tebar/campaign"
)

// maxProblems is how many problems of one file are listed; the rest is counted.
const maxProblems = 100

// A reader walks the tree and collects what is wrong with it.
type reader struct {
	src      *source
	meant    map[string]bool // keys that unknown keys were taken for
	problems campaign.Problems
}

func (r *reader) add(severity campaign.Severity, at *node, hint, message string) {
	r.problems = append(r.problems, campaign.Problem{
		Severity: severity, File: r.src.name, Line: at.line, Column: r.src.column(at.line, at.column),
		Field: printable(at.path, 200), Message: printable(message, 400), Hint: printable(hint, 600),
	})
}

// printable makes a text fit for a terminal: what the file holds of control
// and direction characters (Unicode Technical Report 36) becomes blank.
func printable(text string, most int) string {
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == '\u2028' || c == '\u2029' {
			return ' '
		}
		return c
	}, text)
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-3]) + "..."
	}
	return text
}

// fail notes an error; hint says what to do, and may be "".
func (r *reader) fail(at *node, hint, format string, args ...any) {
	r.add(campaign.Error, at, hint, fmt.Sprintf(format, args...))
}

func (r *reader) warn(at *node, hint, format string, args ...any) {
	r.add(campaign.Warning, at, hint, fmt.Sprintf(format, args...))
}

// finish puts the problems in the order of the file and adds the excerpts,
// now that all secrets are known.
func (r *reader) finish() campaign.Problems {
	slices.SortStableFunc(r.problems, func(a, b campaign.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if n := len(r.problems); n > maxProblems {
		r.problems = slices.Clip(r.problems[:maxProblems])
		last := r.problems[maxProblems-1]
		r.problems = append(r.problems, campaign.Problem{
			Severity: campaign.Error, File: last.File, Line: last.Line, Column: last.Column,
			Message: fmt.Sprintf("and %d more problems", n-maxProblems), Hint: "correct these first",
		})
	}
	for i := range r.problems {
		p := &r.problems[i]
		p.Message, p.Hint = r.src.hide(p.Message), r.src.hide(p.Hint)
		p.Excerpt = r.src.excerpt(p.Line, p.Column)
	}
	return r.problems
}

// A key is one row of the table of a map: how its value is read into T.
type key[T any] struct {
	name  string
	read  func(r *reader, n *node, into *T)
	must  bool
	later bool // refused until its issue comes
}

// readMap reads a map by its table: unknown, repeated and missing keys are
// problems. It is false where n is no map.
func readMap[T any](r *reader, n *node, keys []key[T], into *T) bool {
	if n.kind != mapNode {
		if !r.glued(n, names(keys)) {
			r.wrongKind(n, "a group of keys", names(keys))
		}
		return false
	}
	seen := map[string]*node{}
	for _, p := range n.pairs {
		if first, ok := seen[p.key.text]; ok {
			r.fail(p.key, "keep one of the two", "the key `%s` stands here again: line %d has it already", p.key.text, first.line)
			continue
		}
		seen[p.key.text] = p.key
		readPair(r, n, p, keys, into)
	}
	for _, k := range keys {
		if k.must && seen[k.name] == nil {
			r.missing(n, k.name)
		}
	}
	return true
}

func readPair[T any](r *reader, n *node, p pair, keys []key[T], into *T) {
	i := slices.IndexFunc(keys, func(k key[T]) bool { return k.name == p.key.text })
	switch {
	case i < 0:
		r.unknownKey(n, p, names(keys))
	case keys[i].later:
		r.fail(p.key, "take the key out", "`%s` is not there yet", p.key.text)
	default:
		keys[i].read(r, p.value, into)
	}
}

// names are the keys of a table that may be written.
func names[T any](keys []key[T]) []string {
	var out []string
	for _, k := range keys {
		if !k.later {
			out = append(out, k.name)
		}
	}
	return out
}

// missing notes a key that is not there, unless an unknown key was taken for it.
func (r *reader) missing(n *node, name string) {
	r.wants(n, name, examples[section(below(n.path, name))])
}

func (r *reader) wants(n *node, name, hint string) {
	at := *n
	at.path = below(n.path, name)
	if n.find(name) == nil && !r.meant[at.path] {
		r.fail(&at, hint, "the key `%s` is missing", at.path)
	}
}

var gluedKey = regexp.MustCompile(`^([a-z_]+):(\S.*)$`)

// glued finds `key:value` where a group of keys should be.
func (r *reader) glued(n *node, keys []string) bool {
	m := gluedKey.FindStringSubmatch(n.text)
	if n.kind != textNode || m == nil || !contains(keys, m[1]) {
		return false
	}
	r.fail(n, "write "+m[1]+": and then the value", "the colon behind `%s` needs a blank behind it", m[1])
	return true
}

// examples are what to write for a key that must be there.
var examples = map[string]string{
	"name":            "add a line like: name: spring-open-day",
	"from":            `add a line like: from: "Rina Wijaya <rina@school.example>"`,
	"subject":         `add a line like: subject: "Our open day is on Saturday"`,
	"body":            "add the letter: body: {html: body.html}",
	"recipients":      "add the list: recipients: {file: people.csv}",
	"sender":          "add the account: sender: {provider: sandbox} tries it out without sending",
	"recipients.file": "add file: people.csv",
	"sender.provider": "add provider: gmail, gmail-500, workspace, smtp or sandbox",
}

// wrongKind says what a key wants and what stands there.
func (r *reader) wrongKind(n *node, want string, keys []string) {
	hint := "write " + want
	if len(keys) > 0 {
		hint = "write its keys below it, indented: " + list(keys)
	}
	if n.kind == nullNode {
		r.fail(n, hint, "%s is empty: it wants %s", n.name(), want)
		return
	}
	r.fail(n, hint, "%s wants %s, not %s", n.name(), want, n.what())
}
