package recipients

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// book opens the workbook with excelize, for its list of sheets, its styles
// and the sheets that are not plain. Where all of them are, it gets the
// workbook without them: it would unpack each into a file.
func (a *archive) book(name string) (*excelize.File, error) {
	options := excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxInMemory}
	if (a.texts == nil || !a.allPlain()) && a.text != nil {
		return excelize.OpenReader(bytes.NewReader(a.text), options)
	}
	if a.texts == nil || !a.allPlain() {
		return excelize.OpenFile(name, options)
	}
	var slim bytes.Buffer
	w := zip.NewWriter(&slim)
	for part, f := range a.parts {
		if a.plain[part] || part == partName(stringsPart) || !strings.HasSuffix(part, ".xml") && !strings.HasSuffix(part, ".rels") {
			continue
		}
		if err := w.Copy(f); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return excelize.OpenReader(&slim, options)
}

// allPlain says whether every sheet is.
func (a *archive) allPlain() bool {
	for part := range a.parts {
		if strings.HasPrefix(part, "xl/worksheets/") && strings.HasSuffix(part, ".xml") && !a.plain[part] {
			return false
		}
	}
	return true
}

// A plainScan is a plain sheet while it is read.
type plainScan struct {
	*plainSheet
	in   *io.LimitedReader // what is left of it
	part io.Closer
	size int64
}

func (a *archive) scanPlain(part string) (*plainScan, error) {
	f := a.parts[partName(part)]
	r, err := f.Open()
	if err != nil {
		return nil, errDamaged("its part " + shown(part) + " cannot be read")
	}
	size := int64(f.UncompressedSize64)
	in := &io.LimitedReader{R: r, N: size + 1}
	return &plainScan{newPlainSheet(in, a.texts), in, r, size}, nil
}

// next is plainSheet's. The sheet was plain and whole a moment ago.
func (s *plainScan) next() (*sheetRow, error) {
	row, err := s.plainSheet.next()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errDamaged(fmt.Sprintf("it was changed while it was read, behind row %d", s.row.number))
	}
	return row, err
}

func (s *plainScan) share() float64 { return 1 - float64(s.in.N)/float64(s.size+1) }

func (s *plainScan) close() error { return s.part.Close() }
