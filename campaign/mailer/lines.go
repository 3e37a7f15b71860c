package mailer

import (
	"bytes"
	"errors"
	"fmt"
)

// checkLines is the last look at what goes out: CRLF line ends only, no line
// over 998 characters, no NUL (RFC 5322, section 2.1.1; RFC 5321, section 2.3.8).
func checkLines(raw []byte) error {
	number := 0
	for rest := raw; len(rest) > 0; {
		number++
		end := bytes.IndexByte(rest, '\n')
		if end < 1 || rest[end-1] != '\r' {
			return fmt.Errorf("line %d of the message does not end in CRLF", number)
		}
		if length := end - 1; length > maxLine {
			return fmt.Errorf("line %d of the message (%s) has %d characters; at most %d are allowed",
				number, excerpt(string(rest[:40])), length, maxLine)
		}
		rest = rest[end+1:]
	}
	if bytes.Count(raw, []byte("\r")) != number {
		return errors.New("the message holds a bare CR")
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return errors.New("the message holds a NUL")
	}
	return nil
}
