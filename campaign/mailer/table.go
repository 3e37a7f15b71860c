package mailer

import (
	"time"

	"tebar/campaign"
)

// Groups of stages: opening has no message yet; message has one, and the
// server's word is about it.
var (
	opening = []campaign.Stage{
		campaign.StageConnect, campaign.StageGreeting, campaign.StageEHLO, campaign.StageStartTLS, campaign.StageAuth,
	}
	message = []campaign.Stage{campaign.StageRcpt, campaign.StageData, campaign.StageBody, campaign.StageDot}
	payload = []campaign.Stage{campaign.StageData, campaign.StageBody, campaign.StageDot}
	account = []campaign.Stage{campaign.StageAuth, campaign.StageMail, campaign.StageData, campaign.StageBody, campaign.StageDot}
)

// Sources of the table.
const (
	google  = "support.google.com/a/answer/3726730 (Gmail SMTP errors and codes)"
	senders = "support.google.com/a/answer/81126 (Gmail sender guidelines)"
	ses     = "docs.aws.amazon.com/ses: SMTP response codes"
	office  = "learn.microsoft.com: NDR error codes in Exchange Online"
	rfc5321 = "RFC 5321, section 4.2.3"
	rfc4954 = "RFC 4954, section 6"
	rfc3463 = "RFC 3463, section 3"
	rfc7372 = "RFC 7372, section 3"
	rfc6647 = "RFC 6647, section 2"
	postfix = "postfix.org/SMTPD_ACCESS_README"
)

// What a person can do.
const (
	hintLimit = "the message stays queued and goes on by itself when the pause is over; lower `limits`, or set `reserve`, so that it does not happen again"
	hintRate  = "the message stays queued and goes on by itself after the pause; a longer `pace` avoids this"
	hintApp   = "Gmail wants an app password: switch on 2-Step Verification at myaccount.google.com/security, make one at myaccount.google.com/apppasswords, and put its 16 letters where sender.password points (the account's own password does not work, and \"less secure apps\" no longer exists)"
	hintLogin = "check sender.username and what sender.password points at; for Gmail it has to be an app password from myaccount.google.com/apppasswords (a new one after each change of the account's password)"
	hintWeb   = "log in to the account in a web browser, confirm that it was you, then make an app password at myaccount.google.com/apppasswords"
	hintDNS   = "the sending domain's SPF, DKIM, DMARC or reverse DNS has to be put right by whoever keeps its DNS; the server's words say which"
	hintSetup = "check host, port, security and login of the sender; the server's words say more"
	hintBody  = "look at the message with `tebar test FILE --to YOU`, correct the letter or its attachments, then `tebar run FILE --accept-changes`"
	hintSize  = "make the attachments smaller, or put them on the web and send a link"
	hintWho   = "log in to the account in a web browser and read what the provider says; do not send before it is cleared"
)

// table gives the meaning of replies; the first row that fits counts, so
// narrow rows stand before wide ones. Codes and texts both count: Google's
// page and Gmail's real answers do not always agree on the enhanced code.
var table = []row{
	// A full or busy mailbox, whatever words its server has for it: "quota"
	// and "daily limit" there are the recipient's, not the account's.
	{stages: message, codes: []int{422, 450, 451, 452}, enhanced: []string{"4.2.2"}, verdict: campaign.Defer, class: campaign.ClassMailbox, reason: "the recipient's mailbox is full", source: google + "; " + rfc3463},
	{stages: message, codes: []int{550, 552, 554}, enhanced: []string{"5.2.2"}, verdict: campaign.Fail, class: campaign.ClassMailbox, reason: "the recipient's mailbox is full", source: google + "; " + rfc3463},
	{codes: []int{450, 451}, enhanced: []string{"4.2.1"}, text: []string{"daily limit", "daily message quota", "too much mail"}, verdict: campaign.Defer, class: campaign.ClassRate, wait: time.Hour, reason: "this recipient is getting too much mail at the moment", source: google},

	// The account's quota. The recipient is innocent: never failed.
	{codes: []int{421, 450, 452, 454, 550, 552, 554}, text: []string{"daily message quota", "daily user sending", "daily sending quota", "daily sending limit", "daily smtp relay limit", "daily limit", "sending limit exceeded", "email quota exceeded"}, verdict: campaign.Pause, class: campaign.ClassDaily, wait: day, reason: "the provider's daily limit is reached", hint: hintLimit, source: google + "; " + ses},
	{stages: message, codes: []int{550, 552, 554}, enhanced: []string{"5.4.5"}, verdict: campaign.Pause, class: campaign.ClassDaily, wait: day, reason: "the provider's daily limit is reached", hint: hintLimit, source: google},
	{codes: []int{421, 450, 550}, enhanced: []string{"*.7.28"}, verdict: campaign.Pause, class: campaign.ClassRate, wait: 10 * time.Minute, dead: true, reason: "the server sees an unusual rate of mail from this account", hint: hintRate, source: google},
	{codes: []int{421, 450, 550}, text: []string{"unusual rate"}, verdict: campaign.Pause, class: campaign.ClassRate, wait: 10 * time.Minute, dead: true, reason: "the server sees an unusual rate of mail from this account", hint: hintRate, source: google},
	{codes: []int{450, 451, 550}, enhanced: []string{"*.2.1"}, text: []string{"at a rate", "too quickly"}, verdict: campaign.Defer, class: campaign.ClassRate, wait: time.Hour, reason: "this recipient is getting too much mail at the moment", source: google},
	{codes: []int{550}, enhanced: []string{"5.7.1"}, text: []string{"rate limited", "rate limit exceeded", "rate-limited"}, verdict: campaign.Pause, class: campaign.ClassDaily, wait: day, reason: "the provider limits this account for a day", hint: hintLimit, source: google},
	{codes: []int{450, 451, 452, 454}, text: []string{"throttling failure", "maximum sending rate", "sending rate exceeded"}, verdict: campaign.Requeue, class: campaign.ClassRate, reason: "the server asks to send more slowly", hint: hintRate, source: ses},

	// Logging in. A refused login is never tried again by itself.
	{codes: []int{421, 454}, text: []string{"too many login attempts", "too many failed login"}, verdict: campaign.Pause, class: campaign.ClassLogin, wait: time.Hour, dead: true, reason: "too many logins in a short time", hint: "the account goes on by itself after the pause; close other programs that log in to it", source: google},
	{stages: opening, codes: []int{421, 432, 450, 451, 454}, text: []string{"cannot authenticate", "temporary authentication failure", "temporary system problem"}, verdict: campaign.Requeue, class: campaign.ClassNetwork, dead: true, reason: "the server cannot check logins at the moment", source: google + "; " + rfc4954},
	{codes: []int{534}, enhanced: []string{"5.7.14"}, verdict: campaign.Stop, class: campaign.ClassLogin, reason: "the provider wants a login in a web browser first", hint: hintWeb, source: google},
	{codes: []int{534}, verdict: campaign.Stop, class: campaign.ClassLogin, reason: "the provider does not take this password: it wants an app password", hint: hintApp, source: google},
	{codes: []int{535}, verdict: campaign.Stop, class: campaign.ClassLogin, reason: "the server refuses user name or password", hint: hintLogin, source: google + "; " + rfc4954},
	{codes: []int{530, 538, 523}, text: []string{"starttls", "tls is required", "encryption required"}, verdict: campaign.Stop, class: campaign.ClassTLS, reason: "the server wants an encrypted connection", hint: "set sender.security to starttls (port 587) or tls (port 465)", source: google + "; RFC 3207, section 4"},
	{codes: []int{530, 538}, verdict: campaign.Stop, class: campaign.ClassLogin, reason: "the server wants a login first", hint: hintLogin, source: google + "; " + rfc4954},
	{codes: []int{502, 503, 550, 553, 554}, text: []string{"authentication required", "authenticate first", "not logged in", "must be authenticated"}, verdict: campaign.Stop, class: campaign.ClassLogin, reason: "the server wants a login first", hint: hintLogin, source: rfc4954},
	{stages: opening, codes: []int{504}, verdict: campaign.Stop, class: campaign.ClassLogin, reason: "the server does not know this kind of login", hint: "set sender.auth to auto", source: google + "; " + rfc4954},
	{codes: []int{550, 551, 553, 554, 454}, text: []string{"relay access denied", "relaying denied", "relay denied", "relay not permitted", "unable to relay", "not permitted to relay", "relaying not allowed"}, verdict: campaign.Stop, class: campaign.ClassSetup, reason: "the server does not pass on mail for this sender", hint: "log in (sender.username and sender.password), or ask the server's administrator to allow this machine", source: postfix},

	// The account and the sender's set-up.
	{stages: []campaign.Stage{campaign.StageEHLO, campaign.StageMail}, codes: []int{421, 501, 550, 554}, text: []string{"(ehlo)", "helo"}, verdict: campaign.Stop, class: campaign.ClassSetup, reason: "the server does not take the name that this program gives itself", hint: hintSetup, source: google},
	{stages: []campaign.Stage{campaign.StageEHLO}, codes: []int{501, 504}, verdict: campaign.Stop, class: campaign.ClassSetup, reason: "the server does not take the name that this program gives itself", hint: hintSetup, source: google},
	{codes: []int{550, 554, 535, 421}, text: []string{"sending denied", "mail sending is disabled", "sending has been disabled", "your account has been", "account suspended", "account is suspended", "account has been suspended", "bad outbound sender"}, stages: account, verdict: campaign.Stop, class: campaign.ClassSuspended, reason: "the provider has stopped this account from sending", hint: hintWho, source: google + "; " + office},
	{stages: []campaign.Stage{campaign.StageRcpt}, codes: []int{550, 554}, text: []string{"sending denied", "bad outbound sender"}, verdict: campaign.Stop, class: campaign.ClassSuspended, reason: "the provider has stopped this account from sending", hint: hintWho, source: google + "; " + office},
	{stages: account, codes: []int{550, 554}, enhanced: []string{"5.7.0"}, text: []string{"suspended", "disabled", "denied"}, verdict: campaign.Stop, class: campaign.ClassSuspended, reason: "the provider has stopped this account from sending", hint: hintWho, source: google},
	{codes: []int{421, 450, 451, 550, 554}, enhanced: []string{"*.7.23", "*.7.24", "*.7.25", "*.7.26", "*.7.27", "*.7.29", "*.7.30", "*.7.31", "*.7.32", "*.7.40"}, verdict: campaign.Stop, class: campaign.ClassSetup, reason: "the sending domain is not set up as the provider wants it", hint: hintDNS, source: senders + "; " + rfc7372},
	{codes: []int{421, 450, 451, 550, 554}, text: []string{"sender is unauthenticated", "not passed dmarc", "due to domain's dmarc", "dmarc policy", "spf check", "dkim check", "ptr record"}, verdict: campaign.Stop, class: campaign.ClassSetup, reason: "the sending domain is not set up as the provider wants it", hint: hintDNS, source: senders + "; " + rfc7372},
	{stages: []campaign.Stage{campaign.StageMail}, codes: []int{550, 553, 554}, enhanced: []string{"5.1.7", "5.1.8", "5.7.1", "5.7.60"}, verdict: campaign.Stop, class: campaign.ClassSetup, reason: "the server refuses the From address", hint: "check `from`: the account has to be allowed to send from that address", source: google + "; " + office},

	// The message.
	{codes: []int{452, 550, 552, 554}, enhanced: []string{"4.5.3", "5.5.3"}, verdict: campaign.Fault, class: campaign.ClassContent, reason: "the message has too many recipients for this server", hint: "write to fewer addresses in cc and bcc", source: google + "; " + rfc3463},
	{stages: message, codes: []int{552, 554, 550, 523}, enhanced: []string{"5.2.3"}, verdict: campaign.Fail, class: campaign.ClassSize, reason: "the message is too big for this recipient", source: google + "; " + rfc3463},
	{codes: []int{552, 550, 554}, enhanced: []string{"5.3.4"}, verdict: campaign.Fault, class: campaign.ClassSize, reason: "the message is too big for this server", hint: hintSize, source: google + "; RFC 1870, section 6"},
	{codes: []int{523, 552}, text: []string{"message size", "size limit", "too large", "too big", "maximum size"}, verdict: campaign.Fault, class: campaign.ClassSize, reason: "the message is too big for this server", hint: hintSize, source: "RFC 1870, section 6"},
	{stages: payload, codes: []int{552}, enhanced: []string{"5.7.0"}, verdict: campaign.Fault, class: campaign.ClassContent, reason: "the provider does not let an attachment or a part of the letter through", hint: hintBody + "; programs and archives with programs in them are refused", source: google},
	{stages: payload, codes: []int{550, 554}, enhanced: []string{"5.6.0", "5.6.1", "5.6.2", "5.6.3", "5.6.7", "5.6.11"}, verdict: campaign.Fault, class: campaign.ClassContent, reason: "the server takes the message for malformed", hint: hintBody, source: google + "; " + rfc3463},
	{stages: payload, codes: []int{550, 554}, text: []string{"rfc 5322", "rfc5322", "rfc 2822", "rfc-2822", "missing required header", "multiple subject", "multiple from"}, verdict: campaign.Fault, class: campaign.ClassContent, reason: "the server takes the message for malformed", hint: hintBody, source: google},

	// Mailboxes.
	{stages: message, codes: []int{422, 450, 451, 452}, text: []string{"mailbox full", "mailbox is full", "over quota", "overquota"}, verdict: campaign.Defer, class: campaign.ClassMailbox, reason: "the recipient's mailbox is full", source: rfc3463},
	{stages: message, codes: []int{550, 551, 552, 553, 554}, enhanced: []string{"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.1", "5.4.310"}, verdict: campaign.Fail, class: campaign.ClassRecipient, reason: "there is no such mailbox, or it takes no mail", source: google + "; " + rfc3463 + "; " + office},
	{stages: message, codes: []int{555}, verdict: campaign.Fail, class: campaign.ClassRecipient, reason: "the server does not understand this address", source: google},
	{stages: []campaign.Stage{campaign.StageMail}, codes: []int{555}, verdict: campaign.Stop, class: campaign.ClassSetup, reason: "the server does not understand the From address", hint: "check `from`", source: google},

	// Opinions of the content and of the sender.
	{stages: message, codes: []int{421, 450, 451}, text: []string{"greylist", "graylist", "grey-list", "gray-list"}, verdict: campaign.Defer, reason: "the server wants to see the message a second time, later", source: rfc6647},
	{stages: message, codes: []int{421, 450, 451, 550, 552, 554}, text: []string{"reputation", "unsolicited mail", "likely unsolicited", "is suspicious", "suspicious due to"}, verdict: campaign.Fail, class: campaign.ClassReputation, reason: "the provider takes the message for unwanted mail", source: google},
	{stages: message, codes: []int{550, 552, 554, 571}, text: []string{"spam", "unsolicited", "blocklist", "blacklist", "block list", "black list", "suspicious", "low reputation"}, verdict: campaign.Fail, class: campaign.ClassReputation, reason: "the provider takes the message for unwanted mail", source: google + "; " + office},
	{stages: opening, codes: []int{521, 550, 554, 571}, text: []string{"spam", "reputation", "blocklist", "blacklist", "block list", "blocked", "denied"}, verdict: campaign.Stop, class: campaign.ClassReputation, reason: "the server refuses mail from this network address", hint: "send over the account's own provider (sender.provider), not straight from this network", source: office},
	{stages: payload, codes: []int{550}, enhanced: []string{"5.7.1"}, text: []string{"policy"}, verdict: campaign.Fail, reason: "the recipient's domain does not want this message", source: google},

	// The connection.
	{codes: []int{421}, text: []string{"connection expired"}, verdict: campaign.Requeue, class: campaign.ClassNetwork, dead: true, reason: "the session has run out", source: google},
	{codes: []int{503}, verdict: campaign.Requeue, class: campaign.ClassProtocol, dead: true, reason: "the server has lost the thread of the dialogue", source: google + "; " + rfc5321},
}

const day = 24 * time.Hour
