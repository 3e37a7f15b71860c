package sandbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"tebar/campaign"
)

// Options say how the server behaves. The zero value takes every message and
// keeps none.
type Options struct {
	Outbox   string        // folder for the .eml files, made if missing; "" = none
	Keep     bool          // keep the receipts in memory
	Each     func(Receipt) // told of every message as it is accepted, one at a time; may be nil
	Rules    []Rule
	Seed     uint64              // of the rules with a Chance: the same seed, the same trouble
	Now      func() time.Time    // for Receipt.At; nil = the machine's clock
	Wait     func(time.Duration) // lets Delay and Stall go by; nil waits by the machine's clock
	Username string              // with Password: a login is required
	Password string
	// Mechanisms of the login: PLAIN, LOGIN, CRAM-MD5; nil = PLAIN and LOGIN.
	Mechanisms []string
	TLS        *tls.Config   // offers STARTTLS, and no login before it
	Implicit   bool          // with TLS: encrypted from the first byte
	Delay      time.Duration // before the answer to each message
	Size       int64         // largest message in bytes; 0 = 35882577, as Gmail has it
	Hide       []string      // keywords that EHLO does not show: "STARTTLS", "SMTPUTF8"
}

// gmailSize is what Gmail says in EHLO.
const gmailSize = 35882577

// A Receipt is one accepted message.
type Receipt struct {
	At        time.Time // when the dot had come
	From      string
	To        []string
	Data      []byte // exactly as received, without the trace lines of the file
	MessageID string // without <>; "" if there is none
	File      string // path of the .eml; "" without outbox
}

// A Server is running until Close, or until the context of Start ends.
type Server struct {
	options  Options
	script   *script
	outbox   *outbox
	listener net.Listener
	smtp     *smtp.Server

	ctx  context.Context
	stop context.CancelFunc
	done sync.WaitGroup // links and the listener

	once    sync.Once
	closing error

	mu       sync.Mutex
	links    map[*link]bool
	receipts []Receipt
	count    int
}

// Start listens on a free port of 127.0.0.1.
func Start(ctx context.Context, o Options) (*Server, error) {
	s := &Server{options: o, script: newScript(o.Rules, o.Seed), links: map[*link]bool{}}
	if o.Now == nil {
		s.options.Now = time.Now
	}
	if o.Mechanisms == nil {
		s.options.Mechanisms = []string{"PLAIN", "LOGIN"}
	}
	if o.Outbox != "" {
		var err error
		if s.outbox, err = openOutbox(o.Outbox); err != nil {
			return nil, fmt.Errorf("opening the outbox: %w", err)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	s.listener = listener
	s.ctx, s.stop = context.WithCancel(ctx)
	s.smtp = s.newSMTP()
	s.done.Go(func() { _ = s.smtp.Serve(front{listener, s}) })
	context.AfterFunc(s.ctx, s.shut)
	return s, nil
}

func (s *Server) newSMTP() *smtp.Server {
	srv := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		l := c.Conn().(*link)
		l.session = &session{server: s, link: l}
		return l.session, nil
	}))
	srv.Domain = "sandbox.test"
	srv.AllowInsecureAuth = true // the link forbids it where TLS is offered
	srv.EnableSMTPUTF8 = true
	srv.MaxMessageBytes = s.options.Size
	if srv.MaxMessageBytes == 0 {
		srv.MaxMessageBytes = gmailSize
	}
	srv.ErrorLog = log.New(io.Discard, "", 0)
	return srv
}

// A front hands go-smtp links instead of connections.
type front struct {
	net.Listener
	server *Server
}

func (f front) Accept() (net.Conn, error) {
	for {
		conn, err := f.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if f.server.options.TLS != nil && f.server.options.Implicit {
			conn = tls.Server(conn, f.server.options.TLS)
		}
		l := newLink(conn, f.server)
		if !f.server.admit(l) {
			_ = conn.Close()
			continue
		}
		return l, nil
	}
}

// admit registers a link; the script may turn it away at once.
func (s *Server) admit(l *link) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return false
	}
	if r, ok := s.script.at(campaign.StageConnect); ok {
		if r.Drop || !r.own() {
			l.send(r.bytes(), Reply{Cut: r.Cut})
			return false
		}
		l.late = r.Stall
	}
	s.links[l] = true
	s.done.Add(1)
	return true
}

func (s *Server) forget(l *link) func() {
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.links[l] {
			delete(s.links, l)
			s.done.Done()
		}
	}
}

// pause waits, or less if the server ends.
func (s *Server) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	if s.options.Wait != nil {
		s.options.Wait(d)
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
	}
}

// keep stores a message: from here on it counts as received.
func (s *Server) keep(from string, to []string, data []byte) (id string, err error) {
	r := Receipt{At: s.options.Now(), From: from, To: slices.Clone(to), MessageID: messageID(data)}
	s.mu.Lock()
	defer s.mu.Unlock()
	id = fmt.Sprintf("%06d", s.count+1)
	if s.outbox != nil {
		if r.File, id, err = s.outbox.write(from, to, data); err != nil {
			return "", err
		}
	}
	s.count++
	r.Data = data
	if s.options.Keep {
		s.receipts = append(s.receipts, r)
	}
	if s.options.Each != nil {
		s.options.Each(r)
	}
	return id, nil
}

func messageID(data []byte) string {
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		return ""
	}
	return strings.Trim(strings.TrimSpace(m.Header.Get("Message-ID")), "<>")
}

// Addr is "127.0.0.1:port".
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Host is the address without the port.
func (s *Server) Host() string { return "127.0.0.1" }

// Port is the TCP port.
func (s *Server) Port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// Receipts are the messages accepted so far, in order; empty without Keep.
func (s *Server) Receipts() []Receipt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.receipts)
}

// Count is how many messages were accepted.
func (s *Server) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// Close ends the server and its connections, and waits for them.
func (s *Server) Close() error {
	s.stop()
	s.shut()
	s.done.Wait()
	return s.closing
}

// shut closes everything, once: go-smtp's own Close is not for two at a time.
func (s *Server) shut() {
	s.once.Do(func() {
		err := errors.Join(s.listener.Close(), s.smtp.Close())
		s.mu.Lock()
		links := slices.Collect(maps.Keys(s.links))
		s.mu.Unlock()
		for _, l := range links {
			_ = l.Close()
		}
		if err != nil && !errors.Is(err, net.ErrClosed) {
			s.closing = err
		}
	})
}
