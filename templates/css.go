package templates

import (
	"regexp"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
)

// A rule is one rule of a style sheet, at its top level.
type rule struct {
	prelude string // selectors, or @media ...
	body    string // between the braces
	block   bool   // has braces; else it ends with a semicolon
}

func (r rule) String() string {
	if r.block {
		return r.prelude + " {" + r.body + "}\n"
	}
	return r.prelude + ";\n"
}

var cssComment = regexp.MustCompile(`(?s)/\*.*?(\*/|$)`)

// rules cuts a style sheet (CSS Syntax Module Level 3, section 5, as far as
// letters need it). Comments go.
func rules(css string) []rule {
	css = cssComment.ReplaceAllString(css, " ")
	css = strings.NewReplacer("<!--", " ", "-->", " ").Replace(css)
	var found []rule
	for at := 0; at < len(css); {
		end := cssUntil(css, at, "{;")
		prelude := strings.TrimSpace(css[at:end])
		if end >= len(css) || css[end] == ';' {
			if prelude != "" {
				found = append(found, rule{prelude: prelude})
			}
			at = end + 1
			continue
		}
		close := cssUntil(css, end+1, "}")
		if prelude != "" {
			found = append(found, rule{prelude, css[end+1 : close], true})
		}
		at = close + 1
	}
	return found
}

// cssUntil is the offset of the first of the stops outside of quotes,
// brackets and inner blocks, or the end.
func cssUntil(css string, at int, stops string) int {
	depth := 0
	var quote byte
	for i := at; i < len(css); i++ {
		c := css[i]
		switch {
		case quote != 0 && c == '\\':
			i++
		case quote != 0:
			if c == quote || c == '\n' {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case depth == 0 && strings.IndexByte(stops, c) >= 0:
			return i
		case c == '{' || c == '(' || c == '[':
			depth++
		case (c == '}' || c == ')' || c == ']') && depth > 0:
			depth--
		}
	}
	return len(css)
}

// selectors cuts at the commas of the top level.
func selectors(prelude string) []string {
	var list []string
	for at := 0; at <= len(prelude); {
		end := cssUntil(prelude, at, ",")
		list = append(list, strings.TrimSpace(prelude[at:end]))
		at = end + 1
	}
	return list
}

var dynamicSelector = regexp.MustCompile(`(?i)::?(visited|active|hover|focus|link|in-range|invalid|valid|after|before|selection|target|first-(line|letter)|checked|disabled|enabled|lang)\b`)

// sortRules parts a style sheet into what the inliner is good at, and what
// it would lose or spoil and is kept as it is: all at-rules but @media,
// custom properties, *, selectors it cannot read, and those that match
// nothing here, which are often meant for what a mail program adds
// (.ExternalClass, [data-ogsc], #outlook a).
func sortRules(doc *goquery.Document, css string) (inline, keep string) {
	var in, out strings.Builder
	for _, r := range rules(css) {
		switch {
		case strings.HasPrefix(strings.ToLower(r.prelude), "@media") && r.block && !strings.Contains(r.body, "@"):
			in.WriteString("@media" + r.prelude[len("@media"):] + " {" + r.body + "}\n")
		case strings.HasPrefix(r.prelude, "@") || !r.block || strings.Contains(r.body, "--") || strings.Contains(r.body, "{"):
			out.WriteString(r.String())
		default:
			sortSelectors(doc, r, &in, &out)
		}
	}
	return in.String(), out.String()
}

func sortSelectors(doc *goquery.Document, r rule, in, out *strings.Builder) {
	var inline, keep []string
	for _, s := range selectors(r.prelude) {
		if s != "" && canInline(doc, s) {
			inline = append(inline, s)
		} else if s != "" {
			keep = append(keep, s)
		}
	}
	if len(inline) > 0 {
		in.WriteString(rule{strings.Join(inline, ", "), r.body, true}.String())
	}
	if len(keep) > 0 {
		out.WriteString(rule{strings.Join(keep, ", "), r.body, true}.String())
	}
}

func canInline(doc *goquery.Document, selector string) bool {
	if dynamicSelector.MatchString(selector) {
		return true // the inliner leaves these in the style sheet and marks them important
	}
	if strings.ContainsAny(selector, "*,") || strings.Contains(selector, ":root") {
		return false
	}
	m, err := cascadia.Compile(selector)
	return err == nil && m.MatchFirst(doc.Nodes[0]) != nil
}
