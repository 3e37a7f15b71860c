package campaign

import "strings"

// Provider is a preset of server, limits and pace.
type Provider string

// The providers.
const (
	Gmail     Provider = "gmail"
	Gmail500  Provider = "gmail-500"
	Workspace Provider = "workspace"
	SMTP      Provider = "smtp"
	Sandbox   Provider = "sandbox"
)

// Security of the connection to the server.
type Security string

// StartTLS and TLS are verified always; None is for loopback only.
const (
	StartTLS Security = "starttls"
	TLS      Security = "tls"
	None     Security = "none"
)

// Auth is how to log in.
type Auth string

// AuthAuto takes the strongest that the server offers.
const (
	AuthAuto  Auth = "auto"
	AuthPlain Auth = "plain"
	AuthLogin Auth = "login"
	AuthNone  Auth = "none"
)

// A Sender is the account that mail leaves by, presets applied.
type Sender struct {
	Provider    Provider `json:"provider"`
	Host        string   `json:"host,omitempty"`
	Port        int      `json:"port,omitempty"`
	Security    Security `json:"security,omitempty"`
	Auth        Auth     `json:"auth,omitempty"`
	Username    string   `json:"username,omitempty"`
	Password    string   `json:"password,omitempty"` // a reference: env:NAME, file:PATH, command:..., keyring:S/U, prompt; never a secret
	Connections int      `json:"connections"`        // 1..16
	Name        string   `json:"account,omitempty"`  // names the ledger where several logins share a quota
}

// hostAliases folds names of one server into the one that names its ledger.
var hostAliases = map[string]string{"smtp.googlemail.com": "smtp.gmail.com"}

// AccountKey is what the ledger of limits is kept under: Name if it is set;
// the campaign's name for the sandbox; else lower-case username@host without
// port, or without a login the From address.
func (s Sender) AccountKey(from Address, name string) string {
	host := strings.ToLower(s.Host)
	if alias, ok := hostAliases[host]; ok {
		host = alias
	}
	switch {
	case s.Name != "":
		return s.Name
	case s.Provider == Sandbox:
		return "sandbox:" + name
	case s.Username == "":
		return strings.ToLower(from.Email)
	}
	return strings.ToLower(s.Username) + "/" + host
}

// Real says that mail leaves for a real server: starting asks first.
func (s Sender) Real() bool { return s.Provider != Sandbox }
