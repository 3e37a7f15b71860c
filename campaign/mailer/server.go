package mailer

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"time"

	"tebar/campaign"
)

// A Server is where mail is handed in, and how to get in.
type Server struct {
	Host     string
	Port     int
	Security campaign.Security // zero = starttls
	Auth     campaign.Auth     // zero = auto
	Username string            // "" = no login
	// Password is asked for once, at the first login; nil = none.
	Password func(context.Context) (string, error)
	// Name is said in EHLO. Default: the domain of Username, or of the From
	// address; never the machine's host name.
	Name string
	// TLS gives other roots; nil = the system's. Certificates are verified
	// and TLS is 1.2 or later whatever it says.
	TLS *tls.Config
	// Dial opens the connection; nil = net.Dialer.
	Dial     func(ctx context.Context, network, address string) (net.Conn, error)
	Timeouts Timeouts
}

// Timeouts are for one stage each, whatever trickles in meanwhile. Zero
// values are those of RFC 5321, section 4.5.3.2.
type Timeouts struct {
	Connect time.Duration // TCP, and the TLS handshake; 30 s
	Command time.Duration // greeting, EHLO, STARTTLS, AUTH, MAIL, RCPT, RSET; 5 min (4.5.3.2.1 to 4.5.3.2.3)
	Data    time.Duration // DATA to 354; 2 min (4.5.3.2.4)
	Block   time.Duration // writing one block of the message; 3 min (4.5.3.2.5)
	Dot     time.Duration // the reply after the dot; 10 min (4.5.3.2.6)
	Quit    time.Duration // the farewell; 2 s
}

func (t Timeouts) withDefaults() Timeouts {
	set := func(d *time.Duration, standard time.Duration) {
		if *d <= 0 {
			*d = standard
		}
	}
	set(&t.Connect, 30*time.Second)
	set(&t.Command, 5*time.Minute)
	set(&t.Data, 2*time.Minute)
	set(&t.Block, 3*time.Minute)
	set(&t.Dot, 10*time.Minute)
	set(&t.Quit, 2*time.Second)
	return t
}

// loopback says whether a host can be nothing but this machine.
func loopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// gmail says whether the server is Google's.
func (s Server) gmail() bool {
	host := strings.ToLower(s.Host)
	return host == "smtp.gmail.com" || host == "smtp.googlemail.com"
}

// helo is the name for EHLO: Name, else the domain of the user name or of
// from, else an address literal that says nothing (RFC 5321, section 4.1.3).
func (s Server) helo(from string) string {
	for _, name := range []string{s.Name, domain(s.Username), domain(from)} {
		if validHost(name) {
			return name
		}
	}
	return "[127.0.0.1]"
}

func domain(address string) string {
	return address[strings.LastIndexByte(address, '@')+1:]
}

func validHost(name string) bool {
	literal := strings.HasPrefix(name, "[") && strings.HasSuffix(name, "]")
	return strings.ContainsAny(name, ".:") && len(name) <= 255 && !strings.ContainsFunc(name, func(r rune) bool {
		plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-'
		return !plain && (!literal || !strings.ContainsRune("[]:", r))
	})
}
