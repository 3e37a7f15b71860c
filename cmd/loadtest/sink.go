package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
)

// A tally is what a sink has accepted.
type tally struct {
	Messages   int   `json:"messages"`
	Recipients int   `json:"recipients"` // of all messages; each counts as often as it came
	Distinct   int   `json:"distinct"`   // recipients that differ
	Bytes      int64 `json:"bytes"`      // of all messages, without the dots that transport adds
}

// A server is the sink of our own: it accepts every message and keeps nothing
// but the tally. It speaks RFC 5321 with PIPELINING (RFC 2920), 8BITMIME and
// SIZE, and as little as a client needs; what comes in a wrong order is
// refused.
type server struct {
	mu    sync.Mutex
	seen  map[string]struct{}
	tally tally
}

func newServer() *server { return &server{seen: map[string]struct{}{}} }

// serve answers every connection until the listener is closed.
func (s *server) serve(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go s.talk(conn)
	}
}

// talk is one connection's dialogue, to its end.
func (s *server) talk(conn io.ReadWriteCloser) {
	defer conn.Close()
	w := bufio.NewWriter(conn)
	d := &dialogue{server: s, w: w, r: bufio.NewReaderSize(&prompt{conn, w}, 1<<16)}
	d.say("220 loadtest.example ESMTP")
	for !d.over {
		line, err := d.r.ReadString('\n')
		if err != nil {
			return
		}
		d.obey(strings.TrimRight(line, "\r\n"))
	}
	_ = w.Flush()
}

// accept counts a message. It comes before the answer to it, so that a client
// that has ended has been counted.
func (s *server) accept(to []string, size int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally.Messages++
	s.tally.Recipients += len(to)
	s.tally.Bytes += size
	for _, t := range to {
		s.seen[t] = struct{}{}
	}
	s.tally.Distinct = len(s.seen)
}

func (s *server) sum() tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tally
}

// A prompt sends the answers that wait before it waits for the client: those to
// a pipelined group leave in one segment, and none is kept from a client that
// waits for it.
type prompt struct {
	io.Reader
	answers *bufio.Writer
}

func (p *prompt) Read(b []byte) (int, error) {
	if err := p.answers.Flush(); err != nil {
		return 0, err
	}
	return p.Reader.Read(b)
}

// A dialogue is what one connection has said so far.
type dialogue struct {
	server *server
	r      *bufio.Reader
	w      *bufio.Writer
	mail   bool     // MAIL was accepted
	to     []string // RCPTs that were
	over   bool
}

func (d *dialogue) say(lines ...string) {
	for _, l := range lines {
		_, _ = d.w.WriteString(l + "\r\n") // the writer keeps its first error
	}
}

func (d *dialogue) reset() { d.mail, d.to = false, nil }

// obey answers one command.
func (d *dialogue) obey(line string) {
	verb, argument, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO":
		d.reset()
		d.say("250-loadtest.example", "250-PIPELINING", "250-8BITMIME", "250 SIZE 52428800")
	case "HELO", "RSET":
		d.reset()
		d.say("250 ok")
	case "NOOP":
		d.say("250 ok")
	case "QUIT":
		d.say("221 goodbye")
		d.over = true
	case "MAIL":
		d.envelope(!d.mail && hasAddress(argument, "FROM:"), func() { d.mail = true })
	case "RCPT":
		d.envelope(d.mail && hasAddress(argument, "TO:"), func() { d.to = append(d.to, address(argument)) })
	case "DATA":
		d.data()
	default:
		d.say("502 not here")
	}
}

func (d *dialogue) envelope(right bool, do func()) {
	if !right {
		d.say("503 not now, or not so")
		return
	}
	do()
	d.say("250 ok")
}

func hasAddress(argument, keyword string) bool {
	return len(argument) > len(keyword) && strings.EqualFold(argument[:len(keyword)], keyword) && strings.Contains(argument, "<")
}

// address is what stands between the angle brackets.
func address(argument string) string {
	_, rest, _ := strings.Cut(argument, "<")
	inside, _, _ := strings.Cut(rest, ">")
	return inside
}

func (d *dialogue) data() {
	if len(d.to) == 0 {
		d.say("503 for whom?")
		return
	}
	d.say("354 end with a dot")
	size, err := readBody(d.r)
	if err != nil {
		d.over = true // cut off in the middle: nothing was accepted
		return
	}
	d.server.accept(d.to, size)
	d.reset()
	d.say("250 accepted")
}

// readBody reads as far as the dot that ends a message, which stands alone
// between two CRLF (RFC 5321, section 4.1.1.4); a bare LF ends nothing. It
// counts the bytes that the message has without the dots put in front of others
// (section 4.5.2).
func readBody(r *bufio.Reader) (size int64, err error) {
	fresh, cr := true, false // at the beginning of a line; the last byte was CR
	for {
		piece, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, err
		}
		if fresh && bytes.Equal(piece, []byte(".\r\n")) {
			return size, nil
		}
		size += int64(len(piece))
		if fresh && piece[0] == '.' {
			size--
		}
		fresh = bytes.HasSuffix(piece, []byte("\r\n")) || cr && len(piece) == 1 && piece[0] == '\n'
		cr = piece[len(piece)-1] == '\r'
	}
}
