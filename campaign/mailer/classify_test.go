package mailer

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tebar/campaign"
)

const (
	pause = campaign.Pause
	fault = campaign.Fault
)

// Real answers, most of them Gmail's as its page on SMTP errors has them.
var answers = []struct {
	stage   campaign.Stage
	reply   string // code and text; further lines after "|"
	verdict campaign.Verdict
	class   campaign.Class
	wait    time.Duration
}{
	// daily limit: the recipient is innocent
	{"dot", "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to https://support.google.com/a/answer/166852 x-20020a.12 - gsmtp", pause, campaign.ClassDaily, 24 * time.Hour},
	{"data", "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail|550-5.4.5 sending limits go to|550 5.4.5  https://support.google.com/a/answer/166852 - gsmtp", pause, campaign.ClassDaily, 24 * time.Hour},
	{"dot", "550 5.4.5 Daily SMTP relay limit exceeded for user.", pause, campaign.ClassDaily, 24 * time.Hour},
	{"mail", "550 5.4.5 Daily sending quota exceeded", pause, campaign.ClassDaily, 24 * time.Hour},
	{"data", "454 Throttling failure: Daily message quota exceeded.", pause, campaign.ClassDaily, 24 * time.Hour},
	{"dot", "550 5.7.1 Email quota exceeded. This mail has been rejected.", pause, campaign.ClassDaily, 24 * time.Hour},
	{"data", "550 5.7.1 This account is rate limited", pause, campaign.ClassDaily, 24 * time.Hour},
	{"dot", "550 5.4.5 You have reached a limit for sending mail.", pause, campaign.ClassDaily, 24 * time.Hour},
	// the same words about the recipient's mailbox, not about the account
	{"rcpt", "552 5.2.2 Email quota exceeded for this mailbox", fail, campaign.ClassMailbox, 0},
	{"rcpt", "452 4.2.2 user has reached the daily limit of received mail", deferd, campaign.ClassMailbox, 0},
	{"rcpt", "450 4.2.1 recipient has reached a daily limit", deferd, campaign.ClassRate, time.Hour},
	// rate
	{"dot", "450 4.3.0 There is an unusual rate of mail from this account.", pause, campaign.ClassRate, 10 * time.Minute},
	{"dot", "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address.", pause, campaign.ClassRate, 10 * time.Minute},
	{"data", "550 5.7.28 There is an unusual rate of unsolicited mail originating from your IP", pause, campaign.ClassRate, 10 * time.Minute},
	{"rcpt", "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered.", deferd, campaign.ClassRate, time.Hour},
	{"rcpt", "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered.", deferd, campaign.ClassRate, time.Hour},
	{"data", "454 Throttling failure: Maximum sending rate exceeded.", requeue, campaign.ClassRate, 0},
	// login
	{"auth", "534 5.7.9 Application-specific password required. For more information, go to https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp", stopped, campaign.ClassLogin, 0},
	{"auth", "534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1> Please log in via|534 5.7.14 your web browser and then try again.", stopped, campaign.ClassLogin, 0},
	{"auth", "535-5.7.8 Username and Password not accepted. For more information, go to|535 5.7.8  https://support.google.com/mail/?p=BadCredentials - gsmtp", stopped, campaign.ClassLogin, 0},
	{"auth", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", stopped, campaign.ClassLogin, 0},
	{"auth", "454 4.7.0 Too many login attempts, please try again later.", pause, campaign.ClassLogin, time.Hour},
	{"auth", "454 4.7.0 Cannot authenticate due to temporary system problem. Try again later.", requeue, campaign.ClassNetwork, 0},
	{"auth", "504 5.7.4 Unrecognized Authentication Type", stopped, campaign.ClassLogin, 0},
	{"auth", "550 5.7.1 something new", stopped, campaign.ClassLogin, 0},
	{"auth", "451 4.0.0 something new", requeue, campaign.ClassNetwork, 0},
	{"mail", "530 5.7.0 Must issue a STARTTLS command first. - gsmtp", stopped, campaign.ClassTLS, 0},
	{"mail", "530-5.5.1 Authentication Required. For more information, go to|530 5.5.1  https://support.google.com/mail/?p=WantAuthError", stopped, campaign.ClassLogin, 0},
	{"rcpt", "502 5.7.0 Please authenticate first", stopped, campaign.ClassLogin, 0},
	{"rcpt", "554 5.7.1 <ayu@example.org>: Relay access denied", stopped, campaign.ClassSetup, 0},
	{"mail", "553 5.1.7 The sender address <x> is not a valid RFC 5321 address.", stopped, campaign.ClassSetup, 0},
	// set-up and account
	{"ehlo", "421 4.7.0 Try again later, closing connection. (EHLO)", stopped, campaign.ClassSetup, 0},
	{"ehlo", "501 5.5.4 HELO/EHLO argument \"x\" invalid, closing connection.", stopped, campaign.ClassSetup, 0},
	{"ehlo", "501 5.5.2 Syntactically invalid argument(s)", stopped, campaign.ClassSetup, 0},
	{"dot", "550 5.7.1 Unauthenticated email from example.org is not accepted due to domain's DMARC policy.", stopped, campaign.ClassSetup, 0},
	{"mail", "550 5.7.0 This user is disabled", stopped, campaign.ClassSuspended, 0},
	{"dot", "550-5.7.26 This mail has been blocked because the sender is unauthenticated.|550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.|550 5.7.26", stopped, campaign.ClassSetup, 0},
	{"dot", "421 4.7.32 Your email has been rate limited because the From: header (RFC5322) in this message isn't aligned with either SPF or DKIM", stopped, campaign.ClassSetup, 0},
	{"dot", "550 5.7.25 The IP address sending this message does not have a PTR record setup", stopped, campaign.ClassSetup, 0},
	{"dot", "451 4.7.40 no DMARC record", stopped, campaign.ClassSetup, 0},
	{"dot", "550 5.7.0 Mail sending denied", stopped, campaign.ClassSuspended, 0},
	{"mail", "550 5.7.0 Account suspended", stopped, campaign.ClassSuspended, 0},
	{"rcpt", "550 5.1.8 Access denied, bad outbound sender AS(42004)", stopped, campaign.ClassSuspended, 0},
	{"mail", "550 5.7.60 SMTP; Client does not have permissions to send as this sender", stopped, campaign.ClassSetup, 0},
	{"mail", "552 5.0.0 something new", stopped, campaign.ClassSetup, 0},
	{"greeting", "554 5.7.1 Service unavailable; client host blocked using a blocklist", stopped, campaign.ClassReputation, 0},
	{"greeting", "554 no SMTP service here", stopped, campaign.ClassSetup, 0},
	{"starttls", "454 4.7.0 TLS not available due to temporary reason", requeue, campaign.ClassNetwork, 0},
	{"starttls", "502 5.5.1 no", stopped, campaign.ClassTLS, 0},
	// reputation and greylisting
	{"dot", "550 5.7.1 Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked.", fail, campaign.ClassReputation, 0},
	{"dot", "421 4.7.0 Our system has detected that this message is suspicious due to the very low reputation of the sending domain.", fail, campaign.ClassReputation, 0},
	{"dot", "554 5.7.1 Message rejected as spam by Content Filtering", fail, campaign.ClassReputation, 0},
	{"rcpt", "450 4.2.0 Greylisted, see http://postgrey.schweikert.ch/ (spam protection)", deferd, campaign.ClassNone, 0},
	{"rcpt", "451 4.7.1 spam filter is busy", deferd, campaign.ClassNone, 0},
	{"dot", "550 5.7.1 The user or domain that you are sending to (or from) has a policy that prohibited the mail that you sent.", fail, campaign.ClassNone, 0},
	// mailboxes
	{"rcpt", "550-5.1.1 The email account that you tried to reach does not exist. Please try|550 5.1.1 double-checking the recipient's email address", fail, campaign.ClassRecipient, 0},
	{"dot", "550 5.2.1 The email account that you tried to reach is inactive.", fail, campaign.ClassRecipient, 0},
	{"rcpt", "550 5.2.1 The email account that you tried to reach is disabled.", fail, campaign.ClassRecipient, 0},
	{"rcpt", "553 5.1.2 We weren't able to find the recipient domain.", fail, campaign.ClassRecipient, 0},
	{"rcpt", "553 5.1.3 The recipient address <x> is not a valid RFC 5321 address.", fail, campaign.ClassRecipient, 0},
	{"rcpt", "550 5.4.1 Recipient address rejected: Access denied.", fail, campaign.ClassRecipient, 0},
	{"rcpt", "550 no such user", fail, campaign.ClassRecipient, 0},
	{"rcpt", "555 5.5.2 Syntax error, goodbye.", fail, campaign.ClassRecipient, 0},
	{"mail", "555 5.5.2 Syntax error, goodbye.", stopped, campaign.ClassSetup, 0},
	{"rcpt", "452 4.2.2 The email account that you tried to reach is over quota.", deferd, campaign.ClassMailbox, 0},
	{"rcpt", "552 5.2.2 The email account that you tried to reach is over quota and inactive.", fail, campaign.ClassMailbox, 0},
	{"rcpt", "452 Mailbox full", deferd, campaign.ClassMailbox, 0},
	// the message
	{"rcpt", "452 4.5.3 Your message has too many recipients.", fault, campaign.ClassContent, 0},
	{"rcpt", "550 5.5.3 Too many recipients for this sender.", fault, campaign.ClassContent, 0},
	{"dot", "552 5.2.3 Your message exceeded Google's message size limits.", fail, campaign.ClassSize, 0},
	{"dot", "552 5.3.4 Your message exceeded Google's message size limits.", fault, campaign.ClassSize, 0},
	{"mail", "552 5.3.4 Message size exceeds fixed limit", fault, campaign.ClassSize, 0},
	{"data", "552 Message size exceeds the maximum size", fault, campaign.ClassSize, 0},
	{"dot", "552-5.7.0 This message was blocked because its content presents a potential|552-5.7.0 security issue.|552 5.7.0", fault, campaign.ClassContent, 0},
	{"dot", "554 5.6.0 Mail message is malformed. Not accepted.", fault, campaign.ClassContent, 0},
	{"dot", "550 5.7.1 Messages missing a valid messageId header are not accepted (RFC 5322).", fault, campaign.ClassContent, 0},
	{"dot", "554 5.0.0 something new", fail, campaign.ClassNone, 0},
	// the connection
	{"mail", "421 4.7.0 Connection expired, try reconnecting.", requeue, campaign.ClassNetwork, 0},
	{"mail", "421 4.4.2 idle too long", requeue, campaign.ClassNetwork, 0},
	{"rcpt", "421 4.3.0 Temporary System Problem. Try again later.", deferd, campaign.ClassNetwork, 0},
	{"dot", "421 4.4.5 Server busy, try again later.", deferd, campaign.ClassNetwork, 0},
	{"dot", "451 4.3.0 Mail server temporarily rejected message.", deferd, campaign.ClassNone, 0},
	{"dot", "451 4.4.2 Timeout - closing connection.", deferd, campaign.ClassNone, 0},
	{"mail", "451 4.3.0 later", deferd, campaign.ClassNone, 0},
	{"mail", "503 5.5.1 Bad sequence of commands.", requeue, campaign.ClassProtocol, 0},
	{"rset", "500 what", requeue, campaign.ClassNetwork, 0},
	// nonsense
	{"mail", "354 go ahead", requeue, campaign.ClassProtocol, 0},
	{"rcpt", "220 hello", requeue, campaign.ClassProtocol, 0},
	{"mail", "100 what", requeue, campaign.ClassProtocol, 0},
	{"mail", "600 what", requeue, campaign.ClassProtocol, 0},
	{"dot", "354 go ahead", doubt, campaign.ClassProtocol, 0},
	{"dot", "251 perhaps", doubt, campaign.ClassProtocol, 0},
	{"dot", "600 what", doubt, campaign.ClassProtocol, 0},
	// accepted
	{"dot", "250 2.0.0 OK", campaign.Accepted, campaign.ClassNone, 0},
	{"auth", "235 2.7.0 Accepted", campaign.Accepted, campaign.ClassNone, 0},
}

func TestClassify(t *testing.T) {
	for _, a := range answers {
		code, text := split(a.reply)
		o := Classify(a.stage, code, text)
		if o.Verdict != a.verdict || o.Class != a.class || o.Wait != a.wait {
			t.Errorf("%s %s:\n got %s %s %v\nwant %s %s %v", a.stage, a.reply, o.Verdict, o.Class, o.Wait, a.verdict, a.class, a.wait)
		}
		if o.Stage != a.stage || o.Code != code || o.Reason == "" {
			t.Errorf("%s %s: %+v", a.stage, a.reply, o)
		}
		needs := o.Verdict == stopped || o.Verdict == pause || o.Verdict == fault || o.Verdict == doubt
		if needs && o.Hint == "" {
			t.Errorf("%s %s: no hint", a.stage, a.reply)
		}
		if code == 421 && !o.Dead {
			t.Errorf("%s %s: the connection is not dead", a.stage, a.reply)
		}
	}
}

// split takes "550-5.1.1 one|550 5.1.1 two" apart as the wire would.
func split(reply string) (int, string) {
	code := 0
	var texts []string
	for line := range strings.SplitSeq(reply, "|") {
		n, _, text, _ := splitLine([]byte(line))
		code = n
		texts = append(texts, text)
	}
	return code, strings.Join(texts, "\n")
}

// Every row of the table is needed by an answer above, has its source, and
// says what to do where a person is asked.
func TestTableRows(t *testing.T) {
	used := map[int]bool{}
	for _, a := range answers {
		code, text := split(a.reply)
		o := campaign.Outcome{Stage: a.stage, Code: code, Enhanced: enhancedCode(text)}
		look := strings.ToLower(clean(joinLines(text), maxResponse))
		for i, r := range table {
			if code >= 400 && code < 600 && r.fits(o, look) {
				used[i] = true
				break
			}
		}
	}
	for i, r := range table {
		if !used[i] {
			t.Errorf("row %d (%s, %v %v %v) is tried by no answer", i, r.reason, r.codes, r.enhanced, r.text)
		}
		if r.source == "" || r.reason == "" || r.codes == nil {
			t.Errorf("row %d has no source, reason or code: %+v", i, r)
		}
		for _, text := range r.text {
			if text != strings.ToLower(text) {
				t.Errorf("row %d: %q is not lower case", i, text)
			}
		}
		if (r.verdict == stopped || r.verdict == pause || r.verdict == fault) && r.hint == "" {
			t.Errorf("row %d (%s) has no hint", i, r.reason)
		}
	}
}

func TestAppPasswordHint(t *testing.T) {
	for _, code := range []int{534, 535} {
		if o := Classify(campaign.StageAuth, code, "5.7.8 no"); !strings.Contains(o.Hint, "app password") {
			t.Errorf("%d: %q", code, o.Hint)
		}
	}
}

func TestResponseAndQueueID(t *testing.T) {
	for _, tt := range []struct{ text, response, enhanced, id string }{
		{"2.0.0 Ok: queued as 4F1C2A", "2.0.0 Ok: queued as 4F1C2A", "2.0.0", "4F1C2A"},
		{"2.0.0 OK  1700000000 d2e1a72fcca58-69bd8b.12 - gsmtp", "2.0.0 OK 1700000000 d2e1a72fcca58-69bd8b.12 - gsmtp", "2.0.0", "d2e1a72fcca58-69bd8b.12"},
		{"OK id=1abcDE-0001xy-2Z", "OK id=1abcDE-0001xy-2Z", "", "1abcDE-0001xy-2Z"},
		{"2.0.0 3A1B2C Message accepted for delivery", "2.0.0 3A1B2C Message accepted for delivery", "2.0.0", "3A1B2C"},
		{"Ok 0100018bcdef-12345678-000000", "Ok 0100018bcdef-12345678-000000", "", "0100018bcdef-12345678-000000"},
		{"2.6.0 one\n2.6.0 two\nthree", "2.6.0 one two three", "2.6.0", ""},
		{"a\tb\x00c\x1b[31m\u202ed\xff", "a b c [31md?", "", ""},
		{"", "", "", ""},
	} {
		o := Classify(campaign.StageDot, 250, tt.text)
		if o.Response != tt.response || o.Enhanced != tt.enhanced || o.QueueID != tt.id {
			t.Errorf("%q: response %q, enhanced %q, id %q", tt.text, o.Response, o.Enhanced, o.QueueID)
		}
	}
	o := Classify(campaign.StageDot, 550, strings.Repeat("ü", 400))
	if len(o.Response) > maxResponse || !utf8.ValidString(o.Response) || !strings.HasSuffix(o.Response, "...") {
		t.Errorf("%d bytes: %q", len(o.Response), o.Response)
	}
}

func FuzzClassify(f *testing.F) {
	for _, a := range answers {
		code, text := split(a.reply)
		f.Add(string(a.stage), code, text)
	}
	f.Fuzz(func(t *testing.T, stage string, code int, text string) {
		o := Classify(campaign.Stage(stage), code, text)
		if o.Verdict == "" || o.Reason == "" {
			t.Errorf("no verdict or reason: %+v", o)
		}
		if o.Verdict == campaign.Accepted && (code < 200 || code > 299) {
			t.Errorf("%d is accepted", code)
		}
		if o.Verdict == doubt && (stage != "dot" || code >= 400 && code < 600) {
			t.Errorf("%s %d is unconfirmed", stage, code)
		}
		if len(o.Response) > maxResponse || !utf8.ValidString(o.Response) || strings.ContainsAny(o.Response, "\r\n\x00\x1b") {
			t.Errorf("response %q", o.Response)
		}
		if o.Verdict == campaign.Fail && code < 400 {
			t.Errorf("%d failed for good", code)
		}
	})
}
