package file

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"tebar/campaign"
)

// senderDraft is a sender while it is being read: of a campaign, or an entry
// of accounts.yaml.
type senderDraft struct {
	campaign.Sender
	at  *node
	own limitsDraft
}

func senderKeys() []key[senderDraft] {
	return []key[senderDraft]{
		{name: "provider", must: true, read: readProvider},
		{name: "host", read: readHost},
		{name: "port", read: func(r *reader, n *node, s *senderDraft) { s.Port, _ = r.integer(n, 1, 65535) }},
		{name: "security", read: func(r *reader, n *node, s *senderDraft) {
			word, _ := r.choice(n, "starttls", "tls", "none")
			s.Security = campaign.Security(word)
		}},
		{name: "auth", read: readAuth},
		{name: "username", read: func(r *reader, n *node, s *senderDraft) { s.Username, _ = r.text(n) }},
		{name: "password", read: readPassword},
		{name: "connections", read: func(r *reader, n *node, s *senderDraft) { s.Connections, _ = r.integer(n, 1, 16) }},
		{name: "account", read: readLedger},
		{name: "imap", later: true},
		{name: "limits", read: func(r *reader, n *node, s *senderDraft) { readLimits(r, n, &s.own) }},
		{name: "reserve", read: func(r *reader, n *node, s *senderDraft) { readReserve(r, n, &s.own) }},
		{name: "pace", read: func(r *reader, n *node, s *senderDraft) { readPace(r, n, &s.own) }},
	}
}

// readSender takes the sender written out, or the name of an account.
func readSender(r *reader, n *node, d *draft) {
	switch n.kind {
	case listNode:
		r.fail(n, "write one sender, or the name of one account", "a list of senders is not there yet")
	case textNode:
		if name, ok := r.text(n); ok && !r.glued(n, names(senderKeys())) {
			d.account = given[string]{n, name}
		}
	default:
		d.sender.at = n
		readMap(r, n, senderKeys(), &d.sender)
	}
}

func readProvider(r *reader, n *node, s *senderDraft) {
	word, _ := r.choice(n, "gmail", "gmail-500", "workspace", "smtp", "sandbox")
	s.Provider = campaign.Provider(word)
}

var ledgerName = regexp.MustCompile(`^[\pL\pN][\pL\pN ._@/+-]{0,99}$`)

func readLedger(r *reader, n *node, s *senderDraft) {
	text, ok := r.text(n)
	if ok && !ledgerName.MatchString(text) {
		r.fail(n, "use letters, digits and . _ - @", "%s: %q cannot name an account", n.path, shorten(text))
		return
	}
	s.Name = text
}

func readAuth(r *reader, n *node, s *senderDraft) {
	if n.text == "xoauth2" {
		r.fail(n, "use an app password with auth: auto", "`auth: xoauth2` is not there yet")
		return
	}
	word, _ := r.choice(n, "auto", "plain", "login", "none")
	s.Auth = campaign.Auth(word)
}

var hostName = regexp.MustCompile(`^[\pL\pN](?:[\pL\pN.-]*[\pL\pN])?\.?$`)

// readHost takes a bare host: the port and the security have keys of their own.
func readHost(r *reader, n *node, s *senderDraft) {
	text, ok := r.text(n)
	if !ok {
		return
	}
	if _, err := netip.ParseAddr(text); err == nil || hostName.MatchString(text) {
		s.Host = text
		return
	}
	_, bare, url := strings.Cut(text, "://")
	if !url {
		bare = text
	}
	host, port, _ := strings.Cut(strings.TrimRight(bare, "/"), ":")
	switch _, err := strconv.Atoi(port); {
	case strings.Contains(bare, "@"):
		r.hideAll(n)
		r.fail(n, "write host, username and password each in its key", "%s wants the server's name alone", n.name())
	case hostName.MatchString(host) && err == nil:
		r.fail(n, "write host: "+host+" and port: "+port, "%s wants the server's name alone, not %q", n.name(), shorten(text))
	case hostName.MatchString(host) && url:
		r.fail(n, "write host: "+host, "%s wants the server's name alone, not %q", n.name(), shorten(text))
	default:
		r.fail(n, "write a name like smtp.school.example", "%s: %q is not the name of a server", n.path, shorten(text))
	}
}

// isLoopback says that mail for the host does not leave this machine.
func isLoopback(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().IsLoopback()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
