package recipients

import (
	"math"
	"strconv"
	"strings"
)

// A fraction is how a section shows one: `# ?/?` or `?/16`.
type fraction struct {
	top, slash, end int // its pieces: first of the numerator, the slash, behind the denominator
	most            int // the greatest denominator, or the only one
	fixed           bool
	mixed           bool // whole numbers have places of their own
}

// findFraction looks for a slash between places.
func (s *section) findFraction() {
	for i, p := range s.parts {
		if p.kind != 'x' || p.text != "/" {
			continue
		}
		f := fraction{top: i, slash: i, end: i + 1}
		for f.top > 0 && isPlace(s.parts[f.top-1]) {
			f.top--
		}
		below := ""
		for ; f.end < len(s.parts) && f.below(s.parts[f.end]) != ""; f.end++ {
			below += f.below(s.parts[f.end])
		}
		if f.top == f.slash || below == "" {
			continue
		}
		if f.fixed = below[0] != '0'; !f.fixed {
			below = strings.Repeat("9", len(below))
		}
		f.most, _ = strconv.Atoi(below[:min(len(below), 7)])
		for _, p := range s.parts[:f.top] {
			f.mixed = f.mixed || isPlace(p)
		}
		s.fraction, s.over = 0, &f
		return
	}
}

func isPlace(p piece) bool { return strings.ContainsRune("0#?", p.kind) }

// below is the digit that a piece of the denominator stands for, 0 being any.
func (f fraction) below(p piece) string {
	switch {
	case isPlace(p):
		return "0"
	case p.kind == 'x' && len(p.text) == 1 && strings.Contains("123456789", p.text):
		return p.text
	}
	return ""
}

// parts gives a number, 0 or more, as a whole, a numerator and a denominator.
func (f fraction) parts(number float64) (whole, top, below float64) {
	if f.mixed {
		whole, number = math.Modf(number)
	}
	if f.fixed {
		top, below = math.Round(number*float64(f.most)), float64(f.most)
	} else {
		top, below = nearestFraction(number, float64(f.most))
	}
	if f.mixed && top == below {
		return whole + 1, 0, below
	}
	return whole, top, below
}

// nearestFraction goes along the continued fraction until the denominator is
// too great.
func nearestFraction(x, most float64) (top, below float64) {
	top, below = math.Floor(x), 1
	beforeTop, beforeBelow := 1.0, 0.0
	for rest := x - top; rest > 5e-8; {
		next := math.Floor(1 / rest)
		if next*below+beforeBelow > most {
			break
		}
		top, beforeTop = next*top+beforeTop, top
		below, beforeBelow = next*below+beforeBelow, below
		rest = 1/rest - next
	}
	return top, below
}

// writeFraction shows a number as a fraction. Without one, what would show it
// is left blank, unless a zero has its place there.
func (s *section) writeFraction(sign string, number float64) string {
	whole, top, below := s.over.parts(number)
	if whole == 0 && top == 0 {
		sign = ""
	}
	blank := s.over.mixed && top == 0 && !s.zeroIn(s.over.top, s.over.slash)
	var b strings.Builder
	b.WriteString(sign)
	last := s.lastPlace()
	for i, p := range s.parts {
		switch {
		case i >= s.over.top && i < s.over.end:
			if i == s.over.top && !blank {
				b.WriteString(s.digits(top, i, s.over.slash) + "/" + s.digits(below, s.over.slash+1, s.over.end))
			}
		case isPlace(p) && i == last:
			if whole != 0 || blank || s.zeroIn(0, s.over.top) {
				b.WriteString(s.grouping(s.digits(whole, 0, s.over.top)))
			}
		default:
			b.WriteString(p.text)
		}
	}
	return strings.TrimSpace(b.String())
}

// lastPlace is that of the whole number.
func (s *section) lastPlace() int {
	for i := s.over.top - 1; i >= 0; i-- {
		if isPlace(s.parts[i]) {
			return i
		}
	}
	return -1
}

// digits writes a whole number with as many digits as zeros have a place.
func (s *section) digits(number float64, from, to int) string {
	zeros := 0
	for i := from; i < to; i++ {
		if s.parts[i].kind == '0' {
			zeros++
		}
	}
	text := strconv.FormatFloat(number, 'f', -1, 64)
	return strings.Repeat("0", max(0, zeros-len(text))) + text
}

// grouping puts commas between thousands, if the section does.
func (s *section) grouping(digits string) string {
	if !s.grouped || len(digits) <= 3 {
		return digits
	}
	at := len(digits) - 3
	return s.grouping(digits[:at]) + "," + digits[at:]
}

func (s *section) zeroIn(from, to int) bool {
	for _, p := range s.parts[from:to] {
		if p.kind == '0' {
			return true
		}
	}
	return false
}
