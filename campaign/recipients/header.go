package recipients

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"tebar/campaign"
)

// readHeader takes the first row that is not blank as the header. Columns
// without a heading are named by their letter, if they lie between headings
// or if one of the first rows has something in them.
func (t *table) readHeader() error {
	header, err := t.read()
	if err != nil {
		return t.headerError(err)
	}
	for _, f := range header.flaws {
		if !f.note {
			return campaign.Problem{
				Severity: campaign.Error, File: t.file.name, Row: header.number, Column: f.column,
				Message: "in the header, " + f.message, Hint: f.hint,
			}
		}
	}
	t.header = header
	for len(t.peeked) < peekRows && t.last == nil {
		rec, err := t.read()
		if t.last = err; err == nil {
			t.peeked = append(t.peeked, rec)
		}
	}
	return t.nameColumns()
}

// headerError words the end of the file, or an error, before any header.
func (t *table) headerError(err error) error {
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
			t.names[i], t.bare[i] = "Column "+columnLetters(i+1), true
		}
	}
	t.source.Columns = t.names
	return nil
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

// repeated gives a problem for each heading that stands over two columns.
func (t *table) repeated() campaign.Problems {
	var found campaign.Problems
	first, told := map[string]int{}, map[string]bool{}
	for i, name := range t.names {
		at, ok := first[name]
		if !ok {
			first[name] = i
			continue
		}
		if told[name] {
			continue
		}
		told[name] = true
		found = append(found, campaign.Problem{
			Severity: campaign.Error, File: t.file.name, Row: t.header.number, Column: i + 1, Field: name,
			Message: fmt.Sprintf("columns %s and %s have the same heading %s", columnLetters(at+1), columnLetters(i+1), shown(name)),
			Hint:    "give each column a heading of its own",
		})
	}
	return found
}
