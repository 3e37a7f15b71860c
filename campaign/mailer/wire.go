package mailer

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// A socket is the TCP connection under everything, TLS too. It counts the
// bytes that went into it, and can be closed hard.
type socket struct {
	net.Conn
	written atomic.Int64
}

func (s *socket) Write(b []byte) (int, error) {
	n, err := s.Conn.Write(b)
	s.written.Add(int64(n))
	return n, err
}

// kill closes the connection as it stands: what the kernel has not sent yet
// is thrown away, nothing is said any more. It may be called at any time,
// from any goroutine, more than once.
func (s *socket) kill() {
	if tcp, ok := s.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = s.Conn.Close()
}

// A wire is the dialogue's connection, line by line.
type wire struct {
	socket *socket
	conn   net.Conn // the socket, or TLS over it
	r      *bufio.Reader
	secure *tls.ConnectionState // nil without TLS
	veil   *strings.Replacer    // hides the password once it may have been said; nil before
}

func newWire(conn net.Conn) *wire {
	s := &socket{Conn: conn}
	return &wire{socket: s, conn: s, r: bufio.NewReader(s)}
}

// handshake puts TLS over the socket. What a server said in the clear beyond
// its last reply is an attempt to inject and ends it (CVE-2011-0411).
func (w *wire) handshake(ctx context.Context, config *tls.Config, timeout time.Duration) error {
	if w.r.Buffered() > 0 {
		return errInjected
	}
	w.limit(timeout)
	conn := tls.Client(w.socket, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		return err
	}
	state := conn.ConnectionState()
	w.conn, w.r, w.secure = conn, bufio.NewReader(conn), &state
	return nil
}

var errInjected = errors.New("the server sent text before the encryption began")

// limit sets the one deadline of a stage.
func (w *wire) limit(timeout time.Duration) {
	_ = w.socket.SetDeadline(time.Now().Add(timeout))
}

// quiet says whether the server has kept silent: nil, or errAhead, or how the
// connection ended. What waits in the socket may be TLS's own, so it is read
// before it is judged.
func (w *wire) quiet() error {
	if w.r.Buffered() > 0 {
		return errAhead
	}
	if !w.socket.pending() {
		return nil
	}
	_ = w.socket.SetReadDeadline(time.Now().Add(aheadWait))
	switch _, err := w.r.Peek(1); {
	case err == nil:
		return errAhead
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil
	default:
		return err
	}
}

const aheadWait = time.Millisecond

// errAhead says that the server has spoken before it was asked.
var errAhead = fmt.Errorf("%w: the server spoke before it was asked", errGarbage)

// command writes a line and reads its reply, within timeout altogether.
func (w *wire) command(timeout time.Duration, line string) (reply, error) {
	if strings.ContainsAny(line, "\r\n\x00") {
		return reply{}, errors.New("a command must not hold line breaks")
	}
	if w.r.Buffered() > 0 {
		return reply{}, errAhead
	}
	w.limit(timeout)
	if _, err := io.WriteString(w.conn, line+"\r\n"); err != nil {
		return w.lastWords(err)
	}
	return w.read()
}

// send writes the commands in one flush, and reads nothing.
func (w *wire) send(list []command) error {
	for _, c := range list {
		if strings.ContainsAny(c.line, "\r\n\x00") {
			return errors.New("a command must not hold line breaks")
		}
	}
	if w.r.Buffered() > 0 {
		return errAhead
	}
	w.limit(list[0].timeout)
	_, err := w.conn.Write(appendLines(nil, list))
	return err
}

func appendLines(b []byte, list []command) []byte {
	for _, c := range list {
		b = append(append(b, c.line...), "\r\n"...)
	}
	return b
}

// lastWords looks for a reply that came in before a write failed: a server
// that hangs up mostly says why.
func (w *wire) lastWords(cause error) (reply, error) {
	_ = w.socket.SetReadDeadline(time.Now().Add(lastWordsWait))
	if r, err := w.read(); err == nil && r.code >= 400 && r.code < 600 {
		return r, nil
	}
	return reply{}, cause
}

const lastWordsWait = 500 * time.Millisecond
