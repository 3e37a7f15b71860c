package templates

import (
	"regexp"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// The short ways of a cell into the text are what they say.
func TestPlainShortcuts(t *testing.T) {
	whole := regexp.MustCompile(`^https?://[A-Za-z0-9._~:/?#@!$&*+,;=-]+$`)
	link := func(s string) {
		if got := plainLink(s) == s; got != whole.MatchString(s) {
			t.Errorf("%q passes as a link: %v", s, got)
		}
	}
	for _, s := range append([]string{"https://", "http://", "http://a\n", "https://a", "xhttps://a", "http:/a", "HTTP://a"}, nasty...) {
		link(s)
	}
	for c := range 256 {
		link("http://a" + string([]byte{byte(c)}) + "b")
	}
	rapid.Check(t, func(t *rapid.T) { link(linksAsTyped.Draw(t, "link")) })
	for r := rune(0); r < 256; r++ {
		if want := r != ' ' && (unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)); odd(r) != want {
			t.Errorf("%q is odd: %v", r, odd(r))
		}
	}
}
