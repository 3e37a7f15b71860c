package templates

import (
	"fmt"
	"strings"
	"unicode"
)

// wordFunctions work on texts, character by character; the text comes last,
// so that it can be piped. What is no text is printed first.
var wordFunctions = map[string]any{
	"upper":    func(v any) string { return strings.ToUpper(fmt.Sprint(v)) },
	"lower":    func(v any) string { return strings.ToLower(fmt.Sprint(v)) },
	"trim":     func(v any) string { return strings.TrimSpace(fmt.Sprint(v)) },
	"title":    title,
	"truncate": truncate,
	"contains": func(part, v any) bool { return strings.Contains(fmt.Sprint(v), fmt.Sprint(part)) },
	"replace":  replace,
}

// The words that mean yes and no in a cell, folded.
var (
	yesWords = map[string]bool{"true": true, "yes": true, "ya": true, "1": true, "on": true, "x": true, "benar": true}
	noWords  = map[string]bool{"false": true, "no": true, "tidak": true, "0": true, "off": true, "salah": true, "n": true}
)

// yes says whether a cell means yes; all other words, and none, mean no.
func yes(v any) bool {
	return yesWords[strings.ToLower(strings.TrimSpace(fmt.Sprint(v)))]
}

// saysYesOrNo tells the cells over which a plain if does what nobody means:
// "no" is a text like any other, and not empty. 1 and x are no such words: a
// count and a mark may well be tested for being there.
func saysYesOrNo(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	return noWords[s] || yesWords[s] && s != "1" && s != "x"
}

// title makes words of one case begin with a capital: "RINA wijaya" is "Rina
// Wijaya". A word of mixed case ("McDonald") stays.
func title(v any) string {
	var b strings.Builder
	var word []rune
	flush := func() {
		b.WriteString(titleWord(string(word)))
		word = word[:0]
	}
	for _, r := range fmt.Sprint(v) {
		if unicode.IsSpace(r) || r == '-' || r == '/' || r == '(' {
			flush()
			b.WriteRune(r)
			continue
		}
		word = append(word, r)
	}
	flush()
	return b.String()
}

func titleWord(w string) string {
	if w != strings.ToUpper(w) && w != strings.ToLower(w) {
		return w
	}
	runes := []rune(strings.ToLower(w))
	if len(runes) > 0 {
		runes[0] = unicode.ToTitle(runes[0])
	}
	return string(runes)
}

// truncate keeps at most n characters, the last one being "…" where some are
// cut; a letter is not parted from its accents.
func truncate(n int, v any) (string, error) {
	if n < 1 {
		return "", fmt.Errorf("truncate needs a length of 1 or more, not %d", n)
	}
	runes := []rune(fmt.Sprint(v))
	if len(runes) <= n {
		return string(runes), nil
	}
	cut := n - 1
	for cut > 0 && (unicode.IsMark(runes[cut]) || runes[cut] == '\u200d' || runes[cut-1] == '\u200d') {
		cut--
	}
	return strings.TrimRightFunc(string(runes[:cut]), unicode.IsSpace) + "…", nil
}

func replace(from, to string, v any) (string, error) {
	s := fmt.Sprint(v)
	if grown := float64(strings.Count(s, from)) * float64(len(to)); grown > maxOutput {
		return "", ErrTooLong
	}
	return capped(strings.ReplaceAll(s, from, to))
}
