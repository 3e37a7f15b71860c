package campaign

import (
	"fmt"
	"strings"
)

// MailtoURL is the link that writes to an address, with a subject where it is
// not "" (RFC 6068, section 2). The address is taken as valid.
func MailtoURL(address, subject string) string {
	at := strings.LastIndexByte(address, '@')
	link := "mailto:" + escaped(address[:max(at, 0)], "-_.~+") + address[max(at, 0):]
	if subject != "" {
		link += "?subject=" + escaped(subject, "-_.~")
	}
	return link
}

// escaped escapes all bytes but letters, digits and those that stay (RFC 3986,
// section 2.1), in lower case: SpamAssassin takes %BC in a header for what a
// template has left, at 3 points of 5 (UNRESOLVED_TEMPLATE).
func escaped(s, stay string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte(stay, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	return b.String()
}

// Link is what a reader of the letter follows to be written to no more: the
// address of URL, a template yet, else the mailto; "" where none is offered.
func (u Unsubscribe) Link() string {
	switch {
	case u.None:
		return ""
	case u.URL != "":
		return u.URL
	case u.Mailto != "":
		return MailtoURL(u.Mailto, u.Subject)
	}
	return ""
}
