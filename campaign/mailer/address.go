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
	s := spec{bare: email, wire: email}
	if !isPlain(email) {
		var err error
		if s, err = parseSpec(email); err != nil {
			return spec{}, err
		}
	}
	at := strings.LastIndexByte(s.wire, '@')
	switch {
	case !isASCII(s.wire[at+1:]):
		return spec{}, fmt.Errorf("address %q: write the domain in its ASCII form (xn--...)", email)
	case len(s.wire) > maxAddress:
		return spec{}, fmt.Errorf("address %q has %d bytes; at most %d are allowed", email, len(s.wire), maxAddress)
	case at > maxLocal:
		return spec{}, fmt.Errorf("address %q has %d bytes before the @; at most %d are allowed", email, at, maxLocal)
	}
	return s, nil
}

// isPlain says whether an address is one that net/mail would give back as it
// is, as nearly all are: atoms and dots on both sides (RFC 5322, section
// 3.2.3), of the commonest characters.
func isPlain(email string) bool {
	local, domain, _ := strings.Cut(email, "@")
	return isDotAtom(local) && isDotAtom(domain)
}

func isDotAtom(s string) bool {
	atom := false
	for i := range len(s) {
		switch c := s[i]; {
		case isAlphanumeric(c) || c == '-' || c == '_' || c == '+':
			atom = true
		case c == '.' && atom:
			atom = false
		default:
			return false
		}
	}
	return atom
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func parseSpec(email string) (spec, error) {
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
	return spec{bare: parsed.Address, wire: wire}, nil
}

// addresses sets the fields that hold addresses, and the envelope: To, which
// is the first, Cc and Bcc, each address once whatever its case.
func (d *draft) addresses() {
	for _, s := range d.mailbox("From", d.m.From) {
		d.from = s.wire
	}
	all := d.mailbox("To", d.m.To)
	all = append(all, d.mailbox("Cc", d.m.Cc...)...)
	d.mailbox("Reply-To", d.m.ReplyTo...)
	all = append(all, d.specs("Bcc", d.m.Bcc)...)
	seen := map[string]bool{}
	for _, s := range all {
		if key := strings.ToLower(s.wire); !seen[key] {
			seen[key] = true
			d.to = append(d.to, s.wire)
		}
	}
}

// mailbox checks addresses and their names, and sets the field that lists them.
func (d *draft) mailbox(field string, list ...campaign.Address) []spec {
	specs := d.specs(field, list)
	for _, a := range list {
		d.note(checkHeaderText(field+" name", a.Name))
	}
	if len(specs) < len(list) || len(list) == 0 {
		return specs
	}
	texts := make([]string, len(list))
	for i, a := range list {
		texts[i] = mailboxText(a.Name, specs[i])
	}
	d.mailboxes = append(d.mailboxes, d.field(field, strings.Join(texts, ", ")))
	return specs
}

// specs checks addresses and leaves out those at fault.
func (d *draft) specs(field string, list []campaign.Address) []spec {
	specs := make([]spec, 0, len(list))
	for _, a := range list {
		s, err := addrSpec(a.Email)
		if err != nil {
			d.refuse("%s: %w", field, err)
			continue
		}
		d.utf8 = d.utf8 || !isASCII(s.wire)
		specs = append(specs, s)
	}
	return specs
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
