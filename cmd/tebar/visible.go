package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// visible is a text as a terminal may show it: controls, marks that turn the
// direction, and other characters that cannot be seen are written out, like
// \u001b. Names, cells, paths and servers' replies are other people's texts;
// raw, they could clear the screen or write over what stands there. The form
// is that of JSON (RFC 8259, section 7), where it means the same character.
func visible(s string) string {
	if !strings.ContainsFunc(s, unseen) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch _, size := utf8.DecodeRuneInString(s[i:]); {
		case !unseen(r) || r == utf8.RuneError && size > 1:
			b.WriteRune(r)
		case r == utf8.RuneError:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
	}
	return b.String()
}

// joiners shape letters and pictures in names of many languages.
const joiners = "\u200c\u200d"

func unseen(r rune) bool {
	return r == utf8.RuneError || !unicode.IsGraphic(r) && r != '\n' && r != '\t' && !strings.ContainsRune(joiners, r)
}
