package mailer

import (
	"fmt"
	"net/mail"
	"strings"

	"tebar/campaign"
)

// A spec is an address in its two forms: bare as net/mail keeps it, and wire
// as it stands between the angle brackets of MAIL and RCPT, a local part that
// needs it in quotes (RFC 5321, section 4.1.2).
type spec struct{ bare, wire string }

// maxAddress and maxLocal are in bytes (RFC 5321, section 4.5.3.1).
const (
	maxAddress = 254
	maxLocal   = 64
)

// addrSpec checks one address. The domain has to be in A-labels by now; the
// local part may hold any script (RFC 6531).
func addrSpec(email string) (spec, error) {
	if strings.TrimSpace(email) == "" {
		return spec{}, fmt.Errorf("the address is empty")
	}
	if err := checkHeaderText("address", email); err != nil {
		return spec{}, err
	}
	parsed, err := mail.ParseAddress("<" + email + ">")
	if err != nil {
		return spec{}, fmt.Errorf("address %q is not a valid e-mail address: %w", email, err)
	}
	wire := strings.Trim((&mail.Address{Address: parsed.Address}).String(), "<>")
	at := strings.LastIndexByte(wire, '@')
	switch {
	case !isASCII(wire[at+1:]):
		return spec{}, fmt.Errorf("address %q: write the domain in its ASCII form (xn--...)", email)
	case len(wire) > maxAddress:
		return spec{}, fmt.Errorf("address %q has %d bytes; at most %d are allowed", email, len(wire), maxAddress)
	case at > maxLocal:
		return spec{}, fmt.Errorf("address %q has %d bytes before the @; at most %d are allowed", email, at, maxLocal)
	}
	return spec{bare: parsed.Address, wire: wire}, nil
}

// envelope lists To, Cc and Bcc, each address once whatever its case. To is
// the first.
func (d *draft) envelope() []string {
	all := append(append([]campaign.Address{d.m.To}, d.m.Cc...), d.m.Bcc...)
	seen := map[string]bool{}
	var list []string
	for i, a := range all {
		s, err := addrSpec(a.Email)
		if err != nil {
			if i > len(d.m.Cc) { // To and Cc have been named with their headers
				d.refuse("Bcc: %w", err)
			}
			continue
		}
		d.utf8 = d.utf8 || !isASCII(s.wire)
		if key := strings.ToLower(s.wire); !seen[key] {
			seen[key] = true
			list = append(list, s.wire)
		}
	}
	return list
}

// displayName puts a name on one line. In a name beyond ASCII a backslash
// becomes a slash: net/mail would leave it bare in an encoded word, where RFC
// 2047, section 5, rule 3 forbids it, and readers lose the whole address. What
// looks like an encoded word is broken up: many readers decode it even within
// quotes, line breaks and all.
func displayName(name string) string {
	if !isASCII(name) {
		name = strings.ReplaceAll(name, `\`, "/")
	}
	return strings.ReplaceAll(oneSpace(name), "=?", "= ?")
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
