package mailer

import (
	"bytes"
	"slices"
	"sync"
)

// compose makes the message: the header fields, then the body. The result is
// the caller's alone; what is used again is the room in which the letter is
// encoded, since its size is known only then.
func (d *draft) compose() []byte {
	scratch := scratches.Get().(*[]byte)
	s := structure{bytes: d.header((*scratch)[:0]), id: d.m.MessageID}
	pictures, attachments := parted(d.m.Attachments)
	if len(attachments) > 0 {
		s.open("mixed")
	}
	if len(pictures) > 0 {
		s.openRelated(d.m)
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
	for _, f := range pictures {
		s.picture(f)
	}
	if len(pictures) > 0 {
		s.close()
	}
	for _, f := range attachments {
		s.file(f)
	}
	if len(attachments) > 0 {
		s.close()
	}
	return s.bytes
}

// parted are the pictures of the HTML, each once, and what stands beside the
// letter.
func parted(files []File) (pictures, attachments []File) {
	for _, f := range files {
		switch {
		case f.ContentID == "":
			attachments = append(attachments, f)
		case !slices.ContainsFunc(pictures, func(p File) bool { return p.ContentID == f.ContentID }):
			pictures = append(pictures, f)
		}
	}
	return pictures, attachments
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
