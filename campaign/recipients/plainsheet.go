package recipients

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// A plainSheet reads the rows of a sheet whose XML is plain, with the text of
// each cell. It gives what excelize and sheetScan give together, or
// errUnusual.
type plainSheet struct {
	x     *plainXML
	texts *plainTexts
	head  []byte
	row   sheetRow
	value []byte
	ended bool
}

func newPlainSheet(r io.Reader, texts *plainTexts) *plainSheet {
	return &plainSheet{x: newPlainXML(r), texts: texts}
}

// next gives the next <row>; io.EOF after the last, when all of the XML has
// been read.
func (s *plainSheet) next() (*sheetRow, error) {
	if s.ended {
		return nil, io.EOF
	}
	if s.head == nil {
		if err := s.begin(); err != nil {
			return nil, err
		}
		if s.ended {
			return nil, io.EOF
		}
	}
	tag, err := s.x.next()
	if err != nil {
		return nil, err
	}
	if string(tag) == "/sheetData" {
		s.ended = true
		if err := s.x.frame(s.head, "</sheetData>", "row", "c"); err != nil {
			return nil, err
		}
		return nil, io.EOF
	}
	is, rest := named(tag, "row")
	if !is {
		return nil, errUnusual
	}
	return &s.row, s.readRow(rest)
}

// begin reads up to the rows.
func (s *plainSheet) begin() (err error) {
	if s.head, err = s.x.head("sheetData"); err != nil {
		return err
	}
	if s.ended = bytes.HasSuffix(s.head, []byte("/>")); s.ended {
		return s.x.frame(s.head, "", "row", "c")
	}
	if !bytes.HasSuffix(s.head, []byte("<sheetData>")) {
		return errUnusual
	}
	return nil
}

func (s *plainSheet) readRow(rest []byte) error {
	rest, empty := bytes.CutSuffix(rest, []byte("/"))
	was := s.row.number
	s.row = sheetRow{cells: s.row.cells[:0]}
	err := attributes(rest, func(name, value []byte) error {
		switch string(name) {
		case "r":
			s.row.number = digits(value)
		case "hidden":
			s.row.hidden = string(value) == "1" || string(value) == "true"
		default:
			return unlike(name, "r", "hidden")
		}
		return nil
	})
	if err != nil {
		return err
	}
	if s.row.number <= was || s.row.number > excelize.TotalRows {
		return errUnusual
	}
	for !empty {
		tag, err := s.x.next()
		if err != nil {
			return err
		}
		if string(tag) == "/row" {
			return nil
		}
		is, rest := named(tag, "c")
		if !is {
			return errUnusual
		}
		if err := s.readCell(rest); err != nil {
			return err
		}
	}
	return nil
}

// unlike refuses an attribute that another reader may take for one of these.
func unlike(name []byte, names ...string) error {
	_, local, prefixed := strings.Cut(string(name), ":")
	for _, n := range names {
		if prefixed && local == n {
			return errUnusual
		}
	}
	return nil
}

// digits is a number of up to nine digits; -1 is none.
func digits(b []byte) int {
	if len(b) == 0 || len(b) > 9 {
		return -1
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// kinds are the types of cells that are plain.
var kinds = map[string]string{"n": "n", "s": "s", "str": "str", "inlineStr": "inlineStr", "b": "b", "e": "e"}

func (s *plainSheet) readCell(rest []byte) error {
	rest, empty := bytes.CutSuffix(rest, []byte("/"))
	c := cell{}
	seen := 0
	err := attributes(rest, func(name, value []byte) error {
		seen++
		switch string(name) {
		case "r":
			c.column = s.column(value)
		case "s":
			c.style = digits(value)
		case "t":
			c.kind = kinds[string(value)]
			if c.kind == "" {
				return errUnusual
			}
		default:
			return unlike(name, "r", "s", "t")
		}
		return nil
	})
	if err != nil {
		return err
	}
	last := 0
	if n := len(s.row.cells); n > 0 {
		last = s.row.cells[n-1].column
	}
	if c.column <= last || c.column > excelize.MaxColumns || c.style < 0 || seen > 8 {
		return errUnusual
	}
	if !empty {
		if err := s.content(&c); err != nil {
			return err
		}
	}
	s.row.cells = append(s.row.cells, c)
	return nil
}

// column is that of a cell's name in this row; -1 is none.
func (s *plainSheet) column(name []byte) int {
	n, i := 0, 0
	for i < len(name) && i < 3 && 'A' <= name[i] && name[i] <= 'Z' {
		n = n*26 + int(name[i]-'A') + 1
		i++
	}
	if i == 0 || i < len(name) && name[i] == '0' || digits(name[i:]) != s.row.number {
		return -1
	}
	return n
}

// content reads what stands in a cell: <f>, <v> and <is>, each at most once.
func (s *plainSheet) content(c *cell) error {
	inline, given := false, false
	for {
		tag, err := s.x.next()
		if err != nil {
			return err
		}
		switch is, rest := named(tag, "f"); {
		case string(tag) == "/c":
			return s.finish(c, inline)
		case is && !c.formula:
			c.formula = true
			err = s.formula(rest)
		case string(tag) == "v" && !given:
			given, c.given = true, true
			s.value, err = s.x.value(s.value[:0], "/v")
			c.value = string(s.value)
		case string(tag) == "v/" && !given:
			given, c.given = true, true
		case string(tag) == "is" && !inline && c.kind == "inlineStr":
			inline = true
			s.value, err = s.x.richText(s.value[:0], "/is")
			c.text = string(s.value)
		default:
			err = errUnusual
		}
		if err != nil {
			return err
		}
	}
}

// formula reads a formula, of which only that it is there is told.
func (s *plainSheet) formula(rest []byte) error {
	rest, empty := bytes.CutSuffix(rest, []byte("/"))
	if err := attributes(rest, func(_, _ []byte) error { return nil }); err != nil || empty {
		return err
	}
	var err error
	s.value, err = s.x.value(s.value[:0], "/f")
	return err
}

// finish settles the text of a cell by its type.
func (s *plainSheet) finish(c *cell, inline bool) error {
	trimmed := strings.TrimSpace(c.value)
	switch {
	case c.kind == "str" || c.kind == "inlineStr" && !inline:
		c.text = c.value
	case trimmed != c.value:
		return errUnusual
	case c.kind == "s" && c.value != "":
		i, err := strconv.Atoi(c.value)
		text, ok := s.texts.get(i)
		if err != nil || !ok {
			return errUnusual
		}
		c.text = string(text)
	case c.kind != "inlineStr":
		c.text = c.value
	}
	c.value = trimmed
	return nil
}
