package templates

import (
	"bytes"
	"strings"

	"github.com/JohannesKaufmann/dom"
	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"golang.org/x/net/html"
)

// renderTable writes a table of data row by row, cells parted by bars; any
// other table is there for layout, and its cells follow one another.
func renderTable(ctx converter.Context, w converter.Writer, n *html.Node) {
	rows, data := tableRows(n)
	if !data {
		renderBlock(ctx, w, n)
		return
	}
	_, _ = w.WriteString("\n\n")
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			var buf bytes.Buffer
			ctx.RenderChildNodes(ctx, &buf, cell)
			cells[i] = strings.Join(strings.Fields(buf.String()), " ")
		}
		_, _ = w.WriteString(strings.TrimSpace(strings.Join(cells, " | ")) + "\n")
	}
	_, _ = w.WriteString("\n")
}

// blocks are elements that only a cell of layout holds.
var blocks = map[string]bool{
	"table": true, "p": true, "div": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true,
	"ul": true, "ol": true, "blockquote": true, "pre": true, "hr": true, "img": true, "center": true,
}

// tableRows gives the cells, and whether the table holds data: no role that
// says otherwise, at least two rows of at least two cells (or a header), and
// nothing but short text in them.
func tableRows(table *html.Node) (rows [][]*html.Node, data bool) {
	role := dom.GetAttributeOr(table, "role", "")
	if role == "presentation" || role == "none" {
		return nil, false
	}
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
	return rows, wide >= 2 || headed && wide >= 1
}
