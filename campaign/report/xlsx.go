package report

import (
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
	file, err := newFile("Recipients", header(h.Columns), widths(len(h.Columns)))
	if err != nil {
		return err
	}
	defer file.Close()
	if err := about(file, h, zone); err != nil {
		return err
	}
	b, err := newBook(w, file, len(columns)+len(h.Columns))
	if err != nil {
		return err
	}
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
	return b.finish()
}

// newFile makes a workbook whose first sheet has its header alone, and all
// cells as text: the number format "@" keeps 00427 what it is when a person
// edits it.
func newFile(sheet string, header []string, widths []float64) (*excelize.File, error) {
	file := excelize.NewFile()
	if err := layOut(file, sheet, header, widths); err != nil {
		_ = file.Close() // nothing was written
		return nil, err
	}
	return file, nil
}

func layOut(file *excelize.File, sheet string, header []string, widths []float64) error {
	const asText = 49 // the built-in format "@": ECMA-376, part 1, section 18.8.30
	if err := file.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	plain, err := file.NewStyle(&excelize.Style{NumFmt: asText})
	if err != nil {
		return err
	}
	if plain != rowStyle {
		return fmt.Errorf("the style of rows has number %d", plain)
	}
	bold, err := file.NewStyle(&excelize.Style{NumFmt: asText, Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	for i, width := range widths {
		name, err := excelize.ColumnNumberToName(i + 1)
		if err == nil {
			err = file.SetColStyle(sheet, name, plain)
		}
		if err == nil {
			err = file.SetColWidth(sheet, name, name, width)
		}
		if err == nil {
			err = file.SetCellStr(sheet, name+"1", header[i])
		}
		if err == nil {
			err = file.SetCellStyle(sheet, name+"1", name+"1", bold)
		}
		if err != nil {
			return err
		}
	}
	return file.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

// about adds the sheet that tells of the campaign and its versions.
func about(file *excelize.File, h Head, zone *time.Location) error {
	const sheet = "Campaign"
	if _, err := file.NewSheet(sheet); err != nil {
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
			if err := file.SetCellStr(sheet, at, c); err != nil {
				return err
			}
		}
	}
	return file.SetColWidth(sheet, "A", "E", 26)
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
