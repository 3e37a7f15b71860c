package recipients

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// A display shows a cell as Excel does, by its number format.
//
//	General, text    integers exact, never in E notation; else as wide as Excel's 11 characters
//	numbers          by the format code, rounded in decimal as Excel rounds
//	dates            built-in formats 14 and 22, and those that follow the machine's country, as 2026-11-22 and 2026-11-22 14:30; others as the format says
//	no dates         what has no place in the calendar, where Excel shows #####, as a number; negative times with a minus
//	booleans         TRUE and FALSE
//	errors           as shown, #N/A
//
// The names of months and days in other languages, and other calendars, come
// from excelize's own formatter, on a scratch workbook.
type display struct {
	book    *excelize.File
	date04  bool   // days count from 1904
	doubt   string // what is strange about the cell shown last; "" = nothing
	formats map[int]*format
	names   map[nameKey]string
	scratch *excelize.File
	cells   map[string]string // format code -> its cell in scratch
}

// Doubts.
const (
	noDate   = "the cell shows ##### in Excel, for its number is no date or time there"
	noNumber = "the cell says that it holds a number, and holds none"
)

const scratchSheet = "Sheet1"

func newDisplay(book *excelize.File) *display {
	d := &display{book: book, formats: map[int]*format{}, names: map[nameKey]string{}, cells: map[string]string{}}
	if wb := book.WorkBook; wb != nil && wb.WorkbookPr != nil {
		d.date04 = wb.WorkbookPr.Date1904
	}
	return d
}

// show gives what Excel shows of a cell; text is excelize's raw reading.
func (d *display) show(c cell, text string) string {
	d.doubt = ""
	switch c.kind {
	case "b":
		if c.value == "1" || strings.EqualFold(c.value, "true") {
			return "TRUE"
		}
		return "FALSE"
	case "str":
		return d.format(c.style).text(unescaped(text))
	case "s", "inlineStr":
		return d.format(c.style).text(text)
	case "e":
		return text
	case "d":
		return d.isoDate(c, text)
	}
	raw := strings.TrimSpace(text)
	number, err := strconv.ParseFloat(raw, 64)
	switch {
	case raw == "": // a formula's result that is not there
		return text
	case err != nil || strings.Trim(raw, "+-.0123456789eE") != "":
		d.doubt = noNumber
		return text
	}
	return d.number(d.format(c.style), raw, number)
}

// unescaped resolves _x000D_, by which formulas' texts have what XML cannot hold
// (ECMA-376, part 1, section 22.9.2.19). In other texts excelize has done so.
func unescaped(text string) string {
	var out []uint16
	for from := 0; ; {
		at := strings.Index(text[from:], "_x")
		if at < 0 && from == 0 {
			return text
		}
		if at < 0 {
			return string(utf16.Decode(append(out, utf16.Encode([]rune(text[from:]))...)))
		}
		at += from
		out = append(out, utf16.Encode([]rune(text[from:at]))...)
		if unit, ok := escape(text[at:]); ok {
			out, from = append(out, unit), at+7
		} else {
			out, from = append(out, '_'), at+1
		}
	}
}

// escape reads _xHHHH_ at the beginning of a text.
func escape(text string) (unit uint16, ok bool) {
	if len(text) < 7 || text[6] != '_' {
		return 0, false
	}
	n, err := strconv.ParseUint(text[2:6], 16, 16)
	return uint16(n), err == nil
}

// format gives the format of a style, parsed once.
func (d *display) format(style int) *format {
	f, known := d.formats[style]
	if !known {
		f = parseFormat(d.code(style))
		d.formats[style] = f
	}
	return f
}

// code is the format code of a style; "" is General.
func (d *display) code(style int) string {
	sheet := d.book.Styles
	if sheet == nil || sheet.CellXfs == nil || style < 0 || style >= len(sheet.CellXfs.Xf) {
		return ""
	}
	id := sheet.CellXfs.Xf[style].NumFmtID
	if id == nil {
		return ""
	}
	if sheet.NumFmts != nil {
		for _, f := range sheet.NumFmts.NumFmt {
			if f.NumFmtID == *id {
				return f.FormatCode
			}
		}
	}
	return builtIn[*id]
}

// builtIn are the format codes that files name by number only (ECMA-376, part
// 1, section 18.8.30). isoDay, isoTime and isoMinute stand for those that
// follow the country of the machine.
var builtIn = map[int]string{
	1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
	5: `$#,##0_);($#,##0)`, 6: `$#,##0_);($#,##0)`, 7: `$#,##0.00_);($#,##0.00)`, 8: `$#,##0.00_);($#,##0.00)`,
	9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
	14: isoDay, 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
	18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: isoMinute,
	27: isoDay, 28: isoDay, 29: isoDay, 30: isoDay, 31: isoDay, 32: "h:mm", 33: "h:mm:ss", 34: "h:mm", 35: "h:mm:ss", 36: isoDay,
	37: "#,##0_);(#,##0)", 38: "#,##0_);(#,##0)", 39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);(#,##0.00)",
	41: `_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)`, 42: `_($* #,##0_);_($* (#,##0);_($* "-"_);_(@_)`,
	43: `_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)`, 44: `_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)`,
	45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
	50: isoDay, 51: isoDay, 52: isoDay, 53: isoDay, 54: isoDay, 55: "h:mm", 56: "h:mm", 57: isoDay, 58: isoDay,
}

const (
	isoDay    = "yyyy-mm-dd"
	isoTime   = "hh:mm:ss"
	isoMinute = "yyyy-mm-dd hh:mm"
)

// number shows a number by its format.
func (d *display) number(f *format, raw string, number float64) string {
	if f.code == "" {
		return general(raw, number)
	}
	if s, sign := f.sectionFor(number); s != nil && s.date {
		return d.dateBy(f, s, raw, number, sign)
	}
	return f.number(raw, number)
}

// byExcelize shows a number by excelize's formatter.
func (d *display) byExcelize(code, raw string, number float64) string {
	at, err := d.scratchCell(code)
	if err == nil {
		err = d.scratch.SetCellFloat(scratchSheet, at, number, -1, 64)
	}
	if err != nil {
		return general(raw, number)
	}
	text, err := d.scratch.GetCellValue(scratchSheet, at)
	if err != nil {
		return general(raw, number)
	}
	return strings.TrimSpace(text)
}

// scratchCell gives a cell that has the format.
func (d *display) scratchCell(code string) (string, error) {
	if at, known := d.cells[code]; known {
		return at, nil
	}
	if d.scratch == nil {
		d.scratch = excelize.NewFile()
		if err := d.scratch.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &d.date04}); err != nil {
			return "", err
		}
	}
	style, err := d.scratch.NewStyle(&excelize.Style{CustomNumFmt: &code})
	if err != nil {
		return "", err
	}
	at := "A" + strconv.Itoa(len(d.cells)+1)
	d.cells[code] = at
	return at, d.scratch.SetCellStyle(scratchSheet, at, at, style)
}

// isoDate shows a cell of type d, which holds ISO 8601.
func (d *display) isoDate(c cell, text string) string {
	f := d.format(c.style)
	for _, layout := range isoLayouts {
		when, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		number := d.serial(when)
		switch {
		case len(f.sections) > 0 && f.sections[0].date:
			return d.number(f, text, number)
		case when.Year() == 0:
			return when.Format("15:04:05")
		case number == math.Trunc(number):
			return when.Format("2006-01-02")
		}
		return when.Format("2006-01-02 15:04:05")
	}
	return text
}

// isoLayouts are a day with its time, a day, and a time.
var isoLayouts = []string{
	"2006-01-02T15:04:05.999Z07:00", "2006-01-02T15:04:05.999", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02",
	"15:04:05.999", "T15:04:05.999", "15:04",
}

// serial is the number of a day and a time in Excel's calendar; without a day
// the year is 0.
func (d *display) serial(when time.Time) float64 {
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case when.Year() == 0:
		base = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	case d.date04:
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case when.Before(time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)):
		base = base.AddDate(0, 0, 1)
	}
	return (float64(when.Unix()-base.Unix()) + float64(when.Nanosecond())/1e9) / 86400
}

func (d *display) close() error {
	if d.scratch == nil {
		return nil
	}
	return d.scratch.Close()
}
