package mailer

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

var paramPiece = regexp.MustCompile(`filename\*\d*\*?=(?:utf-8\'\')?(\S+?)(?:;|$)`)

// TestFileNamePieces: each piece of a long name (RFC 2231, section 3) is whole
// characters, since Python decodes it by itself.
func TestFileNamePieces(t *testing.T) {
	for n := range 80 {
		name := strings.Repeat("a", n) + "Ünïcödé 東京 🎉.pdf"
		whole := ""
		for _, m := range paramPiece.FindAllStringSubmatch(parameter("filename", name), -1) {
			piece, err := url.PathUnescape(m[1])
			if err != nil || !utf8.ValidString(piece) {
				t.Fatalf("%s: the piece %s is %q", name, m[1], piece)
			}
			whole += piece
		}
		if whole != name {
			t.Fatalf("%q reads %q", name, whole)
		}
	}
}
