package recipients

import (
	"bytes"
	"slices"
	"strings"

	"tebar/campaign"
)

// A style is how a text parts its cells.
type style struct{ comma, quote byte }

func quoteName(quote byte) campaign.Quote {
	if quote == '\'' {
		return campaign.QuoteSingle
	}
	return campaign.QuoteDouble
}

// styles finds the style of a list by a sample of it.
type styles struct {
	sample    []byte
	truncated bool // the list goes on behind the sample
	tabs      bool // it is a .tsv
	comma     byte // the delimiter where it is said; 0 = find it
}

// find settles the style. Single quotes are taken for quotes only where no
// other reading makes sense: O'Brien, 't Hooft and '0812 are text. Where cells
// stand in them all the same, the campaign is asked. headed says that the
// first record are headings.
func (s styles) find(name string, said campaign.Quote, headed bool) (style, error) {
	double, single := style{s.comma, '"'}, style{s.comma, '\''}
	if said != campaign.QuoteSingle && (said == campaign.QuoteDouble || bytes.IndexByte(s.sample, '\'') < 0) {
		return s.parted(double), nil
	}
	single = s.parted(single)
	if said == campaign.QuoteSingle {
		return single, nil
	}
	sure, doubtful := s.wrapped(single, headed)
	switch {
	case sure:
		return single, nil
	case doubtful != "":
		p := fileProblem(name, "cells stand in single quotes, like "+doubtful+": whether these belong to the text cannot be told",
			"write `quote: single` if they only enclose the cells, `quote: double` if they belong to the text; or save the list anew, with double quotes")
		p.Field = "recipients.quote"
		return double, p
	}
	return s.parted(double), nil
}

// parted is a style with the delimiter that it finds.
func (s styles) parted(st style) style {
	if st.comma == 0 {
		st.comma = sniff(s.sample, st.quote, s.truncated, s.tabs)
	}
	return st
}

// A quotedColumn counts the cells of a column that are not empty.
type quotedColumn struct {
	filled, wrapped, addresses int
	example                    string
}

// wrapped looks whether cells stand in single quotes. sure: the reading with
// them has no fault, each column has all of its cells in quotes or none, and
// those of the addresses are in quotes, which no address may begin and end
// with. doubtful is a cell of a column that most rows fill, or of the headings,
// that is in quotes throughout while that is not sure; "" where there is none.
func (s styles) wrapped(st style, headed bool) (sure bool, doubtful string) {
	records, clean := s.records(st)
	if len(records) == 0 {
		return false, ""
	}
	if headed {
		all := quotedColumn{}
		for _, c := range countQuoted(records[:1]) {
			all.add(c)
		}
		if all.filled > 1 && all.filled == all.wrapped {
			doubtful = all.example
		}
		records = records[1:]
	}
	known := false
	for _, c := range countQuoted(records) {
		clean = clean && (c.wrapped == 0 || c.wrapped == c.filled)
		known = known || c.wrapped > 0 && c.wrapped == c.filled && c.addresses == c.filled
		if c.filled > 1 && c.filled*2 >= len(records) && c.wrapped == c.filled && doubtful == "" {
			doubtful = c.example
		}
	}
	return clean && known, doubtful
}

func (c *quotedColumn) add(other quotedColumn) {
	c.filled += other.filled
	c.wrapped += other.wrapped
	if c.example == "" {
		c.example = other.example
	}
}

// A quotedRecord is a record, and which of its cells stand in quotes.
type quotedRecord struct {
	cells   []string
	wrapped uint64
	faulty  bool // a quote stands where it makes no sense
}

// records are those of the sample; clean says that none is faulty, and all are
// as wide as the first.
func (s styles) records(st style) (list []quotedRecord, clean bool) {
	r := newCSVReader(bytes.NewReader(s.sample), st.comma, st.quote, charset{valid: true})
	for rec, err := r.next(); err == nil; rec, err = r.next() {
		if rec.blank() {
			continue
		}
		q := quotedRecord{rec.cells, r.wrapped, r.stray}
		for _, f := range rec.flaws {
			q.faulty = q.faulty || f.severe
		}
		for i, cell := range rec.cells {
			q.faulty = q.faulty || strings.HasPrefix(cell, `"`) && q.wrapped>>i&1 == 0
		}
		list = append(list, q)
	}
	if s.truncated && len(list) > 1 {
		list = list[:len(list)-1] // it may go on
	}
	return list, !slices.ContainsFunc(list, func(q quotedRecord) bool { return q.faulty || len(q.cells) != len(list[0].cells) })
}

// countQuoted counts the cells of each column, of the first 64. Faulty records
// have no say: their cells begin with an apostrophe, like '0812, and end where
// the next one stands.
func countQuoted(records []quotedRecord) []quotedColumn {
	var columns []quotedColumn
	for _, rec := range records {
		if rec.faulty {
			continue
		}
		for i, cell := range rec.cells[:min(len(rec.cells), 64)] {
			for len(columns) <= i {
				columns = append(columns, quotedColumn{})
			}
			columns[i].count(cell, rec.wrapped>>i&1 == 1)
		}
	}
	return columns
}

func (c *quotedColumn) count(cell string, wrapped bool) {
	if !wrapped && strings.TrimSpace(cell) == "" {
		return
	}
	c.filled++
	if isAddress(cell) {
		c.addresses++
	}
	if wrapped {
		c.wrapped++
		if c.example == "" {
			c.example = "'" + strings.Trim(shown(cell), `"`) + "'"
		}
	}
}
