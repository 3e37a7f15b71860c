package report

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"tebar/campaign"
)

// writeXLSX writes a workbook of two sheets: Recipients, and Campaign, which
// says what JSON says under "campaign".
func writeXLSX(w io.Writer, h Head, zone *time.Location, rows iter.Seq2[campaign.Delivery, error]) error {
	b, err := newBook("Recipients", header(h.Columns), widths(len(h.Columns)))
	if err != nil {
		return err
	}
	defer b.file.Close()
	g := newGrid(h, zone)
	for d, err := range rows {
		if err != nil {
			return fmt.Errorf("reading deliveries: %w", err)
		}
		cells, err := g.row(d)
		if err != nil {
			return err
		}
		for i, c := range cells {
			cells[i] = shorten(c)
		}
		if err := b.add(cells); err != nil {
			return err
		}
	}
	if err := b.about(h, zone); err != nil {
		return err
	}
	return b.finish(w)
}

// A book is a workbook whose first sheet is streamed, all cells as text: the
// number format "@" keeps 00427 what it is when a person edits it.
type book struct {
	file        *excelize.File
	sheet       *excelize.StreamWriter
	bold, plain int // styles
	rows        int
	values      []any
}

func newBook(sheet string, header []string, widths []float64) (*book, error) {
	b := &book{file: excelize.NewFile()}
	err := b.open(sheet, widths)
	if err == nil {
		err = b.put(header, b.bold)
	}
	if err != nil {
		return nil, errors.Join(err, b.file.Close())
	}
	return b, nil
}

func (b *book) open(sheet string, widths []float64) (err error) {
	const asText = 49 // the built-in format "@": ECMA-376, part 1, section 18.8.30
	if err = b.file.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	if b.plain, err = b.file.NewStyle(&excelize.Style{NumFmt: asText}); err != nil {
		return err
	}
	if b.bold, err = b.file.NewStyle(&excelize.Style{NumFmt: asText, Font: &excelize.Font{Bold: true}}); err != nil {
		return err
	}
	if b.sheet, err = b.file.NewStreamWriter(sheet); err != nil {
		return err
	}
	for i, width := range widths {
		if err = b.sheet.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	return b.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

// add writes the next row; beyond Excel's 1,048,576 it is refused.
func (b *book) add(cells []string) error { return b.put(cells, b.plain) }

func (b *book) put(cells []string, style int) error {
	b.rows++
	if b.rows > excelize.TotalRows {
		return refuse(fmt.Sprintf("the list is longer than the %d rows of an Excel sheet", excelize.TotalRows), "use csv or json")
	}
	b.values = b.values[:0]
	for _, c := range cells {
		b.values = append(b.values, excelize.Cell{StyleID: style, Value: c})
	}
	return b.sheet.SetRow("A"+strconv.Itoa(b.rows), b.values)
}

// about adds the sheet that tells of the campaign and its versions.
func (b *book) about(h Head, zone *time.Location) error {
	const sheet = "Campaign"
	if _, err := b.file.NewSheet(sheet); err != nil {
		return err
	}
	lines := [][]string{
		{"name", h.Name},
		{"from", h.From},
		{"timezone", zone.String()},
		{"generated_at", stamp(h.GeneratedAt, zone)},
		{},
		{"version", "at", "host", "user", "changes", "settings_sha256", "letter_sha256", "list_sha256"},
	}
	for _, v := range h.Versions {
		lines = append(lines, []string{
			strconv.Itoa(v.Number), stamp(v.At, zone), v.Host, v.User, v.Changes,
			v.SettingsSHA256, v.LetterSHA256, v.ListSHA256,
		})
	}
	for i, cells := range lines {
		for j, c := range cells {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return err
			}
			if err := b.file.SetCellStr(sheet, at, c); err != nil {
				return err
			}
		}
	}
	return b.file.SetColWidth(sheet, "A", "E", 26)
}

func (b *book) finish(w io.Writer) error {
	if err := b.sheet.Flush(); err != nil {
		return err
	}
	return b.file.Write(w)
}

func widths(own int) []float64 {
	var all []float64
	for _, c := range columns {
		all = append(all, c.width)
	}
	for range own {
		all = append(all, 18)
	}
	return all
}

// shorten cuts a cell to what Excel holds, 32,767 characters counted as
// UTF-16 has them, and says so in it.
func shorten(cell string) string {
	if len(cell) <= excelize.TotalCellChars {
		return cell
	}
	const note = " ... (cut: an Excel cell holds no more; the csv report has it all)"
	units := utf16.Encode([]rune(cell))
	if len(units) <= excelize.TotalCellChars {
		return cell
	}
	return string(utf16.Decode(units[:excelize.TotalCellChars-len(note)])) + note
}
