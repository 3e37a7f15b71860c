package report

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
	"unicode/utf8"
)

// appendCell adds a cell with its text in place (ECMA-376, part 1, sections
// 18.3.1.4 and 18.3.1.53).
func appendCell(line []byte, column, row, text string) []byte {
	line = append(append(append(line, `<c r="`...), column...), row...)
	line = strconv.AppendInt(append(line, `" s="`...), rowStyle, 10)
	line = append(line, `" t="inlineStr"><is><t`...)
	if isBlank(text[0]) || isBlank(text[len(text)-1]) {
		line = append(line, ` xml:space="preserve"`...)
	}
	line = appendText(append(line, '>'), text)
	return append(line, `</t></is></c>`...)
}

// isBlank says whether a reader of XML may drop the byte at a text's ends.
func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// appendText adds a text as XML has it; what XML cannot hold becomes U+FFFD.
func appendText(line []byte, text string) []byte {
	if isPlain(text) {
		return append(line, text...)
	}
	b := bytes.NewBuffer(line)
	_ = xml.EscapeText(b, []byte(unlikeEscapes(text))) // a buffer takes everything
	return b.Bytes()
}

// isPlain says that a text stands in XML as it is: printable ASCII without
// signs that mean something there or begin an escape.
func isPlain(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ', c >= utf8.RuneSelf, c == '<', c == '>', c == '&', c == '\'', c == '"':
			return false
		case c == '_' && isEscape(text[i:]):
			return false
		}
	}
	return true
}

// unlikeEscapes writes out the low line of what would be read as an escape
// (ECMA-376, part 1, section 22.9.2.19: _x000D_ is a carriage return).
func unlikeEscapes(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if text[i] == '_' && isEscape(text[i:]) {
			b.WriteString("_x005F")
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// isEscape says whether a text begins with _x, four hexadecimal digits and _.
func isEscape(text string) bool {
	if len(text) < 7 || text[1] != 'x' || text[6] != '_' {
		return false
	}
	_, err := strconv.ParseUint(text[2:6], 16, 16)
	return err == nil
}
