package templates

import (
	"io"
	"text/template/parse"
)

// A body is a template of either kind, ready to be filled.
type body struct {
	engine executer
	flat   flat // nil where only the engine can fill it
}

// A template of either kind.
type executer interface {
	Execute(w io.Writer, data any) error
}

// newBody takes an engine's template and its tree; of an HTML one, behind
// html/template's escaper.
func newBody(engine executer, tree *parse.Tree, fns map[string]any) *body {
	b := &body{engine: engine}
	if l, columns, ok := flatten(tree, fns); ok && l.proven(engine, columns) {
		b.flat = l
	}
	return b
}

// fill gives what the template prints.
func (b *body) fill(f *filling) (string, error) {
	out := newSink(f.ctx)
	defer out.release()
	if err := b.print(out, f); err != nil {
		return "", err
	}
	return out.String(), nil
}

// print fills an empty sink.
func (b *body) print(out *sink, f *filling) error {
	f.forget()
	if b.flat != nil && f.ctx.Err() == nil && b.flat.try(&out.Buffer, f) {
		return nil
	}
	out.Reset()
	f.forget()
	f.limit()
	out.ctx = f.ctx
	return b.engine.Execute(out, f.record())
}
