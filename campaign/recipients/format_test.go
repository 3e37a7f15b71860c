package recipients

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// What Excel shows, by its documentation of number formats; a code that is
// empty is the built-in format of the number.
var shownCases = []struct {
	value any
	code  string
	id    int
	want  string
}{
	{12345, "", 0, "12345"},
	{0.1 + 0.2, "", 0, "0.3"},
	{1.0 / 3, "", 0, "0.333333333"},
	{-2.0 / 3, "", 0, "-0.666666667"},
	{12345678.12345, "", 0, "12345678.12"},
	{1234567890123.5, "", 0, "1234567890124"},
	{0.00001, "", 0, "0.00001"},
	{0.0000123456, "", 0, "1.23456E-05"},
	{0, "", 0, "0"},
	{12345, "00000", 0, "12345"},
	{123, "00000", 0, "00123"},
	{0.256, "", 9, "26%"},
	{0.2567, "", 10, "25.67%"},
	{34.3, `"$"#,##0.00`, 0, "$34.30"},
	{34.3, "[$$-409]#,##0.00", 0, "$34.30"},
	{-34.3, "[$$-409]#,##0.00", 0, "-$34.30"},
	{1250000, `"Rp" #,##0`, 0, "Rp 1,250,000"},
	{1250000, `"Rp"\ #,##0`, 0, "Rp 1,250,000"},
	{1250000, `"Rp "#.##0`, 0, "Rp 1250000.000"}, // a point is a point, whatever the country
	{1250000, "[$Rp-421]#,##0", 0, "Rp1,250,000"},
	{1250000, `_-"Rp"* #,##0_-;\-"Rp"* #,##0_-;_-"Rp"* "-"_-;_-@_-`, 0, "Rp 1,250,000"},
	{-1250000, `_-"Rp"* #,##0_-;\-"Rp"* #,##0_-;_-"Rp"* "-"_-;_-@_-`, 0, "-Rp 1,250,000"},
	{0, `_-"Rp"* #,##0_-;\-"Rp"* #,##0_-;_-"Rp"* "-"_-;_-@_-`, 0, "Rp -"},
	{-5.5, "#,##0.00_);(#,##0.00)", 0, "(5.50)"},
	{-5.5, "", 39, "(5.50)"},
	{1234.5, "", 44, "$ 1,234.50"},
	{1234.5, "", 41, "1,235"},
	{1234.5, `#,##0.00\ [$€-407]`, 0, "1,234.50 €"},
	{35.126, `0.00\ "€"`, 0, "35.13 €"},
	{1.005, "0.00", 0, "1.01"},
	{0.285, "0.00", 0, "0.29"},
	{2.5, "0", 0, "3"},
	{999.999, "0.00", 0, "1000.00"},
	{0.004, "0.00", 0, "0.00"},
	{-0.004, "0.00", 0, "0.00"},
	{0.5, "#.##", 0, ".5"},
	{5, "0.##", 0, "5."},
	{1234.5678, "0.0", 0, "1234.6"},
	{0, `0;-0;"none"`, 0, "none"},
	{3, "[Red]0", 0, "3"},
	{5, `0" pcs"`, 0, "5 pcs"},
	{5, `General" kg"`, 0, "5 kg"},
	{1234567, `#,##0,"K"`, 0, "1,235K"},
	{8123456789, "0000-0000-0000", 0, "0081-2345-6789"},
	{8123456789, `\+62 ### #### ####`, 0, "+62 81 2345 6789"},
	{5551234, `[<=9999999]###\-####;\(###\)\ ###\-####`, 0, "555-1234"},
	{5551234567, `[<=9999999]###\-####;\(###\)\ ###\-####`, 0, "(555) 123-4567"},
	{1.1, "@", 0, "1.1"},
	{12, "", 49, "12"},
	{0.5, "# ?/?", 0, "1/2"},
	{-1.5, "# ?/?", 0, "-1 1/2"},
	{0.5, "0 ?/?", 0, "0 1/2"},
	{3, "", 12, "3"},
	{0, "", 12, "0"},
	{3, "0 0/0", 0, "3 0/1"},
	{999.995, "", 12, "1000"},
	{1234567.5, "#,##0 ?/?", 0, "1,234,567 1/2"},
	{0.0417, "", 13, "1/24"},
	{1.25, "?/?", 0, "5/4"},
	{0.33, "# ??/100", 0, "33/100"},
	{2.75, `"a" # ?/4 "b"`, 0, "a 2 3/4 b"},
	{1234567.891, "", 11, "1.23E+06"},
	{-45.25, "", 11, "-4.53E+01"},
	{0, "", 11, "0.00E+00"},
	{12345.678, "", 48, "12.3E+3"},
	{999.995, "", 48, "1.0E+3"},
	{0.004, "", 48, "4.0E-3"},
	{12345.678, "0E+0", 0, "1E+4"},
	{12345.678, "0.0E-0", 0, "1.2E4"},
	{12345.678, `0.00 E+00" x"`, 0, "1.23 E+04 x"},
	{-5, `[<0]"none";0`, 0, "none"},
	{-0.004, `[>=1000]0.0,"k";0`, 0, "0"},
	{-5, "0.00;@", 0, "-5.00"},
	{46086.604166666664, "", 14, "2026-03-05"},
	{46086.604166666664, "", 22, "2026-03-05 14:30"},
	{46086.604166666664, "", 15, "5-Mar-26"},
	{46086.604166666664, "", 18, "2:30 PM"},
	{46086.604166666664, "", 20, "14:30"},
	{46086, "", 27, "2026-03-05"},
	{46086.604166666664, "dd/mm/yyyy", 0, "05/03/2026"},
	{46086.604166666664, "yyyy-mm-dd hh:mm:ss", 0, "2026-03-05 14:30:00"},
	{46086.604166666664, "d mmmm yyyy", 0, "5 March 2026"},
	{46086.604166666664, "[$-421]dddd, dd mmmm yyyy;@", 0, "Kamis, 05 Maret 2026"},
	{46086.604166666664, `[$-F800]dddd\,\ mmmm\ dd\,\ yyyy`, 0, "2026-03-05"},
	{46086.604166666664, `[$-F400]h:mm:ss\ AM/PM`, 0, "14:30:00"},
	{46086.604166666664, "dd.mm.yyyy", 0, "05.03.2026"},
	{46086.604166666664, "[$-409]h:mm AM/PM;@", 0, "2:30 PM"},
	{46086.25, "h:mm a/p", 0, "6:00 a"},
	{46086.604166666664, "[$-412]AM/PM h:mm", 0, "오후 2:30"},
	{46086, "[$-804]aaaa", 0, "星期四"},
	{46086, "[$-de-DE]d. mmmm yyyy", 0, "5. März 2026"},
	{46086, "[$-FC19]d mmmm yyyy", 0, "5 марта 2026"},
	{46086, "[$-107041E]d/m/yyyy", 0, "5/3/2569"},
	{46086, "[$-10409]m/d/yyyy", 0, "3/5/2026"},
	{46086, "[$-1FFF]d mmmm", 0, "5 March"},
	{46086, "[$-x-sysdate]dddd, mmmm dd, yyyy", 0, "2026-03-05"},
	{46086, `[$-411]ggge"年"`, 0, "令和8年"},
	{46086, "e", 0, "2026"},
	{0, "", 14, "1900-01-00"},
	{59, "", 14, "1900-02-28"},
	{60, "", 14, "1900-02-29"},
	{60, "dddd d mmmm", 0, "Wednesday 29 February"},
	{-1, "", 14, "-1"},
	{2958466, "", 14, "2958466"},
	{1e15, "d mmm yyyy", 0, "1000000000000000"},
	{46086.99999999999, "yyyy-mm-dd hh:mm:ss", 0, "2026-03-06 00:00:00"},
	{0.0005, "h:mm:ss", 0, "0:00:43"},
	{12345.678, "", 47, "16:19.2"},
	{0.9999999, "", 47, "00:00.0"},
	{0.50001, "hh:mm:ss.00 AM/PM", 0, "12:00:00.86 PM"},
	{0.004, "[hh]:mm:ss", 0, "00:05:46"},
	{0.004, "[mm]:ss", 0, "05:46"},
	{1.00001, "[s].000", 0, "86400.864"},
	{0.50001, "s.00000000000000000000000000000000000000000000000000000000000000000", 0, "0.86400000000000000000000000000000000000000000000000000000000000000"},
	{0.50001, "s.000 s.0", 0, "0.864 0.8"},
	{1234567.891, "[h]:mm", 0, "29629629:23"},
	{-1.5, "[h]:mm", 0, "-36:00"},
	{1.5, `[h]" h "mm" m"`, 0, "36 h 00 m"},
	{1.5, "[h]:mm", 0, "36:00"},
	{1.5, "", 46, "36:00:00"},
	{true, "", 0, "TRUE"},
	{"Rina", `_-"Rp"* #,##0_-;\-"Rp"* #,##0_-;_-"Rp"* "-"_-;_-@_-`, 0, "Rina"},
	{"Rina", `@" (guest)"`, 0, "Rina (guest)"},
	{"007", "", 49, "007"},
	{"Rina", `"Mrs."\ @`, 0, "Mrs. Rina"},
	{"Rina", `_("Mrs. "@_)`, 0, "Mrs. Rina"},
	{-2.5, `_(# ?/?_)`, 0, "- 2 1/2"},
	{"Rina", ";;;", 0, ""},
	{"Rina", `0;-0;0;"a text"`, 0, "a text"},
}

func TestShowsWhatExcelShows(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	for i, c := range shownCases {
		style := excelize.Style{NumFmt: c.id}
		if c.code != "" {
			style = excelize.Style{CustomNumFmt: &shownCases[i].code}
		}
		id, err := f.NewStyle(&style)
		if err != nil {
			t.Fatal(err)
		}
		at := fmt.Sprintf("B%d", i+2)
		if err := f.SetCellValue("Sheet1", at, c.value); err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellStyle("Sheet1", at, at, id); err != nil {
			t.Fatal(err)
		}
		_ = f.SetCellValue("Sheet1", fmt.Sprintf("A%d", i+2), "x@example.org")
	}
	_ = f.SetSheetRow("Sheet1", "A1", &[]string{"email", "value"})
	path := save(t, f, "shown.xlsx")
	entries, result := read(t, path)
	if len(entries) != len(shownCases) {
		t.Fatalf("%d rows of %d: %v", len(entries), len(shownCases), result.Problems)
	}
	for i, c := range shownCases {
		if got := entries[i].Values[1]; got != c.want {
			t.Errorf("%v by %q (%d) is shown as %q, not %q", c.value, c.code, c.id, got, c.want)
		}
	}
}

func TestLongNumbersAreExact(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	codes := []string{"", "0", "@", "#,##0", "00000000000000000000"}
	want := []string{"1234567890123456789", "1234567890123456789", "1234567890123456789", "1,234,567,890,123,456,789", "01234567890123456789"}
	_ = f.SetSheetRow("Sheet1", "A1", &[]string{"email", "a", "b", "c", "d", "e"})
	_ = f.SetCellValue("Sheet1", "A2", "x@example.org")
	for i, code := range codes {
		at, _ := excelize.CoordinatesToCellName(i+2, 2)
		if err := f.SetCellDefault("Sheet1", at, "1234567890123456789"); err != nil {
			t.Fatal(err)
		}
		if code == "" {
			continue
		}
		id, _ := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		_ = f.SetCellStyle("Sheet1", at, at, id)
	}
	entries, result := read(t, save(t, f, "long.xlsx"))
	if len(entries) != 1 {
		t.Fatal(result.Problems)
	}
	for i, w := range want {
		if got := entries[0].Values[i+1]; got != w {
			t.Errorf("by %q: %q, not %q", codes[i], got, w)
		}
	}
}

func TestGeneralFromE(t *testing.T) {
	for raw, want := range map[string]string{
		"1.2345678901234568E+16": "12345678901234568", "1E+3": "1000", "12345678901234567": "12345678901234567",
		"-98765432109876543": "-98765432109876543",
	} {
		var v float64
		_, _ = fmt.Sscan(raw, &v)
		if got := general(raw, v); got != want {
			t.Errorf("general(%s) = %s, not %s", raw, got, want)
		}
	}
}

func TestBuiltInCurrency(t *testing.T) {
	for id, want := range map[int]string{5: "($6)", 7: "($5.50)", 37: "(6)", 44: "$ (5.50)"} {
		if got := parseFormat(builtIn[id]).number("-5.5", -5.5); got != want {
			t.Errorf("-5.5 by built-in format %d is %q, not %q", id, got, want)
		}
	}
}

// Strict workbooks hold dates as ISO 8601 text.
func TestISODates(t *testing.T) {
	d := newDisplay(excelize.NewFile())
	d.formats[1], d.formats[2] = parseFormat("dd/mm/yyyy"), parseFormat(isoMinute)
	d.formats[3] = parseFormat("h:mm:ss.0")
	for _, c := range []struct {
		text  string
		style int
		want  string
	}{
		{"2026-03-05", 0, "2026-03-05"},
		{"2026-03-05T00:00:00", 0, "2026-03-05"},
		{"2026-03-05T14:30:00.000", 0, "2026-03-05 14:30:00"},
		{"2026-03-05T14:30:00", 1, "05/03/2026"},
		{"2026-03-05T14:30:00Z", 2, "2026-03-05 14:30"},
		{"9999-12-31", 1, "31/12/9999"},
		{"1900-01-15T12:00", 1, "15/01/1900"},
		{"08:05:09", 0, "08:05:09"},
		{"08:05:09.500", 3, "8:05:09.5"},
		{"T14:30:00", 1, "00/01/1900"},
		{"some day", 1, "some day"},
	} {
		if got := d.show(cell{kind: "d", style: c.style, value: c.text}, c.text); got != c.want {
			t.Errorf("%s by style %d is %q, not %q", c.text, c.style, got, c.want)
		}
	}
}

// FuzzFormat: any format code shows any number without a panic, and a whole
// number by `0` keeps its digits.
func FuzzFormat(f *testing.F) {
	for _, c := range shownCases {
		f.Add(c.code, 1234.5)
	}
	f.Add(`0.0.0"x`, -1e300)
	f.Add(`[`, 5e-324)
	f.Add(`\`, 0.0)
	for _, code := range []string{`##0.0E+0`, `# ?/?`, `[h]:mm:ss.000`, `[$-421]dddd`, `??/0`} {
		f.Add(code, -0.999999)
	}
	d := newDisplay(excelize.NewFile())
	f.Fuzz(func(t *testing.T, code string, number float64) {
		raw := fmt.Sprint(number)
		p := parseFormat(code)
		_ = d.number(p, raw, number)
		if got := p.text("abc"); len(p.sections) > 0 && !p.sections[len(p.sections)-1].text && got != "abc" && len(p.sections) < 4 {
			t.Fatalf("a text by %q is %q", code, got)
		}
	})
}

// What XML cannot hold stands in formulas' texts as _xHHHH_.
func TestEscapesInFormulas(t *testing.T) {
	for text, want := range map[string]string{
		"a_x000D_b": "a\rb", "_x005F_x0041_": "_x0041_", "_xD83D__xDE00_!": "😀!", "max_x and _x12_": "max_x and _x12_", "é_x0041_é_x": "éAé_x",
	} {
		if got := newDisplay(excelize.NewFile()).show(cell{kind: "str"}, text); got != want {
			t.Errorf("%q is %q, not %q", text, got, want)
		}
	}
}

// A code that no Excel writes costs nothing.
func TestLongCodes(t *testing.T) {
	for _, code := range []string{strings.Repeat(",", 1<<20) + "0", "d" + strings.Repeat("0", 1<<20), "/" + strings.Repeat("0", 1<<20)} {
		if got := parseFormat(code); got.code != "" || len(got.sections) > 1 {
			t.Errorf("%.9q... has %d sections", code, len(got.sections))
		}
	}
}

// What has no place in Excel's calendar is told, and times before it have a
// minus; from 1904 on, dates as well.
func TestNoDates(t *testing.T) {
	for _, c := range []struct {
		number  float64
		code    string
		date04  bool
		want    string
		unshown bool
	}{
		{-1, "yyyy-mm-dd", false, "-1", true},
		{-1, "yyyy-mm-dd", true, "-1904-01-02", false},
		{-0.25, "h:mm", false, "-6:00", true},
		{-0.25, "[h]:mm", true, "-6:00", false},
		{-0.25, `[h]:mm;"minus "[h]:mm`, true, "minus 6:00", false},
		{2958465.5, "yyyy-mm-dd", false, "9999-12-31", false},
		{2958466, "yyyy-mm-dd", false, "2958466", true},
		{2957003.5, "yyyy-mm-dd", true, "9999-12-31", false},
		{2957004, "yyyy-mm-dd", true, "2957004", true},
		{0, "dddd d.m.yyyy", true, "Friday 1.1.1904", false},
		{1e300, "[h]", false, "1E+300", true},
	} {
		d := newDisplay(excelize.NewFile())
		d.date04 = c.date04
		if got := d.number(parseFormat(c.code), fmt.Sprint(c.number), c.number); got != c.want || (d.doubt == noDate) != c.unshown {
			t.Errorf("%v by %q (1904: %v) is %q (doubt: %q), not %q", c.number, c.code, c.date04, got, d.doubt, c.want)
		}
	}
}
