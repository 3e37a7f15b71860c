package recipients

import (
	"cmp"
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

// A remark is a warning that may stand beside thousands of rows.
type remark struct{ message, hint string }

// remarks are what is to be said of the addresses of a list, and of which
// rows: one problem tells of all.
type remarks map[remark]*foldedRows

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

// note keeps a row.
func (m remarks) note(what remark, row int) {
	if m[what] == nil {
		m[what] = &foldedRows{}
	}
	m[what].add(row)
}

// problems are a warning for each remark, in the order of their first rows.
func (m remarks) problems(p *part) (list campaign.Problems) {
	for what, f := range m {
		found := p.at(record{number: f.rows[0]}, flaw{column: p.columns.email + 1, message: what.message, hint: what.hint}, campaign.Warning)
		found.Rows, found.More = f.rows[1:], f.more
		list = append(list, found)
	}
	slices.SortFunc(list, func(a, b campaign.Problem) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Message, b.Message))
	})
	return list
}
