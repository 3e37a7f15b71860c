package recipients

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A format is a number format code, parsed (ECMA-376, part 1, section
// 18.8.31): up to four sections for positive, negative, zero and text.
type format struct {
	code     string
	sections []section
}

// A section is one part of a format between semicolons.
type section struct {
	parts       []piece
	condition   func(float64) bool // nil where none is written
	negative    bool               // the condition holds of no number from 0 on
	percent     int                // how many % signs
	thousands   int                // how many commas scale it down by 1,000
	grouped     bool
	fraction    int  // places behind the point
	least       int  // of them, those that are always shown
	point       bool // a point stands in it
	numbers     bool // it has a place for the number
	general     bool
	text        bool      // it has an @
	powered     bool      // it has an E
	powerDigits int       // digits of the exponent, at least
	over        *fraction // nil where it shows none
	date        bool      // it shows a date or a time:
	days        bool      // the year, the month or the day
	clock       bool      // hours, minutes or seconds
	halves      bool      // AM and PM
	small       int       // digits behind a second's point
	language    string    // of names, as [$-421] has it; "" is English
	buddhist    bool      // years count from 543 years earlier
	calendar    bool      // eras
}

// A piece is a piece of a section: a digit's place, a part of a date, or text.
type piece struct {
	kind rune // 0 # ? are places; . is the point; E of an exponent; G General; @ text; 'x' literal; '_' a gap; T A f in dates.go
	text string
}

// longestCode is more than Excel takes, in bytes: 255 characters.
const longestCode = 1 << 10

// parseFormat never fails: what it does not know stands as it is written, and
// a code that is too long is General.
func parseFormat(code string) *format {
	f := &format{code: code}
	switch upper := strings.ToUpper(code); {
	case upper == "GENERAL" || len(code) > longestCode:
		f.code = ""
	case strings.Contains(upper, "[$-F800]") || strings.Contains(upper, "[$-X-SYSDATE]"):
		f.code = isoDay // the machine's long date
	case strings.Contains(upper, "[$-F400]") || strings.Contains(upper, "[$-X-SYSTIME]"):
		f.code = isoTime
	}
	for rest, more := f.code, true; more && len(f.sections) < 4; {
		var s section
		s, rest, more = f.section(rest)
		f.sections = append(f.sections, s)
	}
	return f
}

// section parses up to the next semicolon.
func (f *format) section(code string) (s section, rest string, more bool) {
	for code != "" && code[0] != ';' {
		n := f.several(&s, code)
		if n == 0 {
			n = f.single(&s, code)
		}
		code = code[n:]
	}
	s.finish()
	if code == "" {
		return s, "", false
	}
	return s, code[1:], true
}

// several takes what consists of more than one character, and gives how many
// bytes it took; 0 where the code begins with something else.
func (f *format) several(s *section, code string) int {
	switch {
	case code[0] == '"':
		end := closing(code, '"')
		s.literal(strings.TrimSuffix(code[1:end], `"`))
		return end
	case code[0] == '[':
		end := closing(code, ']')
		f.bracket(s, strings.TrimSuffix(code[1:end], "]"))
		return end
	case code[0] == '\\' || code[0] == '_' || code[0] == '*':
		_, size := utf8.DecodeRuneInString(code[1:])
		s.escaped(code[0], code[1:1+size])
		return 1 + size
	case len(code) >= 7 && strings.EqualFold(code[:7], "General"):
		s.general, s.numbers = true, true
		s.parts = append(s.parts, piece{kind: 'G'})
		return 7
	}
	return s.severalLetters(code)
}

// severalLetters takes what is more than one letter: of a date, or E+.
func (s *section) severalLetters(code string) int {
	if s.numbers && len(code) > 1 && (code[0] == 'E' || code[0] == 'e') && (code[1] == '+' || code[1] == '-') {
		s.powered = true
		s.parts = append(s.parts, piece{'E', code[:2]})
		return 2
	}
	if n := halfOfDay(code); n > 0 {
		s.date, s.clock, s.halves = true, true, true
		s.parts = append(s.parts, piece{'A', code[:n]})
		return n
	}
	n := datePart(code)
	if n > 0 {
		s.date = true
		s.parts = append(s.parts, piece{'T', strings.ToLower(code[:n])})
	}
	return n
}

// closing is the place behind the next mark, or the end of the code.
func closing(code string, mark byte) int {
	if i := strings.IndexByte(code[1:], mark); i >= 0 {
		return i + 2
	}
	return len(code)
}

// single takes one character, and gives how many bytes it took.
func (f *format) single(s *section, code string) int {
	r, size := utf8.DecodeRuneInString(code)
	switch {
	case strings.ContainsRune("0#?", r):
		s.place(r)
	case r == '.' && !s.point:
		s.point = true
		s.parts = append(s.parts, piece{kind: '.'})
	case r == ',':
		s.parts = append(s.parts, piece{kind: ','})
	case r == '%':
		s.percent++
		s.literal("%")
	case r == '@':
		s.text = true
		s.parts = append(s.parts, piece{kind: '@'})
	default:
		if strings.ContainsRune("bBgG", r) {
			s.date, s.calendar = true, true
		}
		s.literal(code[:size])
	}
	return size
}

func (s *section) literal(text string) { s.parts = append(s.parts, piece{'x', text}) }

// escaped is a backslash (the next character as it is), an underscore (a gap
// as wide as it) or an asterisk (it fills the cell: one is enough in a text).
func (s *section) escaped(r byte, next string) {
	switch {
	case r == '\\':
		s.literal(next)
	case r == '_' || next == " ":
		s.parts = append(s.parts, piece{'_', " "})
	}
}

// place is the place of one digit.
func (s *section) place(r rune) {
	if s.powered {
		s.powerDigits++
		return
	}
	s.numbers = true
	s.parts = append(s.parts, piece{kind: r})
	if !s.point {
		return
	}
	if s.fraction++; r == '0' {
		s.least = s.fraction
	}
}

// bracket is a colour, a condition, a currency with its country, or hours
// that count on beyond a day.
func (f *format) bracket(s *section, in string) {
	switch {
	case strings.HasPrefix(in, "$"):
		symbol, language, _ := strings.Cut(in[1:], "-")
		s.literal(symbol)
		s.inLanguage(language)
	case in != "" && strings.ContainsRune("<>=", rune(in[0])):
		s.condition = condition(in)
		s.negative = in[0] == '<' && s.condition != nil && !s.condition(0)
	case in != "" && isElapsed(strings.ToLower(in)):
		s.date, s.clock = true, true
		s.parts = append(s.parts, piece{'T', "[" + strings.ToLower(in) + "]"})
	}
}

// isElapsed says whether it is h, mm, s or more of one of them.
func isElapsed(in string) bool {
	return in != "" && strings.Contains("hms", in[:1]) && strings.Trim(in, in[:1]) == ""
}

// condition reads [<=9999999].
func condition(in string) func(float64) bool {
	number := strings.TrimLeft(in, "<>=")
	limit, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return nil
	}
	switch in[:len(in)-len(number)] {
	case "<":
		return func(v float64) bool { return v < limit }
	case "<=":
		return func(v float64) bool { return v <= limit }
	case ">":
		return func(v float64) bool { return v > limit }
	case ">=":
		return func(v float64) bool { return v >= limit }
	case "<>":
		return func(v float64) bool { return v != limit }
	}
	return func(v float64) bool { return v == limit }
}

// finish settles what commas mean: between two places they group, behind the
// last place before the point they scale.
func (s *section) finish() {
	if s.date {
		s.calendar = s.calendar || s.language != "" && s.has("e")
		s.finishDate()
		return
	}
	var kept []piece
	for i, p := range s.parts {
		if p.kind != ',' {
			kept = append(kept, p)
			continue
		}
		switch {
		case !s.placeBefore(i):
			kept = append(kept, piece{'x', ","})
		case s.placeBehind(i):
			s.grouped = true
		default:
			s.thousands++
		}
	}
	s.parts = kept
	s.findFraction()
}

// has says whether it has this part of a date.
func (s *section) has(part string) bool {
	for _, p := range s.parts {
		if p.kind == 'T' && strings.HasPrefix(p.text, part) {
			return true
		}
	}
	return false
}

func (s *section) placeBefore(i int) bool {
	for i--; i >= 0 && s.parts[i].kind == ','; i-- {
	}
	return i >= 0 && strings.ContainsRune("0#?", s.parts[i].kind)
}

func (s *section) placeBehind(i int) bool {
	for i++; i < len(s.parts) && s.parts[i].kind == ','; i++ {
	}
	return i < len(s.parts) && strings.ContainsRune("0#?", s.parts[i].kind)
}

// text shows a text: as it is, or by the format's section for texts.
func (f *format) text(value string) string {
	var s section
	switch n := len(f.sections); {
	case n == 4:
		s = f.sections[3]
	case n > 0 && f.sections[n-1].text:
		s = f.sections[n-1]
	default:
		return value
	}
	var b strings.Builder
	for _, p := range s.parts {
		if p.kind == '@' {
			b.WriteString(value)
		} else if p.kind != '_' {
			b.WriteString(p.text)
		}
	}
	return b.String()
}
