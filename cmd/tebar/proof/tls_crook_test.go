package proof

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"net"
	"strings"
	"sync"
	"testing"
)

// A crook is an SMTP server that takes whatever it is given, the password
// before all, and remembers every byte: as it came over the network, and as
// TLS gave it back.
type crook struct {
	listener net.Listener
	tls      *tls.Config
	implicit bool
	before   []string // its EHLO before TLS
	after    []string // and under it
	starttls string   // what it says to STARTTLS
	plainly  bool     // and then goes on without TLS

	mu    sync.Mutex
	heard bytes.Buffer
	mail  int
}

func (c *crook) start(t *testing.T) {
	t.Helper()
	var err error
	if c.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.listener.Close() })
	go func() {
		for {
			conn, err := c.listener.Accept()
			if err != nil {
				return
			}
			go c.serve(conn)
		}
	}()
}

func (c *crook) port() int { return c.listener.Addr().(*net.TCPAddr).Port }

// hear remembers; "what" is one line or one piece.
func (c *crook) hear(what []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard.Write(what)
}

// told is everything that it heard, and how many messages it took.
func (c *crook) told() (string, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heard.String(), c.mail
}

// An ear hears what is read through it.
type ear struct {
	net.Conn
	crook *crook
}

func (e ear) Read(p []byte) (int, error) {
	n, err := e.Conn.Read(p)
	e.crook.hear(p[:n])
	return n, err
}

func (c *crook) serve(tcp net.Conn) {
	defer tcp.Close()
	var conn net.Conn = ear{tcp, c}
	if c.implicit {
		conn = ear{tls.Server(conn, c.tls), c}
	}
	d := &deal{crook: c, conn: conn, r: bufio.NewReader(conn), offers: c.before}
	if c.implicit {
		d.offers = c.after
	}
	d.say("220 crook.test")
	for d.line() {
	}
}

// A deal is one connection.
type deal struct {
	crook  *crook
	conn   net.Conn
	r      *bufio.Reader
	offers []string
	data   bool
}

func (d *deal) say(text string) { _, _ = d.conn.Write([]byte(text + "\r\n")) }

// line answers one line; false ends the connection.
func (d *deal) line() bool {
	line, err := d.r.ReadString('\n')
	if err != nil {
		return false
	}
	line = strings.TrimRight(line, "\r\n")
	verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
	switch {
	case d.data && line == ".":
		d.data = false
		d.crook.mu.Lock()
		d.crook.mail++
		d.crook.mu.Unlock()
		d.say("250 taken")
	case d.data:
	case verb == "EHLO" && d.offers == nil:
		d.say("502 what is that?")
	case verb == "EHLO":
		d.say(strings.Join(append([]string{"250-crook.test"}, d.offers...), "\r\n"))
	case verb == "STARTTLS":
		return d.startTLS()
	case verb == "AUTH":
		d.login(line)
	case verb == "DATA":
		d.data = true
		d.say("354 go")
	case verb == "QUIT":
		d.say("221 bye")
		return false
	default:
		d.say("250 fine")
	}
	return true
}

// login asks until it has all it can get.
func (d *deal) login(line string) {
	if len(strings.Fields(line)) < 3 {
		for range 2 {
			d.say("334 VXNlcm5hbWU6")
			if _, err := d.r.ReadString('\n'); err != nil {
				return
			}
		}
	}
	d.say("235 thank you")
}

func (d *deal) startTLS() bool {
	d.say(d.crook.starttls)
	if d.crook.plainly || !strings.HasPrefix(d.crook.starttls, "220") {
		return true
	}
	conn := tls.Server(d.conn, d.crook.tls)
	if err := conn.Handshake(); err != nil {
		return false
	}
	d.conn = ear{conn, d.crook}
	d.r, d.offers = bufio.NewReader(d.conn), d.crook.after
	return true
}
