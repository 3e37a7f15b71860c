package templates

import "bytes"

// A flat template is a list of pieces, filled without reflection. It is made
// of the same tree that the engine executes (see flatten), prints what that
// prints, and leaves every error to it.
type flat []piece

// A piece is a text as it is, a value and what escapes it, or an if.
type piece struct {
	text    string
	value   func(*filling) string
	escape  []func(string) string
	test    func(*filling) bool
	yes, no flat
}

// plain says that a piece is the same for all rows.
func (p *piece) plain() bool { return p.value == nil && p.test == nil }

// fill prints the pieces; false says that the engine must do it over.
func (l flat) fill(out *bytes.Buffer, f *filling) bool {
	for i := range l {
		p := &l[i]
		if p.test != nil {
			branch := p.no
			if p.test(f) {
				branch = p.yes
			}
			if f.failed || !branch.fill(out, f) {
				return false
			}
			continue
		}
		s := p.text
		if p.value != nil {
			s = p.value(f)
			for _, escape := range p.escape {
				s = escape(s)
			}
		}
		if f.failed || out.Len()+len(s) > maxOutput {
			return false
		}
		out.WriteString(s)
	}
	return true
}

// try is fill, and takes a panic for an error as the engines do.
func (l flat) try(out *bytes.Buffer, f *filling) (done bool) {
	defer func() {
		if recover() != nil {
			done = false
		}
	}()
	return l.fill(out, f)
}

// add joins texts that follow each other.
func (l flat) add(p piece) flat {
	if n := len(l) - 1; n >= 0 && p.plain() && l[n].plain() {
		l[n].text += p.text
		return l
	}
	return append(l, p)
}
