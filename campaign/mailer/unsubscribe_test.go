package mailer

import (
	"net/url"
	"regexp"
	"testing"

	"tebar/campaign"
)

// leftover is what SpamAssassin takes for the rest of a template in a header
// (rule UNRESOLVED_TEMPLATE).
var leftover = regexp.MustCompile(`%[A-Z][A-Z_-]`)

// What Tebar escapes in an unsubscribe address reads back as it was, and looks
// like nobody's template.
func TestUnsubscribeEscapes(t *testing.T) {
	for _, email := range []string{"büro@example.org", "ιφ+x@example.org", "a%b&c=d/e?f@example.org", "~-_.+@example.org"} {
		u := campaign.Unsubscribe{Mailto: email, Subject: "Abmelden: Köln & ιφ, 100 % +1"}
		mailto, err := listMailto(u)
		if err != nil {
			t.Errorf("%s: %v", email, err)
			continue
		}
		parsed, err := url.Parse(mailto)
		if err != nil || leftover.MatchString(mailto) {
			t.Errorf("%s, %v", mailto, err)
			continue
		}
		to, err := url.PathUnescape(parsed.Opaque)
		if err != nil || to != email || parsed.Query().Get("subject") != u.Subject {
			t.Errorf("%s says %q, %q, %v", mailto, to, parsed.Query(), err)
		}
	}
	const page = "https://example.org/ü/ιφ?a={b}"
	safe, err := listURL(page)
	if err != nil || leftover.MatchString(safe) {
		t.Errorf("%s, %v", safe, err)
	}
	if back, err := url.PathUnescape(safe); err != nil || back != page {
		t.Errorf("%s says %s, %v", safe, back, err)
	}
}
