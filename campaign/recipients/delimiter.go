package recipients

import (
	"bytes"
	"strings"
)

// delimiters are those that are looked for, the likelier first.
const delimiters = ",;\t|"

// sniffRecords is how many records a delimiter is judged by.
const sniffRecords = 40

// sepLine is the delimiter that a first line `sep=;` names, which Excel
// writes and obeys, and how long that line is with its line end; else 0, 0.
func sepLine(text []byte) (comma byte, length int) {
	end := bytes.IndexAny(text, "\r\n")
	if end < 0 {
		end = len(text)
	}
	line := strings.Trim(string(text[:end]), `"`)
	if len(line) != 5 || !strings.EqualFold(line[:4], "sep=") {
		return 0, 0
	}
	length = end
	if bytes.HasPrefix(text[end:], []byte("\r\n")) {
		length++
	}
	return line[4], min(length+1, len(text))
}

// sniff finds the delimiter of a sample: the one that parts the header, titles
// above it aside, and most records into the same number of cells, the greatest number winning. A
// list of one column has none: a comma then, or the tab of a .tsv.
func sniff(sample []byte, truncated, tabs bool) byte {
	best, bestScore := byte(','), 0.0
	if tabs {
		best = '\t'
	}
	for _, comma := range []byte(delimiters) {
		score := judge(sample, comma, truncated)
		if score > bestScore || (score == bestScore && score > 0 && tabs && comma == '\t') {
			best, bestScore = comma, score
		}
	}
	return best
}

// judge scores a delimiter: the share of records as wide as the header, and a
// little for each cell. Zero means that it does not part the header.
func judge(sample []byte, comma byte, truncated bool) float64 {
	r := newCSVReader(bytes.NewReader(sample), comma, charset{valid: true})
	var widths []int
	for len(widths) < sniffRecords {
		rec, err := r.next()
		if err != nil {
			break
		}
		if !rec.blank() {
			widths = append(widths, len(rec.cells))
		}
	}
	if truncated && len(widths) > 1 && len(widths) < sniffRecords {
		widths = widths[:len(widths)-1]
	}
	width, same := usualWidth(widths)
	if width < 2 {
		return 0
	}
	return float64(same)/float64(len(widths)) + min(float64(width), 100)/1000
}

// usualWidth is the header's width, and how many records have it. Where the
// first record is one cell, as a title above the header is, it is the width
// that more than half of the records have.
func usualWidth(widths []int) (width, same int) {
	count := map[int]int{}
	for _, w := range widths {
		count[w]++
	}
	if len(widths) > 0 && widths[0] > 1 {
		return widths[0], count[widths[0]]
	}
	for w, n := range count {
		if 2*n > len(widths) {
			return w, n
		}
	}
	return 0, 0
}
