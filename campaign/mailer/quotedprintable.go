package mailer

import "strings"

// maxEncoded is how many characters an encoded line has at most, its soft
// break included (RFC 2045, section 6.7, rule 5; base64 too, section 6.8).
const maxEncoded = 76

// literal are the bytes that quoted-printable leaves as they are: printable
// ASCII but for the equals sign, and blanks, of which those at a line's end
// are encoded all the same (RFC 2045, section 6.7, rules 2 and 3).
var literal = func() (t [256]bool) {
	for c := ' '; c <= '~'; c++ {
		t[c] = c != '='
	}
	t['\t'] = true
	return t
}()

// appendQuotedPrintable encodes a text. CRLF, LF and a lone CR are line ends
// alike, and come out as CRLF. No line begins with "From ", which a mailbox in
// one file changes to ">From " (RFC 2049, section 3).
func appendQuotedPrintable(b []byte, text string) []byte {
	column := 0
	for len(text) > 0 {
		if column == 0 && strings.HasPrefix(text, "From ") {
			b, column = appendEscape(b, 0, 'F')
			text = text[1:]
		}
		n := literals(text, maxEncoded-1-column)
		b, column, text = append(b, text[:n]...), column+n, text[n:]
		if text == "" {
			break
		}
		switch c := text[0]; {
		case c == '\r' || c == '\n':
			b = append(guardBlank(b, column), "\r\n"...)
			column, text = 0, text[lineEnd(text):]
		case literal[c]: // the line is full
			b, column = append(b, "=\r\n"...), 0
		default:
			b, column = appendEscape(b, column, c)
			text = text[1:]
		}
	}
	return guardBlank(b, column)
}

// literals is how many bytes at the beginning stay as they are, most at most.
func literals(text string, most int) int {
	text = text[:min(most, len(text))]
	for i := range len(text) {
		if !literal[text[i]] {
			return i
		}
	}
	return len(text)
}

// lineEnd is the length of the line end that the text begins with.
func lineEnd(text string) int {
	if strings.HasPrefix(text, "\r\n") {
		return 2
	}
	return 1
}

// appendEscape writes =XX, on the next line where this one has no room left.
func appendEscape(b []byte, column int, c byte) ([]byte, int) {
	const hex = "0123456789ABCDEF"
	if column+3 > maxEncoded-1 {
		b, column = append(b, "=\r\n"...), 0
	}
	return append(b, '=', hex[c>>4], hex[c&15]), column + 3
}

// guardBlank encodes the blank that a line would end in: servers take such
// blanks away.
func guardBlank(b []byte, column int) []byte {
	if column == 0 || b[len(b)-1] != ' ' && b[len(b)-1] != '\t' {
		return b
	}
	last := len(b) - 1
	b, _ = appendEscape(b[:last], column-1, b[last])
	return b
}
