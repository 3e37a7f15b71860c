package recipients

import (
	"bytes"
	"slices"
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

// sniff finds the delimiter of a sample: the one that parts the header and
// most records into the same number of cells, the greatest number winning. A
// list of one column has none: a comma then, or the tab of a .tsv.
func sniff(sample []byte, quote byte, truncated, tabs bool) byte {
	best, bestScore := byte(','), 0.0
	if tabs {
		best = '\t'
	}
	for _, titled := range []bool{false, true} {
		for _, comma := range []byte(delimiters) {
			score := judge(sample, comma, quote, truncated, titled)
			if score > bestScore || (score == bestScore && score > 0 && tabs && comma == '\t') {
				best, bestScore = comma, score
			}
		}
		if bestScore > 0 {
			break
		}
	}
	return best
}

// judge scores a delimiter: the share of records as wide as the header, and a
// little for each cell. Zero means that it does not part the header. Below
// titles, the header is the first record with a usual heading of the addresses.
func judge(sample []byte, comma, quote byte, truncated, titled bool) float64 {
	r := newCSVReader(bytes.NewReader(sample), comma, quote, charset{valid: true})
	var widths []int
	for read := 0; len(widths) < sniffRecords; {
		rec, err := r.next()
		if err != nil {
			break
		}
		if rec.blank() {
			continue
		}
		if read++; titled && len(widths) == 0 && (read > titleRows || !headed(rec)) {
			if read > titleRows {
				return 0
			}
			continue
		}
		widths = append(widths, len(rec.cells))
	}
	if truncated && len(widths) > 1 && len(widths) < sniffRecords {
		widths = widths[:len(widths)-1]
	}
	if len(widths) == 0 || widths[0] < 2 {
		return 0
	}
	same := 0
	for _, w := range widths {
		if w == widths[0] {
			same++
		}
	}
	return float64(same)/float64(len(widths)) + min(float64(widths[0]), 100)/1000
}

// headed says whether a record has a usual heading of the addresses.
func headed(rec record) bool {
	return slices.ContainsFunc(rec.cells, func(cell string) bool { return headsAddresses(cell, "") })
}
