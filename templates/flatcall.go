package templates

import (
	"strings"
	"text/template/parse"
)

// call is a function with its arguments; last is one more, from the pipe.
func (w *flattener) call(name string, args []parse.Node, last value) value {
	if last.kind == 0 {
		switch name {
		case printedFunc:
			return w.printed(args)
		case fieldFunc:
			return w.field(args)
		case "_m":
			return w.mark(args)
		case plainFunc, hrefFunc, queryFunc:
			return w.derived(name, args)
		}
	}
	return w.lost()
}

// printed tells the recorder as the function of the same name does.
func (w *flattener) printed(args []parse.Node) value {
	n, base, v := args[0].(*parse.NumberNode), args[1], w.arg(args[2])
	if !isRow(base) || v.kind != prose {
		return w.lost()
	}
	return value{kind: prose, text: func(f *filling) string {
		s := v.text(f)
		if strings.TrimSpace(s) == "" {
			f.sawEmpty(int(n.Int64))
		}
		return s
	}}
}

// field is {{field "First Name"}}.
func (w *flattener) field(args []parse.Node) value {
	if len(args) != 3 || !isRow(args[0]) {
		return w.lost()
	}
	header, ok := args[2].(*parse.StringNode)
	if !ok {
		return w.lost()
	}
	return value{kind: prose, text: func(f *filling) string { return f.header(header.Text) }}
}

// mark is one end of a conditional comment.
func (w *flattener) mark(args []parse.Node) value {
	n, ok := args[0].(*parse.NumberNode)
	if !ok || len(args) != 1 || n.Int64 < 0 || n.Int64 >= int64(len(w.marks)) {
		return w.lost()
	}
	return value{kind: markup, html: w.marks[n.Int64].text}
}

// derived are the functions of a text that is made of the HTML.
func (w *flattener) derived(name string, args []parse.Node) value {
	v := w.arg(args[0])
	if len(args) != 1 || v.kind != prose {
		return w.lost()
	}
	do := map[string]func(any) string{plainFunc: plainCell, hrefFunc: plainLink, queryFunc: plainQuery}[name]
	return value{kind: prose, text: func(f *filling) string { return do(v.text(f)) }}
}
