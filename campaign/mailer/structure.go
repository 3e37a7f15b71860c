package mailer

// A structure is the body of a message in the making: the multiparts that are
// open, the outermost first, and the bytes so far, header and all (RFC 2046,
// section 5.1).
type structure struct {
	bytes  []byte
	id     string // the message's, from which the boundaries are made
	opened int    // multiparts so far
	levels []level
}

// A level is one multipart that is open.
type level struct {
	boundary string
	parts    bool // it has some
}

// part begins a part: all that follows, up to the next, is its header and body.
func (s *structure) part() {
	if len(s.levels) == 0 {
		return // the message's own header and body
	}
	l := &s.levels[len(s.levels)-1]
	if l.parts {
		s.write("\r\n")
	}
	l.parts = true
	s.write("--", l.boundary, "\r\n")
}

// open begins a multipart, which is a part itself.
func (s *structure) open(kind string) {
	s.part()
	b := boundary(s.id, s.opened)
	s.opened++
	s.levels = append(s.levels, level{boundary: b})
	s.write("Content-Type: multipart/", kind, ";\r\n boundary=\"", b, "\"\r\n\r\n")
}

// close ends the innermost multipart.
func (s *structure) close() {
	last := len(s.levels) - 1
	s.write("\r\n--", s.levels[last].boundary, "--\r\n")
	s.levels = s.levels[:last]
}

func (s *structure) write(texts ...string) {
	for _, t := range texts {
		s.bytes = append(s.bytes, t...)
	}
}

// text is a part in quoted-printable.
func (s *structure) text(kind, text string) {
	s.part()
	s.write("Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/", kind, "; charset=UTF-8\r\n\r\n")
	s.bytes = appendQuotedPrintable(s.bytes, text)
}

// file is an attachment, its name by RFC 2231.
func (s *structure) file(f File) {
	s.part()
	s.write("Content-Disposition: attachment", parameter("filename", f.Name), "\r\n",
		"Content-Transfer-Encoding: base64\r\n",
		"Content-Type: ", f.mediaType(), parameter("name", f.Name), "\r\n\r\n")
	s.bytes = appendBase64(s.bytes, f.Data)
}

// openRelated begins the letter and its pictures; type says what the letter is
// (RFC 2387, section 3.1).
func (s *structure) openRelated(m Message) {
	kind := "text/html"
	if m.Text != "" {
		kind = "multipart/alternative"
	}
	s.open("related;\r\n type=\"" + kind + "\"")
}

// picture is a file that the HTML shows.
func (s *structure) picture(f File) {
	s.part()
	s.write("Content-Disposition: inline", parameter("filename", f.Name), "\r\n",
		"Content-ID: <", f.ContentID, ">\r\n",
		"Content-Transfer-Encoding: base64\r\n",
		"Content-Type: ", f.mediaType(), parameter("name", f.Name), "\r\n\r\n")
	s.bytes = appendBase64(s.bytes, f.Data)
}

// texts are the letter; of two, the HTML is the last, which readers prefer
// (RFC 2046, section 5.1.4).
func (s *structure) texts(m Message) {
	both := m.Text != "" && m.HTML != ""
	if both {
		s.open("alternative")
	}
	if m.Text != "" {
		s.text("plain", m.Text)
	}
	if m.HTML != "" {
		s.text("html", m.HTML)
	}
	if both {
		s.close()
	}
}
