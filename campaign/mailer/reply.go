package mailer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A reply is what the server answered: its code, 200 to 599, and the text of
// all its lines, joined by line feeds.
type reply struct {
	code int
	text string
}

// errGarbage is an answer that is no SMTP reply.
var errGarbage = errors.New("the answer is not SMTP")

// Limits for a reply; RFC 5321, section 4.5.3.1.5 asks for 512 octets a line.
const (
	maxReplyLine  = 4096
	maxReplyLines = 128
)

// read takes one complete reply (RFC 5321, section 4.2). A reply that is cut
// anywhere before its last line end is an error: "250" without its LF is not
// an answer.
func (w *wire) read() (reply, error) {
	var texts []string
	code := 0
	for range maxReplyLines {
		line, err := readLine(w.r)
		if err != nil {
			return reply{}, err
		}
		n, more, text, ok := splitLine(line)
		if !ok || code != 0 && n != code {
			return reply{}, fmt.Errorf("%w: %q", errGarbage, clean(w.veiled(string(line)), 80))
		}
		code = n
		texts = append(texts, w.veiled(text))
		if !more {
			return reply{code: code, text: strings.Join(texts, "\n")}, nil
		}
	}
	return reply{}, fmt.Errorf("%w: more than %d lines in one reply", errGarbage, maxReplyLines)
}

// readLine reads up to and including LF, which it takes off with a CR before.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		piece, err := r.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case err == nil:
			return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), nil
		case len(line) > maxReplyLine:
			return nil, fmt.Errorf("%w: a line has more than %d characters", errGarbage, maxReplyLine)
		case errors.Is(err, io.EOF) && len(line) > 0:
			return nil, io.ErrUnexpectedEOF
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// splitLine takes "250-text", "250 text" or "250" apart.
func splitLine(line []byte) (code int, more bool, text string, ok bool) {
	if len(line) < 3 {
		return 0, false, "", false
	}
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return 0, false, "", false
		}
		code = code*10 + int(c-'0')
	}
	if len(line) == 3 {
		return code, false, "", true
	}
	if line[3] != ' ' && line[3] != '-' {
		return 0, false, "", false
	}
	return code, line[3] == '-', string(line[4:]), true
}
