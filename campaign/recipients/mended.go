package recipients

import (
	"slices"
	"strings"
	"unicode"

	"tebar/campaign"
)

// mended is what was taken off around an address, in words; "" where nothing
// was that anybody need know of.
func mended(cell string) string {
	var what []string
	rest := trimInvisible(cell)
	start := strings.Index(cell, rest)
	off := cell[:start] + cell[start+len(rest):]
	if strings.ContainsFunc(off, unicode.IsSpace) {
		what = append(what, "spaces")
	}
	if strings.ContainsFunc(off, func(r rune) bool { return !unicode.IsSpace(r) }) {
		what = append(what, "invisible characters")
	}
	if len(rest) >= 7 && strings.EqualFold(rest[:7], "mailto:") {
		what = append(what, "mailto:")
	}
	if strings.HasSuffix(strings.TrimRight(rest, ">"), ".") || strings.TrimRight(rest, ",;.") != rest {
		what = append(what, "a comma, semicolon or dot")
	}
	return strings.Join(what, " and ")
}

// mends are the addresses of a list that were mended, by what was taken off.
// There may be thousands: one problem tells of all.
type mends map[string]*foldedRows

// A foldedRows is where something is, of many rows the first ones.
type foldedRows struct {
	rows []int
	more int
}

const foldedMost = 10

func (f *foldedRows) add(row int) {
	if len(f.rows) < foldedMost {
		f.rows = append(f.rows, row)
		return
	}
	f.more++
}

// note keeps a row whose address was mended.
func (m mends) note(what string, row int) {
	if m[what] == nil {
		m[what] = &foldedRows{}
	}
	m[what].add(row)
}

// problems are a warning for each kind, in the order of their first rows.
func (m mends) problems(p *part) (list campaign.Problems) {
	for what, f := range m {
		found := p.at(record{number: f.rows[0]}, flaw{
			column: p.columns.email + 1, message: "taken off around the address: " + what,
			hint: "nothing need be done; delete them in the list, and the warning is gone",
		}, campaign.Warning)
		found.Rows, found.More = f.rows[1:], f.more
		list = append(list, found)
	}
	slices.SortFunc(list, func(a, b campaign.Problem) int {
		if a.Row != b.Row {
			return a.Row - b.Row
		}
		return strings.Compare(a.Message, b.Message)
	})
	return list
}
