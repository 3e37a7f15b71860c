package templates

import "strings"

// Star stands for a * that a template has by its own text, not by a cell: a
// control character that no path has.
const Star = "\x01"

// MarkStars puts Star in the place of each * outside of actions; has says that
// there are any.
func MarkStars(text string) (marked string, has bool) {
	var b strings.Builder
	for _, s := range split(text) {
		if !s.action && strings.Contains(s.text, "*") {
			has = true
			s.text = strings.ReplaceAll(s.text, "*", Star)
		}
		b.WriteString(s.text)
	}
	return b.String(), has
}
