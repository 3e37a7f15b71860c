package file

import (
	"strings"
	"time"

	"tebar/campaign"
)

// A preset is what a provider's name stands for.
type preset struct {
	host        string
	limits      []campaign.Limit
	pace        campaign.Pace
	connections int
}

const day = 24 * time.Hour

// presets: the limits of Google are those of facts/gmail.md, each below what
// Google states for the kind of account.
//
//	gmail      100/24h, 3000/month      the project's promise for a free account
//	gmail-500  500/24h, 15000/month     a free account as usually quoted
//	workspace  2000/24h, 60000/month    support.google.com/a/answer/166852
//	smtp       none: the server's owner knows them
//	sandbox    none: nothing leaves the machine
var presets = map[campaign.Provider]preset{
	campaign.Gmail:     google(100, 3000),
	campaign.Gmail500:  google(500, 15000),
	campaign.Workspace: google(2000, 60000),
	campaign.SMTP:      {connections: 4},
	campaign.Sandbox:   {connections: 1},
}

func google(daily, monthly int) preset {
	return preset{
		host:        "smtp.gmail.com",
		limits:      []campaign.Limit{{Max: daily, Window: day}, {Max: monthly, Window: campaign.Month}},
		pace:        campaign.Pace{Min: 5 * time.Second, Max: 15 * time.Second},
		connections: 1,
	}
}

// resolveSender fills in the preset and checks what the keys say together.
func (r *reader) resolveSender(s *senderDraft) {
	p := presets[s.Provider]
	if s.Connections == 0 {
		s.Connections = p.connections
	}
	switch s.Provider {
	case campaign.SMTP:
		r.resolveSMTP(s)
	case campaign.Sandbox:
		r.unused(s)
	case "":
	default:
		r.resolveGoogle(s, p)
	}
}

func (r *reader) resolveGoogle(s *senderDraft, p preset) {
	for _, name := range []string{"host", "port", "security", "auth"} {
		if n := s.at.find(name); n != nil {
			r.fail(n, "take it out, or use provider: smtp", "%s is fixed for provider %s", n.name(), s.Provider)
		}
	}
	s.Host, s.Port, s.Security, s.Auth = p.host, 587, campaign.StartTLS, campaign.AuthAuto
	r.pairLogin(s, "the whole address of the account", "env:GMAIL_APP_PASSWORD (an app password)")
	if n := s.at.find("username"); n != nil && s.Username != "" && wrongAddress(s.Username) != "" {
		r.fail(n, "write it whole, like rina@gmail.com", "%s: %q is not an address", n.path, shorten(s.Username))
	}
}

// pairLogin wants username and password.
func (r *reader) pairLogin(s *senderDraft, username, password string) {
	r.wants(s.at, "username", "add username: "+username)
	r.wants(s.at, "password", "add password: "+password)
}

func (r *reader) resolveSMTP(s *senderDraft) {
	r.wants(s.at, "host", "add host: smtp.school.example")
	if s.at.find("username") != nil || s.at.find("password") != nil {
		r.pairLogin(s, "the login's name", "env:SMTP_PASSWORD")
	}
	r.resolvePort(s)
	r.resolveAuth(s)
	if host := strings.ToLower(strings.TrimSuffix(s.Host, ".")); host == "smtp.gmail.com" || host == "smtp.googlemail.com" {
		r.gmailBySMTP(s)
	}
}

// resolvePort settles port and security (RFC 8314, section 3.3; RFC 6409, section 3.1).
func (r *reader) resolvePort(s *senderDraft) {
	if s.Security == "" {
		s.Security = campaign.StartTLS
		if s.Port == 465 {
			s.Security = campaign.TLS
		}
	}
	if s.Port == 0 {
		s.Port = map[campaign.Security]int{campaign.StartTLS: 587, campaign.TLS: 465, campaign.None: 25}[s.Security]
	}
	at := s.at.find("security")
	switch {
	case s.Security == campaign.None && s.Host != "" && !isLoopback(s.Host):
		r.fail(at, "write starttls or tls", "%s: none sends mail and password in the clear; it is for this machine alone (localhost)", at.path)
	case at != nil && s.Security == campaign.StartTLS && s.Port == 465:
		r.warn(at, "write security: tls, or leave it out", "port 465 wants TLS from the first byte, not starttls")
	case at != nil && s.Security == campaign.TLS && (s.Port == 587 || s.Port == 25):
		r.warn(at, "write security: starttls, or port: 465", "port %d wants starttls as a rule, not tls", s.Port)
	}
}

func (r *reader) resolveAuth(s *senderDraft) {
	user, auth := s.at.find("username"), s.at.find("auth")
	switch {
	case s.Auth == "" && user == nil:
		s.Auth = campaign.AuthNone
	case s.Auth == "":
		s.Auth = campaign.AuthAuto
	case s.Auth == campaign.AuthNone && user != nil:
		r.fail(auth, "take out username and password, or write auth: auto", "`auth: none` stands beside a username")
	case (s.Auth == campaign.AuthPlain || s.Auth == campaign.AuthLogin) && user == nil:
		r.fail(auth, "add username and password", "`auth: %s` needs a username", s.Auth)
	case user == nil:
		s.Auth = campaign.AuthNone
	}
}

// gmailBySMTP: without a preset nothing would keep the account below Google's limits.
func (r *reader) gmailBySMTP(s *senderDraft) {
	if s.own.limits.at == nil {
		r.warn(s.at.find("host"), "write provider: gmail (gmail-500, workspace), or state limits", "with provider smtp Google's limits are not kept")
	}
}

// unused tells that the sandbox logs in nowhere; so a campaign can be tried
// out by changing `provider` alone.
func (r *reader) unused(s *senderDraft) {
	var idle []string
	var first *node
	for _, p := range s.at.pairs {
		if contains([]string{"host", "port", "security", "auth", "username", "password"}, p.key.text) {
			idle = append(idle, p.key.text)
			if first == nil {
				first = p.key
			}
		}
	}
	if first != nil {
		r.warn(first, "", "the sandbox does not use %s", list(idle))
	}
	account := s.Name
	connections := s.Connections
	s.Sender = campaign.Sender{Provider: campaign.Sandbox, Connections: connections, Name: account}
}
