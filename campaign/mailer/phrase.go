package mailer

import (
	"encoding/base64"
	"net/mail"
	"strings"
	"unicode/utf8"
)

// maxWord is how long an encoded word may be, in characters (RFC 2047, section 2).
const maxWord = 75

// mailboxText is an address as it stands in a header: a name that is plain in
// quotes, any other in encoded words. What looks like an encoded word is not
// plain: many readers decode it even within quotes, line breaks and all.
func mailboxText(name string, s spec) string {
	name = oneSpace(name)
	if isPrintable(name) && !strings.Contains(name, "=?") {
		return (&mail.Address{Name: name, Address: s.bare}).String()
	}
	return encodedName(name) + " " + (&mail.Address{Address: s.bare}).String()
}

// encodedName is a name in encoded words: as few as can be, and begun behind a
// blank, since there are readers that show the gap between two of them
// (Python's, up to 3.14) where RFC 2047, section 6.2, has none.
func encodedName(name string) string {
	code := inQ(maxWord)
	if code.measure(name) > code.room {
		code = shorter(name, maxWord)
	}
	var words []string
	begin, used := 0, 0
	add := func(end int) {
		if begin < end {
			words = append(words, code.word(name[begin:end]))
		}
		begin, used = end, 0
	}
	for at := 0; at < len(name); {
		piece := untilBlank(name[at:])
		if used+code.measure(piece) > code.room {
			add(at)
		}
		for i, r := range piece {
			if used += code.size(r); used > code.room {
				add(at + i)
				used = code.size(r)
			}
		}
		at += len(piece)
	}
	add(len(name))
	return strings.Join(words, " ")
}

// untilBlank is a text up to its first blank, and that.
func untilBlank(s string) string {
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return s[:i+1]
	}
	return s
}

// A wordCode is one of the two encodings of words.
type wordCode struct {
	letter string
	room   int // in units of size, for a word
	size   func(rune) int
	encode func(string) string
}

// shorter is Q, or B where a value is shorter by it, for words of at most most
// characters (RFC 2047, section 4).
func shorter(value string, most int) wordCode {
	if b := base64.StdEncoding; len(qText(value)) > b.EncodedLen(len(value)) {
		return wordCode{"b", (most - wordFrame) / 4 * 3, utf8.RuneLen, func(s string) string { return b.EncodeToString([]byte(s)) }}
	}
	return inQ(most)
}

func inQ(most int) wordCode { return wordCode{"q", most - wordFrame, qSize, qText} }

// wordFrame is what an encoded word has around its text, in characters.
const wordFrame = len("=?utf-8?q?") + len("?=")

func (c wordCode) word(s string) string { return "=?utf-8?" + c.letter + "?" + c.encode(s) + "?=" }

func (c wordCode) measure(s string) int {
	n := 0
	for _, r := range s {
		n += c.size(r)
	}
	return n
}
