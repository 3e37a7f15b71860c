package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"

	"tebar/campaign"
	"tebar/campaign/prepare"
)

// What is shown of a list: so many columns, and so many characters of a cell.
const (
	columnsShown = 30
	cellShown    = 22
)

// printProfile shows how a list was understood: each column, how full it is,
// and what stands there in the first rows.
func (a *app) printProfile(s campaign.Source, p prepare.Profile) {
	head := []any{"column", "filled"}
	for _, sample := range p.Samples {
		head = append(head, fmt.Sprintf("row %d", sample.Row))
	}
	t := a.table(head...)
	for i, name := range s.Columns[:min(columnsShown, len(s.Columns))] {
		row := table.Row{cell(name), filled(p, i)}
		if i == s.EmailIndex {
			row[0] = cell(name) + " (address)"
		} else if slices.Contains(s.HiddenColumns, name) {
			row[0] = cell(name) + " (hidden)"
		}
		for _, sample := range p.Samples {
			row = append(row, cell(valueAt(sample.Values, i)))
		}
		t.AppendRow(row)
	}
	t.Render()
	if more := len(s.Columns) - columnsShown; more > 0 {
		a.say("  and %s more", plural(more, "column"))
	}
	a.say("")
}

// filled is the share of rows that have something in a column.
func filled(p prepare.Profile, column int) string {
	n := 0
	if column < len(p.Filled) {
		n = p.Filled[column]
	}
	switch {
	case n == p.Rows:
		return "all"
	case n == 0:
		return "none"
	case n*100 < p.Rows:
		return "under 1 %"
	}
	return fmt.Sprintf("%d %%", n*100/p.Rows)
}

func valueAt(values []string, i int) string {
	if i < len(values) {
		return values[i]
	}
	return ""
}

// cell is a text on one line, cut to what a table has room for; - where there
// is none.
func cell(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return "-"
	}
	if utf8.RuneCountInString(text) > cellShown {
		text = string([]rune(text)[:cellShown-3]) + "..."
	}
	return visible(text)
}
