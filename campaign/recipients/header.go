package recipients

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tebar/campaign"
)

// titleRows is how many rows of titles may stand above the headings.
const titleRows = 10

// readHeader finds the headings: those that the campaign names, where the list
// has none, else the first row that is not blank, or the one below its titles.
// Columns without a heading are named by their letter, if they lie between
// headings or if one of the first rows has something in them.
func (t *table) readHeader(l campaign.List) error {
	for len(t.peeked) < peekRows && t.last == nil {
		rec, err := t.read()
		if t.last = err; err == nil {
			t.peeked = append(t.peeked, rec)
		}
	}
	if len(t.peeked) == 0 {
		return t.headerError(t.last)
	}
	if len(l.Columns) > 0 {
		t.header = record{cells: l.Columns}
		if err := t.headedTwice(); err != nil {
			return err
		}
		return t.nameColumns()
	}
	at := t.headings(l.Email)
	t.header, t.peeked = t.peeked[at], t.peeked[at+1:]
	t.source.HeaderRow = t.header.number
	for _, f := range t.header.flaws {
		if !f.note {
			return campaign.Problem{
				Severity: campaign.Error, File: t.file.name, Row: t.header.number, Column: t.place(f.column),
				Message: "in the header, " + f.message, Hint: f.hint,
			}
		}
	}
	return t.nameColumns()
}

// headings is which of the first rows has the headings. Those above it are
// titles where each has one cell, the headings more, and no @ stands in any:
// what may be somebody's row is never taken for a title.
func (t *table) headings(email string) int {
	for i, rec := range t.peeked[:min(titleRows+1, len(t.peeked))] {
		if slices.ContainsFunc(rec.cells, func(cell string) bool { return strings.Contains(cell, "@") }) {
			return 0
		}
		filled := countFilled(rec.cells)
		if filled > 1 {
			if slices.ContainsFunc(rec.cells, func(cell string) bool { return headsAddresses(cell, email) }) {
				return i
			}
			return 0
		}
	}
	return 0
}

// headedTwice refuses names for a list that has headings.
func (t *table) headedTwice() error {
	first := t.peeked[0]
	if !slices.ContainsFunc(first.cells, func(cell string) bool { return headsAddresses(cell, "") }) || slices.ContainsFunc(first.cells, isAddress) {
		return nil
	}
	return campaign.Problem{
		Severity: campaign.Error, File: t.file.name, Row: first.number, Field: "recipients.columns",
		Message: "`columns` names the columns, and the first row has headings: " + quotedList(first.cells[:lastFilled(first.cells)]),
		Hint:    "take `columns` out, or the row of headings",
	}
}

// headsAddresses says whether a cell is the heading of the address column: the
// named one, else a usual one.
func headsAddresses(cell, email string) bool {
	if email != "" {
		return strings.EqualFold(strings.TrimSpace(cell), strings.TrimSpace(email))
	}
	return emailNames[foldName(cell)]
}

func isAddress(cell string) bool {
	_, err := Address(cell)
	return err == nil
}

func countFilled(cells []string) (n int) {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

// headerError words the end of the file, or an error, before any header.
func (t *table) headerError(err error) error {
	if err == io.EOF && t.area != nil {
		return t.rangeProblem("the range "+t.area.String()+" holds blank rows only", "it must begin with the row of headings: correct `range:`")
	}
	if err == io.EOF {
		return fileProblem(t.file.name, "holds blank rows only", "it needs a row of headings, one of them for the e-mail address, and a row for each person")
	}
	return t.placed(err)
}

// placed names the file in a problem that a reader gave.
func (t *table) placed(err error) error {
	var p campaign.Problem
	if errors.As(err, &p) {
		p.File = t.file.name
		return p
	}
	return err
}

// nameColumns settles names and bare from the header and the rows peeked at.
func (t *table) nameColumns() error {
	width := lastFilled(t.header.cells)
	if width == 0 {
		return fileProblem(t.file.name, "holds no headings", "it needs a row of headings, one of them for the e-mail address, and a row for each person")
	}
	for _, rec := range t.peeked {
		if n := lastFilled(rec.cells); n > width && n <= len(t.header.cells) {
			width = n
		}
	}
	if width > maxColumns {
		return fileProblem(t.file.name, fmt.Sprintf("has %d columns; a list may have %d", width, maxColumns),
			"delete the columns that the letter does not need, or correct `delimiter:`")
	}
	t.names, t.bare = make([]string, width), make([]bool, width)
	for i := range width {
		t.names[i] = strings.TrimSpace(t.header.cells[i])
		if t.names[i] == "" {
			t.names[i], t.bare[i] = "Column "+columnLetters(t.place(i+1)), true
		}
	}
	t.source.Columns = t.names
	return nil
}

// place is the column in the file of a column of the list, both 1-based; 0, the
// whole row, stays.
func (t *table) place(column int) int {
	if column == 0 {
		return 0
	}
	return column + t.source.Left
}

// lastFilled is the 1-based place of the last cell that holds something.
func lastFilled(cells []string) int {
	for i := len(cells); i > 0; i-- {
		if strings.TrimSpace(cells[i-1]) != "" {
			return i
		}
	}
	return 0
}

// repeated gives a problem for each heading that stands over several columns.
// Which of them is meant cannot be told, even where one is empty: that is only
// known at the end of the list, and may change with its next row.
func (t *table) repeated() campaign.Problems {
	var found campaign.Problems
	places, order := map[string][]int{}, []string{}
	for i, name := range t.names {
		if places[name] = append(places[name], t.place(i+1)); len(places[name]) == 2 {
			order = append(order, name)
		}
	}
	for _, name := range order {
		at := places[name]
		found = append(found, campaign.Problem{
			Severity: campaign.Error, File: t.file.name, Sheet: t.source.Sheet, Row: t.header.number, Column: at[1], Field: name,
			Message: fmt.Sprintf("columns %s have the same heading %s", lettersOf(at), shown(name)),
			Hint:    fmt.Sprintf("give each a heading of its own, such as %s and %s; or delete the column that is not needed", shown(name), shown(name+" 2")),
		})
	}
	return found
}

// lettersOf are columns in words: B, D and F; of many the first ones.
func lettersOf(columns []int) string {
	const most = 10
	var names []string
	for _, n := range columns[:min(most, len(columns))] {
		names = append(names, columnLetters(n))
	}
	if len(columns) > most {
		return strings.Join(names, ", ") + fmt.Sprintf(" and %d more", len(columns)-most)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
