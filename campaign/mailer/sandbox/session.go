package sandbox

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"tebar/campaign"
)

// A session is go-smtp's view of one connection.
type session struct {
	server *Server
	link   *link
	user   bool
	open   bool // after MAIL
	from   string
	to     []string

	inBody    Reply // the script's word on the body of this message
	inBodySet bool
}

func (s *session) Reset() { s.open, s.from, s.to, s.inBodySet = false, "", nil, false }

func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.options.Username != "" && !s.user {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication Required"}
	}
	if s.open {
		return &smtp.SMTPError{Code: 503, EnhancedCode: smtp.EnhancedCode{5, 5, 1}, Message: "nested MAIL command"}
	}
	s.from, s.open = from, true
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

// Data takes a whole message, keeps it and answers, as the script will have it.
func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	reply, _ := s.server.script.at(campaign.StageDot, s.to...)
	id := ""
	if reply.takes() {
		if id, err = s.server.keep(s.from, s.to, data); err != nil {
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "cannot keep the message: " + oneLine(err)}
		}
	}
	s.server.pause(s.server.options.Delay + reply.Stall)
	s.link.next = &reply
	return &smtp.SMTPError{Code: 250, EnhancedCode: smtp.EnhancedCode{2, 0, 0}, Message: "OK: queued as " + id}
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// AuthMechanisms are offered only where a login is asked for.
func (s *session) AuthMechanisms() []string {
	if s.server.options.Username == "" {
		return nil
	}
	return s.server.options.Mechanisms
}

func (s *session) Auth(mech string) (sasl.Server, error) {
	o := s.server.options
	check := func(user, password string) error {
		if same(user, o.Username) && same(password, o.Password) {
			s.user = true
			return nil
		}
		return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "Username and Password not accepted"}
	}
	switch mech {
	case "PLAIN":
		return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
	case "LOGIN":
		return &loginServer{check: check}, nil
	case "CRAM-MD5":
		return &cramServer{check: check, password: o.Password, challenge: fmt.Sprintf("<%p@sandbox.test>", s)}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// errAnswer is a client that answers out of turn.
var errAnswer = errors.New("unexpected answer")

// A loginServer asks for name and password one after the other
// (draft-murchison-sasl-login).
type loginServer struct {
	check func(user, password string) error
	step  int
	user  string
}

func (l *loginServer) Next(answer []byte) ([]byte, bool, error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(answer)
		return []byte("Password:"), false, nil
	case 3:
		return nil, true, l.check(l.user, string(answer))
	}
	return nil, false, errAnswer
}

// A cramServer checks a CRAM-MD5 answer (RFC 2195).
type cramServer struct {
	check     func(user, password string) error
	password  string
	challenge string
	asked     bool
}

func (c *cramServer) Next(answer []byte) ([]byte, bool, error) {
	if !c.asked {
		c.asked = true
		return []byte(c.challenge), false, nil
	}
	mac := hmac.New(md5.New, []byte(c.password))
	mac.Write([]byte(c.challenge))
	user, digest, _ := strings.Cut(string(answer), " ")
	given := ""
	if same(digest, hex.EncodeToString(mac.Sum(nil))) {
		given = c.password
	}
	return nil, true, c.check(user, given)
}
