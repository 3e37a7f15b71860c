package campaign

import (
	"strconv"
	"strings"
	"time"
)

// Usage is what the ledger knows of an account at the moment of a decision.
type Usage struct {
	Account     string
	Spends      []Spend   // oldest first; those that no window of Limits can still hold are left out
	Pending     int       // recipients reserved with no answer yet: they are in every window
	Limits      []Limit   // of every unfinished campaign on the account and of accounts.yaml
	LockedUntil time.Time // the account is paused until then
	LockReason  string    // in words
	Last        time.Time // when the last message of the account was answered or claimed; zero if never
	Seq         int64     // changes with each claim: seeds the draw of a pace
	Next        int       // recipients that the next message counts for; 0 reads as 1
}

// A Spend is N recipients counted from At: the server's answer, or for a
// message without a known answer its mark + 10 minutes.
type Spend struct {
	At time.Time
	N  int
}

// Decide says when the next message may go. The ledger calls it inside the
// transaction that claims the message, so that what it saw still holds.
type Decide func(Usage, time.Time) Slot

// Code says in one word why a campaign waits or has stopped: reason_code of
// the JSON.
type Code string

// The reason codes.
const (
	CodeNone     Code = ""
	CodeLimit    Code = "limit"
	CodeHours    Code = "hours"
	CodeStart    Code = "start"
	CodePace     Code = "pace"
	CodePaused   Code = "paused"
	CodeLocked   Code = "locked"
	CodeOnce     Code = "once"
	CodeUntil    Code = "until"
	CodeFlag     Code = "limit_flag"
	CodeRetry    Code = "retry"
	CodeLogin    Code = "login"
	CodeFailures Code = "failures"
	CodeChanged  Code = "changed"
	CodeNetwork  Code = "network"
	CodeFault    Code = "fault"
	CodeEnd      Code = "end"
	CodeBusy     Code = "busy" // another connection holds what is left
)

// A Slot is the next time a message may go, and what it waited for.
// The zero Slot is due at once.
type Slot struct {
	At     time.Time // zero or not after now: now
	Never  bool      // no time will come: the end has passed or lies before the next free slot
	Code   Code      // what bound it; CodeNone when due
	Reason string    // in words, times in the campaign's zone: "daily limit 100/100 of rina@gmail.com, free at Tue 09:00"
	Limit  Limit     // the limit that bound it, with CodeLimit
}

// Due says whether a message may go now.
func (s Slot) Due(now time.Time) bool { return !s.Never && !s.At.After(now) }

// A Claim is one message taken for sending, its quota reserved.
type Claim struct {
	Campaign    string
	Account     string
	Message     int64  // id in the store
	Attempt     int64  // id of this attempt
	Number      int    // 1 for the first attempt
	Fence       int64  // the runner's; a newer runner makes it void
	Recipients  int    // that the reservation counts
	MessageID   string // without angle brackets; one for all attempts
	Date        time.Time
	First       time.Time // when the first attempt began
	Version     int       // of settings and letter
	Recipient   Recipient
	Attachments []Attachment
	LastPause   Class     // class of the account's last pause, ClassNone if never
	LastPauseAt time.Time // when that pause ended
}

// An Envelope is a message ready for the wire.
type Envelope struct {
	From      string   // MAIL FROM
	To        []string // RCPT TO: To, Cc and Bcc, each once
	Message   []byte   // headers and body with CRLF line ends, not dot-stuffed
	SMTPUTF8  bool     // an address is not ASCII
	SHA256    string   // hex, of Message
	MessageID string
}

// Stage of the SMTP dialogue.
type Stage string

// The stages, in order.
const (
	StageConnect  Stage = "connect"
	StageGreeting Stage = "greeting"
	StageEHLO     Stage = "ehlo"
	StageStartTLS Stage = "starttls"
	StageAuth     Stage = "auth"
	StageMail     Stage = "mail"
	StageRcpt     Stage = "rcpt"
	StageData     Stage = "data"
	StageBody     Stage = "body"
	StageDot      Stage = "dot"
	StageRset     Stage = "rset"
	StageNoop     Stage = "noop"
	StageQuit     Stage = "quit"
)

// Verdict is what an answer, or its lack, means for the message.
type Verdict string

// The verdicts.
const (
	Accepted  Verdict = "accepted"    // 250 after the dot
	Defer     Verdict = "deferred"    // this message again later
	Fail      Verdict = "failed"      // final for this recipient
	Requeue   Verdict = "requeued"    // not sent and not the message's fault: queued again, no attempt used up
	Pause     Verdict = "paused"      // the account is paused; the message stays queued
	Stop      Verdict = "stop"        // a person must act; the message stays queued
	Fault     Verdict = "fault"       // the message or the template is at fault: stop; it stays queued
	Uncertain Verdict = "unconfirmed" // the dot may have gone out, no answer known
)

// Class groups refusals that the loop counts or words alike.
type Class string

// The classes.
const (
	ClassNone       Class = ""
	ClassNetwork    Class = "network"    // cannot connect, or the connection broke
	ClassTLS        Class = "tls"        // no or bad transport security
	ClassLogin      Class = "login"      // the server refuses the login
	ClassDaily      Class = "daily"      // the provider's daily limit
	ClassRate       Class = "rate"       // too fast
	ClassReputation Class = "reputation" // content or sender looks like spam: three in a row stop
	ClassMailbox    Class = "mailbox"    // mailbox full: tried for 3 days
	ClassRecipient  Class = "recipient"  // no such mailbox
	ClassSetup      Class = "setup"      // DNS, DKIM, HELO: the sender's set-up
	ClassSize       Class = "size"
	ClassContent    Class = "content"
	ClassSuspended  Class = "suspended"
	ClassProtocol   Class = "protocol" // an answer that makes no sense
)

// An Outcome is how an attempt ended.
type Outcome struct {
	Verdict  Verdict
	Class    Class
	Stage    Stage
	Code     int           // SMTP reply code; 0 if there was none
	Enhanced string        // "5.1.1"; "" if none (RFC 3463)
	Response string        // the reply's text on one line, control characters removed, at most 500 bytes
	QueueID  string        // the server's, from its 250, where it tells
	Wait     time.Duration // Defer: at least so long; Pause: how long; 0 = the campaign's retry
	RetryAt  time.Time     // Defer: set by the loop
	Reason   string        // in words, for status and report
	Hint     string        // what a person can do; may be empty
	Dead     bool          // the connection cannot be used again
	SHA256   string        // of the message's bytes
}

// Describe is the reply as it stands in a report: "550 5.1.1 no such user".
func (o Outcome) Describe() string {
	var parts []string
	if o.Code != 0 {
		parts = append(parts, strconv.Itoa(o.Code))
	}
	if o.Enhanced != "" && !strings.HasPrefix(o.Response, o.Enhanced) {
		parts = append(parts, o.Enhanced)
	}
	if o.Response != "" {
		parts = append(parts, o.Response)
	} else if o.Reason != "" {
		parts = append(parts, o.Reason)
	}
	return strings.Join(parts, " ")
}

// A Turn is what one connection tells the ledger between two messages.
type Turn struct {
	Done *Done // the last message, accepted and not recorded yet; nil if there is none
	Mark Claim // the message whose dot is next
	More bool  // claim another message
}

// Done is a message with its outcome.
type Done struct {
	Claim   Claim
	Outcome Outcome
	At      time.Time // when the answer came
}
