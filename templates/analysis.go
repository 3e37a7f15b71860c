package templates

import (
	"slices"
	"strings"
	"text/template/parse"
)

// A use is a place where a template names a column.
type use struct {
	name  string // as ColumnName gives it; the header where exact
	exact bool   // {{field "First Name"}}
	at    int    // byte offset
}

// A fault is something wrong in the tree itself.
type fault struct {
	at            int
	message, hint string
}

// An analysis is what a template's parse tree tells without rendering.
type analysis struct {
	uses   []use
	faults []fault
	rows   bool  // .rows is used
	codes  []int // where a code is drawn

	trees   map[string]*parse.Tree
	visited map[string]bool // definitions seen with a row as their dot
	records map[string]bool // variables that hold a row: $, $row
	known   func(string) bool
}

// analyse walks all trees, name first. Definitions that no row is handed to
// are only looked through for functions.
func analyse(name string, trees map[string]*parse.Tree, known func(string) bool) *analysis {
	a := &analysis{trees: trees, visited: map[string]bool{}, known: known}
	a.tree(name, true)
	names := make([]string, 0, len(trees))
	for n := range trees {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		if !a.visited[n] {
			a.tree(n, false)
		}
	}
	return a
}

func (a *analysis) tree(name string, record bool) {
	t := a.trees[name]
	if t == nil || t.Root == nil || a.visited[name] {
		return
	}
	a.visited[name] = true
	outer := a.records
	a.records = map[string]bool{"$": record}
	a.list(t.Root, record)
	a.records = outer
}

// list walks a list; row says that the dot is a row.
func (a *analysis) list(l *parse.ListNode, row bool) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		a.node(n, row)
	}
}

func (a *analysis) node(n parse.Node, row bool) {
	switch n := n.(type) {
	case *parse.ActionNode:
		a.pipe(n.Pipe, row)
	case *parse.IfNode:
		a.pipe(n.Pipe, row)
		a.list(n.List, row)
		a.list(n.ElseList, row)
	case *parse.WithNode:
		a.pipe(n.Pipe, row)
		a.list(n.List, a.isRecord(n.Pipe, row))
		a.list(n.ElseList, row)
	case *parse.RangeNode:
		a.rangeNode(n, row)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			a.pipe(n.Pipe, row)
		}
		if a.trees[n.Name] == nil {
			a.faults = append(a.faults, fault{int(n.Position()), "there is no template " + quoted(n.Name), "define it with {{define " + quoted(n.Name) + "}}...{{end}}"})
		} else if n.Pipe != nil && a.isRecord(n.Pipe, row) {
			a.tree(n.Name, true)
		}
	}
}

func (a *analysis) rangeNode(n *parse.RangeNode, row bool) {
	a.pipe(n.Pipe, row)
	rows := a.isRows(n.Pipe, row)
	if decl := n.Pipe.Decl; rows && len(decl) > 0 {
		a.records[decl[len(decl)-1].Ident[0]] = true
	}
	a.list(n.List, rows)
	a.list(n.ElseList, row)
}

func (a *analysis) pipe(p *parse.PipeNode, row bool) {
	for _, c := range p.Cmds {
		a.command(c, row)
	}
	if len(p.Decl) == 1 && a.isRecord(p, row) {
		a.records[p.Decl[0].Ident[0]] = true
	}
}

func (a *analysis) command(c *parse.CommandNode, row bool) {
	for i, arg := range c.Args {
		if _, name := arg.(*parse.IdentifierNode); name && i > 0 && c.Args[0].Type() == parse.NodeField {
			continue // see spaced
		}
		a.arg(arg, row)
	}
	id, ok := c.Args[0].(*parse.IdentifierNode)
	if !ok {
		a.spaced(c)
		return
	}
	switch id.Ident {
	case "field":
		if s := text(c, 1); s != nil {
			a.uses = append(a.uses, use{s.Text, true, int(s.Position())})
		}
	case "pluck":
		if s := text(c, 1); s != nil {
			a.uses = append(a.uses, use{ColumnName(s.Text), false, int(s.Position())})
		}
	case "index":
		if s := text(c, 2); s != nil && a.argIsRecord(c.Args[1], row) {
			a.column(s.Text, int(s.Position()))
		}
	case "qr", "barcode":
		a.codes = append(a.codes, int(id.Position()))
	case "mso":
		if s := text(c, 1); s == nil || len(c.Args) != 2 || strings.Contains(s.Text, "--") {
			a.faults = append(a.faults, fault{int(id.Position()), "mso takes one literal text, without --", `write {{mso "<br>"}}; for a cell, write <!--[if mso]>{{.name}}<![endif]-->`})
		}
	}
}

// spaced finds {{.first name}}: a column's name written with blanks.
func (a *analysis) spaced(c *parse.CommandNode) {
	field, ok := c.Args[0].(*parse.FieldNode)
	if !ok || len(c.Args) < 2 {
		return
	}
	a.faults = append(a.faults, fault{
		int(field.Position()), "a column's name has no blank: {{" + c.String() + "}}",
		"write {{." + ColumnName(c.String()) + "}}",
	})
}

// text is the command's n-th argument where it is a literal text.
func text(c *parse.CommandNode, n int) *parse.StringNode {
	if n < len(c.Args) {
		if s, ok := c.Args[n].(*parse.StringNode); ok {
			return s
		}
	}
	return nil
}

func (a *analysis) column(name string, at int) {
	if name == "rows" {
		a.rows = true
		return
	}
	a.uses = append(a.uses, use{name, false, at})
}

func (a *analysis) arg(n parse.Node, row bool) {
	switch n := n.(type) {
	case *parse.FieldNode:
		if row {
			a.column(n.Ident[0], int(n.Position()))
		}
	case *parse.VariableNode:
		if len(n.Ident) > 1 && a.records[n.Ident[0]] {
			a.column(n.Ident[1], int(n.Position()))
		}
	case *parse.ChainNode:
		a.arg(n.Node, row)
		if a.argIsRecord(n.Node, row) {
			a.column(n.Field[0], int(n.Position()))
		}
	case *parse.PipeNode:
		a.pipe(n, row)
	case *parse.IdentifierNode:
		if !a.known(n.Ident) {
			a.faults = append(a.faults, unknownFunction(n))
		}
	}
}

func (a *analysis) isRecord(p *parse.PipeNode, row bool) bool {
	if p == nil || len(p.Cmds) != 1 {
		return false
	}
	c := p.Cmds[0]
	if len(c.Args) == 1 {
		return a.argIsRecord(c.Args[0], row)
	}
	id, ok := c.Args[0].(*parse.IdentifierNode)
	return ok && id.Ident == "index" && len(c.Args) == 3 && a.argIsRows(c.Args[1], row)
}

func (a *analysis) argIsRecord(n parse.Node, row bool) bool {
	switch n := n.(type) {
	case *parse.DotNode:
		return row
	case *parse.VariableNode:
		return len(n.Ident) == 1 && a.records[n.Ident[0]]
	case *parse.PipeNode:
		return a.isRecord(n, row)
	}
	return false
}

func (a *analysis) isRows(p *parse.PipeNode, row bool) bool {
	return len(p.Cmds) == 1 && len(p.Cmds[0].Args) == 1 && a.argIsRows(p.Cmds[0].Args[0], row)
}

func (a *analysis) argIsRows(n parse.Node, row bool) bool {
	switch n := n.(type) {
	case *parse.FieldNode:
		return row && len(n.Ident) == 1 && n.Ident[0] == "rows"
	case *parse.VariableNode:
		return len(n.Ident) == 2 && n.Ident[1] == "rows" && a.records[n.Ident[0]]
	}
	return false
}
