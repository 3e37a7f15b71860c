package recipients

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What a section's pieces may be beside numbers and text: T is a part of a
// date or a time, in lower case (yyyy, mmm, dd, aaa, hh, ss; nn are minutes,
// [hh] hours that count on beyond a day), A the halves of the day, f parts of
// a second.

// datePart is a run of one letter that dates are written with, and how many
// bytes it takes; 0 where the code begins with something else.
func datePart(code string) int {
	if code[0] >= utf8.RuneSelf {
		return 0
	}
	letter := strings.ToLower(code[:1])
	n := len(code) - len(strings.TrimLeft(code, letter+strings.ToUpper(letter)))
	switch {
	case strings.Contains("dmyhs", letter), letter == "a" && n >= 3, letter == "e":
		return n
	}
	return 0
}

// halfOfDay is a mark of a day's halves, and how many bytes it takes.
func halfOfDay(code string) int {
	for _, mark := range []string{"AM/PM", "A/P", "上午/下午"} {
		if len(code) >= len(mark) && strings.EqualFold(code[:len(mark)], mark) {
			return len(mark)
		}
	}
	return 0
}

// finishDate settles what the pieces of a date mean: zeros behind seconds and
// a point are parts of a second, an m beside hours or seconds is minutes, and
// what is left of numbers is text.
func (s *section) finishDate() {
	var kept []piece
	before := "" // the part of the date before
	for i := 0; i < len(s.parts); i++ {
		p := s.parts[i]
		switch zeros := s.zerosBehind(i); {
		case p.isPoint() && zeros > 0 && before != "" && strings.Trim(before, "[s]") == "":
			p = piece{'f', strings.Repeat("0", zeros)}
			s.small, i = max(s.small, min(zeros, mostSmall)), i+zeros
		case p.kind == 'T':
			p.text = s.minutes(p.text, before, i)
			before = p.text
			s.count(p.text)
		case strings.ContainsRune("0#?.,", p.kind):
			p = piece{'x', string(p.kind)}
		}
		kept = append(kept, p)
	}
	s.parts = kept
}

// mostSmall is how many digits of a second Excel shows.
const mostSmall = 3

func (p piece) isPoint() bool { return p.kind == '.' || p.kind == 'x' && p.text == "." }

// zerosBehind counts the zeros that follow piece i at once.
func (s *section) zerosBehind(i int) int {
	n := 0
	for i+1+n < len(s.parts) && s.parts[i+1+n].kind == '0' {
		n++
	}
	return n
}

// minutes gives n or nn for an m or mm that is minutes.
func (s *section) minutes(text, before string, i int) string {
	if text != "m" && text != "mm" {
		return text
	}
	behind := ""
	for _, p := range s.parts[i+1:] {
		if p.kind == 'T' {
			behind = p.text
			break
		}
	}
	if strings.ContainsAny(before, "hs") || strings.Contains(behind, "s") {
		return strings.ReplaceAll(text, "m", "n")
	}
	return text
}

// count notes what a part needs: the day, or the clock.
func (s *section) count(text string) {
	s.clock = s.clock || strings.ContainsAny(text, "hns[")
	s.days = s.days || !strings.ContainsAny(text, "hns[")
}

// A moment is a day, as Excel counts them, and a time.
type moment struct {
	day   int   // 0 is the day before the first of the epoch
	clock int64 // of that day, in units
	total int64 // since day 0, in units
	unit  int64 // units in a second
}

// momentOf rounds a serial number to what the section shows: to a part of a
// second, else to a second; the day alone is cut off.
func (s *section) momentOf(number float64) moment {
	unit := int64(1)
	for range s.small {
		unit *= 10
	}
	half := 0.5
	if !s.clock {
		half = 1e-4 // of a second, which is what is lost in a sum of times
	}
	total := int64(math.Floor(number*86400*float64(unit) + half))
	return moment{int(total / (86400 * unit)), total % (86400 * unit), total, unit}
}

// dateBy shows a number by a section that shows a date or a time. sign is
// what the section does not show by itself.
func (d *display) dateBy(f *format, s *section, raw string, number float64, sign string) string {
	last := 2958466.0 // the day behind 9999-12-31
	if d.date04 {
		last -= 1462
	}
	early, late := number < 0 && !d.date04, math.Abs(number) >= last
	if early || late {
		d.doubt = noDate
	}
	if late || early && s.days {
		return general(raw, number)
	}
	if s.calendar {
		return d.byExcelize(f.code, raw, number)
	}
	m := s.momentOf(math.Abs(number))
	var b strings.Builder
	b.WriteString(sign)
	for _, p := range s.parts {
		b.WriteString(d.datePiece(s, p, m))
	}
	return strings.TrimSpace(b.String())
}

// datePiece shows one piece.
func (d *display) datePiece(s *section, p piece, m moment) string {
	hour := int(m.clock / m.unit / 3600)
	switch p.kind {
	case 'T':
		if strings.HasPrefix(p.text, "[") {
			return elapsed(p.text, m)
		}
		if strings.ContainsAny(p.text, "hns") {
			return s.clockPart(p.text, hour, m)
		}
		on := d.dateOf(m.day)
		if s.buddhist {
			on.year += 543
		}
		return d.dayPart(s, p.text, on)
	case 'A':
		return d.half(s.language, p.text, hour)
	case 'f':
		return "." + (padded(int(m.clock%m.unit), s.small) + p.text)[:len(p.text)]
	}
	return p.text
}

// elapsed shows hours, minutes or seconds that count on.
func elapsed(text string, m moment) string {
	seconds := map[byte]int64{'h': 3600, 'm': 60, 's': 1}[text[1]]
	return padded(int(m.total/m.unit/seconds), len(text)-2)
}

// clockPart shows the hour, the minute or the second.
func (s *section) clockPart(text string, hour int, m moment) string {
	seconds := int(m.clock / m.unit)
	n := map[byte]int{'h': hour, 'n': seconds / 60 % 60, 's': seconds % 60}[text[0]]
	if text[0] == 'h' && s.halves {
		n = (hour+11)%12 + 1
	}
	return padded(n, min(len(text), 2))
}

// padded writes a number with so many digits at least.
func padded(n, digits int) string {
	text := strconv.Itoa(n)
	return strings.Repeat("0", max(0, digits-len(text))) + text
}

// dayPart shows the year, the month or the day, in the section's language.
func (d *display) dayPart(s *section, text string, on date) string {
	switch n := len(text); {
	case text[0] == 'y' && n <= 2:
		return padded(on.year%100, 2)
	case text[0] == 'y' || text[0] == 'e':
		return padded(on.year, 4)
	case text[0] == 'd' && n <= 2:
		return padded(on.day, n)
	case text[0] == 'm' && n <= 2:
		return padded(on.month, n)
	case text[0] == 'm':
		return d.month(s.language, n, on.month)
	case n == 3:
		return d.name(s.language, "ddd", 36527+on.weekday) // 2000-01-02 is a Sunday
	}
	return d.name(s.language, "dddd", 36527+on.weekday)
}
