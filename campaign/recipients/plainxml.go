package recipients

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// errUnusual is XML that is not written as nearly every program writes a
// sheet. It need not be wrong: encoding/xml and excelize say what it is.
var errUnusual = errors.New("unusual XML")

// A plainXML reads XML without comments, CDATA, processing instructions and
// name spaces, several times as fast as encoding/xml. What it gives is valid
// until the next call.
type plainXML struct{ in *bufio.Reader }

// plainToken is the longest tag or text, in bytes: a cell of Excel has at most
// 32,767 characters.
const plainToken = 256 << 10

func newPlainXML(r io.Reader) *plainXML {
	return &plainXML{bufio.NewReaderSize(r, plainToken)}
}

// text gives what stands before the next tag.
func (x *plainXML) text() ([]byte, error) { return x.upTo('<') }

// tag gives what stands between < and >; text has been called before.
func (x *plainXML) tag() ([]byte, error) { return x.upTo('>') }

func (x *plainXML) upTo(mark byte) ([]byte, error) {
	b, err := x.in.ReadSlice(mark)
	switch {
	case err == bufio.ErrBufferFull || err == io.EOF:
		return nil, errUnusual
	case err != nil:
		return nil, err
	}
	return b[:len(b)-1], nil
}

// next gives the next tag, with nothing but blanks before it.
func (x *plainXML) next() ([]byte, error) {
	text, err := x.text()
	if err != nil {
		return nil, err
	}
	for _, b := range text {
		if b != ' ' && b != '\t' && b != '\n' && b != '\r' {
			return nil, errUnusual
		}
	}
	return x.tag()
}

// head reads up to and with the first tag of this name, and gives all of it.
func (x *plainXML) head(name string) (head []byte, err error) {
	for {
		text, err := x.text()
		if err != nil {
			return nil, err
		}
		head = append(append(head, text...), '<')
		tag, err := x.tag()
		if err != nil {
			return nil, err
		}
		head = append(append(head, tag...), '>')
		if len(head) > plainToken {
			return nil, errUnusual
		}
		if is, _ := named(tag, name); is {
			return head, nil
		}
	}
}

// named says whether a tag has this name, and gives its attributes.
func named(tag []byte, name string) (is bool, attributes []byte) {
	if len(tag) < len(name) || string(tag[:len(name)]) != name {
		return false, nil
	}
	rest := tag[len(name):]
	if len(rest) == 0 || rest[0] == ' ' || rest[0] == '/' {
		return true, rest
	}
	return false, nil
}

// frame checks what stands around the rows or the texts: head, closing tag and
// the rest of the file, which is read to its end. No element of it may have
// one of the names.
func (x *plainXML) frame(head []byte, closing string, names ...string) error {
	tail, err := io.ReadAll(io.LimitReader(x.in, plainToken+1))
	if err != nil {
		return err
	}
	if len(tail) > plainToken {
		return errUnusual
	}
	d := xml.NewDecoder(io.MultiReader(bytes.NewReader(head), strings.NewReader(closing), bytes.NewReader(tail)))
	depth := 0
	for {
		token, err := d.RawToken()
		if err == io.EOF && depth == 0 {
			return nil
		}
		if err != nil {
			return errUnusual
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth++
			for _, name := range names {
				if e.Name.Local == name {
					return errUnusual
				}
			}
		case xml.EndElement:
			depth--
		case xml.Directive, xml.Comment:
			return errUnusual
		}
	}
}

// attributes visits name="value" after name="value".
func attributes(b []byte, visit func(name, value []byte) error) error {
	for len(b) > 0 {
		if b[0] != ' ' {
			return errUnusual
		}
		if b = bytes.TrimLeft(b, " "); len(b) == 0 {
			return nil
		}
		eq := bytes.IndexByte(b, '=')
		if eq < 1 || eq+1 >= len(b) || b[eq+1] != '"' {
			return errUnusual
		}
		end := bytes.IndexByte(b[eq+2:], '"')
		if end < 0 || !plainName(b[:eq]) {
			return errUnusual
		}
		value := b[eq+2 : eq+2+end]
		for _, c := range value {
			if c < ' ' || c >= utf8.RuneSelf || c == '&' || c == '<' {
				return errUnusual
			}
		}
		if err := visit(b[:eq], value); err != nil {
			return err
		}
		b = b[eq+2+end+1:]
	}
	return nil
}

func plainName(b []byte) bool {
	for i, c := range b {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || !('0' <= c && c <= '9' || c == ':')) {
			return false
		}
	}
	return true
}

// decode appends a text, its references replaced (XML 1.0, sections 2.2, 2.11
// and 4.6).
func decode(out, text []byte) ([]byte, error) {
	special, high := false, false
	for _, c := range text {
		switch {
		case c == '&' || c == '\r' || c == ']':
			special = true
		case c >= utf8.RuneSelf:
			high = true
		case c < ' ' && c != '\t' && c != '\n':
			return nil, errUnusual
		}
	}
	if high && (!utf8.Valid(text) || bytes.Contains(text, []byte("\uFFFE")) || bytes.Contains(text, []byte("\uFFFF"))) {
		return nil, errUnusual
	}
	if !special {
		return append(out, text...), nil
	}
	if bytes.Contains(text, []byte("]]>")) {
		return nil, errUnusual
	}
	text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	for {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			return append(out, text...), nil
		}
		end := bytes.IndexByte(text[i:], ';')
		if end < 0 {
			return nil, errUnusual
		}
		r, err := reference(string(text[i+1 : i+end]))
		if err != nil {
			return nil, err
		}
		out = utf8.AppendRune(append(out, text[:i]...), r)
		text = text[i+end+1:]
	}
}

// reference is the character that &name; or &#number; stands for.
func reference(name string) (rune, error) {
	switch name {
	case "amp":
		return '&', nil
	case "lt":
		return '<', nil
	case "gt":
		return '>', nil
	case "quot":
		return '"', nil
	case "apos":
		return '\'', nil
	}
	base := 10
	digits, ok := strings.CutPrefix(name, "#")
	if hex, is := strings.CutPrefix(digits, "x"); is {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 21)
	r := rune(n)
	if !ok || err != nil || r < ' ' && r != '\t' && r != '\n' && r != '\r' ||
		r >= 0xD800 && r < 0xE000 || r == 0xFFFE || r == 0xFFFF || r > utf8.MaxRune {
		return 0, errUnusual
	}
	return r, nil
}
