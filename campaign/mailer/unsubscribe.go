package mailer

import (
	"fmt"
	"net/url"
	"strings"

	"tebar/campaign"
)

// list writes List-Unsubscribe (RFC 2369) and, for an https address,
// List-Unsubscribe-Post (RFC 8058, section 3.1).
func (d *draft) list() {
	u := d.m.Unsubscribe
	if u.None {
		return
	}
	var ways []string
	if u.URL != "" {
		safe, err := listURL(u.URL)
		if err != nil {
			d.refuse("unsubscribe url: %w", err)
			return
		}
		ways = append(ways, "<"+safe+">")
		if strings.HasPrefix(strings.ToLower(safe), "https://") {
			d.set("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
		}
	}
	if u.Mailto != "" {
		mailto, err := listMailto(u)
		if err != nil {
			d.refuse("unsubscribe mailto: %w", err)
			return
		}
		ways = append(ways, "<"+mailto+">")
	}
	if len(ways) > 0 {
		d.set("List-Unsubscribe", strings.Join(ways, ", "))
	}
}

// listURL gives an http or https address that can end neither the angle
// brackets nor the header: all but the characters of RFC 3986 is escaped, and
// the comma too, which separates list entries (RFC 2369, section 2).
func listURL(raw string) (string, error) {
	raw = strings.TrimSpace(raw)
	if err := checkHeaderText("address", raw); err != nil {
		return "", err
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("%q is not a web address", raw)
	}
	if (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return "", fmt.Errorf("%q: want an address that begins with https://", raw)
	}
	var b strings.Builder
	for i := range len(raw) {
		if c := raw[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("<>\",\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02x", c)
		} else {
			b.WriteByte(c)
		}
	}
	if b.Len() > maxLine-100 {
		return "", fmt.Errorf("the address has %d characters; at most %d are allowed", b.Len(), maxLine-100)
	}
	return b.String(), nil
}

// listMailto is the mailto of RFC 6068, with its subject.
func listMailto(u campaign.Unsubscribe) (string, error) {
	s, err := addrSpec(u.Mailto)
	if err != nil {
		return "", err
	}
	if err := checkHeaderText("subject", u.Subject); err != nil {
		return "", err
	}
	mailto := campaign.MailtoURL(s.wire, u.Subject)
	if len(mailto) > maxLine-100 {
		return "", fmt.Errorf("the subject is too long: %d characters, at most %d are allowed", len(mailto), maxLine-100)
	}
	return mailto, nil
}
