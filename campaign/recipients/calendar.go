package recipients

import (
	"strconv"
	"strings"
	"time"
)

// A date is a day of Excel's calendar, which has a 29 February 1900, and a 0
// January before the first of that year (ECMA-376, part 1, section 18.17.4.1).
type date struct {
	year, month, day int
	weekday          int // 0 is Sunday
}

// dateOf gives the date of a day's number.
func (d *display) dateOf(n int) date {
	weekday := (n + 6) % 7
	switch {
	case d.date04:
		n, weekday = n+1462, (n+5)%7
	case n == 0:
		return date{1900, 1, 0, weekday}
	case n == 60:
		return date{1900, 2, 29, weekday}
	case n < 60:
		n++
	}
	t := time.Date(1899, 12, 30+n, 0, 0, 0, 0, time.UTC)
	return date{t.Year(), int(t.Month()), t.Day(), weekday}
}

// name is what a month or a day of the week is called in a language, by
// excelize; day is one that has that name. A language that excelize does not
// know is taken for English.
func (d *display) name(language, code string, day int) string {
	if d.date04 {
		day -= 1462
	}
	key := nameKey{language, code, day}
	name, known := d.names[key]
	if !known {
		name = d.byExcelize("[$-"+language+"]"+code, "", float64(day))
		if language == "" || strings.ContainsAny(name, "0123456789") && strings.Contains(name, strconv.Itoa(day)) {
			name = d.byExcelize(code, "", float64(day))
		}
		d.names[key] = name
	}
	return name
}

// monthOf are the names of months behind a day, in the two languages whose
// codes ask for that form.
var monthOf = map[string][]string{
	"FC19": {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
	"FC22": {"січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада", "грудня"},
}

// month is what a month is called, with so many letters of code.
func (d *display) month(language string, letters, month int) string {
	if letters > 5 { // five are the first letter alone
		letters = 4
	}
	if names := monthOf[language]; letters == 4 && names != nil {
		return names[month-1]
	}
	return d.name(language, "mmmmm"[:letters], 36526+31*(month-1)) // a day of that month in 2000
}

type nameKey struct {
	language, code string
	day            int
}

// half is what the half of the day is called.
func (d *display) half(language, mark string, hour int) string {
	if language != "" && strings.EqualFold(mark, "AM/PM") {
		// excelize asks for the hour before it.
		text := d.byExcelize("[$-"+language+"]h AM/PM", "", 1.25+float64(hour/12)/2)
		if _, name, found := strings.Cut(text, " "); found {
			return name
		}
	}
	before, after, _ := strings.Cut(mark, "/")
	if strings.EqualFold(mark, "AM/PM") {
		before, after = "AM", "PM"
	}
	if hour < 12 {
		return before
	}
	return after
}
