package file

import (
	"net/mail"
	"regexp"
	"strings"
	"unicode/utf8"

	"tebar/campaign"
)

func readFrom(r *reader, n *node, d *draft) {
	d.fromAt = n
	if n.kind == listNode {
		r.fail(n, "write one address; others may stand in reply_to", "`from` wants one address, not a list")
		return
	}
	if n.kind == textNode && r.cutByComment(n) {
		return
	}
	if a, ok := r.address(n); ok {
		d.From = a
	}
}

// address reads one mailbox (RFC 5322, section 3.4), without templates.
func (r *reader) address(n *node) (campaign.Address, bool) {
	text, ok := r.text(n)
	if !ok {
		return campaign.Address{}, false
	}
	if isTemplate(text) {
		r.fail(n, "write the address itself", "%s is one address for the whole campaign: {{ }} cannot stand here", n.name())
		return campaign.Address{}, false
	}
	a, err := mail.ParseAddress(text)
	if err != nil {
		r.badAddress(n, text)
		return campaign.Address{}, false
	}
	if why := wrongAddress(a.Address); why != "" {
		r.fail(n, "", "%s: %s is not an address: %s", n.path, shorten(a.Address), why)
		return campaign.Address{}, false
	}
	return campaign.Address{Name: a.Name, Email: a.Address}, true
}

// badAddress words what net/mail does not understand.
func (r *reader) badAddress(n *node, text string) {
	hint := `write it like "Rina Wijaya <rina@school.example>"`
	name, rest, angle := strings.Cut(text, "<")
	switch {
	case strings.HasPrefix(strings.ToLower(text), "mailto:"):
		hint = "take mailto: off"
	case !strings.Contains(text, "@"):
		hint = "an address holds an @: " + hint
	case angle && strings.ContainsAny(name, ".,;:()[]@"):
		hint = "put the name in double quotes: " + single(`"`+strings.Trim(strings.TrimSpace(name), `"`)+`" <`+rest)
	case strings.Contains(text, ","):
		hint = "write one address"
	}
	r.fail(n, hint, "%s: %q is not an address", n.path, shorten(text))
}

// addresses reads what one entry of reply_to, cc and bcc is: an address list,
// or a template that will give one.
func (r *reader) addresses(n *node) (string, bool) {
	text, ok := r.text(n)
	if !ok || isTemplate(text) {
		return text, ok
	}
	parsed, err := mail.ParseAddressList(text)
	if err != nil {
		r.badAddress(n, text)
		return "", false
	}
	for _, a := range parsed {
		if why := wrongAddress(a.Address); why != "" {
			r.fail(n, "", "%s: %s is not an address: %s", n.path, shorten(a.Address), why)
			return "", false
		}
	}
	return text, true
}

var label = regexp.MustCompile(`^[\pL\pN\pM](?:[\pL\pN\pM-]{0,61}[\pL\pN\pM])?$`)

// wrongAddress says why an addr-spec that net/mail accepts cannot be mailed
// to, or "" (RFC 5321, sections 4.1.2 and 4.5.3.1.1; RFC 1035, section 2.3.4).
func wrongAddress(addr string) string {
	at := strings.LastIndexByte(addr, '@')
	local, domain := addr[:max(at, 0)], addr[at+1:]
	labels := strings.Split(strings.TrimSuffix(domain, "."), ".")
	switch {
	case strings.HasPrefix(domain, "["):
		return "an IP number is no mail domain"
	case len(labels) < 2:
		return "its domain " + domain + " has no dot"
	case len(local) > 64:
		return "the part before the @ is longer than 64"
	case len(domain) > 253 || !utf8.ValidString(addr):
		return "its domain is too long"
	case strings.ContainsAny(local, "\u200b\u200c\u200d\ufeff\u00a0"):
		return "an invisible character stands in it"
	}
	for _, l := range labels {
		if !label.MatchString(l) {
			return "its domain is misspelt"
		}
	}
	return ""
}
