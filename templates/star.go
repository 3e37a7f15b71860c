package templates

import (
	"regexp"
	"strings"
)

// Star stands for a * that a template has by its own text, not by a cell: a
// control character that no path has. begin and end stand around what an action
// of such a template prints.
const (
	Star  = "\x01"
	begin = "\x02"
	end   = "\x03"
)

// Marks are all of them.
const Marks = Star + begin + end

// MarkStars puts Star in the place of each * outside of actions, and marks
// around what actions print, for Unmark; has says that there are any stars.
// Without, the text stays as it is.
func MarkStars(text string) (marked string, has bool) {
	var b strings.Builder
	for _, s := range settle(split(text)) {
		switch {
		case !s.action:
			has = has || strings.Contains(s.text, "*")
			s.text = strings.ReplaceAll(s.text, "*", Star)
		case s.kind() == prints:
			s.text = begin + s.text + end
		}
		b.WriteString(s.text)
	}
	if !has {
		return text, false
	}
	return b.String(), true
}

var nothing = regexp.MustCompile(begin + `\s*` + end)

// Unmark takes the marks around actions out of what a marked template has
// printed; printed and empty count the actions, and those that have printed
// nothing.
func Unmark(out string) (text string, printed, empty int) {
	printed, empty = strings.Count(out, begin), len(nothing.FindAllString(out, -1))
	return strings.NewReplacer(begin, "", end, "").Replace(out), printed, empty
}
