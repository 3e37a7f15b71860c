package templates

import (
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"
)

// A mark is one end of a conditional comment, kept out of html/template's
// sight, which would drop it.
type mark struct {
	text string // <!--[if mso]>
	side int    // hides, shows, or neither
}

const (
	reveals = iota // <!--[if !mso]><!-->, <!--<![endif]-->, <![if !mso]>: what follows is plain HTML
	hides          // <!--[if mso]>: up to shows all is a comment for most readers
	shows          // <![endif]-->
)

var (
	condHidden = regexp.MustCompile(`(?s)^(<!--\s*\[if[^\]]*\]>)(.*)(<!\[endif\]\s*-->)$`)
	condOpen   = regexp.MustCompile(`^<!--\s*\[if[^\]]*\]>[<!\-\s]*-->$`)
	condClose  = regexp.MustCompile(`^<!--\s*<!\[endif\]\s*-->$`)
	condBare   = regexp.MustCompile(`^<!\[(if[^\]]*|endif)\]>$`)
)

// mask replaces the ends of conditional comments by actions {{_mark N}} of
// the same length, and blanks other comments, so that every other byte of
// the source keeps its place.
func mask(src string) (string, []mark) {
	segs := split(src)
	_, comments := scan(segs)
	var marks []mark
	out := []byte(src)
	put := func(at int, text string, side int) {
		m := mark{text, side}
		n := slices.Index(marks, m)
		if n < 0 {
			n = len(marks)
			marks = append(marks, m)
		}
		copy(out[at:], action(n, text))
	}
	for _, c := range comments {
		text := src[c.start:c.end]
		switch {
		case condOpen.MatchString(text), condClose.MatchString(text), condBare.MatchString(text):
			put(c.start, text, reveals)
		case condHidden.MatchString(text):
			m := condHidden.FindStringSubmatch(text)
			put(c.start, m[1], hides)
			put(c.end-len(m[3]), m[3], shows)
		case balanced(split(text)):
			blank(out[c.start:c.end])
		}
	}
	return string(out), marks
}

// action is {{_mark N}} in exactly the room that the text had, line ends kept.
func action(n int, text string) string {
	name := fmt.Sprintf("{{_m %d", n)
	if len(text) < len(name)+2 {
		return text
	}
	pad := []byte(text[len(name) : len(text)-2])
	blank(pad)
	return name + string(pad) + "}}"
}

func blank(b []byte) {
	for i, c := range b {
		if c != '\n' && c != '\r' {
			b[i] = ' '
		}
	}
}

// balanced says that each if, range and with ends within the segments.
func balanced(segs []segment) bool {
	depth := 0
	for _, s := range segs {
		if !s.action {
			continue
		}
		switch s.kind() {
		case opens:
			depth++
		case closes:
			depth--
		case divides:
			if depth == 0 {
				return false
			}
		}
		if depth < 0 {
			return false
		}
	}
	return depth == 0
}

var closer = regexp.MustCompile(`^-*!?>`)

// torn finds actions directly before a > in a comment that hides: a cell that
// ends in -- would end the comment there.
func torn(masked string, marks []mark) []fault {
	var found []fault
	segs := settle(split(masked))
	within := false
	for i, s := range segs {
		if m, is := markOf(s, marks); is && m.side != reveals {
			within = m.side == hides
		} else if within && s.action && i+1 < len(segs) && !segs[i+1].action && closer.MatchString(segs[i+1].text) {
			found = append(found, fault{s.pos, "in a conditional comment no > may follow an action", "put quotes around the value, or a blank before the >"})
		}
	}
	return found
}

// markFunc is the function that puts the marks back.
func markFunc(marks []mark) func(int) template.HTML {
	return func(n int) template.HTML { return template.HTML(marks[n].text) } // #nosec: from the letter's source, never from a cell
}

// markOf is the mark that an action stands for.
func markOf(s segment, marks []mark) (mark, bool) {
	var n int
	if !strings.HasPrefix(s.text, "{{_m ") {
		return mark{}, false
	}
	if _, err := fmt.Sscanf(s.inner(), "_m %d", &n); err != nil || n >= len(marks) {
		return mark{}, false
	}
	return marks[n], true
}
