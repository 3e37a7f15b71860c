package mailer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
)

// openings finds where go-mail opens a multipart with a random boundary.
var openings = regexp.MustCompile(`Content-Type: multipart/[a-z]+;\r\n boundary=([0-9a-f]{60})\r\n`)

// settleBoundaries puts boundaries made from the message's identity in place
// of go-mail's random ones, so that the same message is the same bytes. (Its
// SetBoundary gives one boundary to nested parts, which is invalid MIME.)
// The first n openings are the structure's own: they stand before any content.
func settleBoundaries(raw []byte, id string, n int) []byte {
	for i, m := range openings.FindAllSubmatch(raw, n) {
		fixed := boundary(id, i)
		raw = bytes.Replace(raw, append([]byte("boundary="), m[1]...), []byte(`boundary="`+fixed+`"`), 1)
		raw = bytes.ReplaceAll(raw, m[1], []byte(fixed))
	}
	return raw
}

// boundary is the i-th of a message. "=_" occurs in no quoted-printable and no
// base64 text, so no content can hold it (RFC 2045, section 6.7, note 5).
func boundary(id string, i int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", i, id))
	return "=_" + hex.EncodeToString(sum[:16])
}

// checkLines is the last look at what goes out: CRLF line ends only, no line
// over 998 characters, no NUL (RFC 5322, section 2.1.1; RFC 5321, section 2.3.8).
func checkLines(raw []byte) error {
	for number := 1; len(raw) > 0; number++ {
		line, rest, ok := bytes.Cut(raw, []byte("\r\n"))
		switch {
		case !ok:
			return fmt.Errorf("line %d of the message does not end in CRLF", number)
		case bytes.ContainsAny(line, "\r\n\x00"):
			return fmt.Errorf("line %d of the message holds a bare CR, a bare LF or a NUL", number)
		case len(line) > maxLine:
			return fmt.Errorf("line %d of the message (%s) has %d characters; at most %d are allowed",
				number, excerpt(string(line[:40])), len(line), maxLine)
		}
		raw = rest
	}
	return nil
}
