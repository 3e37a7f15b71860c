package templates

import "strings"

// Where in an HTML document something stands.
type where int

const (
	inText    where = iota
	inComment       // <!-- ... -->
	inTag           // between the name of a tag and its >, but not in a value
	inValue         // in an attribute's value
	inRaw           // in style, script, title or textarea
)

// A place is the state of a reader of HTML (WHATWG HTML, section 13.2.5, as
// far as letters need it).
type place struct {
	where
	tag    string // lower case; in inTag, inValue and inRaw
	attr   string // lower case; in inValue
	prefix string // what the value holds so far
	quote  byte   // of the value; 0 without quotes
	closes bool   // the tag is an end tag
	name   string // the attribute's name, while it is read
	equals bool   // an = was read after name
}

// A span is a stretch of the source, end excluded.
type span struct{ start, end int }

// scan walks through the segments of an HTML source: the place of each
// action (by the segment's index), and all comments, <![...]> too.
func scan(segs []segment) (places map[int]place, comments []span) {
	places = map[int]place{}
	var p place
	var from int
	for i, s := range segs {
		if s.action {
			p.beginValue()
			places[i] = p
			if p.where == inValue {
				p.prefix += s.text
			}
			continue
		}
		for at := 0; at < len(s.text); {
			was := p.where
			if n := p.step(s.text[at:]); n > 0 {
				at += n
			} else {
				at++
			}
			switch {
			case was != inComment && p.where == inComment:
				from = s.pos + at - len(commentOpen(s.text[:at]))
			case was == inComment && p.where != inComment:
				comments = append(comments, span{from, s.pos + at})
			}
		}
	}
	return places, comments
}

// commentOpen is the mark that opens a comment at the end of the text.
func commentOpen(read string) string {
	if strings.HasSuffix(read, "<!--") {
		return "<!--"
	}
	return "<!["
}

// step reads the next piece of text and says how many bytes it has.
func (p *place) step(s string) int {
	switch p.where {
	case inComment:
		return p.stepComment(s)
	case inRaw:
		return p.stepRaw(s)
	case inTag:
		return p.stepTag(s)
	case inValue:
		return p.stepValue(s)
	}
	return p.stepText(s)
}

func (p *place) stepText(s string) int {
	i := strings.IndexByte(s, '<')
	switch {
	case i < 0:
		return len(s)
	case i > 0:
		return i
	case strings.HasPrefix(s, "<!--"):
		*p = place{where: inComment, tag: "-->"}
		return 4
	case strings.HasPrefix(s, "<!["):
		*p = place{where: inComment, tag: ">"}
		return 3
	}
	closes := strings.HasPrefix(s, "</")
	from := 1
	if closes {
		from = 2
	}
	n := from
	for n < len(s) && isName(s[n]) {
		n++
	}
	if n == from || !isLetter(s[from]) {
		return 1
	}
	*p = place{where: inTag, tag: strings.ToLower(s[from:n]), closes: closes}
	return n
}

func (p *place) stepComment(s string) int {
	if i := strings.Index(s, p.tag); i >= 0 {
		n := i + len(p.tag)
		*p = place{}
		return n
	}
	return len(s)
}

func (p *place) stepRaw(s string) int {
	for at := 0; ; {
		i := strings.Index(s[at:], "</")
		if i < 0 {
			return len(s)
		}
		at += i
		end := at + 2 + len(p.tag)
		if end <= len(s) && strings.EqualFold(s[at+2:end], p.tag) {
			*p = place{where: inTag, tag: p.tag, closes: true}
			return end
		}
		at += 2
	}
}

func (p *place) stepTag(s string) int {
	c := s[0]
	switch {
	case c == '>':
		p.leaveTag()
	case isSpace(c) || c == '/':
		if !p.equals && c == '/' {
			p.name = ""
		}
	case c == '=':
		p.equals = p.name != ""
	case p.equals:
		p.where, p.attr, p.prefix, p.quote = inValue, p.name, "", 0
		p.name, p.equals = "", false
		if c == '"' || c == '\'' {
			p.quote = c
			return 1
		}
		return p.stepValue(s)
	default:
		n := strings.IndexAny(s, " \t\r\n/>=")
		if n < 0 {
			n = len(s)
		}
		p.name = strings.ToLower(s[:n])
		return n
	}
	return 1
}

func (p *place) stepValue(s string) int {
	end := strings.IndexByte(s, p.quote)
	if p.quote == 0 {
		end = strings.IndexAny(s, " \t\r\n>")
	}
	if end < 0 {
		p.prefix += s
		return len(s)
	}
	n := end
	if p.quote != 0 {
		n++
	}
	*p = place{where: inTag, tag: p.tag, closes: p.closes}
	if n == 0 {
		return p.stepTag(s)
	}
	return n
}

// beginValue notes that an action follows an = and so begins a value without
// quotes.
func (p *place) beginValue() {
	if p.where == inTag && p.equals {
		*p = place{where: inValue, tag: p.tag, attr: p.name, closes: p.closes}
	}
}

// leaveTag is where a > leads.
func (p *place) leaveTag() {
	tag := p.tag
	raw := !p.closes && (tag == "style" || tag == "script" || tag == "title" || tag == "textarea")
	*p = place{}
	if raw {
		*p = place{where: inRaw, tag: tag}
	}
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isName(c byte) bool {
	return isLetter(c) || c >= '0' && c <= '9' || c == ':' || c == '-' || c == '_'
}
