package campaign

import (
	"net/url"
	"strings"
)

// MailtoURL is the link that writes to an address, with a subject where it is
// not "" (RFC 6068, section 2). The address is taken as valid.
func MailtoURL(address, subject string) string {
	at := strings.LastIndexByte(address, '@')
	link := "mailto:" + escaped(address[:max(at, 0)]) + address[max(at, 0):]
	if subject != "" {
		link += "?subject=" + strings.ReplaceAll(url.QueryEscape(subject), "+", "%20")
	}
	return link
}

// escaped is a local part in a link: the plus sign stays as it is.
func escaped(local string) string {
	return strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(local), "+", "%20"), "%2B", "+")
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
