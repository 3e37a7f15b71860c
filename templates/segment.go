package templates

import (
	"regexp"
	"strings"
)

// A segment is a run of plain text, or one action from {{ to }}.
type segment struct {
	text   string // as written, delimiters included
	pos    int    // byte offset in the source
	action bool
}

// split cuts a source into segments. An action that never ends is plain text:
// the parser reports it.
func split(src string) []segment {
	var segs []segment
	for at := 0; at < len(src); {
		open := strings.Index(src[at:], "{{")
		end := -1
		if open >= 0 {
			open += at
			end = actionEnd(src, open)
		}
		if end < 0 {
			return append(segs, segment{text: src[at:], pos: at})
		}
		if open > at {
			segs = append(segs, segment{text: src[at:open], pos: at})
		}
		segs = append(segs, segment{text: src[open:end], pos: open, action: true})
		at = end
	}
	return segs
}

var commentAction = regexp.MustCompile(`^\{\{(- )?/\*(?s:.*?)\*/( -)?\}\}`)

// actionEnd is the offset behind the }} that ends the action at open, or -1.
// Quoted text, raw text and comments may hold a }} of their own.
func actionEnd(src string, open int) int {
	if m := commentAction.FindString(src[open:]); m != "" {
		return open + len(m)
	}
	var quote byte
	for i := open + 2; i < len(src); i++ {
		c := src[i]
		switch {
		case quote != 0 && c == '\\' && quote != '`':
			i++
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '`' || c == '\'':
			quote = c
		case c == '}' && strings.HasPrefix(src[i:], "}}"):
			return i + 2
		}
	}
	if end := strings.Index(src[open:], "}}"); end >= 0 {
		return open + end + 2
	}
	return -1
}

// What an action does with the output.
type actionKind int

const (
	prints  actionKind = iota // {{.name}}
	silent                    // a comment, or a variable that is set
	opens                     // if, with, range, block, define
	divides                   // else
	closes                    // end
	jumps                     // break, continue, template
)

var (
	keyword  = regexp.MustCompile(`^(if|with|range|block|define|else|end|template|break|continue)\b`)
	setsName = regexp.MustCompile(`^\$[\pL\pN_]*\s*(,\s*\$[\pL\pN_]*\s*)?:?=`)
	keywords = map[string]actionKind{
		"if": opens, "with": opens, "range": opens, "block": opens, "define": opens,
		"else": divides, "end": closes, "template": jumps, "break": jumps, "continue": jumps,
	}
)

// inner is the action without delimiters, trim markers and spaces around.
func (s segment) inner() string {
	in := strings.TrimSuffix(strings.TrimPrefix(s.text, "{{"), "}}")
	if left, _ := s.trims(); left {
		in = in[1:]
	}
	if _, right := s.trims(); right {
		in = in[:len(in)-1]
	}
	return strings.TrimSpace(in)
}

// trims says whether the action trims the white space before and after it.
func (s segment) trims() (left, right bool) {
	if len(s.text) < 6 {
		return false, false
	}
	in := s.text[2 : len(s.text)-2]
	return in[0] == '-' && isSpace(in[1]), in[len(in)-1] == '-' && isSpace(in[len(in)-2])
}

func (s segment) kind() actionKind {
	in := s.inner()
	switch m := keyword.FindString(in); {
	case m != "":
		return keywords[m]
	case strings.HasPrefix(in, "/*") || setsName.MatchString(in):
		return silent
	}
	return prints
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// settle does what the trim markers ask for and takes comments out, so that
// what is left of each action may be moved about.
func settle(segs []segment) []segment {
	out := make([]segment, 0, len(segs))
	trimNext := false
	for i, s := range segs {
		if !s.action {
			if trimNext {
				s.text = strings.TrimLeft(s.text, " \t\r\n")
			}
			trimNext = false
			out = append(out, s)
			continue
		}
		left, right := s.trims()
		if n := len(out); left && n > 0 && !segs[i-1].action {
			out[n-1].text = strings.TrimRight(out[n-1].text, " \t\r\n")
		}
		trimNext = right
		if in := s.inner(); !strings.HasPrefix(in, "/*") {
			s.text = "{{" + in + "}}"
			out = append(out, s)
		}
	}
	return out
}

// join writes segments one behind the other.
func join(segs []segment) string {
	var b strings.Builder
	for _, s := range segs {
		b.WriteString(s.text)
	}
	return b.String()
}
