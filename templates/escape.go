package templates

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// escapers are html/template's, for what is plain text, under the names that
// it calls them by in a tree. Those that read more than one character at a
// time (scripts, styles, srcset, attribute names) are left to it.
var escapers = map[string]func(string) string{
	textEscaper:                     escapeHTML,
	"_html_template_attrescaper":    escapeHTML,
	"_html_template_rcdataescaper":  escapeHTML,
	"_html_template_nospaceescaper": escapeUnquoted,
	"_html_template_commentescaper": func(string) string { return "" },
	linkFilter:                      filterLink,
	"_html_template_urlnormalizer":  normalizeLink,
	queryEscaper:                    escapeQuery,
}

// Those that treat links and markup of the letter's own functions otherwise.
const (
	textEscaper  = "_html_template_htmlescaper"
	linkFilter   = "_html_template_urlfilter"
	queryEscaper = "_html_template_urlescaper"
)

// A table says what stands for a byte; "" is the byte itself.
type table [256]string

var (
	quotedBytes = table{
		0: "\ufffd", '"': "&#34;", '&': "&amp;", '\'': "&#39;", '+': "&#43;", '<': "&lt;", '>': "&gt;",
	}
	unquotedBytes = table{
		0: "&#xfffd;", '\t': "&#9;", '\n': "&#10;", '\v': "&#11;", '\f': "&#12;", '\r': "&#13;", ' ': "&#32;",
		'"': "&#34;", '&': "&amp;", '\'': "&#39;", '+': "&#43;", '<': "&lt;", '=': "&#61;", '>': "&gt;", '`': "&#96;",
	}
	queryBytes = percent("-._~")
	linkBytes  = percent("-._~!#$&*+,/:;=?@[]")
)

// percent escapes all bytes but letters, digits and these (RFC 3986, section
// 2.1), in lower case.
func percent(kept string) table {
	var t table
	for i := range t {
		c := byte(i)
		if !isLetter(c) && (c < '0' || c > '9') && strings.IndexByte(kept, c) < 0 {
			t[i] = fmt.Sprintf("%%%02x", c)
		}
	}
	return t
}

func escapeHTML(s string) string  { return quotedBytes.replace(s) }
func escapeQuery(s string) string { return queryBytes.replace(s) }

// keeps says that a text stays as it is.
func (t *table) keeps(s string) bool { return t.first(s) == len(s) }

// first is the place of the first byte that does not stay, or the length.
func (t *table) first(s string) int {
	for i := range len(s) {
		if t[s[i]] != "" {
			return i
		}
	}
	return len(s)
}

func (t *table) replace(s string) string {
	first := t.first(s)
	if first == len(s) {
		return s
	}
	b := append(make([]byte, 0, len(s)+16), s[:first]...)
	for i := first; i < len(s); i++ {
		if with := t[s[i]]; with != "" {
			b = append(b, with...)
		} else {
			b = append(b, s[i])
		}
	}
	return string(b)
}

// normalizeLink escapes what no link may hold; what is escaped stays.
func normalizeLink(s string) string {
	if !strings.Contains(s, "%") {
		return linkBytes.replace(s)
	}
	var b strings.Builder
	from := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			b.WriteString(linkBytes.replace(s[from:i]))
			b.WriteByte('%')
			from = i + 1
		}
	}
	b.WriteString(linkBytes.replace(s[from:]))
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// filterLink passes links without a scheme, and those of http, https, mailto.
func filterLink(s string) string {
	scheme, _, found := strings.Cut(s, ":")
	if !found || strings.Contains(scheme, "/") {
		return s
	}
	for _, safe := range []string{"https", "http", "mailto"} {
		if strings.EqualFold(scheme, safe) {
			return s
		}
	}
	return "#" + unsafe
}

// escapeUnquoted also escapes the noncharacters and, with them, bytes that
// are no UTF-8, and does not let a value be empty.
func escapeUnquoted(s string) string {
	if s == "" {
		return unsafe
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r < utf8.RuneSelf && unquotedBytes[r] != "":
			b.WriteString(unquotedBytes[r])
		case 0xfdd0 <= r && r <= 0xfdef, 0xfff0 <= r && r <= 0xffff:
			fmt.Fprintf(&b, "&#x%x;", r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}
