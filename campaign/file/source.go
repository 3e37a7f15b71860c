package file

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// A source is the file as its writer sees it.
type source struct {
	name    string // as the user names it
	lines   []string
	secrets []string    // texts that must not be shown; see addSecret
	shown   []string    // lines without secrets, made when first asked for
	mended  map[int]int // line -> column of a quote that mending put in
}

// line gives a line by its 1-based number, "" beyond the end.
func (s *source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return s.lines[n-1]
}

// column turns a column of the mended text into one of the file.
func (s *source) column(line, column int) int {
	if at, ok := s.mended[line]; ok && column > at {
		column--
	}
	return min(max(1, column), len([]rune(s.line(line)))+1)
}

const (
	hidden   = "***"
	maxShown = 110 // characters of a line in an excerpt
)

// excerpt shows the line before, the line, and a caret under the column.
func (s *source) excerpt(line, column int) string {
	var b strings.Builder
	lines := s.blanked()
	width := len(fmt.Sprint(line))
	if line > 1 && strings.TrimSpace(s.line(line-1)) != "" {
		shown, _ := cut(lines[line-2], 1)
		fmt.Fprintf(&b, "  %*d | %s\n", width, line-1, shown)
	}
	if line < 1 || line > len(lines) {
		return ""
	}
	shown, before := cut(lines[line-1], column)
	fmt.Fprintf(&b, "  %*d | %s\n  %*s | %s^\n", width, line, shown, width, "", before)
	return b.String()
}

// cut makes a line printable and not too long, and gives the blanks that
// stand before its column.
func cut(line string, column int) (shown, before string) {
	runes := []rune(line)
	from := 0
	if len(runes) > maxShown && column > maxShown-20 {
		from = min(column-maxShown/2, len(runes))
	}
	to := min(len(runes), from+maxShown)
	for i, r := range runes[from:to] {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			r = ' '
		}
		shown += string(r)
		if from+i+1 < column {
			before += strings.Repeat(" ", cells(r))
		}
	}
	if from > 0 {
		shown, before = "..."+shown, "   "+before
	}
	if to < len(runes) {
		shown += "..."
	}
	for i := len(runes); i < column-1 && i-len(runes) < 1; i++ {
		before += " "
	}
	return strings.TrimRight(shown, " "), before
}

// cells is how wide a character stands in a terminal: East Asian wide ones
// take two (Unicode Standard Annex 11), combining marks none.
func cells(r rune) int {
	switch {
	case unicode.Is(unicode.Mn, r):
		return 0
	case r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana),
		r >= 0x3000 && r <= 0x303F, r >= 0xFF01 && r <= 0xFF60, r >= 0x1F300 && r <= 0x1FAFF:
		return 2
	}
	return 1
}

var (
	secretKey = regexp.MustCompile(`(?i)^(.*?["']?[\w.-]*(?:pass|pasw|pwd|secret|token|credential|sandi|apikey|api_key)[\w.-]*["']?\s*:(?:\s|$))(.*)$`)
	harmless  = regexp.MustCompile(`^["']?(?:env:\w+|keyring:[^\s#,}"']+|file:[^\s#,}"']+|prompt)["']?[\s,}\]]*$`)
	inURL     = regexp.MustCompile(`(://[^/\s:@]*:)[^@\s]+@`)
	keyStart  = regexp.MustCompile(`^\s*(?:- +)*["']?[\w.-]+["']?\s*:(?:\s|$)`)
)

// blanked gives the lines with everything that may be a secret taken out: by
// the names of keys, as the YAML may be broken, and by what the reader knows.
func (s *source) blanked() []string {
	if s.shown != nil {
		return s.shown
	}
	out := make([]string, len(s.lines))
	indent := -1 // of the secret key whose value goes on
	for i, line := range s.lines {
		own := len(line) - len(strings.TrimLeft(line, " \t"))
		if indent >= 0 && (strings.TrimSpace(line) == "" || own > indent || !keyStart.MatchString(line)) {
			out[i] = strings.Repeat(" ", min(own, len(line))) + hidden
			continue
		}
		indent = -1
		out[i] = inURL.ReplaceAllString(line, "${1}"+hidden+"@")
		if m := secretKey.FindStringSubmatch(line); m != nil && !harmless.MatchString(m[2]) {
			indent = own
			if strings.TrimSpace(m[2]) != "" {
				out[i] = m[1] + hidden
			}
		}
		out[i] = s.hide(out[i])
	}
	s.shown = out
	return out
}

// addSecret makes a text unshowable. Shorter than 4 it is no password, and
// would blank letters everywhere.
func (s *source) addSecret(text string) {
	if text = strings.TrimSpace(text); len(text) >= 4 {
		s.secrets, s.shown = append(s.secrets, text), nil
	}
}

// isSecret says that a line may hold a secret: then no part of it is repeated.
func (s *source) isSecret(line int) bool {
	return line >= 1 && line <= len(s.lines) && strings.Contains(s.blanked()[line-1], hidden)
}

// hide blanks the secrets that are known by their text.
func (s *source) hide(text string) string {
	for _, secret := range s.secrets {
		text = strings.ReplaceAll(text, secret, hidden)
	}
	return text
}
