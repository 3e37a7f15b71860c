package recipients

import (
	"strconv"
	"strings"
)

// power settles the exponent of a number in E notation: one that leaves as
// many digits before the point as there are places, at most. With three
// places it goes by thousands.
func (s *section) power(d decimal) (exponent int, whole, fraction string) {
	step := max(1, s.wholePlaces())
	if strings.Trim(d.digits, "0") != "" {
		first := len(d.digits) - len(strings.TrimLeft(d.digits, "0"))
		for exponent = 0; exponent+step < d.point-first; exponent += step {
		}
		for ; exponent >= d.point-first; exponent -= step {
		}
	}
	whole, fraction = decimal{d.digits, d.point - exponent}.round(s.fraction)
	if len(whole) > step { // 9.99 became 10.0
		exponent += step
		whole, fraction = decimal{"1", 1 - step + len(whole) - 1}.round(s.fraction)
	}
	return exponent, whole, fraction
}

// writePower shows a number in E notation.
func (s *section) writePower(sign string, d decimal) string {
	exponent, whole, fraction := s.power(d)
	if whole == "" && strings.Trim(fraction, "0") == "" {
		sign = ""
	}
	before := *s
	at := 0
	for s.parts[at].kind != 'E' {
		at++
	}
	before.parts = s.parts[:at]
	var b strings.Builder
	b.WriteString(before.inPlaces(sign, whole, fraction))
	b.WriteString(powerText(s.parts[at].text, exponent, s.powerDigits))
	for _, p := range s.parts[at+1:] {
		b.WriteString(p.text)
	}
	return strings.TrimSpace(b.String())
}

// powerText is E+05, or E05 where the code has E-.
func powerText(mark string, exponent, digits int) string {
	sign := mark[1:]
	switch {
	case exponent < 0:
		sign, exponent = "-", -exponent
	case sign == "-":
		sign = ""
	}
	text := strconv.Itoa(exponent)
	return mark[:1] + sign + strings.Repeat("0", max(0, digits-len(text))) + text
}
