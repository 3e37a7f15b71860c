package templates

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	texttemplate "text/template"
)

// maxPieces caps what split makes: a piece costs more than its characters.
const maxPieces = 100_000

// fits refuses arguments that together are beyond any letter, before a
// function makes something larger of them.
func fits(args ...any) error {
	total := 0
	for _, a := range args {
		switch a := a.(type) {
		case string:
			total += len(a)
		case []string:
			for _, s := range a {
				total += len(s)
			}
		}
	}
	if total > maxOutput {
		return ErrTooLong
	}
	return nil
}

// sized is a function over any values that keeps within a letter.
func sized(f func(...any) string) func(...any) (string, error) {
	return func(args ...any) (string, error) {
		if err := fits(args...); err != nil {
			return "", err
		}
		return capped(f(args...))
	}
}

// sizedFunctions are those that make more of their arguments: {{$x = html $x}}
// in a loop would fill the memory without printing anything.
var sizedFunctions = map[string]any{
	"print":    sized(fmt.Sprint),
	"println":  sized(fmt.Sprintln),
	"js":       sized(texttemplate.JSEscaper),
	"html":     sized(texttemplate.HTMLEscaper),
	"urlquery": sized(texttemplate.URLQueryEscaper),
	"printf":   printf,
	"split":    splitText,
}

var (
	widths  = regexp.MustCompile(`\d+`)
	chosen  = regexp.MustCompile(`\[\d+\]`)
	starred = regexp.MustCompile(`\*`)
)

// maxWidth is the widest that fmt pads a value, in characters; beyond it fmt
// writes %!(BADWIDTH).
const maxWidth = 1_000_000

// printf is fmt's, with widths that stay within a letter.
func printf(format string, args ...any) (string, error) {
	wide := len(starred.FindAllString(format, -1)) * starWidth(args)
	for _, w := range widths.FindAllString(format, -1) {
		n, _ := strconv.Atoi(w)
		wide += min(n, maxWidth)
	}
	if err := fits(append(args[:len(args):len(args)], format)...); err != nil || wide > maxOutput {
		return "", ErrTooLong
	}
	// An argument chosen by its number may come as often as it is chosen.
	if again := len(chosen.FindAllString(format, -1)); again*longest(args) > maxOutput {
		return "", ErrTooLong
	}
	return capped(fmt.Sprintf(format, args...))
}

// starWidth is the greatest width that a * can take from the arguments.
func starWidth(args []any) int {
	most := 0
	for _, a := range args {
		if n, ok := a.(int); ok {
			most = max(most, min(max(n, -n), maxWidth))
		}
	}
	return most
}

func longest(args []any) int {
	most := 0
	for _, a := range args {
		most = max(most, len(fmt.Sprint(a)))
	}
	return most
}

func splitText(separator string, v any) ([]string, error) {
	s := fmt.Sprint(v)
	if n := strings.Count(s, separator); n > maxPieces {
		return nil, fmt.Errorf("split makes more than %d pieces", maxPieces)
	}
	return strings.Split(s, separator), nil
}
