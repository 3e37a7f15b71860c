package recipients

import (
	"fmt"
	"strings"

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
// `Doe, Jane <jane@example.org>` is one.
func splitAddresses(cell string) (parts []string) {
	quoted, angled, at, from := false, false, false, 0
	end := func(to int) {
		if part := trimInvisible(cell[from:to]); part != "" {
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

// left is the note of what `several: first` leaves out.
func left(address, rest string, column int) flaw {
	return flaw{
		column: column + 1, note: true,
		message: fmt.Sprintf("the cell holds several addresses; %s gets the mail, and nobody writes to %s (several: first)", address, shown(rest)),
		hint:    "to write to the others too, give each a row of its own",
	}
}
