package mailer

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/campaign/mailer/sandbox"
)

const planted = "s3cret-pa55word"

// Ways in that work, each with a message through it.
func TestOpen(t *testing.T) {
	login := sandbox.Options{Username: "rina@example.org", Password: planted}
	tests := map[string]struct {
		server sandbox.Options
		change []func(*Server)
	}{
		"none to loopback":   {sandbox.Options{}, nil},
		"starttls":           {sandbox.Options{TLS: good(t)}, []func(*Server){security(campaign.StartTLS)}},
		"tls":                {sandbox.Options{TLS: good(t), Implicit: true}, []func(*Server){security(campaign.TLS)}},
		"login in the clear": {login, []func(*Server){with("rina@example.org", planted)}},
		"cram-md5": {
			sandbox.Options{Username: "rina@example.org", Password: planted, Mechanisms: []string{"CRAM-MD5", "PLAIN"}},
			[]func(*Server){with("rina@example.org", planted)},
		},
		"only login": {
			sandbox.Options{Username: "rina@example.org", Password: planted, Mechanisms: []string{"LOGIN"}, TLS: good(t)},
			[]func(*Server){security(campaign.StartTLS), with("rina@example.org", planted)},
		},
		"plain asked for": {
			sandbox.Options{Username: "rina@example.org", Password: planted, Mechanisms: []string{"CRAM-MD5", "PLAIN"}, TLS: good(t)},
			[]func(*Server){security(campaign.StartTLS), with("rina@example.org", planted), func(s *Server) { s.Auth = campaign.AuthPlain }},
		},
		"auth none": {sandbox.Options{}, []func(*Server){with("rina@example.org", planted), func(s *Server) { s.Auth = campaign.AuthNone }}},
		"helo only": {
			sandbox.Options{Rules: []sandbox.Rule{{Stage: campaign.StageEHLO, Nth: 1, Reply: sandbox.Reply{Code: 502, Text: "what?"}}}},
			nil,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := sender(t, serve(t, tt.server), tt.change...)
			for range 2 { // the second is a no-op
				if o := m.Open(context.Background()); o.Verdict != campaign.Accepted || !m.IsOpen() {
					t.Fatalf("Open: %+v", o)
				}
			}
			if o := m.Send(context.Background(), envelope(t), nil); o.Verdict != campaign.Accepted {
				t.Errorf("Send: %+v", o)
			}
		})
	}
}

// Ways in that must not work: a person has to act, the words say what is
// wrong, and no password and no mail has left.
func TestOpenRefused(t *testing.T) {
	tomorrow, yesterday := time.Now().Add(24*time.Hour), time.Now().Add(-24*time.Hour)
	tests := map[string]struct {
		server sandbox.Options
		change func(*Server)
		class  campaign.Class
		reason string
	}{
		"starttls stripped": {sandbox.Options{TLS: good(t), Hide: []string{"STARTTLS"}}, security(campaign.StartTLS), campaign.ClassTLS, "does not offer STARTTLS"},
		"no tls at all":     {sandbox.Options{}, security(campaign.StartTLS), campaign.ClassTLS, "does not offer STARTTLS"},
		"self-signed":       {sandbox.Options{TLS: certificate(t, "127.0.0.1", tomorrow, true)}, security(campaign.StartTLS), campaign.ClassTLS, "nobody this machine trusts"},
		"expired":           {sandbox.Options{TLS: certificate(t, "127.0.0.1", yesterday, false)}, security(campaign.StartTLS), campaign.ClassTLS, "valid from"},
		"other name":        {sandbox.Options{TLS: certificate(t, "mail.example.com", tomorrow, false)}, security(campaign.StartTLS), campaign.ClassTLS, "mail.example.com"},
		"verification off": {sandbox.Options{TLS: certificate(t, "127.0.0.1", tomorrow, true)}, func(s *Server) {
			s.Security, s.TLS = campaign.StartTLS, &tls.Config{InsecureSkipVerify: true}
		}, campaign.ClassTLS, "nobody this machine trusts"},
		"tls 1.1": {oldTLS(t), func(s *Server) {
			s.Security, s.TLS = campaign.StartTLS, &tls.Config{RootCAs: ca().pool, MinVersion: tls.VersionTLS10}
		}, campaign.ClassTLS, "no secure connection"},
		"tls on a plain port": {sandbox.Options{}, security(campaign.TLS), campaign.ClassTLS, "does not speak TLS"},
		"none elsewhere":      {sandbox.Options{}, func(s *Server) { s.Host, s.Security = "mail.example.com", campaign.None }, campaign.ClassTLS, "only to this machine"},
		"wrong password":      {sandbox.Options{Username: "rina@example.org", Password: "other", TLS: good(t)}, security(campaign.StartTLS), campaign.ClassLogin, "refuses user name or password"},
		"no login offered":    {sandbox.Options{TLS: good(t)}, security(campaign.StartTLS), campaign.ClassLogin, "offers no login"},
		"login does not fit": {
			sandbox.Options{Username: "x@example.org", Mechanisms: []string{"XOAUTH2"}, TLS: good(t)},
			security(campaign.StartTLS), campaign.ClassLogin, "it has XOAUTH2",
		},
		"app password wanted": {
			sandbox.Options{TLS: good(t), Username: "r", Rules: []sandbox.Rule{rule(campaign.StageAuth, sandbox.Reply{Code: 534, Enhanced: "5.7.9", Text: "Application-specific password required"})}},
			security(campaign.StartTLS), campaign.ClassLogin, "app password",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := serve(t, tt.server)
			m := sender(t, s, with("rina@example.org", planted), tt.change)
			o := m.Send(context.Background(), envelope(t), nil)
			if o.Verdict != campaign.Stop || o.Class != tt.class || !strings.Contains(o.Reason, tt.reason) || o.Hint == "" {
				t.Errorf("%+v", o)
			}
			if m.IsOpen() || s.Count() != 0 || !o.Dead {
				t.Errorf("open %v, %d messages", m.IsOpen(), s.Count())
			}
			if all := fmt.Sprintf("%+v", o); strings.Contains(all, planted) {
				t.Errorf("the password is in %s", all)
			}
		})
	}
}

func oldTLS(t *testing.T) sandbox.Options {
	c := good(t)
	c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	return sandbox.Options{TLS: c}
}

// A server that echoes the password does not get it into the outcome.
func TestEchoedPassword(t *testing.T) {
	for name, echo := range map[string]string{
		"plain":   planted,
		"base64":  base64.StdEncoding.EncodeToString([]byte(planted)),
		"initial": base64.StdEncoding.EncodeToString([]byte("\x00rina@example.org\x00" + planted)),
	} {
		s := serve(t, sandbox.Options{Username: "r", TLS: good(t), Rules: []sandbox.Rule{
			rule(campaign.StageAuth, sandbox.Reply{Code: 535, Enhanced: "5.7.8", Text: "bad: " + echo}),
		}})
		o := sender(t, s, with("rina@example.org", planted), security(campaign.StartTLS)).Open(context.Background())
		if all := fmt.Sprintf("%+v", o); strings.Contains(all, echo) || !strings.Contains(all, "***") {
			t.Errorf("%s: %s", name, all)
		}
	}
}

// The password is asked for once, and only when it is needed.
func TestPasswordAskedOnce(t *testing.T) {
	asked := 0
	s := serve(t, sandbox.Options{Username: "r@example.org", Password: planted, TLS: good(t)})
	m := sender(t, s, security(campaign.StartTLS), func(srv *Server) {
		srv.Username = "r@example.org"
		srv.Password = func(context.Context) (string, error) { asked++; return planted, nil }
	})
	if asked != 0 {
		t.Error("New asked for the password")
	}
	for range 3 {
		if o := m.Open(context.Background()); o.Verdict != campaign.Accepted {
			t.Fatal(o)
		}
		m.Close()
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestNoPassword(t *testing.T) {
	s := serve(t, sandbox.Options{Username: "r@example.org", Password: planted, TLS: good(t)})
	for name, tt := range map[string]struct {
		password func(context.Context) (string, error)
		reason   string
		hint     string
	}{
		"none":  {nil, "no password is given", "sender.password"},
		"empty": {func(context.Context) (string, error) { return "", nil }, "is empty", "sender.password"},
		"error": {func(context.Context) (string, error) {
			return "", &campaign.HintError{Err: errors.New("the environment has no GMAIL_APP_PASSWORD"), Hint: "export it"}
		}, "no GMAIL_APP_PASSWORD", "export it"},
	} {
		m := sender(t, s, security(campaign.StartTLS), func(srv *Server) { srv.Username, srv.Password = "r@example.org", tt.password })
		if o := m.Open(context.Background()); o.Verdict != campaign.Stop || !strings.Contains(o.Reason, tt.reason) || !strings.Contains(o.Hint, tt.hint) {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

// Google shows app passwords in groups of four.
func TestAppPasswordSpaces(t *testing.T) {
	for _, tt := range []struct{ host, password, want string }{
		{"smtp.gmail.com", "abcd efgh ijkl mnop", "abcdefghijklmnop"},
		{"SMTP.googlemail.com", " abcd efgh ijkl mnop ", "abcdefghijklmnop"},
		{"smtp.gmail.com", "abcd efgh ijkl mno1", "abcd efgh ijkl mno1"},
		{"smtp.gmail.com", "abcd efgh", "abcd efgh"},
		{"mail.example.org", "abcd efgh ijkl mnop", "abcd efgh ijkl mnop"},
	} {
		if got := (Server{Host: tt.host}).trim(tt.password); got != tt.want {
			t.Errorf("%s %q: %q, want %q", tt.host, tt.password, got, tt.want)
		}
	}
}

// EHLO never tells the machine's name.
func TestHelo(t *testing.T) {
	for _, tt := range []struct{ name, user, from, want string }{
		{"client.example.org", "a@b.example", "c@d.example", "client.example.org"},
		{"", "a@b.example", "c@d.example", "b.example"},
		{"", "rina", "c@d.example", "d.example"},
		{"", "", "", "[127.0.0.1]"},
		{"bad name\r\n", "", "c@d.example", "d.example"},
		{"localhost", "", "", "[127.0.0.1]"},
		{"[192.0.2.1]", "", "", "[192.0.2.1]"},
		{"", "a@b.example>", "", "[127.0.0.1]"},
	} {
		if got := (Server{Name: tt.name, Username: tt.user}).helo(tt.from); got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

// Nothing that listens: try again.
func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	m := New(Server{Host: "127.0.0.1", Port: port, Security: campaign.None})
	o := m.Open(context.Background())
	if o.Verdict != campaign.Requeue || o.Class != campaign.ClassNetwork || !o.Dead || !strings.Contains(o.Reason, "refuses connections") {
		t.Errorf("%+v", o)
	}
}

// Text smuggled in before the handshake ends it (CVE-2011-0411).
func TestInjectionBeforeTLS(t *testing.T) {
	s := raw(t, func(c *dialogue) {
		c.say("220 hi").hear("EHLO").say("250-x", "250 STARTTLS").hear("STARTTLS")
		_, _ = c.conn.Write([]byte("220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n"))
		c.hear("")
	})
	m := New(Server{Host: "127.0.0.1", Port: s, Security: campaign.StartTLS, TLS: roots()})
	if o := m.Open(context.Background()); o.Verdict != campaign.Stop || o.Class != campaign.ClassTLS {
		t.Errorf("%+v", o)
	}
}

// A dialogue is a server that the sandbox is too well-bred for.
type dialogue struct {
	conn net.Conn
	r    *bufio.Reader
	last string
}

func (d *dialogue) say(lines ...string) *dialogue {
	_, _ = d.conn.Write([]byte(strings.Join(lines, "\r\n") + "\r\n"))
	return d
}

func (d *dialogue) hear(verb string) *dialogue {
	d.last, _ = d.r.ReadString('\n')
	d.last = strings.TrimSpace(d.last)
	return d
}

// decoded is the last line from base64.
func (d *dialogue) decoded() string {
	b, _ := base64.StdEncoding.DecodeString(d.last)
	return string(b)
}

func (d *dialogue) challenge(text string) *dialogue {
	return d.say("334 " + base64.StdEncoding.EncodeToString([]byte(text)))
}

// raw serves one connection and gives the port.
func raw(t *testing.T, talk func(*dialogue)) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		talk(&dialogue{conn: conn, r: bufio.NewReader(conn)})
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().(*net.TCPAddr).Port
}

// SCRAM-SHA-256 (RFC 7677) is taken where it is offered, the server computed
// by hand; a server that cannot prove that it knows the password is refused.
func TestScram(t *testing.T) {
	for _, honest := range []bool{true, false} {
		port := raw(t, func(c *dialogue) { scram(c, honest) })
		m := New(Server{
			Host: "127.0.0.1", Port: port, Security: campaign.None, Username: "rina",
			Password: func(context.Context) (string, error) { return planted, nil },
		})
		want := campaign.Stop
		if honest {
			want = campaign.Accepted
		}
		if o := m.Open(context.Background()); o.Verdict != want {
			t.Errorf("honest %v: %+v", honest, o)
		}
		m.Abort()
		m.Close()
	}
}

func scram(c *dialogue, honest bool) {
	c.say("220 hi").hear("EHLO").say("250-x", "250 AUTH PLAIN SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS").hear("AUTH")
	c.challenge("").hear("")
	first := strings.TrimPrefix(c.decoded(), "n,,")
	_, nonce, _ := strings.Cut(first, ",r=")
	serverFirst := "r=" + nonce + "xyz,s=" + base64.StdEncoding.EncodeToString([]byte("salt")) + ",i=4096"
	c.challenge(serverFirst).hear("")
	final := c.decoded()
	without, proof, _ := strings.Cut(final, ",p=")
	salted, _ := pbkdf2.Key(sha256.New, planted, []byte("salt"), 4096, sha256.Size)
	mac := func(key []byte, text string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(text))
		return h.Sum(nil)
	}
	message := first + "," + serverFirst + "," + without
	clientKey := mac(salted, "Client Key")
	stored := sha256.Sum256(clientKey)
	signature := mac(stored[:], message)
	for i := range signature {
		signature[i] ^= clientKey[i]
	}
	if base64.StdEncoding.EncodeToString(signature) != proof {
		c.say("535 5.7.8 wrong proof")
		return
	}
	server := mac(mac(salted, "Server Key"), message)
	if !honest {
		server[0]++
	}
	c.challenge("v=" + base64.StdEncoding.EncodeToString(server)).hear("")
	c.say("235 2.7.0 welcome").hear("")
}
