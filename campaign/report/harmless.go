package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Signs that make a spreadsheet evaluate a cell that begins with them; the
// wide ones in Japanese and Chinese editions. Separators are what one of
// another language, where ";" parts the cells, may cut a cell at: what follows
// them is then a cell's beginning too.
// Source: OWASP, CSV Injection.
const (
	signs      = "=+-@＝＋－＠"
	separators = ";\t\r\n"
)

// Harmless puts an apostrophe where a spreadsheet that opens the CSV would
// begin to evaluate: before a sign at the beginning of the cell or behind a
// separator within it, spaces skipped, and before a tab or CR at the
// beginning. A cell that is a plain number (-5, +628123456789, -1.250,50)
// stays as it is: nothing runs in it, and scripts want it. A phone number with
// hyphens behind its plus gets the apostrophe: "+62-812-34" would become -784.
func Harmless(cell string) string {
	if uncut(cell) || !strings.ContainsAny(cell, signs+"\t\r") || plainNumber(strings.Trim(cell, " ")) {
		return cell
	}
	var b strings.Builder
	if cell[0] == '\t' || cell[0] == '\r' {
		b.WriteByte('\'')
	}
	for cell != "" {
		end := strings.IndexAny(cell, separators) + 1
		if end == 0 {
			end = len(cell)
		}
		if evaluated(strings.TrimRight(cell[:end], separators)) {
			b.WriteByte('\'')
		}
		b.WriteString(cell[:end])
		cell = cell[end:]
	}
	return b.String()
}

// uncut says of most cells, quickly, that they are harmless: a letter or digit
// begins them, and no separator a part of them.
func uncut(cell string) bool {
	if cell == "" {
		return true
	}
	if c := cell[0] | 0x20; (c < 'a' || c > 'z') && (cell[0] < '0' || cell[0] > '9') {
		return false
	}
	for i := range len(cell) {
		switch cell[i] {
		case ';', '\t', '\r', '\n':
			return false
		}
	}
	return true
}

// harmlessAll makes the cells harmless in place.
func harmlessAll(cells []string) []string {
	for i, c := range cells {
		cells[i] = Harmless(c)
	}
	return cells
}

// evaluated says whether a cell's first sign that can be seen begins a formula.
func evaluated(cell string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(cell, blank))
	return strings.ContainsRune(signs, first)
}

// blank runes may stand before a formula: spaces, and what cannot be seen.
func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// plainNumber is digits in groups parted by single dots or commas, a sign in
// front or not.
func plainNumber(cell string) bool {
	digit := false
	for i, r := range cell {
		switch {
		case r >= '0' && r <= '9':
			digit = true
		case i == 0 && (r == '+' || r == '-'):
		case digit && (r == '.' || r == ','):
			digit = false
		default:
			return false
		}
	}
	return digit
}
