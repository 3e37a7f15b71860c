package report

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// A book is a workbook being written. Excelize makes it with a header and no
// rows; they go into its first sheet as they come, and are packed on the way.
// (Excelize's own stream keeps the unpacked sheet in a temporary file, and the
// packed book in memory.)
type book struct {
	zip   *zip.Writer
	sheet *bufio.Writer
	tail  []byte // of the sheet, behind its rows
	names []string
	rows  int
	size  int64 // of the sheet, in bytes
	line  []byte
}

// rowsPart is the sheet that rows are written into; rowStyle the format of
// their cells.
const (
	rowsPart = "xl/worksheets/sheet1.xml"
	rowStyle = 1
)

// newBook writes what a workbook has but for the rows of its first sheet. Each
// of them may have as many cells as columns.
func newBook(w io.Writer, file *excelize.File, columns int) (*book, error) {
	b := &book{zip: zip.NewWriter(w), rows: 1}
	for i := range columns {
		name, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return nil, err
		}
		b.names = append(b.names, name)
	}
	b.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	sheet, err := b.copy(file)
	if err != nil {
		return nil, err
	}
	return b, b.open(sheet)
}

// copy writes all parts of the workbook but the first sheet, and gives that.
func (b *book) copy(file *excelize.File) ([]byte, error) {
	made, err := file.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	parts, err := zip.NewReader(bytes.NewReader(made.Bytes()), int64(made.Len()))
	if err != nil {
		return nil, err
	}
	var sheet []byte
	for _, part := range parts.File {
		if part.Name == rowsPart {
			sheet, err = unpack(part)
		} else {
			err = b.zip.Copy(part)
		}
		if err != nil {
			return nil, err
		}
	}
	return sheet, nil
}

func unpack(part *zip.File) ([]byte, error) {
	r, err := part.Open()
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(r)
	return text, errors.Join(err, r.Close())
}

// open writes the first sheet up to where its rows go. What the sheet says of
// its own size is left out: it would be wrong.
func (b *book) open(sheet []byte) error {
	const end, size = `</sheetData>`, `<dimension ref="A1"></dimension>`
	at := bytes.Index(sheet, []byte(end))
	if at < 0 {
		return errors.New("the empty sheet has no place for rows")
	}
	b.tail = sheet[at:]
	part, err := b.zip.Create(rowsPart)
	if err != nil {
		return err
	}
	b.sheet = bufio.NewWriterSize(part, 64<<10)
	return b.write(bytes.Replace(sheet[:at], []byte(size), nil, 1))
}

// add writes the next row. It is refused beyond Excel's 1,048,576, and beyond
// 4 GB: Excel opens larger sheets only under headers that are written when the
// size is known.
func (b *book) add(cells []string) error {
	if b.rows++; b.rows > excelize.TotalRows {
		return refuse(fmt.Sprintf("the list is longer than the %d rows of an Excel sheet", excelize.TotalRows), "use csv or json")
	}
	row := strconv.Itoa(b.rows)
	line := append(append(append(b.line[:0], `<row r="`...), row...), `">`...)
	for i, c := range cells {
		if c != "" {
			line = appendCell(line, b.names[i], row, c)
		}
	}
	b.line = append(line, `</row>`...)
	if b.size+int64(len(b.line)+len(b.tail)) > math.MaxUint32 {
		return refuse("the list needs more than the 4 GB of an Excel sheet", "use csv or json")
	}
	return b.write(b.line)
}

func (b *book) write(text []byte) error {
	b.size += int64(len(text))
	_, err := b.sheet.Write(text)
	return err
}

func (b *book) finish() error {
	if err := b.write(b.tail); err != nil {
		return err
	}
	if err := b.sheet.Flush(); err != nil {
		return err
	}
	return b.zip.Close()
}
