package templates

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// namedLayouts are words for layouts.
var namedLayouts = map[string]string{
	"iso": "2006-01-02", "short": "2 Jan 2006", "long": "2 January 2006",
	"full": "Monday, 2 January 2006", "time": "15:04",
}

// inputLayouts are how dates and times stand in lists, beside digits with
// slashes, dashes or dots (numericDate). Month names are English here;
// others are translated first.
var inputLayouts = func() []string {
	days := []string{
		"2006-01-02", "2006/01/02", "2006.01.02", "20060102",
		"2 January 2006", "2 Jan 2006", "January 2, 2006", "Jan 2, 2006", "January 2 2006",
		"2-Jan-2006", "2-Jan-06", "2-January-2006", "2. January 2006",
	}
	var all []string
	for _, d := range days {
		all = append(all, d, "Monday, "+d, "Mon, "+d)
		for _, t := range clockLayouts {
			all = append(all, d+" "+t)
		}
	}
	for _, t := range []string{"15:04:05.999999999Z07:00", "15:04Z07:00", "15:04:05.999999999", "15:04"} {
		all = append(all, "2006-01-02T"+t)
	}
	return append(append(all, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700 MST"), clockLayouts...)
}()

var clockLayouts = []string{"15:04", "15:04:05", "3:04 PM", "3:04PM", "3:04:05 PM", "15.04"}

// months of Indonesian, as they are typed in lists, in English.
var months = map[string]string{
	"januari": "January", "februari": "February", "pebruari": "February", "maret": "March", "mei": "May",
	"juni": "June", "juli": "July", "agustus": "August", "agu": "Aug", "agt": "Aug", "oktober": "October",
	"okt": "Oct", "nopember": "November", "desember": "December", "des": "Dec", "sept": "Sep",
}

var word = regexp.MustCompile(`\pL+`)

// date writes the date in a cell by a layout: Go's example of 2 January 2006
// 15:04:05, Excel's letters (dd/mm/yyyy), or one of namedLayouts. An empty
// cell stays empty.
func (l *language) date(layout string, value any) (string, error) {
	out, err := dateLayout(layout)
	if err != nil {
		return "", err
	}
	if t, ok := value.(time.Time); ok {
		return l.format(t, out), nil
	}
	s := strings.TrimSpace(fmt.Sprint(value))
	if s == "" {
		return "", nil
	}
	t, err := l.readDate(s)
	if err != nil {
		return "", err
	}
	if text, ok := l.named(t, layout); ok {
		return text, nil
	}
	return l.format(t, out), nil
}

// dateFrom is date for cells that date cannot tell: the first layout is the
// cell's.
func (l *language) dateFrom(in, layout string, value any) (string, error) {
	from, err := dateLayout(in)
	if err != nil {
		return "", err
	}
	out, err := dateLayout(layout)
	if err != nil {
		return "", err
	}
	s := strings.TrimSpace(fmt.Sprint(value))
	if s == "" {
		return "", nil
	}
	from = strings.NewReplacer("02", "2", "01", "1").Replace(from) // a leading zero may be there or not
	t, err := time.Parse(from, l.english(s))
	if err != nil {
		return "", fmt.Errorf("%q is no date of the form %s", s, in)
	}
	if text, ok := l.named(t, layout); ok {
		return text, nil
	}
	return l.format(t, out), nil
}

func (l *language) readDate(s string) (time.Time, error) {
	e := l.english(s)
	for _, layout := range inputLayouts {
		if t, err := time.Parse(layout, e); err == nil {
			return t, nil
		}
	}
	if t, ok, err := l.readNumericDate(e); ok {
		return t, err
	}
	return time.Time{}, fmt.Errorf("%q is no date that can be read; write it as 2027-03-31", s)
}

var numericDate = regexp.MustCompile(`^(\d{1,2})([/.-])(\d{1,2})[/.-](\d{4}|\d{2})(?:,? +(\S.*))?$`)

// readNumericDate reads 31/12/2027 and 12/31/2027; with dots the day always
// comes first; 03/04/2027 can be both and is refused.
func (l *language) readNumericDate(s string) (t time.Time, ok bool, err error) {
	m := numericDate.FindStringSubmatch(s)
	if m == nil {
		return t, false, nil
	}
	day, _ := strconv.Atoi(m[1])
	month, _ := strconv.Atoi(m[3])
	switch {
	case m[2] == "." || day > 12 || day == month:
	case month > 12:
		day, month = month, day
	default:
		return t, true, fmt.Errorf(`%q can be two dates; write it as 2027-04-03, or dateFrom "dd/mm/yyyy" in the template`, s)
	}
	text := fmt.Sprintf("%s-%02d-%02d", fullYear(m[4]), month, day)
	if m[5] == "" {
		t, err = time.Parse("2006-01-02", text)
	} else {
		t, err = l.readDate(text + " " + m[5])
	}
	if err != nil {
		err = fmt.Errorf("%q is no date", s)
	}
	return t, true, err
}

// fullYear reads a year of two digits as Go does: 69 to 99 are of the last century.
func fullYear(y string) string {
	if len(y) == 4 {
		return y
	}
	if y >= "69" {
		return "19" + y
	}
	return "20" + y
}

var (
	excelLayout = regexp.MustCompile(`^[dDmMyYhHs ,./:-]*[dDmMyYhHs]$`)
	excelPart   = regexp.MustCompile(`d+|m+|y+|h+|s+`)
	excelParts  = map[string]string{
		"d": "2", "dd": "02", "ddd": "Mon", "dddd": "Monday",
		"m": "1", "mm": "01", "mmm": "Jan", "mmmm": "January",
		"yy": "06", "yyyy": "2006", "h": "15", "hh": "15", "s": "05", "ss": "05",
	}
	otherYear = regexp.MustCompile(`\b(19|20)\d\d\b`)
)

// dateLayout makes Go's layout of any that date takes.
func dateLayout(s string) (string, error) {
	if l, ok := namedLayouts[strings.ToLower(strings.TrimSpace(s))]; ok {
		return l, nil
	}
	if excelLayout.MatchString(s) {
		return fromExcel(s)
	}
	sample := time.Date(2007, 10, 23, 21, 47, 38, 0, time.UTC)
	if sample.Format(s) == s || otherYear.MatchString(strings.ReplaceAll(s, "2006", "")) {
		return "", fmt.Errorf(`%q is no layout for a date; write it as the 2nd of January 2006 would be: "2 January 2006", or as "dd/mm/yyyy"`, s)
	}
	return s, nil
}

func fromExcel(s string) (string, error) {
	var bad error
	lower, clock := strings.ToLower(s), false
	out := excelPart.ReplaceAllStringFunc(lower, func(part string) string {
		if clock && (part == "m" || part == "mm") {
			return "04"
		}
		clock = strings.HasPrefix(part, "h")
		l, ok := excelParts[part]
		if !ok {
			bad = fmt.Errorf(`%q is no layout for a date: %q is not known; write "dd/mm/yyyy" or "2 January 2006"`, s, part)
		}
		return l
	})
	return out, bad
}
