package templates

import (
	"strconv"
	"strings"
	"text/template/parse"
)

// call is a function with its arguments; last is one more, from the pipe.
func (w *flattener) call(name string, args []parse.Node, last value) value {
	switch name {
	case printedFunc:
		return w.printed(args)
	case testedFunc:
		return w.tested(args)
	case fieldFunc:
		return w.field(args, last)
	case plainFunc, hrefFunc, queryFunc:
		return w.fixed(w.fns[name], texts{w.shown(w.arg(args[0]))})
	case "and", "or":
		return w.choice(name == "or", w.values(args, last), last.kind != 0)
	case "not":
		return w.not(w.values(args, last))
	case "eq", "ne":
		return w.equal(name == "eq", w.texts(args, last))
	}
	return w.function(w.fns[name], args, last)
}

// values are the arguments of a call.
func (w *flattener) values(args []parse.Node, last value) []value {
	all := make([]value, 0, len(args)+1)
	for _, a := range args {
		all = append(all, w.arg(a))
	}
	if last.kind != 0 {
		all = append(all, last)
	}
	return all
}

// texts are the arguments where all of them must be prose.
func (w *flattener) texts(args []parse.Node, last value) texts {
	var all texts
	for _, v := range w.values(args, last) {
		if v.kind != prose {
			w.unknown = true
		}
		all = append(all, v.text)
	}
	return all
}

// printed tells the recorder what the function of the same name tells it.
func (w *flattener) printed(args []parse.Node) value {
	n, base, v := args[0].(*parse.NumberNode), args[1], w.arg(args[2])
	if !isRow(base) || v.kind == markup || v.kind == either {
		return w.lost()
	}
	if v.kind == boolean {
		return v
	}
	return value{kind: v.kind, text: func(f *filling) string {
		s := v.text(f)
		if s == "" || v.kind == prose && strings.TrimSpace(s) == "" {
			f.sawEmpty(int(n.Int64))
		}
		return s
	}}
}

// tested does so for a plain if.
func (w *flattener) tested(args []parse.Node) value {
	n, base, v := args[0].(*parse.NumberNode), args[1], w.arg(args[2])
	if !isRow(base) || v.kind != prose {
		return w.lost()
	}
	return say(func(f *filling) string {
		s := v.text(f)
		if f.watch != nil && saysYesOrNo(s) {
			f.sawTested(int(n.Int64))
		}
		return s
	})
}

// shown is a value as it is printed.
func (w *flattener) shown(v value) func(*filling) string {
	switch v.kind {
	case boolean:
		return func(f *filling) string { return strconv.FormatBool(v.truth(f)) }
	case either:
		v = w.lost()
	}
	return v.text
}

// field is {{field "First Name"}}.
func (w *flattener) field(args []parse.Node, last value) value {
	if len(args) != 3 || last.kind != 0 || !isRow(args[0]) {
		return w.lost()
	}
	header, ok := args[2].(*parse.StringNode)
	if !ok {
		return w.lost()
	}
	w.columns = append(w.columns, header.Text)
	return say(func(f *filling) string { return f.header(header.Text) })
}

// choice is and, or: the first that decides, or the last. What comes behind
// the first is not looked at.
func (w *flattener) choice(or bool, all []value, piped bool) value {
	if len(all) == 0 || piped {
		return w.lost()
	}
	same := all[0].kind
	var truths []func(*filling) bool
	for _, v := range all {
		if truths = append(truths, w.truth(v)); v.kind != same {
			same = either
		}
	}
	if same == prose {
		return firstText(or, all)
	}
	return value{kind: same, truth: func(f *filling) bool {
		for _, truth := range truths {
			if truth(f) == or {
				return or
			}
		}
		return !or
	}}
}

// firstText is choice among texts.
func firstText(or bool, all []value) value {
	return say(func(f *filling) string {
		s := ""
		for _, v := range all {
			if s = v.text(f); (s != "") == or {
				break
			}
		}
		return s
	})
}

func (w *flattener) not(all []value) value {
	if len(all) != 1 {
		return w.lost()
	}
	truth := w.truth(all[0])
	return decide(func(f *filling) bool { return !truth(f) })
}

// equal is eq, whose first text may be any of the others, or ne.
func (w *flattener) equal(eq bool, all texts) value {
	if len(all) < 2 || !eq && len(all) > 2 {
		return w.lost()
	}
	return decide(func(f *filling) bool {
		found, first := false, all[0](f)
		for _, text := range all[1:] {
			found = text(f) == first || found
		}
		return found == eq
	})
}
