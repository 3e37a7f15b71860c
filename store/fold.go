package store

import "strings"

// fold is the form in which addresses are compared with the suppression list:
// trimmed, lower case; at Gmail without dots and without the +tag, and
// googlemail.com as gmail.com, since all of them reach one mailbox. A domain
// is "@example.org". Nothing else folds so: elsewhere dots and tags may tell
// people apart.
func fold(address string) string {
	address = strings.ToLower(strings.TrimSpace(address))
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address
	}
	local, domain := address[:at], address[at+1:]
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	if domain == "gmail.com" {
		local, _, _ = strings.Cut(local, "+")
		local = strings.ReplaceAll(local, ".", "")
	}
	return local + "@" + domain
}

// foldDomain is the form in which the address's domain is suppressed.
func foldDomain(address string) string {
	folded := fold(address)
	return folded[max(strings.LastIndexByte(folded, '@'), 0):]
}
