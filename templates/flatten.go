package templates

import (
	"reflect"
	"text/template/parse"
)

// flatten makes a flat template of a tree; of an HTML one, behind
// html/template's escaper; columns are those that it reads. ok is false where
// the tree has anything that is not known here for certain: the engine then
// fills all of it.
func flatten(t *parse.Tree, fns map[string]any) (l flat, columns []string, ok bool) {
	if t == nil || t.Root == nil {
		return nil, nil, false
	}
	w := flattener{fns: fns}
	l = w.list(t.Root)
	return l, w.columns, !w.unknown
}

type flattener struct {
	fns     map[string]any // as the engine has them
	columns []string
	unknown bool
}

// A value is what a pipeline gives. The zero value is none.
type value struct {
	kind  kind
	text  func(*filling) string // of prose, link and markup
	truth func(*filling) bool   // of boolean and either
}

type texts []func(*filling) string

// all are the texts as a variadic function takes them.
func (t texts) all(f *filling) []any {
	out := make([]any, len(t))
	for i, text := range t {
		out[i] = text(f)
	}
	return out
}

type kind int

const (
	prose  kind = iota + 1 // a string
	link                   // a template.URL
	markup                 // a template.HTML
	boolean
	either // a string or a bool: to be asked whether it is empty or false
)

func say(text func(*filling) string) value { return value{kind: prose, text: text} }

func decide(truth func(*filling) bool) value { return value{kind: boolean, truth: truth} }

func (w *flattener) list(l *parse.ListNode) flat {
	var out flat
	if l == nil {
		return nil
	}
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			out = out.add(piece{text: string(n.Text)})
		case *parse.ActionNode:
			out = out.add(w.action(n.Pipe))
		case *parse.IfNode:
			out = append(out, piece{test: w.truth(w.pipe(n.Pipe)), yes: w.list(n.List), no: w.list(n.ElseList)})
		default:
			w.unknown = true
		}
	}
	return out
}

// lost gives up.
func (w *flattener) lost() value {
	w.unknown = true
	return say(func(*filling) string { return "" })
}

// action parts a pipeline into what is printed and the escapers behind it.
func (w *flattener) action(p *parse.PipeNode) piece {
	n := len(p.Cmds)
	for n > 0 && isEscaper(p.Cmds[n-1]) {
		n--
	}
	if len(p.Decl) > 0 {
		w.lost()
	}
	v := w.commands(p.Cmds[:n])
	return piece{value: w.shown(v), escape: w.escapers(v.kind, p.Cmds[n:])}
}

// escapers are those of a pipeline. Markup passes html/template's for text as
// it is, and a link passes its filter; all others take them for prose, but
// for two.
func (w *flattener) escapers(k kind, cmds []*parse.CommandNode) []func(string) string {
	if len(cmds) == 0 {
		return nil
	}
	first := escaperName(cmds[0])
	switch {
	case k == markup && (first != textEscaper || len(cmds) > 1), k == link && first == queryEscaper:
		w.unknown = true
	case k == markup, k == link && first == linkFilter:
		cmds = cmds[1:]
	}
	var out []func(string) string
	for _, c := range cmds {
		out = append(out, escapers[escaperName(c)])
	}
	return out
}

// truth is what an if asks of a value.
func (w *flattener) truth(v value) func(*filling) bool {
	switch v.kind {
	case boolean, either:
		return v.truth
	case prose:
		return func(f *filling) bool { return v.text(f) != "" }
	}
	w.unknown = true
	return nil
}

func escaperName(c *parse.CommandNode) string {
	if id, ok := c.Args[0].(*parse.IdentifierNode); ok && len(c.Args) == 1 {
		return id.Ident
	}
	return ""
}

func isEscaper(c *parse.CommandNode) bool { return escapers[escaperName(c)] != nil }

func (w *flattener) pipe(p *parse.PipeNode) value {
	if len(p.Decl) > 0 {
		return w.lost()
	}
	return w.commands(p.Cmds)
}

func (w *flattener) commands(cmds []*parse.CommandNode) value {
	var v value
	for _, c := range cmds {
		v = w.command(c, v)
	}
	if v.kind == 0 {
		return w.lost()
	}
	return v
}

// command is one part of a pipeline; last is what the part before it gave.
func (w *flattener) command(c *parse.CommandNode, last value) value {
	if id, ok := c.Args[0].(*parse.IdentifierNode); ok {
		return w.call(id.Ident, c.Args[1:], last)
	}
	if len(c.Args) > 1 || last.kind != 0 {
		return w.lost()
	}
	return w.arg(c.Args[0])
}

// arg is a value that is no call.
func (w *flattener) arg(n parse.Node) value {
	switch n := n.(type) {
	case *parse.FieldNode:
		if len(n.Ident) == 1 {
			return w.column(n.Ident[0])
		}
	case *parse.VariableNode:
		if len(n.Ident) == 2 && isRow(n) {
			return w.column(n.Ident[1])
		}
	case *parse.StringNode:
		return say(func(*filling) string { return n.Text })
	case *parse.PipeNode:
		return w.pipe(n)
	}
	return w.lost()
}

// isRow says that a node is the row, or of it: nothing here changes the dot.
func isRow(n parse.Node) bool {
	v, ok := n.(*parse.VariableNode)
	return n.Type() == parse.NodeDot || ok && v.Ident[0] == "$"
}

// column is {{.name}}. `rows` and a record's methods are no columns.
func (w *flattener) column(name string) value {
	if _, method := reflect.TypeFor[record]().MethodByName(name); method || name == "rows" {
		return w.lost()
	}
	w.columns = append(w.columns, name)
	return say(func(f *filling) string { return f.column(name) })
}
