package mailer

import (
	"bytes"
	"slices"
	"strings"
)

// A headerField is one line of a header, before it is folded.
type headerField struct{ name, value string }

// maxFolded is how long a folded line is at most, in characters, words alone
// that are longer aside.
const maxFolded = 72

// set adds a field. Whatever made its value, it cannot begin another field.
func (d *draft) set(name, value string) {
	d.fields = append(d.fields, d.field(name, value))
}

func (d *draft) field(name, value string) headerField {
	if strings.ContainsAny(value, "\r\n") {
		d.refuse("header %s holds a line break", name)
	}
	return headerField{name, value}
}

// header writes all fields: by name, those of addresses last.
func (d *draft) header(b []byte) []byte {
	slices.SortFunc(d.fields, func(a, b headerField) int { return strings.Compare(a.name, b.name) })
	for _, f := range d.fields {
		b = appendField(b, f)
	}
	for _, f := range d.mailboxes {
		b = appendField(b, f)
	}
	return b
}

// appendField writes a field, folded at blanks (RFC 5322, section 2.2.3), but
// not before a further blank: no line may be all blanks (section 3.2.2).
func appendField(b []byte, f headerField) []byte {
	b = append(append(b, f.name...), ": "...)
	room := maxFolded - len(f.name) - len(": ")
	for more := true; more; {
		var word string
		word, f.value, more = strings.Cut(f.value, " ")
		if len(word) > room && word != "" {
			b = append(bytes.TrimSuffix(b, []byte(" ")), "\r\n "...)
			room = maxFolded - len(" ")
		}
		b = append(b, word...)
		room -= len(word)
		if more {
			b = append(b, ' ')
			room--
		}
	}
	return append(b, "\r\n"...)
}
