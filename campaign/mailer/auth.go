package mailer

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"

	"tebar/campaign"
)

// strongest lists the mechanisms from the strongest to the weakest. PLAIN and
// LOGIN send the password itself: under TLS, or to this machine, only.
var strongest = []string{
	"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN",
}

// maxSteps bounds the questions a server may ask in one login.
const maxSteps = 8

// login goes through AUTH (RFC 4954) once; a refused login is never repeated
// by itself.
func (s *Sender) login(ctx context.Context) campaign.Outcome {
	if s.server.Username == "" || s.server.Auth == campaign.AuthNone {
		return ready(campaign.StageAuth)
	}
	name, o := s.mechanism()
	if o.Verdict != campaign.Accepted {
		return o
	}
	if o := s.askPassword(ctx); o.Verdict != campaign.Accepted {
		return o
	}
	s.wire.veil = newVeil(s.password)
	return s.converse(ctx, s.mechanismFor(name))
}

// mechanism picks among those that the server offers.
func (s *Sender) mechanism() (string, campaign.Outcome) {
	offered := strings.Fields(strings.ToUpper(s.ext["AUTH"]))
	want := strongest
	switch s.server.Auth {
	case campaign.AuthPlain:
		want = []string{"PLAIN"}
	case campaign.AuthLogin:
		want = []string{"LOGIN"}
	}
	for _, name := range want {
		plus := strings.HasSuffix(name, "-PLUS")
		if slices.Contains(offered, name) && (!plus || s.wire.secure != nil) {
			return name, ready(campaign.StageAuth)
		}
	}
	what := "the server offers no login"
	if len(offered) > 0 {
		what = "the server offers no login that fits: it has " + clean(strings.Join(offered, ", "), 100)
	}
	return "", stop(campaign.StageAuth, campaign.ClassLogin, what,
		"check host, port and security of the sender; set sender.auth to auto, or to none where the server wants no login")
}

// askPassword asks once and keeps the answer as long as the Sender lives.
func (s *Sender) askPassword(ctx context.Context) campaign.Outcome {
	if s.asked {
		return ready(campaign.StageAuth)
	}
	if s.server.Password == nil {
		return stop(campaign.StageAuth, campaign.ClassLogin, "no password is given for "+s.server.Username,
			"set sender.password, for example to env:GMAIL_APP_PASSWORD")
	}
	password, err := s.server.Password(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return lost(ctx, campaign.StageAuth, ctx.Err())
	case err != nil:
		return stop(campaign.StageAuth, campaign.ClassLogin, "reading the password: "+clean(err.Error(), 300), hintOf(err))
	case password == "":
		return stop(campaign.StageAuth, campaign.ClassLogin, "the password of "+s.server.Username+" is empty",
			"check what sender.password points at")
	}
	s.password, s.asked = s.server.trim(password), true
	return ready(campaign.StageAuth)
}

func hintOf(err error) string {
	var h *campaign.HintError
	if errors.As(err, &h) {
		return h.Hint
	}
	return "check what sender.password points at"
}

// trim takes the spaces out of a Google app password: 16 letters, shown in
// groups of four.
func (s Server) trim(password string) string {
	bare := strings.Join(strings.Fields(password), "")
	letters := !strings.ContainsFunc(bare, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
	if s.gmail() && len(bare) == 16 && letters {
		return bare
	}
	return password
}

func (s *Sender) mechanismFor(name string) smtp.Auth {
	user, password := s.server.Username, s.password
	switch name {
	case "SCRAM-SHA-256-PLUS":
		return smtp.ScramSHA256PlusAuth(user, password, s.wire.secure)
	case "SCRAM-SHA-256":
		return smtp.ScramSHA256Auth(user, password)
	case "SCRAM-SHA-1-PLUS":
		return smtp.ScramSHA1PlusAuth(user, password, s.wire.secure)
	case "SCRAM-SHA-1":
		return smtp.ScramSHA1Auth(user, password)
	case "CRAM-MD5":
		return smtp.CRAMMD5Auth(user, password)
	case "LOGIN":
		return smtp.LoginAuth(user, password, s.server.Host, s.clearAllowed())
	}
	return smtp.PlainAuth("", user, password, s.server.Host, s.clearAllowed())
}

// clearAllowed says that a password may go without TLS: to this machine, where
// the campaign asks for it. connect has refused all other hosts.
func (s *Sender) clearAllowed() bool {
	return s.server.Security == campaign.None && loopback(s.server.Host)
}

// converse runs one mechanism to its end.
func (s *Sender) converse(ctx context.Context, mech smtp.Auth) campaign.Outcome {
	info := &smtp.ServerInfo{Name: s.server.Host, TLS: s.wire.secure != nil, Auth: strings.Fields(s.ext["AUTH"])}
	name, first, err := mech.Start(info)
	if err != nil {
		return s.mechanismFailed(err)
	}
	line := "AUTH " + name
	if len(first) > 0 {
		line += " " + base64.StdEncoding.EncodeToString(first)
	}
	for range maxSteps {
		r, err := s.wire.command(s.server.Timeouts.Command, line)
		if err != nil || r.code != 334 {
			return s.redact(s.judge(ctx, campaign.StageAuth, r, err, 235))
		}
		answer, err := answerTo(mech, r.text)
		if err != nil {
			_, _ = s.wire.command(s.server.Timeouts.Quit, "*") // RFC 4954, section 4: cancels
			return s.mechanismFailed(err)
		}
		line = base64.StdEncoding.EncodeToString(answer)
	}
	return s.mechanismFailed(errors.New("the server asks without end"))
}

func answerTo(mech smtp.Auth, challenge string) ([]byte, error) {
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(challenge))
	if err != nil {
		return nil, errors.New("the server's question is not base64")
	}
	return mech.Next(plain, true)
}

func (s *Sender) mechanismFailed(err error) campaign.Outcome {
	return s.redact(stop(campaign.StageAuth, campaign.ClassLogin,
		fmt.Sprintf("the login at %s failed: %s", s.server.Host, clean(s.wire.veiled(err.Error()), 200)),
		"set sender.auth to plain, or ask the server's administrator"))
}

// redact takes a password that is too short for the veil out of the answer to
// a login, in the forms in which it was sent.
func (s *Sender) redact(o campaign.Outcome) campaign.Outcome {
	if s.password == "" {
		return o
	}
	encode := base64.StdEncoding.EncodeToString
	hide := strings.NewReplacer(
		encode([]byte("\x00"+s.server.Username+"\x00"+s.password)), "***",
		encode([]byte(s.password)), "***", s.password, "***")
	o.Response, o.Reason = hide.Replace(o.Response), hide.Replace(o.Reason)
	return o
}
