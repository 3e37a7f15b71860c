package templates

import (
	"html/template"
	"text/template/parse"
)

// function calls the very function that the engine would, where it takes
// texts and gives a text, a link, markup or a truth.
func (w *flattener) function(fn any, args []parse.Node, last value) value {
	switch do := fn.(type) {
	case func(int) template.HTML:
		if n, args := w.number(args); len(args) == 0 && last.kind == 0 {
			return value{kind: markup, text: func(*filling) string { return string(do(n)) }}
		}
	case func(int, any) (string, error):
		n, args := w.number(args)
		if a := w.texts(args, last); len(a) == 1 {
			return say(func(f *filling) string { return f.result(do(n, a[0](f))) })
		}
	case func(string, ...any) (string, error):
		if a := w.texts(args, last); len(a) > 0 {
			return say(func(f *filling) string { return f.result(do(a[0](f), a[1:].all(f)...)) })
		}
	case func(...any) (string, error):
		a := w.texts(args, last)
		return say(func(f *filling) string { return f.result(do(a.all(f)...)) })
	case func(...any) any:
		a := w.texts(args, last)
		return say(func(f *filling) string { return f.string(do(a.all(f)...)) })
	case func(any, ...any) any:
		if a := w.texts(args, last); len(a) > 0 {
			return say(func(f *filling) string { return f.string(do(a[0](f), a[1:].all(f)...)) })
		}
	case func(...any) bool:
		a := w.texts(args, last)
		return decide(func(f *filling) bool { return do(a.all(f)...) })
	default:
		return w.fixed(fn, w.texts(args, last))
	}
	return w.lost()
}

// fixed calls a function that takes so many texts and nothing else.
func (w *flattener) fixed(fn any, a texts) value {
	switch do := fn.(type) {
	case func(any) string:
		if len(a) == 1 {
			return say(func(f *filling) string { return do(a[0](f)) })
		}
	case func(string) string:
		if len(a) == 1 {
			return say(func(f *filling) string { return do(a[0](f)) })
		}
	case func(string) template.HTML:
		if len(a) == 1 {
			return value{kind: markup, text: func(f *filling) string { return string(do(a[0](f))) }}
		}
	case func(any) template.URL:
		if len(a) == 1 {
			return value{kind: link, text: func(f *filling) string { return string(do(a[0](f))) }}
		}
	case func(any) bool:
		if len(a) == 1 {
			return decide(func(f *filling) bool { return do(a[0](f)) })
		}
	case func(any) (template.URL, error):
		if len(a) == 1 {
			return value{kind: link, text: func(f *filling) string { return f.address(do(a[0](f))) }}
		}
	default:
		return w.several(fn, a)
	}
	return w.lost()
}

func (w *flattener) several(fn any, a texts) value {
	switch do := fn.(type) {
	case func(string, string) string:
		if len(a) == 2 {
			return say(func(f *filling) string { return do(a[0](f), a[1](f)) })
		}
	case func(string, any) (string, error):
		if len(a) == 2 {
			return say(func(f *filling) string { return f.result(do(a[0](f), a[1](f))) })
		}
	case func(string, any) (template.URL, error):
		if len(a) == 2 {
			return value{kind: link, text: func(f *filling) string { return f.address(do(a[0](f), a[1](f))) }}
		}
	case func(string, string, any) (string, error):
		if len(a) == 3 {
			return say(func(f *filling) string { return f.result(do(a[0](f), a[1](f), a[2](f))) })
		}
	case func(string, string) bool:
		if len(a) == 2 {
			return decide(func(f *filling) bool { return do(a[0](f), a[1](f)) })
		}
	case func(any, any) bool:
		if len(a) == 2 {
			return decide(func(f *filling) bool { return do(a[0](f), a[1](f)) })
		}
	}
	return w.lost()
}

// number takes the first argument, which must be a whole number.
func (w *flattener) number(args []parse.Node) (n int, rest []parse.Node) {
	if len(args) == 0 {
		w.unknown = true
		return 0, nil
	}
	number, ok := args[0].(*parse.NumberNode)
	if !ok || !number.IsInt || int64(int(number.Int64)) != number.Int64 {
		w.unknown = true
		return 0, nil
	}
	return int(number.Int64), args[1:]
}

// result is what a function gave.
func (f *filling) result(s string, err error) string {
	if err != nil {
		f.failed = true
	}
	return s
}

// address is a link that a function gave.
func (f *filling) address(link template.URL, err error) string { return f.result(string(link), err) }

// string is a result that can be anything, and is text of texts.
func (f *filling) string(v any) string {
	s, ok := v.(string)
	if !ok {
		f.failed = true
	}
	return s
}
