package file

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// text reads characters as they were typed: 007 stays "007". Nothing, blanks
// and control characters are not text.
func (r *reader) text(n *node) (string, bool) {
	if n.kind != textNode {
		if n.kind == nullNode && r.cutByComment(n) {
			return "", false
		}
		r.wrongText(n)
		return "", false
	}
	text := n.text
	if n.style == block {
		text = strings.TrimRight(text, "\n")
	}
	if strings.TrimSpace(text) == "" {
		r.fail(n, "write a text, or take the key out", "%s is empty", n.name())
		return "", false
	}
	if i := strings.IndexFunc(text, unicode.IsControl); i >= 0 {
		c, _ := utf8.DecodeRuneInString(text[i:])
		r.fail(n, "write it on one line, in single quotes: '...'", "%s holds %s", n.name(), control(c))
		return "", false
	}
	return text, true
}

// control names a control character.
func control(c rune) string {
	switch c {
	case '\n', '\r':
		return "a line end"
	case '\t':
		return `a tab character ("\t" in double quotes is one)`
	}
	return fmt.Sprintf("the control character %U", c)
}

func (r *reader) wrongText(n *node) {
	switch {
	case n.kind == nullNode && n.empty:
		r.fail(n, "write a text, or take the key out", "%s is empty", n.name())
	case n.kind == nullNode:
		r.fail(n, "for the text itself write it in quotes", "%s wants a text; ~ and null mean nothing", n.name())
	case n.kind == mapNode:
		r.fail(n, "write one text, in single quotes if the braces or the colon belong to it", "%s wants a text, not a group of keys", n.name())
	default:
		r.fail(n, "write one text, or put it in single quotes if the bracket or dash belongs to it",
			"%s wants one text, not a list", n.name())
	}
}

// exact is text for the keys in which an unquoted # would cut off what was
// meant: a comment behind it is an error.
func (r *reader) exact(n *node) (string, bool) {
	text, ok := r.text(n)
	return text, ok && !r.cutByComment(n)
}

// cutByComment finds a comment behind a value without quotes. The value and
// the comment are shown as one text in single quotes.
func (r *reader) cutByComment(n *node) bool {
	whole, ok := r.uncut(n)
	if !ok {
		return false
	}
	hint := "put it in quotes: " + single(whole)
	if looksSecret.MatchString(n.path) {
		hint = "put the whole value in single quotes; a comment can stand on a line of its own"
	}
	r.fail(n, hint, "%s is cut off at the #: YAML takes the rest of the line for a comment", n.name())
	return true
}

// uncut gives a plain value with the comment behind it, as typed.
func (r *reader) uncut(n *node) (string, bool) {
	if n.style != plain || (n.kind == nullNode && !n.empty) {
		return "", false
	}
	lines := strings.Split(n.text, "\n")
	line := []rune(r.src.line(n.line))
	at := r.src.column(n.line, n.column) - 1
	if at > len(line) || len(lines) > 1 {
		return "", false
	}
	rest, ok := strings.CutPrefix(string(line[at:]), n.text)
	tail := strings.TrimLeft(rest, " \t:")
	if !ok || !strings.HasPrefix(tail, "#") {
		return "", false
	}
	return strings.TrimSpace(strings.TrimLeft(string(line[at:]), ": \t")), true
}

// single writes a text in YAML's single quotes.
func single(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// texts reads one text or a list of them.
func (r *reader) texts(n *node, one func(*node) (string, bool)) []string {
	if n.kind == mapNode {
		r.wrongKind(n, "a text or a list of texts", nil)
		return nil
	}
	if n.kind != listNode {
		if text, ok := one(n); ok {
			return []string{text}
		}
		return nil
	}
	if len(n.items) == 0 {
		r.fail(n, "name at least one, or take the key out", "%s is an empty list", n.name())
	}
	var out []string
	for _, i := range n.items {
		if text, ok := one(i); ok {
			out = append(out, text)
		}
	}
	return out
}

var wholeNumber = regexp.MustCompile(`^[+-]?[0-9]+$`)

// integer reads a whole number of low to high.
func (r *reader) integer(n *node, low, high int) (int, bool) {
	if n.kind != textNode {
		r.wrongKind(n, "a whole number", nil)
		return 0, false
	}
	v, err := strconv.Atoi(n.text)
	switch {
	case n.style != plain && wholeNumber.MatchString(n.text):
		r.fail(n, "take the quotes off", "%s wants a whole number, not text", n.name())
	case !wholeNumber.MatchString(n.text):
		r.fail(n, "write it in digits alone", "%s wants a whole number, not %q", n.name(), shorten(n.text))
	case err != nil || v < low || v > high:
		r.fail(n, "", "%s must be from %d to %d", n.name(), low, high)
	default:
		return v, true
	}
	return 0, false
}

// boolean takes true and false alone: yes, no, on and off mean different
// things to different YAML readers.
func (r *reader) boolean(n *node) (value, ok bool) {
	if n.kind != textNode {
		r.wrongKind(n, "true or false", nil)
		return false, false
	}
	word := strings.ToLower(n.text)
	if n.style == plain && (word == "true" || word == "false") {
		return word == "true", true
	}
	hint := "write true or false"
	switch word {
	case "yes", "on", "y", "1", "ya":
		hint = "write true"
	case "no", "off", "n", "0", "tidak":
		hint = "write false"
	case "true", "false":
		hint = "take the quotes off"
	}
	r.fail(n, hint, "%s wants true or false, not %q", n.name(), shorten(n.text))
	return false, false
}

// choice reads one of a few words.
func (r *reader) choice(n *node, words ...string) (string, bool) {
	text, ok := r.text(n)
	if !ok || contains(words, text) {
		return text, ok
	}
	if meant := nearest(text, words); meant != "" {
		r.fail(n, "known: "+list(words), "%s: unknown value %q; did you mean `%s`?", n.path, shorten(text), meant)
	} else {
		r.fail(n, "write one of "+list(words), "%s: unknown value %q", n.path, shorten(text))
	}
	return "", false
}
