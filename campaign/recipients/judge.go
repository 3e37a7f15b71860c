package recipients

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"tebar/campaign"
)

// A candidate is a row that has been looked at by itself: what it is, and
// whether it gets a message as far as other rows have no say.
type candidate struct {
	part  *part
	entry campaign.Entry
	found []campaign.Problem // what is wrong, in order
}

// judge looks at one record: bad row, filter, exclusion, in this order. What
// it gives is valid until the next call.
func (r *reading) judge(p *part, rec record) *candidate {
	c := &r.current
	*c = candidate{part: p, found: c.found[:0]}
	p.rows++
	c.entry.Row = p.row(rec)
	address, name, rest, err := p.cellAddress(c.entry.Values[p.columns.email])
	if err == nil {
		c.entry.Address = address
	} else {
		c.entry.Address = asTyped(c.entry.Values[p.columns.email])
		if !rec.unknown(p.columns.email) {
			c.flaw(rec, addressFlaw(c.entry.Values[p.columns.email], p.columns.email, err))
		}
	}
	for _, f := range rec.flaws {
		c.flaw(rec, p.columns.weigh(f))
	}
	c.surplus(rec)
	if p.columns.key >= 0 {
		c.entry.Key = strings.TrimSpace(c.entry.Values[p.columns.key])
	}
	c.entry.Name = displayName(name)
	if p.columns.name >= 0 {
		c.entry.Name = displayName(c.entry.Values[p.columns.name])
	}
	c.unnamed(rec)
	if c.entry.Skip == "" {
		r.sieve(c, rec)
	}
	if c.entry.Skip == "" {
		c.doubt(r.domains, rec)
		c.tellMended(rec, rest)
		if r.opts.Roles {
			c.tellRole(rec)
		}
	}
	return c
}

// unknown says whether a flaw tells that what a cell holds cannot be known;
// column is 0-based.
func (rec record) unknown(column int) bool {
	return slices.ContainsFunc(rec.flaws, func(f flaw) bool { return f.unknown && f.column == column+1 })
}

// weigh makes an error of a cell that cannot be known, in a column that
// decides who gets mail or that must be filled: an empty cell would be taken
// for the truth, and #N/A for somebody's code.
func (c columns) weigh(f flaw) flaw {
	at := f.column - 1
	if f.unknown && (at == c.email || at == c.key || slices.Contains(c.required, at) || slices.Contains(c.unique, at) || slices.Contains(c.exclude, at)) {
		f.note, f.severe = false, true
	}
	return f
}

// row makes a row of a record: as many values as columns.
func (p *part) row(rec record) campaign.Row {
	values := rec.cells
	if width := len(p.table.names); len(values) != width {
		values = make([]string, width)
		copy(values, rec.cells)
	}
	return campaign.Row{
		Source: p.list.File, Sheet: p.table.source.Sheet, Number: rec.number,
		Left: p.table.source.Left, Columns: p.table.names, Values: values,
	}
}

// asTyped is what stands in the place of an address that is none, for the
// report: the cell, cut to the length of the longest address.
func asTyped(cell string) string {
	cell = strings.TrimSpace(cell)
	if len(cell) > maxAddress {
		cell = strings.ToValidUTF8(cell[:maxAddress], "")
	}
	return cell
}

// addressFlaw words what is wrong with an address.
func addressFlaw(cell string, column int, err error) flaw {
	what, hint, _ := strings.Cut(err.Error(), ": ")
	if strings.TrimSpace(cell) == "" {
		return flaw{column: column + 1, message: "the row has no address", hint: "write one, or delete the row"}
	}
	if len(splitAddresses(cell)) > 1 && (errors.Is(err, errSeveral) || errors.Is(err, errTwoAt)) {
		hint += "; or write `several: first`, and the first one gets the mail"
	}
	return flaw{column: column + 1, message: shown(cell) + " is not an e-mail address: " + what, hint: hint}
}

// flaw notes what is wrong with a record. What is no mere note makes it a bad
// row, and the first says why.
func (c *candidate) flaw(rec record, f flaw) {
	severity := campaign.Warning
	if !f.note {
		if c.part.list.StopOnBad || f.severe {
			severity = campaign.Error
		}
		c.skip(campaign.SkipBadRow, f.message)
	}
	c.found = append(c.found, c.part.at(rec, f, severity))
}

func (c *candidate) skip(code, reason string) {
	if c.entry.Skip == "" {
		c.entry.Skip, c.entry.Reason = code, reason
	}
}

// surplus finds cells behind the last column.
func (c *candidate) surplus(rec record) {
	width := len(c.part.table.names)
	for i := width; i < len(rec.cells); i++ {
		if strings.TrimSpace(rec.cells[i]) == "" {
			continue
		}
		c.flaw(rec, flaw{
			column:  i + 1,
			message: "the cell " + shown(rec.cells[i]) + " has no heading: the row is longer than the header",
			hint:    "put text that holds the delimiter in quotes, or give the column a heading",
		})
		return
	}
}

// unnamed warns once of a column without a heading that holds something.
func (c *candidate) unnamed(rec record) {
	for i, bare := range c.part.table.bare {
		if !bare || c.part.warned[i] || strings.TrimSpace(c.entry.Values[i]) == "" {
			continue
		}
		c.part.warned[i] = true
		c.found = append(c.found, c.part.at(rec, flaw{
			column:  i + 1,
			message: "the column has no heading; it is called " + shown(c.part.table.names[i]),
			hint:    "give it a heading",
		}, campaign.Warning))
	}
}

// sieve applies hidden rows, the filter and the exclusions.
func (r *reading) sieve(c *candidate, rec record) {
	p := c.part
	if rec.hidden && p.list.Hidden != campaign.HiddenKeep {
		p.hidden.note(rec.number)
		c.skip(campaign.SkipFiltered, "the row is hidden in the sheet")
		return
	}
	if p.where != nil {
		keep, err := p.where(c.entry.Row)
		if err != nil {
			c.skip(campaign.SkipBadRow, "`where`: "+err.Error())
			c.found = append(c.found, p.at(rec, flaw{
				message: "`where` cannot be worked out for this row: " + err.Error(), hint: "correct `where:`, or the row",
			}, campaign.Error))
			return
		}
		if !keep {
			c.skip(campaign.SkipFiltered, "`where` is false")
			return
		}
	}
	for i, x := range p.exclude {
		if at := p.columns.exclude[i]; at >= 0 && x.has(c.entry.Address, c.entry.Values[at], at == p.columns.email) {
			c.skip(campaign.SkipExcluded, x.reason)
			return
		}
	}
}

// tellMended tells what was taken off around an address, and which addresses
// beside it get no mail.
func (c *candidate) tellMended(rec record, rest string) {
	column := c.part.columns.email
	if rest != "" {
		c.flaw(rec, left(c.entry.Address, rest, column))
		return
	}
	if cell := c.entry.Values[column]; len(cell) != len(c.entry.Address) {
		if what := mended(cell); what != "" {
			c.part.remarks.note(remark{"taken off around the address: " + what, "nothing need be done; delete them in the list, and the warning is gone"}, rec.number)
		}
	}
}

// doubt warns of an address that is valid and probably mistyped.
func (c *candidate) doubt(seen domains, rec record) {
	note := seen.note(c.entry.Address)
	if note.message == "" {
		return
	}
	note.column, note.note = c.part.columns.email+1, true
	note.message = shown(c.entry.Address) + " " + note.message
	c.flaw(rec, note)
}

// displayName makes one line of a cell: runs of spaces and control characters
// become one space.
func displayName(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	}), " ")
}
