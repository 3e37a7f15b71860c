package mailer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"tebar/campaign"
)

// ready is the outcome of a step that went well.
func ready(stage campaign.Stage) campaign.Outcome {
	return campaign.Outcome{Verdict: campaign.Accepted, Stage: stage, Reason: "ready to send"}
}

// stop is the outcome that needs a person; the connection is given up.
func stop(stage campaign.Stage, class campaign.Class, reason, hint string) campaign.Outcome {
	return campaign.Outcome{Verdict: campaign.Stop, Class: class, Stage: stage, Reason: reason, Hint: hint, Dead: true}
}

// lost is trouble with the connection before the dot: the message is known
// not to be sent. The caller closes hard.
func lost(ctx context.Context, stage campaign.Stage, err error) campaign.Outcome {
	o := campaign.Outcome{Verdict: campaign.Requeue, Class: campaign.ClassNetwork, Stage: stage, Dead: true}
	switch {
	case ctx.Err() != nil:
		o.Class = campaign.ClassNone
		o.Reason = "interrupted " + during(stage) + "; the message was not sent"
	case errors.Is(err, errGarbage):
		o.Class = campaign.ClassProtocol
		o.Reason = fmt.Sprintf("%s %s", words(err), during(stage))
	default:
		o.Reason = fmt.Sprintf("%s %s", words(err), during(stage))
	}
	return o
}

// inDoubt is trouble after the dot: nobody knows whether the message went.
func inDoubt(err error) campaign.Outcome {
	class := campaign.ClassNetwork
	if errors.Is(err, errGarbage) {
		class = campaign.ClassProtocol
	}
	return campaign.Outcome{
		Verdict: campaign.Uncertain, Class: class, Stage: campaign.StageDot, Dead: true,
		Reason: words(err) + " after the whole message was sent: it may have been accepted or not",
		Hint:   "look for the message in the account's Sent folder, then settle it as sent or to be sent again",
	}
}

// during names a stage in a sentence.
func during(stage campaign.Stage) string {
	switch stage {
	case campaign.StageConnect:
		return "while connecting"
	case campaign.StageGreeting:
		return "before the server's greeting"
	case campaign.StageBody:
		return "while the message was being sent"
	case campaign.StageDot:
		return "before the end of the message was sent"
	}
	return "at " + strings.ToUpper(string(stage))
}

// words says what happened to a connection.
func words(err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "there is no server called " + dns.Name
	case errors.As(err, &dns):
		return "the name " + dns.Name + " could not be looked up"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "the server did not answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the server refuses connections on this port"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was cut in the middle of an answer"
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the server closed the connection"
	case errors.Is(err, net.ErrClosed):
		return "the connection was closed"
	}
	return clean(err.Error(), 300)
}

// maxResponse is in bytes, as campaign.Outcome has it.
const maxResponse = 500

// clean puts text on one line: control and format characters become spaces or
// go, bytes that are not UTF-8 become question marks, and it is cut to max
// bytes between two characters.
func clean(text string, limit int) string {
	text = strings.ToValidUTF8(text, "?")
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r) || r == utf8.RuneError:
			return -1
		}
		return r
	}, text)
	text = oneSpace(text)
	if len(text) <= limit {
		return text
	}
	cut := limit - len("...")
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "..."
}

// queued finds the server's own id in the text of its 250: Postfix and
// sandbox, Gmail, Exim, Sendmail, SES.
var queued = []*regexp.Regexp{
	regexp.MustCompile(`(?i)\bqueued as ([^\s;,]+)`),
	regexp.MustCompile(`(?i)\bOK +\d+ +([^\s]+) +- +gsmtp`),
	regexp.MustCompile(`(?i)\bid=([^\s;,]+)`),
	regexp.MustCompile(`(?i)([^\s]+) Message accepted for delivery`),
	regexp.MustCompile(`(?i)^OK ([0-9a-z][0-9a-z.-]{15,})$`),
}

func queueID(text string) string {
	for _, re := range queued {
		if m := re.FindStringSubmatch(text); m != nil {
			return clean(strings.TrimRight(m[1], ".,;)"), 100)
		}
	}
	return ""
}
