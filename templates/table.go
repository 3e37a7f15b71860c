package templates

import (
	"bytes"
	"slices"
	"strings"

	"github.com/JohannesKaufmann/dom"
	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"golang.org/x/net/html"
)

// renderTable writes a table of data row by row; any other table is there for
// layout, and its cells follow one another. Columns are not drawn with blanks:
// most mail programs show text in proportional letters, where they would not
// stand under one another, and their width would depend on the row's cells. So
// a row of two cells is a line `first: second`; one of more has a line
// `heading: cell` for each, or where there are no headings is a line of cells
// parted by bars.
func renderTable(ctx converter.Context, w converter.Writer, n *html.Node) {
	rows, data := tableRows(n)
	if !data {
		renderBlock(ctx, w, n)
		return
	}
	_, _ = w.WriteString("\n\n")
	for c := range n.ChildNodes() {
		if c.Data == "caption" {
			renderBlock(ctx, w, c)
		}
	}
	cells := make([][]cellText, len(rows))
	for i, row := range rows {
		for _, cell := range row {
			var buf bytes.Buffer
			ctx.RenderChildNodes(ctx, &buf, cell)
			cells[i] = append(cells[i], cellText{strings.Join(strings.Fields(buf.String()), " "), linked(cell)})
		}
	}
	_, _ = w.WriteString(tableText(cells, headed(rows)) + "\n\n")
}

// A cellText is a cell on one line.
type cellText struct {
	text   string
	linked bool // a link is in it
}

// tableText is the text of a table's cells, of which the first row may be the
// headings. A row that spans columns is one of its own. A link is no label.
func tableText(rows [][]cellText, headed bool) string {
	wide := len(slices.MaxFunc(rows, func(a, b []cellText) int { return len(a) - len(b) }))
	headed = headed && wide > 2 && len(rows[0]) == wide
	labels := headed || wide == 2 && !slices.ContainsFunc(rows, func(row []cellText) bool { return len(row) > 0 && row[0].linked })
	var lines []string
	for i, row := range rows {
		switch {
		case headed && i == 0:
		case headed && len(row) == wide:
			lines = append(append(lines, rowText(rows[0], row)...), "")
		case labels && len(row) == 2:
			lines = append(lines, labelled(row[0].text, row[1].text))
		default:
			lines = append(lines, barred(row))
		}
	}
	return strings.Join(lines, "\n")
}

// barred is a row whose cells are parted by bars; an empty one keeps its place.
func barred(row []cellText) string {
	texts := make([]string, len(row))
	for i, cell := range row {
		if texts[i] = cell.text; cell.text == "" {
			texts[i] = "-"
		}
	}
	return strings.Join(texts, " | ")
}

// rowText is a row with its headings, without its empty cells.
func rowText(headings, row []cellText) []string {
	var lines []string
	for i, cell := range row {
		if cell.text != "" {
			lines = append(lines, labelled(headings[i].text, cell.text))
		}
	}
	return lines
}

// labelEnds are marks behind which no colon is set. A row's own cell that ends
// in one leaves the shortcut (plainCell).
const labelEnds = ":?：？"

// labelled is a line `label: text`, or the one of both that is there.
func labelled(label, text string) string {
	switch {
	case label == "" || text == "":
		return label + text
	case strings.ContainsRune(labelEnds, lastRune(label)):
		return label + " " + text
	}
	return label + ": " + text
}

// headed says whether the first row holds headings and nothing else.
func headed(rows [][]*html.Node) bool {
	return len(rows) > 1 && !slices.ContainsFunc(rows[0], func(cell *html.Node) bool {
		return cell.Data != "th" || dom.GetAttributeOr(cell, "scope", "") == "row"
	})
}

// blocks are elements that only a cell of layout holds.
var blocks = map[string]bool{
	"table": true, "p": true, "div": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true,
	"ul": true, "ol": true, "blockquote": true, "pre": true, "hr": true, "img": true, "center": true,
}

// tableRows gives the cells, and whether the table holds data: at least two
// rows of at least two cells (or a header), nothing but text in them, and no
// role that says otherwise.
func tableRows(table *html.Node) (rows [][]*html.Node, data bool) {
	wide, headed := 0, false
	for n := range table.Descendants() {
		switch {
		case blocks[n.Data] && n.Type == html.ElementNode:
			return nil, false
		case n.Data == "tr":
			rows = append(rows, nil)
		case (n.Data == "td" || n.Data == "th") && len(rows) > 0:
			last := len(rows) - 1
			rows[last] = append(rows[last], n)
			headed = headed || n.Data == "th"
			if len(rows[last]) == 2 {
				wide++
			}
		}
	}
	if role := dom.GetAttributeOr(table, "role", ""); role == "presentation" || role == "none" {
		return rows, facts(rows)
	}
	return rows, wide >= 2 || headed && wide >= 1
}

// facts says whether a table that is called one of layout is a list of facts
// all the same, as letters often have one: at least two rows, each of a label
// and what it says.
func facts(rows [][]*html.Node) bool {
	return len(rows) >= 2 && !slices.ContainsFunc(rows, func(row []*html.Node) bool {
		return len(row) != 2 || linked(row[0])
	})
}

// linked says whether a cell holds a link.
func linked(cell *html.Node) bool {
	for n := range cell.Descendants() {
		if n.Data == "a" && n.Type == html.ElementNode {
			return true
		}
	}
	return false
}
