package templates

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Functions of the text that is made once for all rows. A cell that would
// change more than its own place (empty, with line ends) prints a NUL: that
// row's text is then made from its own HTML.
const (
	plainFunc = "_plain" // a cell in the text
	hrefFunc  = "_href"  // a cell that is a whole link
	queryFunc = "_query" // a cell within a link
)

const notPlain = "\x00"

// printedText is fmt.Sprint, at once for what is text already.
func printedText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return fmt.Sprint(v)
}

// plainCell passes text that looks the same in HTML and in plain text.
func plainCell(v any) string {
	s := printedText(v)
	if s == "" || s[0] == ' ' || s[len(s)-1] == ' ' || strings.Contains(s, "  ") || strings.ContainsFunc(s, odd) ||
		strings.ContainsRune(labelEnds, lastRune(s)) {
		return notPlain
	}
	return s
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

func odd(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == 0x7f
	}
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u034f'
}

// plainLink passes a whole link that html/template leaves as it is.
func plainLink(v any) string {
	s := printedText(v)
	rest, found := strings.CutPrefix(s, "https://")
	if !found {
		rest, found = strings.CutPrefix(s, "http://")
	}
	if !found || rest == "" || !plainLinkBytes.keeps(rest) {
		return notPlain
	}
	return s
}

var plainLinkBytes = percent("-._~:/?#@!$&*+,;=")

// plainQuery escapes a cell within a link as html/template does behind a
// question mark (RFC 3986, section 2.3: all but the unreserved).
func plainQuery(v any) string { return escapeQuery(printedText(v)) }

// textSource makes a text template of an HTML one (masked, CSS inlined). ok
// is false where the layout of the text depends on the row: with any if or
// range, or with actions where they decide what is shown.
func textSource(masked string, marks []mark) (source string, ok bool) {
	segs := settle(split(masked))
	places, _ := scan(segs)
	toks := newTokens(masked)
	var b strings.Builder
	for i := 0; i < len(segs); i++ {
		if !segs[i].action {
			b.WriteString(segs[i].text)
			continue
		}
		if m, is := markOf(segs[i], marks); is {
			if end := hidden(segs, i, marks); end > i {
				i = end - 1
			} else if m.side != reveals {
				return "", false
			}
			continue
		}
		value, ok := textValue(segs[i], places[i])
		if !ok {
			return "", false
		}
		b.WriteString(toks.share(value))
	}
	text, err := plainText(b.String())
	if err != nil {
		return "", false
	}
	return toks.restore(toks.sameLinks(text), `{{"{{"}}`), true
}

// sameLinks shows a link whose text is its own address once, as linkText does.
func (t *tokens) sameLinks(text string) string {
	inner := func(digits string) string {
		_, rest, _ := strings.Cut(t.numbered(digits).inner(), " ")
		return rest
	}
	re := regexp.MustCompile(t.prefix + `(\d+)z <(` + t.prefix + `(\d+)z)>`)
	return re.ReplaceAllStringFunc(text, func(link string) string {
		if m := re.FindStringSubmatch(link); inner(m[1]) == inner(m[3]) {
			return m[2]
		}
		return link
	})
}

// textValue is the action that stands in the text for one of the HTML.
func textValue(s segment, p place) (string, bool) {
	if s.kind() != prints {
		return "", false
	}
	fn := plainFunc
	switch {
	case p.where == inTag, p.where == inComment, p.where == inValue && (p.attr == "style" || p.attr == "class" || p.attr == "role"):
		return "", false
	case p.where == inValue && p.attr == "href" && p.prefix == "":
		fn = hrefFunc
	case p.where == inValue && p.attr == "href" && strings.ContainsAny(p.prefix, "?#"):
		fn = queryFunc
	case p.where == inValue && p.attr == "href":
		return "", false
	}
	return "{{" + fn + " (" + s.inner() + ")}}", true
}
