package mailer

import (
	"bytes"
	"fmt"
)

// checkLines is the last look at what goes out: CRLF line ends only, no line
// over 998 characters, no NUL (RFC 5322, section 2.1.1; RFC 5321, section 2.3.8).
func checkLines(raw []byte) error {
	for number := 1; len(raw) > 0; number++ {
		end := bytes.IndexByte(raw, '\n')
		if end < 0 {
			return fmt.Errorf("line %d of the message does not end in CRLF", number)
		}
		line := raw[:end]
		if bytes.IndexByte(line, '\r') != end-1 || end == 0 || bytes.IndexByte(line, 0) >= 0 {
			return fmt.Errorf("line %d of the message holds a bare CR, a bare LF or a NUL", number)
		}
		if line = line[:end-1]; len(line) > maxLine {
			return fmt.Errorf("line %d of the message (%s) has %d characters; at most %d are allowed",
				number, excerpt(string(line[:40])), len(line), maxLine)
		}
		raw = raw[end+1:]
	}
	return nil
}
