package templates

import (
	"regexp"
	"strings"
	"text/template/parse"
	"unicode"
	"unicode/utf8"

	texttemplate "text/template"

	"tebar/campaign"
)

// Functions of calendars and cards: what escapes a cell in a value, in one that
// is no text, and in a parameter.
const (
	icsValue     = "_icsvalue"
	icsPlain     = "_icsplain"
	icsParameter = "_icsparameter"
)

// compileCalendar compiles an .ics or .vcf file, whose lines are NAME;PARAMETER:VALUE
// (RFC 5545, section 3.1; RFC 6350, section 3.3). Each action is escaped for the
// side of the colon on which it stands, so that no cell begins a line.
func compileCalendar(src *source) (*body, error) {
	trees, _, err := grow(src.field, src.text, false)
	if err != nil {
		return nil, err
	}
	fns := textFunctions(src.lang)
	fns[icsValue], fns[icsPlain], fns[icsParameter] = calendarValue, calendarPlain, calendarParameter
	t := texttemplate.New(src.field).Option(missing).Funcs(fns)
	places := callPlaces(trees, src.text)
	for name, tree := range trees {
		e := calendarEscaping{text: src.text}
		if name != src.field {
			e.start, e.places = int(tree.Root.Pos), places[name]
		}
		e.escape(tree.Root)
		if _, err := t.AddParseTree(name, tree); err != nil {
			return nil, err
		}
	}
	t = t.Lookup(src.field)
	return newBody(t, t.Tree, fns), nil
}

// eachNode visits the nodes of a list, and of those within.
func eachNode(l *parse.ListNode, visit func(parse.Node)) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		visit(n)
		switch n := n.(type) {
		case *parse.IfNode:
			eachNode(n.List, visit)
			eachNode(n.ElseList, visit)
		case *parse.WithNode:
			eachNode(n.List, visit)
			eachNode(n.ElseList, visit)
		case *parse.RangeNode:
			eachNode(n.List, visit)
			eachNode(n.ElseList, visit)
		}
	}
}

// callPlaces are the lines up to each call of a definition, by its name.
func callPlaces(trees map[string]*parse.Tree, text string) map[string][]string {
	places := map[string][]string{}
	for _, tree := range trees {
		eachNode(tree.Root, func(n parse.Node) {
			if call, ok := n.(*parse.TemplateNode); ok {
				places[call.Name] = append(places[call.Name], lastLine(text[:min(int(call.Pos), len(text))]))
			}
		})
	}
	return places
}

// A calendarEscaping puts an escaper behind all that one tree prints.
type calendarEscaping struct {
	text   string
	start  int      // of the definition in the text
	places []string // where it is called; its first line goes on there
}

func (e calendarEscaping) escape(l *parse.ListNode) {
	eachNode(l, func(n parse.Node) {
		if n, ok := n.(*parse.ActionNode); ok && len(n.Pipe.Decl) == 0 {
			call := &parse.CommandNode{NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{identifier(e.escaper(int(n.Pos)), n.Pos)}}
			n.Pipe.Cmds = append(n.Pipe.Cmds, call)
		}
	})
}

// escaper is the escaper of an action at an offset: where the definition is
// called from places of several kinds, the one that is safe in all of them.
func (e calendarEscaping) escaper(at int) string {
	before := e.text[e.start:max(e.start, min(at, len(e.text)))]
	if strings.Contains(continued.ReplaceAllString(before, ""), "\n") || len(e.places) == 0 {
		return icsEscaper(lastLine(before))
	}
	kinds := map[string]bool{}
	for _, place := range e.places {
		kinds[icsEscaper(place+lastLine(before))] = true
	}
	for _, kind := range []string{icsParameter, icsValue} {
		if kinds[kind] {
			return kind
		}
	}
	return icsPlain
}

var indented = regexp.MustCompile(`(?m)^[ \t]+[A-Z][A-Z-]+[;:]`)

// indentedLines warns of lines that seem to be properties and are moved in, as
// one does within an {{if}}: in a calendar a blank continues the line before.
func indentedLines(src *source) (found campaign.Problems) {
	for _, at := range indented.FindAllStringIndex(src.text, -1) {
		found = append(found, src.problem(campaign.Warning, at[0], "a line that begins with a blank is a part of the line before it",
			"take the blanks in front of "+strings.Trim(src.text[at[0]:at[1]], " \t;:")+" out"))
	}
	return found
}

var continued = regexp.MustCompile(`\n[ \t]`)

// lastLine is the line, unfolded, that a text ends in.
func lastLine(text string) string {
	text = continued.ReplaceAllString(text, "")
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// icsEscaper is the escaper of an action behind a piece of a line: before the
// colon that begins the value, quotes aside, stand parameters.
func icsEscaper(line string) string {
	quoted := false
	for _, s := range split(line) {
		if s.action {
			continue
		}
		for _, r := range s.text {
			switch {
			case r == '"':
				quoted = !quoted
			case r == ':' && !quoted && notText.MatchString(line):
				return icsPlain
			case r == ':' && !quoted:
				return icsValue
			}
		}
	}
	return icsParameter
}

// notText are properties whose values are addresses, places and rules, of which
// commas and semicolons are parts (RFC 5545, sections 3.3.3, 3.3.10 and 3.3.13;
// RFC 6350, section 4.2). A card's may stand in a group: item1.URL.
var notText = regexp.MustCompile(`^(?i:[a-z0-9-]+\.)?(?i:URL|ATTACH|TZURL|SOURCE|CONFERENCE|IMAGE|ORGANIZER|ATTENDEE|` +
	`RRULE|RDATE|EXDATE|GEO|IMPP|PHOTO|LOGO|FBURL|CALURI|CALADRURI)[;:]`)

var icsText = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// calendarValue is RFC 5545, section 3.3.11.
func calendarValue(v any) string {
	return strings.Map(noControl, icsText.Replace(printedText(v)))
}

// calendarPlain is one line, as it is.
func calendarPlain(v any) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, printedText(v)))
}

// calendarParameter keeps what a parameter may hold: there is no way to write a
// quote or the end of a line (RFC 5545, section 3.2). What stands outside of
// quotes can then not end it either.
func calendarParameter(v any) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '"':
			return '\''
		case '\r', '\n', ';', ':', ',':
			return ' '
		}
		return noControl(r)
	}, printedText(v))
}

func noControl(r rune) rune {
	if r != '\t' && unicode.IsControl(r) {
		return -1
	}
	return r
}

// foldLines ends lines by CRLF and folds those of more than 75 bytes, between
// characters (RFC 5545, section 3.1). Blank ones, as an {{if}} on a line of its
// own leaves them, are none of a calendar's and go.
func foldLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		line = strings.TrimSuffix(line, "\n")
		if strings.TrimSpace(line) == "" {
			continue
		}
		for room := 75; len(line) > room; room = 74 {
			at := room
			for at > 1 && !utf8.RuneStart(line[at]) {
				at--
			}
			b.WriteString(line[:at] + "\r\n ")
			line = line[at:]
		}
		b.WriteString(line + "\r\n")
	}
	return b.String()
}
