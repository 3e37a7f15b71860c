package templates

import (
	"regexp"
	"strconv"
	"strings"
)

// tokens stand for actions while a library that knows nothing of them works
// on the document: letters and digits that nothing escapes, wraps or parts.
type tokens struct {
	prefix string
	values []string
	known  map[string]int // value -> number, for those shared
}

// newTokens chooses a prefix that the source does not have.
func newTokens(src string) *tokens {
	prefix := "tbrq"
	for strings.Contains(src, prefix) {
		prefix += "q"
	}
	return &tokens{prefix: prefix, known: map[string]int{}}
}

// add makes a token of its own for the value.
func (t *tokens) add(value string) string {
	t.values = append(t.values, value)
	return t.token(len(t.values) - 1)
}

// share makes one token for all equal values.
func (t *tokens) share(value string) string {
	if n, ok := t.known[value]; ok {
		return t.token(n)
	}
	t.known[value] = len(t.values)
	return t.add(value)
}

func (t *tokens) token(n int) string { return t.prefix + strconv.Itoa(n) + "z" }

func (t *tokens) pattern() *regexp.Regexp {
	return regexp.MustCompile(`<!--` + t.prefix + `(\d+)z-->|` + t.prefix + `(\d+)z`)
}

// restore puts the values back, in place of tokens and of comments that hold
// one. Braces that were written as entities do not become actions.
func (t *tokens) restore(s, brace string) string {
	s = strings.ReplaceAll(s, "{{", brace)
	re := t.pattern()
	return re.ReplaceAllStringFunc(s, func(tok string) string {
		if n := t.number(re, tok); n < len(t.values) {
			return t.values[n]
		}
		return tok
	})
}

func (t *tokens) number(re *regexp.Regexp, tok string) int {
	m := re.FindStringSubmatch(tok)
	n, _ := strconv.Atoi(m[1] + m[2])
	return n
}

// inOrder says that the document still has every token once, in order.
func (t *tokens) inOrder(s string) bool {
	re := t.pattern()
	found := re.FindAllString(s, -1)
	for i, tok := range found {
		if t.number(re, tok) != i {
			return false
		}
	}
	return len(found) == len(t.values)
}

// numbered is the action that a token's digits stand for.
func (t *tokens) numbered(digits string) segment {
	n, err := strconv.Atoi(digits)
	if err != nil || n >= len(t.values) {
		return segment{action: true, text: "{{}}"}
	}
	return segment{action: true, text: t.values[n]}
}
