package recipients

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// An area is the part of a sheet that a `range` names: columns and rows, both
// ends included and 1-based. A bottom of 0 is the last used row.
type area struct {
	left, right int
	top, bottom int
}

// A rangeText is a range as it is written: a sheet or none, and then an area
// or a name.
type rangeText struct {
	sheet string // "" = not said
	area  area
	name  string // of a defined name or a table; "" = area counts
}

// corners are two cells: A3:F200, A3:F, A:F, each with or without $.
var corners = regexp.MustCompile(`^\$?([A-Za-z]{1,3})\$?([0-9]{1,7})?:\$?([A-Za-z]{1,3})\$?([0-9]{1,7})?$`)

// parseRange reads a range as Excel and Google Sheets write it:
// 'My sheet'!A3:F200. ok is false for what is neither that nor a name.
func parseRange(text string) (ref rangeText, ok bool) {
	rest := strings.TrimSpace(text)
	if at := strings.LastIndexByte(rest, '!'); at >= 0 {
		if ref.sheet, ok = unquoteSheet(rest[:at]); !ok {
			return ref, false
		}
		rest = strings.TrimSpace(rest[at+1:])
	}
	if ref.area, ok = parseArea(rest); ok {
		return ref, true
	}
	ref.name = rest
	return ref, rest != "" && !strings.ContainsAny(rest, " :!,;'\"()[]{}+-*/^&=<>@#$%")
}

// unquoteSheet is the name of a sheet without the quotes that one with spaces
// has; a quote in it is doubled. Excel allows no :\/?*[] in it.
func unquoteSheet(text string) (name string, ok bool) {
	name = strings.TrimSpace(text)
	if inner, quoted := strings.CutPrefix(name, "'"); quoted {
		if name, quoted = strings.CutSuffix(inner, "'"); !quoted {
			return "", false
		}
		name = strings.ReplaceAll(name, "''", "'")
	} else if strings.ContainsAny(name, "!,;") {
		return "", false
	}
	return name, strings.TrimSpace(name) != "" && !strings.ContainsAny(name, `:\/?*[]`)
}

// parseArea reads two corners, in any order. A second one without a row is
// open to the last used row, and a first one without begins at row 1.
func parseArea(text string) (a area, ok bool) {
	m := corners.FindStringSubmatch(text)
	if m == nil {
		return a, false
	}
	a = area{left: columnNumber(m[1]), right: columnNumber(m[3]), top: 1}
	if m[2] != "" {
		a.top, _ = strconv.Atoi(m[2])
	}
	if m[4] != "" {
		a.bottom, _ = strconv.Atoi(m[4])
	}
	if a.left > a.right {
		a.left, a.right = a.right, a.left
	}
	if m[4] != "" && a.top > a.bottom {
		a.top, a.bottom = a.bottom, a.top
	}
	last := max(a.top, a.bottom)
	return a, a.right <= excelize.MaxColumns && a.top >= 1 && (m[4] == "" || a.bottom >= 1) && last <= excelize.TotalRows
}

// columnNumber is the 1-based column of its letters.
func columnNumber(letters string) (n int) {
	for _, c := range strings.ToUpper(letters) {
		n = n*26 + int(c-'A') + 1
	}
	return n
}

// String writes an area as a spreadsheet does: A3:F200, or A3:F while open.
func (a area) String() string {
	text := fmt.Sprintf("%s%d:%s", columnLetters(a.left), a.top, columnLetters(a.right))
	if a.bottom > 0 {
		text += strconv.Itoa(a.bottom)
	}
	return text
}

// areaRows are the rows of a sheet inside an area, under the sheet's own
// numbers; their cells begin at the area's first column.
type areaRows struct {
	rows
	area area
}

func (r areaRows) next() (record, error) {
	for {
		rec, err := r.rows.next()
		if err != nil {
			return rec, err
		}
		if r.area.bottom > 0 && rec.number > r.area.bottom {
			return record{}, io.EOF
		}
		if rec.number >= r.area.top {
			return r.area.cut(rec), nil
		}
	}
}

// cut takes away what stands left and right of the area.
func (a area) cut(rec record) record {
	rec.cells = rec.cells[min(a.left-1, len(rec.cells)):min(a.right, len(rec.cells))]
	var flaws []flaw
	for _, f := range rec.flaws {
		switch {
		case f.column == 0:
			flaws = append(flaws, f)
		case a.left <= f.column && f.column <= a.right:
			f.column -= a.left - 1
			flaws = append(flaws, f)
		}
	}
	rec.flaws = flaws
	return rec
}
