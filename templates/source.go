package templates

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"tebar/campaign"
)

// A source is one template's text and how the user calls it.
type source struct {
	file  string // as the campaign names it; "" if unknown
	field string // key path in the campaign file: subject, body.html
	text  string // as written, LF line ends, no BOM
	lang  *language
	lines bool // has lines of its own: problems show line and column
	from  Origins
}

func newSource(file, field, text string) *source {
	text = strings.TrimPrefix(text, "\ufeff")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return &source{file: file, field: field, text: text, lines: strings.HasPrefix(field, "body.") || strings.HasPrefix(field, "attachments.")}
}

// source is newSource of a letter in this language.
func (l *language) source(file, field, text string) *source {
	src := newSource(file, field, text)
	src.lang = l
	return src
}

// label is what messages call the template; at is the offset that they mean.
func (s *source) label(at int) string {
	s, _ = s.from.of(s, at)
	if s.lines && s.file != "" {
		return s.file
	}
	return s.field
}

// position is the line and column, both from 1, in characters, of an offset; of
// a body that has parts, in the file that it comes from.
func (s *source) position(offset int) (line, column int) {
	s, offset = s.from.of(s, offset)
	before := s.text[:min(max(offset, 0), len(s.text))]
	start := strings.LastIndexByte(before, '\n') + 1
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[start:])
}

// offset is the byte offset of a line and a column in bytes from 0, as
// text/template counts them.
func (s *source) offset(line, column int) int {
	at := 0
	for range line - 1 {
		next := strings.IndexByte(s.text[at:], '\n')
		if next < 0 {
			return at
		}
		at += next + 1
	}
	return min(at+column, len(s.text))
}

// problem is a problem at an offset.
func (s *source) problem(sev campaign.Severity, offset int, message, hint string) campaign.Problem {
	s, offset = s.from.of(s, offset)
	p := campaign.Problem{Severity: sev, File: s.file, Field: s.field, Message: message, Hint: hint}
	if s.lines {
		p.Line, p.Column = s.position(offset)
		p.Excerpt = s.excerpt(p.Line, p.Column)
	}
	return p
}

// excerpt is the line with a caret under the column.
func (s *source) excerpt(line, column int) string {
	text := strings.Split(s.text, "\n")[line-1]
	const most = 70
	runes := []rune(strings.ReplaceAll(text, "\t", " "))
	from := max(0, min(column-1-most/2, len(runes)-most))
	to := min(len(runes), from+most)
	number := fmt.Sprintf("%5d | ", line)
	return number + string(runes[from:to]) + "\n" +
		strings.Repeat(" ", len(number)-2) + "| " + strings.Repeat(" ", max(0, column-1-from)) + "^"
}

// readable refuses bytes that are no text.
func (s *source) readable() campaign.Problems {
	for i, r := range s.text {
		if r == utf8.RuneError && strings.HasPrefix(s.text[i:], "\ufffd") {
			continue
		}
		if r == utf8.RuneError || r == 0 {
			return campaign.Problems{s.problem(campaign.Error, i, "this is not UTF-8 text",
				"open the file in an editor and save it as UTF-8")}
		}
	}
	return nil
}
