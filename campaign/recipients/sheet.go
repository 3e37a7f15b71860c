package recipients

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// A cell is what a sheet's XML says of one cell (ECMA-376, part 1, section
// 18.3.1.4).
type cell struct {
	column  int    // 1-based
	kind    string // "" and n number, s shared string, str formula's text, inlineStr, b boolean, e error, d ISO 8601 date
	style   int
	value   string // <v>, raw
	formula bool
	given   bool   // a <v> is there, even an empty one
	text    string // as excelize reads it raw; of a plainSheet alone
}

// A sheetRow is one <row>; its cells are valid until the next one.
type sheetRow struct {
	number int
	hidden bool
	cells  []cell
}

// A sheetScan reads a sheet's XML to its very end. It is the witness beside
// excelize, which stops at damage without a word, and tells what excelize
// does not: a cell's type and style, and rows that are hidden.
type sheetScan struct {
	name   string
	dec    *xml.Decoder
	size   uint64 // of the XML, in bytes
	closer io.Closer
	depth  int
	row    sheetRow
	number int
}

func (a *archive) scan(part, sheet string) (*sheetScan, error) {
	d, c, err := a.decode(part)
	if err != nil {
		return nil, err
	}
	return &sheetScan{name: sheet, dec: d, closer: c, size: a.parts[partName(part)].UncompressedSize64}, nil
}

// token gives the next token and keeps count of open elements.
func (s *sheetScan) token() (xml.Token, error) {
	t, err := s.dec.RawToken()
	if err == io.EOF && s.depth == 0 {
		return nil, io.EOF
	}
	if err != nil {
		return nil, errDamaged(fmt.Sprintf("its sheet %s breaks off after row %d (%s)", shown(s.name), s.number, xmlReason(err)))
	}
	switch t.(type) {
	case xml.StartElement:
		s.depth++
	case xml.EndElement:
		s.depth--
	}
	return t, nil
}

// next gives the next <row>; io.EOF after the last, when all of the XML has
// been read.
func (s *sheetScan) next() (*sheetRow, error) {
	for {
		t, err := s.token()
		if err != nil {
			return nil, err
		}
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "row" {
			return s.readRow(e)
		}
	}
}

// readRow reads one <row> to its end.
func (s *sheetScan) readRow(start xml.StartElement) (*sheetRow, error) {
	s.row = sheetRow{number: s.number + 1, cells: s.row.cells[:0]}
	for _, a := range start.Attr {
		switch a.Name.Local {
		case "r":
			n, err := strconv.Atoi(a.Value)
			if err != nil || n <= s.number || n > excelize.TotalRows {
				return nil, errDamaged(fmt.Sprintf("its sheet %s has a row %s after row %d", shown(s.name), shown(a.Value), s.number))
			}
			s.row.number = n
		case "hidden":
			s.row.hidden = a.Value == "1" || a.Value == "true"
		}
	}
	s.number = s.row.number
	for {
		t, err := s.token()
		if err != nil {
			return nil, err
		}
		switch e := t.(type) {
		case xml.StartElement:
			if e.Name.Local == "c" {
				if err := s.readCell(e); err != nil {
					return nil, err
				}
			}
		case xml.EndElement:
			if e.Name.Local == "row" {
				return &s.row, nil
			}
		}
	}
}

// readCell reads one <c> to its end.
func (s *sheetScan) readCell(start xml.StartElement) error {
	c, err := s.begin(start)
	if err != nil {
		return err
	}
	var text strings.Builder
	for inValue := false; ; {
		t, err := s.token()
		if err != nil {
			return err
		}
		switch e := t.(type) {
		case xml.StartElement:
			inValue = e.Name.Local == "v"
			c.given = c.given || inValue
			c.formula = c.formula || e.Name.Local == "f"
		case xml.CharData:
			if inValue {
				text.Write(e)
			}
		case xml.EndElement:
			inValue = false
			if e.Name.Local == "c" {
				c.value = strings.TrimSpace(text.String())
				s.row.cells = append(s.row.cells, c)
				return nil
			}
		}
	}
}

// begin reads the attributes of a <c>.
func (s *sheetScan) begin(start xml.StartElement) (cell, error) {
	last := 0
	if n := len(s.row.cells); n > 0 {
		last = s.row.cells[n-1].column
	}
	if last >= excelize.MaxColumns {
		return cell{}, errDamaged(fmt.Sprintf("its sheet %s has more than %d cells in row %d", shown(s.name), excelize.MaxColumns, s.number))
	}
	c := cell{column: last + 1}
	for _, a := range start.Attr {
		var err error
		switch a.Name.Local {
		case "r":
			c.column, _, err = excelize.CellNameToCoordinates(a.Value)
			if err == nil && c.column <= last {
				err = strconv.ErrRange
			}
		case "s":
			c.style, err = strconv.Atoi(a.Value)
		case "t":
			c.kind = a.Value
		}
		if err != nil {
			return c, errDamaged(fmt.Sprintf("its sheet %s has a cell in row %d, column %d, with a damaged %s=%s",
				shown(s.name), s.number, c.column, a.Name.Local, shown(a.Value)))
		}
	}
	return c, nil
}

// holds says whether the cell has something to show, as far as its own XML
// tells.
func (c cell) holds() bool { return c.value != "" || c.kind == "inlineStr" }

// share goes by where the XML is read.
func (s *sheetScan) share() float64 { return float64(s.dec.InputOffset()) / float64(max(s.size, 1)) }

func (s *sheetScan) close() error { return s.closer.Close() }
