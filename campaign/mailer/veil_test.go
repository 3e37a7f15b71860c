package mailer

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"tebar/campaign"
	"tebar/campaign/mailer/sandbox"
)

// A server that says the password again, in whatever form and at whatever
// stage, does not get it into an outcome, nor the part that fits.
func TestVeil(t *testing.T) {
	const user, password = "rina@example.org", `s3cret"pa55\word+of/Ayu`
	encode := base64.StdEncoding.EncodeToString
	forms := map[string]string{
		"plain": password, "quoted": fmt.Sprintf("%q", password), "hex": hex.EncodeToString([]byte(password)), "url": url.QueryEscape(password),
		"login": encode([]byte(password)), "initial": encode([]byte("\x00" + user + "\x00" + password)), "other": encode([]byte("a" + password + "bc")),
		"line": "AUTH PLAIN " + encode([]byte("\x00"+user+"\x00"+password)),
	}
	for name, echo := range forms {
		for _, rule := range []sandbox.Rule{
			rule(campaign.StageAuth, sandbox.Reply{Code: 535, Text: "bad: " + echo}),
			rule(campaign.StageAuth, sandbox.Reply{Code: 454, Text: strings.Repeat("x", 470) + " " + echo}),
			rule(campaign.StageAuth, sandbox.Reply{Raw: "bad: " + echo + "\r\n"}),
			rule(campaign.StageAuth, sandbox.Reply{Raw: strings.Repeat("x", 60) + " " + echo + "\r\n"}),
			rule(campaign.StageMail, sandbox.Reply{Code: 550, Text: "not you, " + echo}),
			rule(campaign.StageRcpt, sandbox.Reply{Code: 450, Text: strings.Repeat("x", 480) + " " + echo}),
			rule(campaign.StageDot, sandbox.Reply{Code: 250, Text: "queued as " + echo}),
			rule(campaign.StageDot, sandbox.Reply{Raw: echo + "\r\n"}),
		} {
			s := serve(t, sandbox.Options{Username: user, Password: password, Mechanisms: []string{"PLAIN"}, Rules: []sandbox.Rule{rule}})
			o := sender(t, s, with(user, password)).Send(context.Background(), envelope(t), nil)
			all := fmt.Sprintf("%+v", o)
			if strings.Contains(all, password[:6]) || strings.Contains(all, hex.EncodeToString([]byte(password[:4]))) || sharesBase64(all, password) || !strings.Contains(all, "***") && !strings.Contains(all, "xxx") {
				t.Errorf("%s: %s", name, all)
			}
		}
	}
}

// sharesBase64 looks for eight characters of the password in base64.
func sharesBase64(text, password string) bool {
	for before := range 3 {
		whole := base64.RawStdEncoding.EncodeToString([]byte("xx"[:before] + password))[before+1 : 26]
		for i := range len(whole) - 8 {
			if strings.Contains(text, whole[i:i+8]) {
				return true
			}
		}
	}
	return false
}
