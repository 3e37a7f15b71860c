package templates

import (
	"cmp"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"maps"
	"slices"
	"strings"
	texttemplate "text/template"
	"text/template/parse"

	"tebar/campaign"
)

// missing makes a column that is not there an error.
const missing = "missingkey=error"

// grow parses a text and rewrites its trees.
func grow(name, text string, watch bool) (map[string]*parse.Tree, []watched, error) {
	trees, err := parseTrees(name, text)
	if err != nil {
		return nil, nil, err
	}
	w := rewriter{watch: watch}
	for _, n := range slices.Sorted(maps.Keys(trees)) {
		if trees[n].Root != nil {
			w.tree(trees[n])
		}
	}
	return trees, w.watchs, nil
}

func compileText(l *language, name, text string, watch bool) (*body, []watched, error) {
	trees, watchs, err := grow(name, text, watch)
	if err != nil {
		return nil, nil, err
	}
	fns := textFunctions(l)
	t := texttemplate.New(name).Option(missing).Funcs(fns)
	for n, tree := range trees {
		if _, err := t.AddParseTree(n, tree); err != nil {
			return nil, nil, err
		}
	}
	t = t.Lookup(name)
	return newBody(t, t.Tree, fns), watchs, nil
}

// compileHTML also runs the escaper, which html/template does at first use.
func compileHTML(l *language, name, text string, marks []mark, watch bool) (*body, []watched, error) {
	trees, watchs, err := grow(name, text, watch)
	if err != nil {
		return nil, nil, err
	}
	fns := htmlFunctions(l, marks)
	t := htmltemplate.New(name).Option(missing).Funcs(fns)
	for n, tree := range trees {
		if _, err := t.AddParseTree(n, tree); err != nil {
			return nil, nil, err
		}
	}
	t = t.Lookup(name)
	var escape *htmltemplate.Error
	if err := t.Execute(stopped{}, record{}); errors.As(err, &escape) {
		return nil, nil, escape
	}
	return newBody(t, t.Tree, fns), watchs, nil
}

// stopped ends an execution at its first write, after the escaper's work.
type stopped struct{}

func (stopped) Write([]byte) (int, error) { return 0, io.EOF }

// A checked template is a source as it was written, ready to be checked
// against columns and rows.
type checked struct {
	src     *source
	uses    []use
	rows    bool
	body    *body
	html    bool // it is HTML
	file    bool // it is an attachment
	codes   bool // it draws some
	watched []watched
}

// check parses a source for checking. The text is the source's, masked or
// not; html says which engine fills it.
func check(src *source, text string, marks []mark, html bool) (*checked, campaign.Problems) {
	if found := src.readable(); len(found) > 0 {
		return nil, found
	}
	found := src.syntax(text)
	if len(found) > 0 {
		return nil, inOrder(append(found, lexicalFaults(src, text, marks)...))
	}
	trees, err := parseTrees(src.field, text)
	if err != nil {
		return nil, campaign.Problems{src.problem(campaign.Error, 0, err.Error(), "")}
	}
	a := analyse(src.field, trees, func(name string) bool { return offered(name) || name == "_m" && len(marks) > 0 })
	for _, f := range append(a.faults, torn(text, marks)...) {
		found = append(found, src.problem(campaign.Error, f.at, f.message, f.hint))
	}
	if found = append(found, misplaced(src, a.codes)...); html && len(found) == 0 {
		found = unpictured(src, text)
	}
	if len(found) > 0 {
		return nil, inOrder(found)
	}
	c := &checked{codes: len(a.codes) > 0, src: src, uses: a.uses, rows: a.rows, html: html}
	if html {
		c.body, c.watched, err = compileHTML(src.lang, src.field, text, marks, true)
	} else {
		c.body, c.watched, err = compileText(src.lang, src.field, text, true)
	}
	if err != nil {
		return nil, campaign.Problems{src.escapeProblem(err)}
	}
	return c, nil
}

// inOrder sorts the problems of one template by place.
func inOrder(found campaign.Problems) campaign.Problems {
	slices.SortStableFunc(found, func(a, b campaign.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return found
}

// lexicalFaults are the unknown functions of those actions that parse, when
// others do not: each action is looked at alone.
func lexicalFaults(src *source, text string, marks []mark) campaign.Problems {
	var found campaign.Problems
	for _, seg := range split(text) {
		if _, is := markOf(seg, marks); is || !seg.action || seg.kind() != prints {
			continue
		}
		trees, err := parseTrees(src.field, seg.text)
		if err != nil {
			continue
		}
		for _, f := range analyse(src.field, trees, offered).faults {
			found = append(found, src.problem(campaign.Error, seg.pos+f.at, f.message, f.hint))
		}
	}
	return found
}

// lastOpened is where the tag, style, script or comment begins that the text
// ends in.
func lastOpened(text string) int {
	var p place
	last := 0
	for at := 0; at < len(text); {
		was := p.where
		n := max(1, p.step(text[at:]))
		if was == inText && p.where != inText {
			last = at
		}
		at += n
	}
	return last
}

// unknownFunction is most often a column without its dot.
func unknownFunction(n *parse.IdentifierNode) fault {
	f := fault{at: int(n.Position()), message: fmt.Sprintf("there is no function %s", quoted(n.Ident))}
	f.hint = fmt.Sprintf("a column is written with a dot: {{.%s}}", n.Ident)
	if n.Ident == "unsubscribe" {
		f.hint = "write {{unsubscribe}} by itself, in a body of the letter"
	} else if near := nearest(n.Ident, append(offeredNames(), "unsubscribe"), 1); near != "" {
		f.hint = fmt.Sprintf("did you mean %s? %s", near, f.hint)
	}
	return f
}

// escapeProblem puts html/template's refusal into words.
func (s *source) escapeProblem(err error) campaign.Problem {
	var e *htmltemplate.Error
	if !errors.As(err, &e) {
		return s.problem(campaign.Error, 0, err.Error(), "")
	}
	hint, message := "write the HTML around the action in full", e.Description
	switch e.ErrorCode {
	case htmltemplate.ErrEndContext:
		message = "the HTML ends within a tag, an attribute, a style, a script or a comment"
		hint = "close what is opened last: look for a missing >, \" or -->"
	case htmltemplate.ErrBranchEnd, htmltemplate.ErrRangeLoopReentry:
		hint = "each branch of an if must end in the same place of the HTML: close tags and quotes in the branch that opens them"
	case htmltemplate.ErrAmbigContext:
		hint = "an attribute or script cannot be cut in two by an if"
	case htmltemplate.ErrPredefinedEscaper:
		hint = "take html or urlquery out: cells are escaped by themselves"
	}
	message, _, _ = strings.Cut(message, ": {") // html/template's own state
	at := 0
	switch {
	case e.ErrorCode == htmltemplate.ErrEndContext:
		at = lastOpened(s.text)
	case e.Node != nil:
		at = int(e.Node.Position())
	case e.Line > 0:
		at = s.offset(e.Line, 0)
	}
	return s.problem(campaign.Error, at, message, hint)
}
