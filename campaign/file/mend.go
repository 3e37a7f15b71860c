package file

import (
	"regexp"
	"strings"
)

// diagnoseIndent finds tabs and lines that are indented deeper, or less, than
// they can be.
func diagnoseIndent(lines []string, bad broken) (diagnosis, bool) {
	line := lines[bad.line-1]
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	rest := line[len(indent):]
	if strings.Contains(indent, "\t") {
		return diagnosis{
			line: bad.line, column: strings.IndexByte(indent, '\t') + 1, message: "a tab cannot indent a line",
			hint: "write blanks instead", mended: strings.ReplaceAll(indent, "\t", "  ") + rest,
		}, true
	}
	if strings.Contains(bad.message, "mapping value is not allowed") && bad.line < len(lines) {
		next := lines[bad.line]
		deeper := len(next) - len(strings.TrimLeft(next, " "))
		if deeper > len(indent) && keyStart.MatchString(next) && !strings.Contains(valueOf(line), ": ") && valueOf(line) != "" {
			return diagnosis{
				line: bad.line + 1, column: deeper + 1, message: "this line is indented deeper than the key before it, which has a value already",
				hint: "begin it under the key before", mended: indent + next[deeper:],
			}, true
		}
	}
	return diagnosis{}, false
}

// valueOf is what stands behind the first key of a line.
func valueOf(line string) string {
	if m := keyValue.FindStringSubmatch(line); m != nil {
		return m[2]
	}
	if m := itemValue.FindStringSubmatch(line); m != nil {
		return m[2]
	}
	return ""
}

// diagnoseOpen finds the list or group in brackets that is never closed: the
// YAML reader notices it at a later line.
func diagnoseOpen(lines []string, bad broken) (diagnosis, bool) {
	for i := bad.line; i >= 1 && i > bad.line-30; i-- {
		value := valueOf(lines[i-1])
		if value == "" || !strings.ContainsAny(value[:1], "[{") || strings.HasPrefix(value, "{{") || unclosed(value) == "" {
			continue
		}
		if i == bad.line && strings.Contains(value, "{{") {
			return diagnosis{}, false
		}
		if i < bad.line && !keyStart.MatchString(lines[bad.line-1]) {
			return diagnosis{}, false
		}
		if i == bad.line && i < len(lines) && !keyStart.MatchString(lines[i]) && strings.TrimSpace(lines[i]) != "" {
			return diagnosis{}, false
		}
		at := strings.Index(lines[i-1], value)
		return diagnosis{
			line: i, column: len([]rune(lines[i-1][:at])) + 1, message: "this bracket is never closed",
			hint: "write", shown: true, mended: strings.TrimRight(lines[i-1], " \t,") + unclosed(value),
		}, true
	}
	return diagnosis{}, false
}

// commented is an entry of a list in brackets with a # behind a blank: YAML
// takes the rest of the line, the bracket too, for a comment.
var commented = regexp.MustCompile(`([\[,]\s*)([^,\[\]{}'"\s][^,\[\]{}'"]*?\s#[^,\]{}'"]*)`)

// diagnoseComment finds a list in brackets that a # has cut off.
func diagnoseComment(lines []string, bad broken) (diagnosis, bool) {
	for i := bad.line; i >= 1 && i > bad.line-30; i-- {
		line := lines[i-1]
		at := commented.FindStringSubmatchIndex(line)
		if at == nil || !strings.HasPrefix(valueOf(line), "[") {
			continue
		}
		mended := commented.ReplaceAllString(line, "$1'$2'")
		if unclosed(valueOf(mended)) != "" {
			continue
		}
		hash := strings.IndexByte(line[at[4]:], '#') + at[4]
		return diagnosis{
			line: i, column: len([]rune(line[:hash])) + 1, message: "this # begins a comment, which cuts the list off",
			hint: "put the entry in quotes; write", shown: true, mended: mended,
		}, true
	}
	return diagnosis{}, false
}

// unclosed gives the closing brackets that a value lacks, quotes minded.
func unclosed(value string) string {
	var open []rune
	quote := rune(0)
	for _, c := range value {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '[':
			open = append(open, ']')
		case c == '{':
			open = append(open, '}')
		case (c == ']' || c == '}') && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	missing := ""
	for i := len(open) - 1; i >= 0; i-- {
		missing += string(open[i])
	}
	return missing
}

// diagnoseValue finds a value that wants quotes: with {{ or `: ` in it, or
// beginning with a quote or another sign that means something to YAML.
func diagnoseValue(line string, bad broken) (diagnosis, bool) {
	m := keyValue.FindStringSubmatch(line)
	if m == nil {
		m = itemValue.FindStringSubmatch(line)
	}
	if m == nil {
		return diagnosis{}, false
	}
	head, value := m[1], strings.TrimSpace(m[2])
	why := trap(value)
	if why == "" {
		return diagnosis{}, false
	}
	mended := single(inner(value))
	if strings.HasPrefix(value, "[") && strings.Contains(value, "{{") {
		mended = quoteItems(value)
	}
	return diagnosis{
		line: bad.line, column: len([]rune(head)) + 1, message: why, hint: "write it in single quotes",
		shown: true, mended: head + mended, quoteAt: len([]rune(head)) + 1,
	}, true
}

// trap says why a value cannot stand without quotes, or with the ones it has.
func trap(value string) string {
	switch {
	case strings.HasPrefix(value, "["):
		if strings.Contains(value, "{{") {
			return "an entry with {{ }} in a list needs quotes"
		}
		return ""
	case strings.HasPrefix(value, `"`):
		if strings.Contains(value, `\`) {
			return `in double quotes a \ means something else`
		}
		return "the double quotes do not hold the whole value"
	case strings.HasPrefix(value, "'"):
		return "the single quotes do not hold the whole value"
	case strings.Contains(value, "{{"):
		return "a value with {{ }} needs quotes"
	case strings.ContainsAny(value[:1], "@`%*&!|>"):
		return "a value that begins with " + value[:1] + " needs quotes"
	case strings.HasPrefix(value, "- "):
		return "a list cannot begin behind its key"
	case strings.Contains(value, ": ") && !strings.HasPrefix(value, "{"):
		return "a value with `: ` in it needs quotes"
	}
	return ""
}

// inner takes the outer quotes off where they were meant to hold the value.
func inner(value string) string {
	if len(value) < 2 || !strings.ContainsAny(value[:1], `"'`) {
		return value
	}
	quote := value[:1]
	body := value[1:]
	switch {
	case strings.HasSuffix(body, quote):
		body = strings.TrimSuffix(body, quote)
	case strings.Contains(body, quote):
		return value
	}
	if quote == "'" {
		return strings.ReplaceAll(body, "''", "'")
	}
	return strings.ReplaceAll(body, `\"`, `"`)
}

// quoteItems puts the entries of a list in brackets that hold {{ into single quotes.
func quoteItems(value string) string {
	body := strings.TrimPrefix(value, "[")
	tail := ""
	if i := strings.LastIndexByte(body, ']'); i >= 0 {
		body, tail = body[:i], body[i+1:]
	}
	var items []string
	for _, item := range splitItems(body) {
		item = strings.TrimSpace(item)
		if strings.Contains(item, "{{") && !strings.ContainsAny(item[:1], `"'`) {
			item = single(item)
		}
		items = append(items, item)
	}
	return "[" + strings.Join(items, ", ") + "]" + tail
}

// splitItems cuts at commas outside quotes and {{ }}.
func splitItems(body string) []string {
	var items []string
	quote, depth, from := rune(0), 0, 0
	for i, c := range body {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case depth == 0 && (c == '"' || c == '\''):
			quote = c
		case c == '{':
			depth++
		case c == '}':
			depth = max(0, depth-1)
		case c == ',' && depth == 0:
			items, from = append(items, body[from:i]), i+1
		}
	}
	return append(items, body[from:])
}
