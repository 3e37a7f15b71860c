package templates

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"text/template/parse"

	"tebar/campaign"
)

// syntax finds every action that does not parse, then every fault between
// actions that can be told: a first mistake does not hide the others. The
// text may be the source's with some bytes masked, in the same places.
func (s *source) syntax(text string) campaign.Problems {
	var found campaign.Problems
	mended, whole := []byte(text), true
	for _, seg := range split(text) {
		if !seg.action {
			continue
		}
		if p, bad := s.badAction(seg); bad {
			found = append(found, p)
			whole = whole && seg.kind() != opens
			neutral(mended[seg.pos : seg.pos+len(seg.text)])
		}
	}
	if _, err := parseTrees(s.field, string(mended)); err != nil && whole {
		at, message := s.parseError(err)
		found = append(found, s.problem(campaign.Error, at, message, syntaxHint(message)))
	}
	return found
}

// neutral leaves an action that prints nothing.
func neutral(b []byte) {
	blank(b)
	copy(b, `{{""}}`)
	if len(b) < 6 {
		copy(b, "      ")
	}
}

// badAction parses one action alone. What can only be judged with others
// (else, end, variables) is left to the whole.
func (s *source) badAction(seg segment) (campaign.Problem, bool) {
	alone := seg.text
	switch seg.kind() {
	case opens:
		alone += "{{end}}"
	case divides, closes, jumps:
		return campaign.Problem{}, false
	}
	_, err := parseTrees(s.field, alone)
	if err == nil {
		return campaign.Problem{}, false
	}
	_, message := s.parseError(err)
	if strings.Contains(message, "undefined variable") || strings.Contains(message, "break") || strings.Contains(message, "continue") {
		return campaign.Problem{}, false
	}
	return s.problem(campaign.Error, seg.pos, shown(seg.text)+": "+message, syntaxHint(message)), true
}

var placed = regexp.MustCompile(`^template: .*?:(\d+)(?::\d+)?: (.*)$`)

// parseError takes the place out of a parser's error.
func (s *source) parseError(err error) (offset int, message string) {
	m := placed.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	if m == nil {
		return 0, err.Error()
	}
	line, _ := strconv.Atoi(m[1])
	return s.offset(line, 0), m[2]
}

func syntaxHint(message string) string {
	switch {
	case strings.Contains(message, "bad character"), strings.Contains(message, "bad number"):
		return `a column is written {{.first_name}}: letters, digits and _ alone; or write {{field "First-Name"}}`
	case strings.Contains(message, "unclosed action"):
		return "close the action with }}"
	case strings.Contains(message, "unexpected EOF"):
		return "each {{if}}, {{range}} and {{with}} needs its {{end}}"
	case strings.Contains(message, "unexpected {{end}}"), strings.Contains(message, "unexpected {{else}}"):
		return "there is no {{if}}, {{range}} or {{with}} for it: take it out, or add what is missing before it"
	case strings.Contains(message, "multiple definition"):
		return "take one of them out, or give it another name"
	case strings.Contains(message, "undefined variable"):
		return "set the variable before: {{$x := .first_name}}"
	case strings.Contains(message, "unterminated quoted string"), strings.Contains(message, "unterminated character"):
		return `write text in two straight double quotes: {{.name | default "friend"}}`
	case strings.Contains(message, "U+201C"), strings.Contains(message, "U+201D"):
		return `use straight quotes "..." in actions, not curly ones`
	}
	return "look at the action between {{ and }}"
}

// shown is an action on one line, and not too long, for a message.
func shown(action string) string {
	runes := []rune(strings.Join(strings.Fields(action), " "))
	if len(runes) > 60 {
		return string(runes[:59]) + "…"
	}
	return string(runes)
}

var errTooDeep = errors.New("the template is nested too deeply")

// parseTrees parses without asking which functions exist.
func parseTrees(name, text string) (trees map[string]*parse.Tree, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errTooDeep
		}
	}()
	trees = map[string]*parse.Tree{}
	t := parse.New(name)
	t.Mode = parse.SkipFuncCheck
	if _, err = t.Parse(text, "", "", trees); err != nil {
		return nil, err
	}
	if trees[name] == nil { // nothing but definitions or white space
		trees[name] = t
	}
	return trees, nil
}
