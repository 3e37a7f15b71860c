package templates

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A call is {{template "footer" .}}, or {{block "footer" .}} without what it
// holds.
type call struct {
	name        string
	argument    string
	dot         bool // it hands the present row on
	block       bool
	left, right bool // trim markers
}

const literal = "(\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`)"

var (
	named     = regexp.MustCompile(`^cid\s+` + literal + `$`)
	defining  = regexp.MustCompile(`^define\s+` + literal + `$`)
	calls     = regexp.MustCompile(`(?s)^(template|block)\s+` + literal + `\s*(.*)$`)
	variable  = regexp.MustCompile(`\$[\pL\pN_]`)
	rootValue = regexp.MustCompile(`\$`)
	anyText   = regexp.MustCompile(literal)
	columnOf  = regexp.MustCompile(`([{\s(|=])(\.[\pL_])`)
)

func callOf(s segment) (c call, ok bool) {
	if !s.action {
		return call{}, false
	}
	m := calls.FindStringSubmatch(s.inner())
	if m == nil {
		return call{}, false
	}
	c = call{name: unquoted(m[2]), argument: m[3], dot: m[3] == ".", block: m[1] == "block"}
	c.left, c.right = s.trims()
	return c, true
}

// action is the call of a definition.
func (c call) action() string {
	return braced(strings.TrimSpace("template "+quoted(c.name)+" "+c.argument), c.left, c.right)
}

func unquoted(literal string) string {
	if s, err := strconv.Unquote(literal); err == nil {
		return s
	}
	return literal
}

// placeable says that the definition means the same in the place of its call:
// it has no variables, and $ only where that is the dot.
func (d *definition) placeable(moved bool) bool {
	for _, s := range d.segs {
		if s.action && (variable.MatchString(s.text) || moved && rootValue.MatchString(s.text)) {
			return false
		}
	}
	return true
}

// asks says that the definition takes something from what it is handed.
func (d *definition) asks() bool {
	return slices.ContainsFunc(d.segs, func(s segment) bool { return s.rooted().text != s.text })
}

// rooted is an action that takes columns of the row, whatever the dot is: $.id
// for .id.
func (s segment) rooted() segment {
	if !s.action || strings.HasPrefix(s.inner(), "/*") {
		return s
	}
	var b strings.Builder
	rest := s.text
	for _, at := range append(anyText.FindAllStringIndex(s.text, -1), []int{len(s.text), len(s.text)}) {
		code := s.text[len(s.text)-len(rest) : at[0]]
		b.WriteString(columnOf.ReplaceAllString(code, "$1$$$2") + s.text[at[0]:at[1]])
		rest = s.text[at[1]:]
	}
	s.text = b.String()
	return s
}

// matching is the index of the {{end}} of the action at open; of a source
// that parses there is one.
func matching(segs []segment, open int) int {
	depth := 0
	for i := open; i < len(segs); i++ {
		if !segs[i].action {
			continue
		}
		switch segs[i].kind() {
		case opens:
			depth++
		case closes:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(segs) - 1
}

// wall is a comment: trim markers on either side do not see through it.
func wall(pos int, left, right bool) segment {
	return segment{text: braced("/**/", left, right), pos: pos, action: true}
}

// content is what stands between an action and its end, trimmed as they say.
func content(segs []segment, open, end int) []segment {
	_, left := segs[open].trims()
	right, _ := segs[end].trims()
	in := []segment{}
	if left {
		in = append(in, wall(segs[open].pos, false, true))
	}
	in = append(in, segs[open+1:end]...)
	if right {
		in = append(in, wall(segs[end].pos, true, false))
	}
	return sealed(in)
}

// remnant is what a definition leaves in the place where it stood.
func remnant(open, end segment) []segment {
	left, _ := open.trims()
	_, right := end.trims()
	return []segment{wall(open.pos, left, right)}
}

// sealed does what trim markers at either end ask for, which would else reach
// into what stands around the place where the segments are put.
func sealed(segs []segment) []segment {
	segs = append([]segment{}, segs...)
	if i, blank := edge(segs, 0, 1); i >= 0 {
		if left, _ := segs[i].trims(); left {
			segs[i] = segs[i].untrimmed(true)
			if blank {
				segs = segs[1:]
			}
		}
	}
	if i, blank := edge(segs, len(segs)-1, -1); i >= 0 {
		if _, right := segs[i].trims(); right {
			segs[i] = segs[i].untrimmed(false)
			if blank {
				segs = segs[:len(segs)-1]
			}
		}
	}
	return segs
}

// edge is the index of the action that stands at an end, with nothing but
// white space (blank) between; -1 where there is none.
func edge(segs []segment, at, step int) (index int, blank bool) {
	if at < 0 || at >= len(segs) {
		return -1, false
	}
	if !segs[at].action && strings.TrimSpace(segs[at].text) == "" {
		at, blank = at+step, true
	}
	if at < 0 || at >= len(segs) || !segs[at].action {
		return -1, false
	}
	return at, blank
}

// untrimmed is the action without its marker on one side; but for a comment,
// which must touch its braces, every byte keeps its place.
func (s segment) untrimmed(left bool) segment {
	l, r := s.trims()
	switch {
	case strings.HasPrefix(s.inner(), "/*"):
		s.text = braced(s.inner(), l && !left, r && left)
	case left:
		s.text = "{{ " + s.text[3:]
	default:
		s.text = s.text[:len(s.text)-3] + " }}"
	}
	return s
}

// braced is an action, with trim markers.
func braced(inner string, left, right bool) string {
	if left {
		inner = "- " + inner
	}
	if right {
		inner += " -"
	}
	return "{{" + inner + "}}"
}
