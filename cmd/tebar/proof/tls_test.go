package proof

import (
	"crypto/tls"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A betrayal is a server that must get no password and no mail.
type betrayal struct {
	name     string
	crook    *crook
	security string
	code     int
	words    string // of the error
}

// offered is what an honest server has before TLS, and under it.
var (
	offered = []string{"250-SIZE 1000000", "250-STARTTLS", "250 AUTH PLAIN LOGIN"}
	under   = []string{"250-SIZE 1000000", "250 AUTH PLAIN LOGIN"}
	bare    = []string{"250-SIZE 1000000", "250 AUTH PLAIN LOGIN"} // STARTTLS stripped
)

func honest(config *tls.Config) *crook {
	return &crook{tls: config, before: offered, after: under, starttls: "220 go on"}
}

func implicit(config *tls.Config) *crook {
	c := honest(config)
	c.implicit = true
	return c
}

func changed(c *crook, change func(*crook)) *crook {
	change(c)
	return c
}

func old(config *tls.Config) *tls.Config {
	config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	return config
}

func betrayals(t *testing.T) []betrayal {
	tomorrow, stranger := time.Now().Add(24*time.Hour), newAuthority()
	wrongHost := trusted().certificate(t, "mail.example.org", tomorrow)
	expired := trusted().certificate(t, "127.0.0.1", time.Now().Add(-time.Hour))
	unknown := stranger.certificate(t, "127.0.0.1", tomorrow)
	fine := goodCertificate(t)
	return []betrayal{
		{"STARTTLS stripped", changed(honest(fine), func(c *crook) { c.before = bare }), "starttls", 5, "does not offer STARTTLS"},
		{"STARTTLS renamed on the way", changed(honest(fine), func(c *crook) { c.before = []string{"250-XXXXXXXX", "250 AUTH PLAIN LOGIN"} }), "starttls", 5, "does not offer STARTTLS"},
		{"EHLO refused, HELO asked for", changed(honest(fine), func(c *crook) { c.before = nil }), "starttls", 5, "refuses to talk"},
		{"STARTTLS refused, login asked for", changed(honest(fine), func(c *crook) { c.starttls = "454 no TLS today, just log in" }), "starttls", 1, "not available now"},
		{"STARTTLS refused for good", changed(honest(fine), func(c *crook) { c.starttls = "502 no TLS here, just log in" }), "starttls", 5, "refuses to encrypt"},
		{"STARTTLS agreed to, and on in the clear", changed(honest(fine), func(c *crook) { c.starttls, c.plainly = "220 go on\r\n250-crook.test\r\n250 AUTH PLAIN LOGIN", true }), "starttls", 5, "before the encryption began"},
		{"text smuggled in before TLS", changed(honest(fine), func(c *crook) { c.starttls = "220 go on\r\n235 logged in\r\n250 OK" }), "starttls", 5, "before the encryption began"},
		{"wrong host", honest(wrongHost), "starttls", 5, "it is for mail.example.org"},
		{"expired", honest(expired), "starttls", 5, "it is valid from"},
		{"unknown authority", honest(unknown), "starttls", 5, "nobody this machine trusts"},
		{"TLS 1.0 and 1.1 only", honest(old(goodCertificate(t))), "starttls", 5, "no secure connection"},
		{"wrong host, from the first byte", implicit(wrongHost), "tls", 5, "it is for mail.example.org"},
		{"expired, from the first byte", implicit(expired), "tls", 5, "it is valid from"},
		{"unknown authority, from the first byte", implicit(unknown), "tls", 5, "nobody this machine trusts"},
		{"TLS 1.0 and 1.1 only, from the first byte", implicit(old(goodCertificate(t))), "tls", 5, "no secure connection"},
		{"no TLS where it should be from the first byte", honest(fine), "tls", 5, "does not speak TLS"},
		{"no login but its own", changed(honest(fine), func(c *crook) { c.after = []string{"250 AUTH NTLM DIGEST-MD5 XOAUTH2 ANONYMOUS"} }), "starttls", 5, "no login that fits"},
		{"no login at all", changed(honest(fine), func(c *crook) { c.after = []string{"250 SIZE 1000000"} }), "starttls", 5, "offers no login"},
	}
}

// TestTransportSecurity: none of these servers hears the password in any form,
// or who is written to; tebar ends with a person to be asked, and a hint.
func TestTransportSecurity(t *testing.T) {
	if !canTrust() {
		t.Log("this system has no SSL_CERT_FILE: every certificate is unknown here")
	}
	list := betrayals(t)
	together(list, func(b betrayal) { b.try(t) })
	if canTrust() {
		for _, how := range []string{"starttls", "tls"} {
			for _, reference := range carriers() {
				honestlyServed(t, how, reference)
			}
		}
	}
	figures(t, "transport security", "%d servers that would betray the password: none heard it, nor a recipient; the honest two did", len(list))
}

// dealing is a machine that logs in at a crook.
func dealing(t *testing.T, c *crook, security, reference string) *machine {
	t.Helper()
	c.start(t)
	m := machineIn(t, inMemory(t), 0, 3, fmt.Sprintf(
		"sender: {provider: smtp, host: 127.0.0.1, port: %d, security: %s, username: %s, password: %s, connections: 1}\n", c.port(), security, login, reference))
	m.carry(reference)
	trustIn(t, m)
	return m
}

func (b betrayal) try(t *testing.T) {
	t.Helper()
	m := dealing(t, b.crook, b.security, carrier(len(b.name)))
	for _, args := range [][]string{{"run", m.file, "--yes", "--once"}, {"doctor", m.file}, {"test", m.file, "--to", "me@example.org"}} {
		r := m.run(args...)
		want := b.code
		if args[0] == "doctor" {
			want = 5
		}
		if all := r.stdout + r.stderr; r.code != want && args[0] != "test" || !strings.Contains(all, b.words) || !strings.Contains(all, "hint: ") {
			t.Errorf("%s: tebar %s: want exit %d with %q and a hint, got %s", b.name, args[0], want, b.words, r)
		}
		if args[0] == "test" && r.code == 0 {
			t.Errorf("%s: test has sent: %s", b.name, r)
		}
	}
	heard, mail := b.crook.told()
	for _, word := range append(writtenAs(planted), "AUTH", "MAIL", "RCPT", "person1", "me@example.org") {
		if strings.Contains(heard, word) {
			t.Errorf("%s: the server heard %q", b.name, word)
		}
	}
	if s := m.states(); mail != 0 || s.count("queued") != 3 || len(heard) == 0 {
		t.Errorf("%s: %d messages taken, %d bytes heard, %v", b.name, mail, len(heard), s)
	}
}

// honestlyServed is the counterpart: with the right certificate the same
// server gets it all, and the test's ears are open.
func honestlyServed(t *testing.T, security, reference string) {
	t.Helper()
	c := honest(goodCertificate(t))
	c.implicit = security == "tls"
	m := dealing(t, c, security, reference)
	m.must([]int{0}, "run", m.file, "--yes")
	heard, mail := c.told()
	found := false
	for _, word := range writtenAs(planted) {
		found = found || strings.Contains(heard, word)
	}
	if !found || mail != 3 || !strings.Contains(heard, "RCPT TO:<person1@example.org>") {
		t.Errorf("%s, %s: password heard %v, %d messages\n%s", security, reference, found, mail, heard)
	}
}
