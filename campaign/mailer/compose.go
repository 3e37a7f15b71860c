package mailer

import (
	"bytes"
	"sync"
)

// compose makes the message: the header fields, then the body. The result is
// the caller's alone; what is used again is the room in which the letter is
// encoded, since its size is known only then.
func (d *draft) compose() []byte {
	scratch := scratches.Get().(*[]byte)
	s := structure{bytes: d.header((*scratch)[:0]), id: d.m.MessageID}
	if len(d.m.Attachments) > 0 {
		s.open("mixed")
	}
	s.texts(d.m)
	if len(s.levels) == 0 && !bytes.HasSuffix(s.bytes, []byte("\r\n")) {
		s.write("\r\n") // the message's last line; a delimiter brings its own
	}
	encoded := s.bytes
	s.bytes = append(make([]byte, 0, len(encoded)+room(d.m.Attachments)), encoded...)
	if cap(encoded) <= maxScratch {
		*scratch = encoded
		scratches.Put(scratch)
	}
	for _, f := range d.m.Attachments {
		s.file(f)
	}
	if len(d.m.Attachments) > 0 {
		s.close()
	}
	return s.bytes
}

// scratches keep the room of usual letters, and let go of that of huge ones.
var scratches = sync.Pool{New: func() any { return new([]byte) }}

const maxScratch = 256 << 10

// room is what attachments add at most: a name has 255 bytes, escaped and
// folded twice.
func room(files []File) int {
	const head = 4 << 10
	n := 0
	for _, f := range files {
		n += head + base64Size(len(f.Data))
	}
	return n
}
