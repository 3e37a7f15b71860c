package mailer

import (
	"mime"
	"net/mail"
	"strings"
	"testing"
)

func TestMailboxText(t *testing.T) {
	for name, want := range map[string]string{
		"":                   "<ayu@example.org>",
		"Ayu Lestari":        `"Ayu Lestari" <ayu@example.org>`,
		` a  "b" \c `:        `"a \"b\" \\c" <ayu@example.org>`,
		"Jürgen Groß":        "=?utf-8?q?J=C3=BCrgen_Gro=C3=9F?= <ayu@example.org>",
		"=?utf-8?q?Ayu?=":    "=?utf-8?q?=3D=3Futf-8=3Fq=3FAyu=3F=3D?= <ayu@example.org>", // as it is on the list
		`ü\, "x" (y) <z@w>`:  "=?utf-8?q?=C3=BC=5C=2C_=22x=22_=28y=29_=3Cz=40w=3E?= <ayu@example.org>",
		"Екатерина Морозова": "=?utf-8?b?0JXQutCw0YLQtdGA0LjQvdCwINCc0L7RgNC+0LfQvtCy0LA=?= <ayu@example.org>", // Q would need two words
		"Олександра Ковальчук-Мельниченко": "=?utf-8?b?0J7Qu9C10LrRgdCw0L3QtNGA0LAg?=" +
			" =?utf-8?b?0JrQvtCy0LDQu9GM0YfRg9C6LdCc0LXQu9GM0L3QuNGH0LXQvdC60L4=?= <ayu@example.org>",
	} {
		if got := mailboxText(name, spec{bare: "ayu@example.org"}); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

// Words are no longer than RFC 2047 allows, cut no character in two, and end
// where a blank stands if the blank is there.
func TestEncodedNames(t *testing.T) {
	for _, name := range []string{
		strings.Repeat("ü ", 80), strings.Repeat("漢字", 80), strings.Repeat("👩‍👩‍👧 ", 40), "ü" + strings.Repeat("a", 200), strings.Repeat("a", 62) + "ü",
		"é" + strings.Repeat(" Wulandari", 30), strings.Repeat("漢", 14) + " " + strings.Repeat("字", 16) + " 漢", "\x01", "ü\x7f",
	} {
		name = oneSpace(name)
		encoded := encodedName(name)
		words := strings.Split(encoded, " ")
		for i, word := range words {
			part, err := new(mime.WordDecoder).Decode(word)
			if err != nil || len(word) > maxWord {
				t.Errorf("%q: %d characters, %v", word, len(word), err)
			}
			if next := i + 1; next < len(words) && strings.Contains(part, " ") && !strings.HasSuffix(part, " ") {
				t.Errorf("%q is followed by %q: the cut could have stood behind a blank", part, words[next])
			}
		}
		a, err := mail.ParseAddress(encoded + " <a@example.org>")
		if err != nil || a.Name != name {
			t.Errorf("%q comes back as %v, %v", name, a, err)
		}
	}
}
