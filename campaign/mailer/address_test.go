package mailer

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tebar/campaign"
)

// What is not handed to net/mail is what it would give back as it is.
func TestPlainAddresses(t *testing.T) {
	for email, want := range map[string]bool{
		"ayu@example.org": true, "a.b+c-d_e@x.example.org": true, "A9@xn--bcher-kva.example": true, "-@a": true,
		"": false, "a": false, "@": false, "a@": false, "@a": false, "a@b@c": false, "a.@b": false, ".a@b": false, "a..b@c": false,
		"a@b.": false, "a@.b": false, "a b@c": false, "a@b ": false, "ü@b": false, "a@ü": false, `"a"@b`: false, "a\n@b": false, "a@b\x00": false, "<a@b>": false,
	} {
		if isPlain(email) != want {
			t.Errorf("%q: %t", email, !want)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		email := rapid.StringMatching(`[ab.+_-]{1,6}@[ab.+_-]{1,6}`).Draw(r, "email")
		if !isPlain(email) {
			return
		}
		if s, err := parseSpec(email); err != nil || s.bare != email || s.wire != email {
			r.Errorf("%q: %q, %v", email, s, err)
		}
	})
}

// An address at fault does not hide what is wrong with a name.
func TestAddressesNameAllFaults(t *testing.T) {
	m := sample()
	m.Cc = []campaign.Address{{Email: "nobody"}, {Name: "a\nb", Email: "b@example.org"}}
	_, err := Build(m)
	for _, want := range []string{`Cc: address "nobody"`, "Cc name"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
}
