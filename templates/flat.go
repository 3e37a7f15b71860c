package templates

import "bytes"

// A flat template is a list of pieces, filled without reflection. It is made
// of the same tree that the engine executes (see flatten), prints what that
// prints, and leaves every error to it.
type flat []piece

// A piece is a text as it is, or a value and what escapes it.
type piece struct {
	text   string
	value  func(*filling) string
	escape []func(string) string
}

// fill prints the pieces; false says that the engine must do it over.
func (l flat) fill(out *bytes.Buffer, f *filling) bool {
	for i := range l {
		p := &l[i]
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

// add joins texts that follow each other.
func (l flat) add(p piece) flat {
	if p.value != nil {
		return append(l, p)
	}
	if n := len(l) - 1; n >= 0 && l[n].value == nil {
		l[n].text += p.text
		return l
	}
	return append(l, p)
}
