package file

import (
	"regexp"
	"strings"
)

// maxMends is how many broken lines are reported before reading stops.
const maxMends = 20

// maxDepth caps brackets within brackets: the YAML reader takes time in their
// square.
const maxDepth = 100

// parse makes the tree. Where the YAML is broken, the line is reported and
// mended, and the reading goes on, so that one mistake hides no other. The
// result is nil where a line cannot be mended.
func (r *reader) parse() *node {
	if r.tooDeep() || r.tooMuch() {
		return nil
	}
	lines := append([]string(nil), r.src.lines...)
	guesses := 0
	for range maxMends {
		root, flaws, bad := parseYAML(strings.Join(lines, "\n"))
		if bad == nil {
			return r.accept(root, flaws)
		}
		d := diagnose(lines, *bad)
		r.report(d)
		if d.guess {
			guesses++
		}
		if d.mended == lines[d.line-1] || guesses > 1 {
			return nil
		}
		lines[d.line-1] = d.mended
		if d.quoteAt > 0 {
			r.src.mended[d.line] = d.quoteAt
		}
	}
	return nil
}

func (r *reader) accept(root *node, flaws []flaw) *node {
	if root != nil {
		r.hidePasswords(root)
	}
	for _, f := range flaws {
		r.fail(f.at, f.hint, "%s", f.message)
	}
	return root
}

func (r *reader) tooMuch() bool {
	n := tokens(strings.Join(r.src.lines, "\n"))
	if n > maxTokens {
		r.fail(&node{line: 1, column: 1}, "is it the campaign file? The list and the letter stand in files of their own",
			"the file has %d words and signs; at most %d are read", n, maxTokens)
	}
	return n > maxTokens
}

func (r *reader) tooDeep() bool {
	depth := 0
	for i, line := range r.src.lines {
		if strings.Count(line, "- ") > maxDepth && strings.HasPrefix(strings.TrimSpace(line), "- - ") {
			depth = maxDepth + 1
		}
		for _, c := range line {
			switch c {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(0, depth-1)
			}
		}
		if depth > maxDepth {
			r.fail(&node{line: i + 1, column: 1}, "close the brackets", "more than %d brackets are open here", maxDepth)
			return true
		}
	}
	return false
}

// A diagnosis is what is wrong with a line of broken YAML.
type diagnosis struct {
	line, column  int // 1-based
	message, hint string
	mended        string // the line as it was probably meant
	guess         bool   // nobody knows what was meant: the line is left out, once
	quoteAt       int    // column of the quote that mending put in; 0 if none
	shown         bool   // show the mended line in the hint
}

func (r *reader) report(d diagnosis) {
	hint := d.hint
	if d.shown && !r.src.isSecret(d.line) {
		hint += ": " + shortenLine(strings.TrimSpace(d.mended))
	}
	r.fail(&node{line: d.line, column: d.column}, hint, "%s", d.message)
}

func shortenLine(line string) string {
	if runes := []rune(line); len(runes) > 200 {
		return string(runes[:197]) + "..."
	}
	return line
}

var (
	keyValue  = regexp.MustCompile(`^(\s*(?:- +)*(?:"[^"]*"|'[^']*'|[\w.-]+)\s*:[ \t]+)(\S.*)$`)
	itemValue = regexp.MustCompile(`^(\s*(?:- +)+)(\S.*)$`)
	glued     = regexp.MustCompile(`^(\s*(?:- +)*)([a-z_]+):([^\s/].*)$`)
)

// diagnose words the mistake that the YAML reader stumbled over. It looks at
// the line first, for the traps that people fall into; the reader's own words
// come last.
func diagnose(lines []string, bad broken) diagnosis {
	bad.line = min(bad.line, len(lines))
	line := lines[bad.line-1]
	if d, ok := diagnoseIndent(lines, bad); ok {
		return d
	}
	if d, ok := diagnoseComment(lines, bad); ok {
		return d
	}
	if d, ok := diagnoseOpen(lines, bad); ok {
		return d
	}
	if d, ok := diagnoseValue(line, bad); ok {
		return d
	}
	if m := glued.FindStringSubmatch(line); m != nil {
		return diagnosis{
			line: bad.line, column: len([]rune(m[1]+m[2])) + 1, message: "the colon behind `" + m[2] + "` needs a blank behind it",
			hint: "write", shown: true, mended: m[1] + m[2] + ": " + m[3],
		}
	}
	if strings.Contains(bad.message, "non-map value") {
		return diagnosis{line: bad.line, column: bad.column, message: "this line is no `key: value`", hint: "write a key with its value, or take the line out", mended: "#"}
	}
	return diagnosis{
		line: bad.line, column: bad.column, message: "this is not YAML that can be read" + reason(bad.message),
		hint: "look at quotes, brackets and indentation, here and in the line before", mended: "#", guess: true,
	}
}

// reason translates what the YAML reader says, without any text of the file.
func reason(message string) string {
	for _, known := range [][2]string{
		{"mapping value is not allowed", ": a value must not hold `: ` without quotes"},
		{"end token", ": a bracket is not closed"},
		{"must be specified", ": a comma or a closing bracket is missing"},
		{"reserved character", ": a value must not begin with this sign without quotes"},
		{"invalid key", ": this cannot be a key"},
	} {
		if strings.Contains(message, known[0]) {
			return known[1]
		}
	}
	return ""
}
