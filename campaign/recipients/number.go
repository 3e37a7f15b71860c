package recipients

import (
	"math"
	"strings"
)

// number shows a number by the section that is for it.
func (f *format) number(raw string, value float64) string {
	s, sign := f.sectionFor(value)
	if s == nil {
		return general(raw, value)
	}
	if s.general {
		return s.fill(sign, func(b *strings.Builder) { b.WriteString(strings.TrimPrefix(general(raw, value), "-")) })
	}
	if s.text && !s.numbers {
		return general(raw, value)
	}
	d := decimalOf(raw, value)
	d.point += 2*s.percent - 3*s.thousands
	switch {
	case s.over != nil:
		return s.writeFraction(sign, math.Abs(value)*math.Pow(100, float64(s.percent)))
	case s.powered:
		return s.writePower(sign, d)
	}
	whole, fraction := d.round(s.fraction)
	if s.numbers && whole == "" && strings.Trim(fraction, "0") == "" {
		sign = "" // -0.001 by 0.00 is 0.00
	}
	return s.write(sign, whole, fraction)
}

// sectionFor picks the section of a value, and the sign that it does not show
// by itself.
func (f *format) sectionFor(value float64) (*section, string) {
	sign := ""
	if value < 0 {
		sign = "-"
	}
	for i := range f.sections {
		s := &f.sections[i]
		if s.condition == nil {
			continue
		}
		if s.condition(value) {
			if s.negative {
				sign = ""
			}
			return s, sign
		}
		if i+1 < len(f.sections) && f.sections[i+1].condition == nil {
			return &f.sections[i+1], sign
		}
	}
	n := len(f.sections)
	if n > 1 && n < 4 && f.sections[n-1].text {
		n-- // it is for texts alone
	}
	switch {
	case n == 0:
		return nil, sign
	case value < 0 && n > 1:
		return &f.sections[1], ""
	case value == 0 && n > 2:
		return &f.sections[2], ""
	}
	return &f.sections[0], sign
}

// fill writes a section whose number is written by itself.
func (s *section) fill(sign string, number func(*strings.Builder)) string {
	var b strings.Builder
	b.WriteString(sign)
	for _, p := range s.parts {
		if p.kind == 'G' {
			number(&b)
		} else {
			b.WriteString(p.text)
		}
	}
	return strings.TrimSpace(b.String())
}

// write puts the digits into their places.
func (s *section) write(sign, whole, fraction string) string {
	return strings.TrimSpace(s.inPlaces(sign, whole, fraction))
}

func (s *section) inPlaces(sign, whole, fraction string) string {
	places := s.wholePlaces()
	left := s.wholeText(whole, places)
	var b strings.Builder
	b.WriteString(sign)
	at, behind := 0, 0
	for _, p := range s.parts {
		switch p.kind {
		case '0', '#', '?':
			if at < places {
				b.WriteString(left[at])
				at++
				continue
			}
			if behind < s.least || strings.Trim(fraction[behind:], "0") != "" {
				b.WriteByte(fraction[behind])
			}
			behind++
		case '.':
			if places == 0 {
				b.WriteString(whole)
			}
			b.WriteByte('.') // without digits behind it too, as Excel does
		case 'x', '_':
			b.WriteString(p.text)
		}
	}
	return b.String()
}

// wholePlaces counts the places before the point.
func (s *section) wholePlaces() int {
	n := 0
	for _, p := range s.parts {
		switch p.kind {
		case '0', '#', '?':
			n++
		case '.':
			return n
		}
	}
	return n
}

// wholeText gives what stands in each place before the point: one digit, the
// first place taking all that are left, with the commas of a grouped number.
func (s *section) wholeText(whole string, places int) []string {
	text := make([]string, places)
	kinds := make([]rune, 0, places)
	for _, p := range s.parts {
		if len(kinds) < places && strings.ContainsRune("0#?", p.kind) {
			kinds = append(kinds, p.kind)
		}
	}
	count := 0
	put := func(i int, digit string) {
		if s.grouped && count > 0 && count%3 == 0 {
			digit += ","
		}
		text[i] = digit + text[i]
		count++
	}
	zeros := strings.IndexRune(string(kinds), '0')
	for i := places - 1; i >= 0; i-- {
		switch {
		case whole != "":
			put(i, whole[len(whole)-1:])
			whole = whole[:len(whole)-1]
		case zeros >= 0 && i >= zeros:
			put(i, "0")
		}
	}
	for places > 0 && whole != "" {
		put(0, whole[len(whole)-1:])
		whole = whole[:len(whole)-1]
	}
	return text
}
