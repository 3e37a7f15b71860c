package templates

import (
	"strconv"
	"text/template/parse"
)

// Names of functions that no user's template may call: trees are rewritten to
// use them.
const (
	fieldFunc   = "_field"   // _field . $ "First Name"
	printedFunc = "_printed" // _printed N . (pipeline): what an action prints, seen by a check
	testedFunc  = "_tested"  // _tested N . .paid: what a plain if looks at, seen by a check
)

// A rewriter changes a parsed tree in place. Every range body and every
// template begins with an empty text, so that each round of a loop reaches
// the writer, which ends it when time is up. `field` gets the dot and $. With
// watch set, what is printed and tested passes through functions that tell
// the row's recorder.
type rewriter struct {
	watch  bool
	watchs []watched
}

// A watched action is one that a check looks at.
type watched struct {
	at      int
	action  string // as the parser prints it: {{.name | upper}}
	columns []use
}

func (w *rewriter) tree(t *parse.Tree) {
	w.list(t.Root)
	tick(t.Root)
}

// tick puts a write of nothing in front.
func tick(l *parse.ListNode) {
	if l != nil {
		l.Nodes = append([]parse.Node{&parse.TextNode{NodeType: parse.NodeText, Pos: l.Pos}}, l.Nodes...)
	}
}

func (w *rewriter) list(l *parse.ListNode) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			w.action(n)
		case *parse.IfNode:
			w.branch(&n.BranchNode)
		case *parse.WithNode:
			w.branch(&n.BranchNode)
		case *parse.RangeNode:
			w.pipe(n.Pipe)
			w.list(n.List)
			w.list(n.ElseList)
			tick(n.List)
		case *parse.TemplateNode:
			if n.Pipe != nil {
				w.pipe(n.Pipe)
			}
		}
	}
}

// action watches what an action prints, unless it has a default of its own.
func (w *rewriter) action(n *parse.ActionNode) {
	c := collect(n.Pipe)
	before := n.String()
	w.pipe(n.Pipe)
	if !w.watch || len(n.Pipe.Decl) > 0 || len(c.uses) == 0 || c.guarded {
		return
	}
	old := *n.Pipe
	n.Pipe.Cmds = []*parse.CommandNode{w.call(printedFunc, watched{int(n.Position()), before, c.uses}, c.base, &old)}
}

func (w *rewriter) branch(b *parse.BranchNode) {
	w.pipe(b.Pipe)
	if w.watch && len(b.Pipe.Decl) == 0 {
		w.condition(b.Pipe)
	}
	w.list(b.List)
	w.list(b.ElseList)
}

// condition watches the columns that an if looks at as they are: {{if .paid}},
// {{if not .paid}}, {{if and .paid .came}}.
func (w *rewriter) condition(p *parse.PipeNode) {
	if len(p.Cmds) != 1 {
		return
	}
	c := p.Cmds[0]
	if len(c.Args) == 1 {
		if call := w.tested(c.Args[0]); call != nil {
			p.Cmds[0] = call
		}
		return
	}
	if id, ok := c.Args[0].(*parse.IdentifierNode); !ok || id.Ident != "not" && id.Ident != "and" && id.Ident != "or" {
		return
	}
	for i, arg := range c.Args[1:] {
		if inner, ok := arg.(*parse.PipeNode); ok {
			w.condition(inner)
		} else if call := w.tested(arg); call != nil {
			c.Args[i+1] = &parse.PipeNode{NodeType: parse.NodePipe, Pos: arg.Position(), Cmds: []*parse.CommandNode{call}}
		}
	}
}

func (w *rewriter) tested(n parse.Node) *parse.CommandNode {
	var c collected
	c.arg(n)
	if len(c.uses) != 1 || n.Type() == parse.NodePipe {
		return nil
	}
	return w.call(testedFunc, watched{int(n.Position()), n.String(), c.uses}, c.base, n)
}

// call is the command FUNC N BASE VALUE.
func (w *rewriter) call(name string, what watched, base, value parse.Node) *parse.CommandNode {
	n := len(w.watchs)
	w.watchs = append(w.watchs, what)
	pos := value.Position()
	number := &parse.NumberNode{NodeType: parse.NodeNumber, Pos: pos, IsInt: true, Int64: int64(n), Text: strconv.Itoa(n)}
	return &parse.CommandNode{NodeType: parse.NodeCommand, Pos: pos, Args: []parse.Node{identifier(name, pos), number, base, value}}
}

func identifier(name string, pos parse.Pos) *parse.IdentifierNode {
	return parse.NewIdentifier(name).SetPos(pos)
}

func (w *rewriter) pipe(p *parse.PipeNode) {
	for _, c := range p.Cmds {
		for _, arg := range c.Args {
			if inner, ok := arg.(*parse.PipeNode); ok {
				w.pipe(inner)
			} else if chain, ok := arg.(*parse.ChainNode); ok {
				if inner, ok := chain.Node.(*parse.PipeNode); ok {
					w.pipe(inner)
				}
			}
		}
		if id, ok := c.Args[0].(*parse.IdentifierNode); ok && id.Ident == "field" {
			c.Args = append([]parse.Node{identifier(fieldFunc, id.Pos), dot(id.Pos), root(id.Pos)}, c.Args[1:]...)
		}
	}
}

func dot(pos parse.Pos) *parse.DotNode { return &parse.DotNode{NodeType: parse.NodeDot, Pos: pos} }

func root(pos parse.Pos) *parse.VariableNode {
	return &parse.VariableNode{NodeType: parse.NodeVariable, Pos: pos, Ident: []string{"$"}}
}

// collected is what a pipeline reads.
type collected struct {
	uses    []use
	base    parse.Node // the row that the first of them comes from: . or a variable
	guarded bool       // default and the like
}

func collect(p *parse.PipeNode) collected {
	var c collected
	c.pipe(p)
	return c
}

func (c *collected) pipe(p *parse.PipeNode) {
	for _, cmd := range p.Cmds {
		for _, arg := range cmd.Args {
			c.arg(arg)
		}
		id, ok := cmd.Args[0].(*parse.IdentifierNode)
		if !ok {
			continue
		}
		switch id.Ident {
		case "default", "coalesce", "ternary":
			c.guarded = true
		case "field":
			if s := text(cmd, 1); s != nil {
				c.add(use{s.Text, true, int(s.Position())}, dot(id.Pos))
			}
		case "pluck":
			if s := text(cmd, 1); s != nil {
				c.add(use{ColumnName(s.Text), false, int(s.Position())}, root(id.Pos))
			}
		}
	}
}

func (c *collected) arg(n parse.Node) {
	switch n := n.(type) {
	case *parse.FieldNode:
		c.add(use{n.Ident[0], false, int(n.Position())}, dot(n.Pos))
	case *parse.VariableNode:
		if len(n.Ident) > 1 {
			c.add(use{n.Ident[1], false, int(n.Position())}, &parse.VariableNode{NodeType: parse.NodeVariable, Pos: n.Pos, Ident: n.Ident[:1]})
		}
	case *parse.PipeNode:
		c.pipe(n)
	}
}

func (c *collected) add(u use, base parse.Node) {
	if u.name == "rows" {
		return
	}
	if c.base == nil {
		c.base = base
	}
	c.uses = append(c.uses, u)
}
