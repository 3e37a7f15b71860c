package recipients

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"
)

// A columnSpan is columns of a sheet, 1-based, both ends included.
type columnSpan struct{ first, last int }

// hiddenColumns are the columns of a sheet that are hidden (ECMA-376, part 1,
// section 18.3.1.13). They are read like others: what a letter needs is often
// worked out in a column that nobody wants to see.
func (a *archive) hiddenColumns(part string) (spans []columnSpan, err error) {
	d, c, err := a.decode(part)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	for {
		t, err := d.RawToken()
		if err == io.EOF {
			return spans, nil
		}
		if err != nil {
			return nil, nil // reading the rows says what is wrong
		}
		start, ok := t.(xml.StartElement)
		switch {
		case ok && start.Name.Local == "sheetData":
			return spans, nil
		case ok && start.Name.Local == "col" && len(spans) < maxColumns:
			if s, hidden := columnOf(start.Attr); hidden {
				spans = append(spans, s)
			}
		}
	}
}

func columnOf(attributes []xml.Attr) (s columnSpan, hidden bool) {
	for _, a := range attributes {
		switch a.Name.Local {
		case "min":
			s.first, _ = strconv.Atoi(a.Value)
		case "max":
			s.last, _ = strconv.Atoi(a.Value)
		case "hidden":
			hidden = a.Value == "1" || a.Value == "true"
		}
	}
	return s, hidden
}

// hiddenAmong are those of a table's columns that are hidden, by their names.
func (t *table) hiddenAmong(spans []columnSpan) (names []string) {
	for i, name := range t.names {
		for _, s := range spans {
			if at := t.place(i + 1); s.first <= at && at <= s.last {
				names = append(names, name)
				break
			}
		}
	}
	return names
}
