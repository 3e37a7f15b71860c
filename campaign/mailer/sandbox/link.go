package sandbox

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"tebar/campaign"
)

// lineRoom is the longest piece of a line that is looked at in one go, in bytes.
const lineRoom = 8 << 10

// A link is one connection as go-smtp sees it. Read hands over the client's
// lines, less those that the script answers; Write collects the server's reply
// to its last line and sends it, changed as the script will have it. go-smtp
// calls both from one goroutine.
type link struct {
	net.Conn          // TCP, or TLS over it
	tcp      net.Conn // for Close, which comes from elsewhere too
	server   *Server
	r        *bufio.Reader

	left    []byte // of a line, for the next Read
	reply   []byte // lines of an unfinished reply
	greeted bool
	secure  bool
	auth    bool // the next line belongs to a login
	session *session
	next    *Reply // the script's word on the next reply of the server

	data     bool // between 354 and the dot
	fresh    bool // in data: at the beginning of a line
	got      int  // bytes of data
	troubled bool // in data: the body rule has fired

	late time.Duration // before the greeting
	gone sync.Once
}

func newLink(conn net.Conn, s *Server) *link {
	_, secure := conn.(*tls.Conn)
	return &link{Conn: conn, tcp: conn, server: s, r: bufio.NewReaderSize(conn, lineRoom), secure: secure}
}

// Close may be called from any goroutine, and more than once.
func (l *link) Close() error {
	err := l.tcp.Close()
	l.gone.Do(l.server.forget(l))
	return err
}

// Read gives go-smtp the next piece that the script lets through.
func (l *link) Read(p []byte) (int, error) {
	for len(l.left) == 0 {
		line, err := l.r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, io.EOF
		}
		if l.pass(line) {
			l.left = line
		} else if l.next != nil && l.next.Drop {
			return 0, io.EOF
		}
	}
	n := copy(p, l.left)
	l.left = l.left[n:]
	return n, nil
}

// pass says whether go-smtp gets the line.
func (l *link) pass(line []byte) bool {
	switch {
	case l.data:
		return l.body(line)
	case l.auth:
		return true
	}
	command := strings.TrimRight(string(line), "\r\n")
	verb, _, _ := strings.Cut(strings.ToUpper(command), " ")
	stage, known := stages[verb]
	if !known {
		return true
	}
	if l.refuse(verb) {
		return false
	}
	if reply, ok := l.server.script.at(stage, recipients(l, stage, command)...); ok && !l.play(reply) {
		return false
	}
	if verb == "STARTTLS" && l.server.options.TLS != nil && !l.secure {
		l.startTLS()
		return false
	}
	return true
}

// stages by command. DATA's dot is the session's.
var stages = map[string]campaign.Stage{
	"EHLO": campaign.StageEHLO, "HELO": campaign.StageEHLO, "STARTTLS": campaign.StageStartTLS,
	"AUTH": campaign.StageAuth, "MAIL": campaign.StageMail, "RCPT": campaign.StageRcpt, "DATA": campaign.StageData,
	"BDAT": campaign.StageData, "RSET": campaign.StageRset, "NOOP": campaign.StageNoop, "QUIT": campaign.StageQuit,
}

// refuse answers what the sandbox never allows.
func (l *link) refuse(verb string) bool {
	switch {
	case verb == "BDAT":
		l.send([]byte("502 5.5.1 BDAT is not offered\r\n"), Reply{})
	case verb == "AUTH" && l.server.options.TLS != nil && !l.secure:
		l.send([]byte("538 5.7.11 Encryption is required for a login\r\n"), Reply{})
	default:
		return false
	}
	return true
}

// recipients are those that a rule at the stage may name.
func recipients(l *link, stage campaign.Stage, command string) []string {
	switch {
	case stage == campaign.StageRcpt:
		_, rest, _ := strings.Cut(command, "<")
		address, _, _ := strings.Cut(rest, ">")
		return []string{address}
	case stage == campaign.StageData && l.session != nil:
		return l.session.to
	}
	return nil
}

// play gives the scripted answer; true means that the server still answers.
func (l *link) play(r Reply) bool {
	l.server.pause(r.Stall)
	if r.own() {
		l.next = &Reply{Cut: r.Cut}
		return true
	}
	l.send(r.bytes(), r)
	return false
}

// send writes an answer, or the beginning of it, and hangs up where the script
// says so.
func (l *link) send(answer []byte, r Reply) {
	cut := r.Cut > 0 && r.Cut < len(answer)
	if cut {
		answer = answer[:r.Cut]
	}
	if len(answer) > 0 {
		_, _ = l.Conn.Write(answer)
	}
	if cut || r.Drop {
		l.next = &Reply{Drop: true}
		_ = l.Conn.Close()
	}
}

// body looks at one piece of a message on its way. The dot ends it.
func (l *link) body(line []byte) bool {
	l.got += len(line)
	if !l.trouble() {
		return false
	}
	if l.fresh && string(line) == ".\r\n" {
		l.data = false
		return true
	}
	l.fresh = bytes.HasSuffix(line, []byte("\r\n"))
	return true
}

// trouble plays the body's rule once enough has come.
func (l *link) trouble() bool {
	if l.troubled || l.session == nil {
		return true
	}
	r, ok := l.session.inBody, l.session.inBodySet
	if !ok || l.got < r.After {
		return true
	}
	l.troubled = true
	if r.own() {
		l.server.pause(r.Stall)
		return true
	}
	return l.play(r) || !r.Drop
}

// Write takes the server's lines and sends each reply when it is whole.
func (l *link) Write(p []byte) (int, error) {
	l.reply = append(l.reply, p...)
	lines := bytes.SplitAfter(l.reply, []byte("\n"))
	last := lines[max(0, len(lines)-2)]
	if !bytes.HasSuffix(l.reply, []byte("\n")) || len(last) > 3 && last[3] == '-' {
		return len(p), nil
	}
	answer := l.reply
	l.reply = nil
	l.answer(answer)
	return len(p), nil
}

// answer sends a reply of go-smtp.
func (l *link) answer(answer []byte) {
	if !l.greeted {
		l.greeted = true
		l.server.pause(l.late)
		if r, ok := l.server.script.at(campaign.StageGreeting); ok && !l.play(r) {
			return
		}
	}
	if bytes.HasPrefix(answer, []byte("250-")) {
		answer = l.offers(answer)
	}
	l.auth = bytes.HasPrefix(answer, []byte("334 "))
	if bytes.HasPrefix(answer, []byte("354 ")) {
		l.begin()
	}
	var r Reply
	if l.next != nil {
		r, l.next = *l.next, nil
	}
	if r.Raw != "" || r.Code != 0 || r.Drop {
		answer = r.bytes()
	}
	l.send(answer, r)
}

func (l *link) begin() {
	l.data, l.fresh, l.got, l.troubled = true, true, 0, false
	if l.session != nil {
		l.session.inBody, l.session.inBodySet = l.server.script.at(campaign.StageBody, l.session.to...)
	}
}

// offers takes out of an EHLO reply what is not offered, and puts STARTTLS in.
func (l *link) offers(answer []byte) []byte {
	hide := map[string]bool{"CHUNKING": true}
	for _, keyword := range l.server.options.Hide {
		hide[strings.ToUpper(keyword)] = true
	}
	starttls := l.server.options.TLS != nil && !l.secure
	if starttls {
		hide["AUTH"] = true
	}
	lines := strings.Split(strings.TrimRight(string(answer), "\r\n"), "\r\n")
	kept := []string{lines[0][4:]}
	for _, line := range lines[1:] {
		keyword, _, _ := strings.Cut(line[4:], " ")
		if !hide[keyword] {
			kept = append(kept, line[4:])
		}
	}
	if starttls && !hide["STARTTLS"] {
		kept = append(kept, "STARTTLS")
	}
	return Reply{Code: 250, Text: strings.Join(kept, "\n")}.bytes()
}

// startTLS answers for go-smtp, so that the link stays outside of the TLS.
func (l *link) startTLS() {
	_, _ = l.Conn.Write([]byte("220 2.0.0 Ready to start TLS\r\n"))
	conn := tls.Server(l.Conn, l.server.options.TLS)
	_ = conn.SetDeadline(time.Now().Add(handshakeWithin))
	if err := conn.Handshake(); err != nil {
		l.next = &Reply{Drop: true}
		_ = l.Conn.Close()
		return
	}
	_ = conn.SetDeadline(time.Time{})
	l.Conn, l.r, l.secure = conn, bufio.NewReaderSize(conn, lineRoom), true
}

const handshakeWithin = 10 * time.Second
