package recipients

import (
	"fmt"
	"strings"
	"unicode"

	"tebar/campaign"
)

// cellAddress is parseAddress of a cell. With `several: first` a cell that
// holds several addresses gives its first one, and rest is what else stands in
// it.
func (p *part) cellAddress(cell string) (address, name, rest string, err error) {
	address, name, err = parseAddress(cell)
	if err == nil || p.list.Several != campaign.SeveralFirst {
		return address, name, "", err
	}
	parts := splitAddresses(cell)
	if len(parts) < 2 {
		return address, name, "", err
	}
	address, name, err = parseAddress(parts[0])
	return address, name, strings.Join(parts[1:], ", "), err
}

// splitAddresses parts a cell at each separator, or slash, that stands behind
// an address and is in neither quotes nor angle brackets, so that
// `Doe, Jane <jane@example.org>` is one. What parts them may be several signs.
func splitAddresses(cell string) (parts []string) {
	quoted, angled, at, from := false, false, false, 0
	end := func(to int) {
		part := trimInvisible(cell[from:to])
		if len(parts) > 0 {
			part = trimInvisible(strings.TrimLeft(part, separators+"/"))
		}
		if part != "" {
			parts = append(parts, part)
		}
		at, from = false, to
	}
	for i := range len(cell) {
		switch b := cell[i]; {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '<':
			angled = true
		case b == '>':
			angled = false
		case b == '@':
			at = true
		case at && !angled && (b == '/' || strings.IndexByte(separators, b) >= 0):
			end(i)
			from = i + 1
		}
	}
	end(len(cell))
	return parts
}

// addressesIn are the addresses around each @ of a cell, whatever parts them: a
// person who is to get nothing must not get mail for the way two addresses stand
// in one cell. all says that each @ has one and that no part lacks it.
func addressesIn(cell string) (found []string, all bool) {
	all = true
	for _, part := range splitAddresses(cell) {
		all = all && strings.Contains(part, "@")
	}
	for at := range len(cell) {
		if cell[at] != '@' {
			continue
		}
		known := false
		for _, inLocal := range []func(rune) bool{plainLocal, wideLocal} {
			from, to := len(strings.TrimRightFunc(cell[:at], inLocal)), len(cell)-len(strings.TrimLeftFunc(cell[at+1:], inDomain))
			if address, err := Address(strings.Trim(cell[from:to], ".-")); err == nil {
				found, known = append(found, address), true
			}
		}
		all = all && known
	}
	return found, all
}

func inDomain(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd) || r == '.' || r == '-'
}

// plainLocal are the signs of usual addresses, wideLocal all that RFC 5322,
// section 3.2.3, has.
func plainLocal(r rune) bool { return inDomain(r) || strings.ContainsRune("_%+'", r) }

func wideLocal(r rune) bool { return plainLocal(r) || strings.ContainsRune("!#$&*/=?^`{|}~", r) }

// left is the note of what `several: first` leaves out.
func left(address, rest string, column int) flaw {
	return flaw{
		column: column + 1, note: true,
		message: fmt.Sprintf("the cell holds several addresses; %s gets the mail, and nobody writes to %s (several: first)", address, shown(rest)),
		hint:    "to write to the others too, give each a row of its own",
	}
}
