package mailer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"tebar/campaign"
)

// Classify says what a complete reply at a stage means: the first row of the
// table that fits, else what RFC 5321 gives for the code and the stage. It is
// Accepted only for the one 2xx code that the stage waits for. Class, Reason
// and, for Stop, Pause and Fault, Hint are set.
func Classify(stage campaign.Stage, code int, text string) campaign.Outcome {
	o := campaign.Outcome{
		Stage: stage, Code: code,
		Enhanced: enhancedCode(text), Response: clean(joinLines(text), maxResponse),
	}
	switch {
	case code == expected[stage] && code >= 200 && code < 300:
		o.Verdict, o.Reason = campaign.Accepted, "accepted by the server"
		if stage == campaign.StageDot {
			o.QueueID = queueID(o.Response)
		}
		return o
	case code < 400 || code > 599:
		return nonsense(o)
	}
	o.Dead = code == 421
	look := strings.ToLower(o.Response)
	for _, r := range table {
		if r.fits(o, look) {
			return r.apply(o)
		}
	}
	return generic(o)
}

// expected is the code that a stage waits for (RFC 5321, section 4.3.2; RFC
// 3207; RFC 4954). DATA's 354 is no end of anything and stands apart.
var expected = map[campaign.Stage]int{
	campaign.StageGreeting: 220, campaign.StageEHLO: 250, campaign.StageStartTLS: 220,
	campaign.StageAuth: 235, campaign.StageMail: 250, campaign.StageRcpt: 250, campaign.StageDot: 250,
	campaign.StageRset: 250, campaign.StageNoop: 250, campaign.StageQuit: 221,
}

// nonsense is a code that has no meaning here. After the dot it is no answer.
func nonsense(o campaign.Outcome) campaign.Outcome {
	o.Class, o.Dead = campaign.ClassProtocol, true
	if o.Stage == campaign.StageDot {
		o.Verdict = campaign.Uncertain
		o.Reason = fmt.Sprintf("the server's answer to the message makes no sense (%d): it may have been accepted or not", o.Code)
		o.Hint = "look for the message in the account's Sent folder, then settle it as sent or to be sent again"
		return o
	}
	o.Verdict = campaign.Requeue
	o.Reason = fmt.Sprintf("the server's answer makes no sense here (%d); the message was not sent", o.Code)
	return o
}

// A row is one line of the table. Empty fields fit everything; of several
// texts, lower case, one has to occur.
type row struct {
	stages   []campaign.Stage
	codes    []int
	enhanced []string // "5.7.1"; "*.7.28" for 4 and 5
	text     []string
	verdict  campaign.Verdict
	class    campaign.Class
	wait     time.Duration
	dead     bool
	reason   string
	hint     string
	source   string // where the meaning is written down
}

func (r row) fits(o campaign.Outcome, look string) bool {
	fits := func(s string) bool { return strings.Contains(look, s) }
	return (r.stages == nil || slices.Contains(r.stages, o.Stage)) &&
		(r.codes == nil || slices.Contains(r.codes, o.Code)) &&
		(r.enhanced == nil || slices.ContainsFunc(r.enhanced, func(p string) bool { return sameEnhanced(p, o.Enhanced) })) &&
		(r.text == nil || slices.ContainsFunc(r.text, fits))
}

func sameEnhanced(pattern, code string) bool {
	if rest, ok := strings.CutPrefix(pattern, "*"); ok && code != "" {
		return rest == code[1:]
	}
	return pattern == code
}

func (r row) apply(o campaign.Outcome) campaign.Outcome {
	o.Verdict, o.Class, o.Wait, o.Reason, o.Hint = r.verdict, r.class, r.wait, r.reason, r.hint
	o.Dead = o.Dead || r.dead
	return o
}

// generic is a 4xx or 5xx that no row knows (RFC 5321, section 4.2.1).
func generic(o campaign.Outcome) campaign.Outcome {
	later := o.Code < 500
	switch o.Stage {
	case campaign.StageRcpt, campaign.StageData, campaign.StageBody, campaign.StageDot:
		return aboutMessage(o, later)
	case campaign.StageMail:
		if later && o.Code != 421 {
			o.Verdict, o.Reason = campaign.Defer, "the server asks to try again later"
			return o
		}
	case campaign.StageRset, campaign.StageNoop, campaign.StageQuit:
		later = true
		o.Dead = true
	}
	if later {
		o.Verdict, o.Class = campaign.Requeue, campaign.ClassNetwork
		o.Dead = true
		o.Reason = "the server is not available now"
		return o
	}
	return aboutSender(o)
}

func aboutMessage(o campaign.Outcome, later bool) campaign.Outcome {
	switch {
	case later:
		o.Verdict, o.Reason = campaign.Defer, "the server asks to try again later"
		if o.Code == 421 {
			o.Class = campaign.ClassNetwork
		}
	case o.Stage == campaign.StageRcpt:
		o.Verdict, o.Class, o.Reason = campaign.Fail, campaign.ClassRecipient, "the server refuses this recipient"
	default:
		o.Verdict, o.Reason = campaign.Fail, "the server refuses this message"
	}
	return o
}

func aboutSender(o campaign.Outcome) campaign.Outcome {
	o.Verdict, o.Class = campaign.Stop, campaign.ClassSetup
	switch o.Stage {
	case campaign.StageAuth:
		o.Class, o.Reason = campaign.ClassLogin, "the server refuses the login"
		o.Hint = "check username and password of the sender"
	case campaign.StageStartTLS:
		o.Class, o.Reason = campaign.ClassTLS, "the server refuses to encrypt the connection"
		o.Hint = "try sender.security: tls with port 465"
	case campaign.StageMail:
		o.Reason = "the server refuses the From address"
		o.Hint = "check `from` and the login: the account has to be allowed to send from that address"
	default:
		o.Reason = "the server refuses to talk to this machine"
		o.Hint = "check host and port of the sender; the server's words say more"
	}
	return o
}

// enhanced is the code of RFC 3463 at the beginning of a reply's text.
var enhanced = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}(?:\s|$)`)

func enhancedCode(text string) string {
	return strings.TrimSpace(enhanced.FindString(strings.TrimLeft(text, " ")))
}

// joinLines makes one line of a reply's lines; an enhanced code that the first
// line has said is not repeated.
func joinLines(text string) string {
	code := enhancedCode(text)
	if code == "" || !strings.Contains(text, "\n") {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines[1:] {
		if enhancedCode(line) == code {
			lines[i+1] = strings.TrimPrefix(strings.TrimSpace(line), code)
		}
	}
	return strings.Join(lines, "\n")
}
