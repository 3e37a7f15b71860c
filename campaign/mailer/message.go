package mailer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"tebar/campaign"
)

// A File goes with a message as an attachment.
type File struct {
	Name string // shown to the recipient; any script, no path
	Data []byte
}

// A Message is one recipient's mail, every template filled.
type Message struct {
	From        campaign.Address
	To          campaign.Address
	Cc, Bcc     []campaign.Address // Bcc stands in the envelope only
	ReplyTo     []campaign.Address
	Subject     string // at most 998 characters
	HTML        string // may be empty
	Text        string // may be empty where HTML is not
	Attachments []File
	Headers     map[string]string    // extra; names that this package writes are refused
	MessageID   string               // without <>; one for all attempts
	Date        time.Time            // not zero; its zone is kept
	Unsubscribe campaign.Unsubscribe // resolved; the zero value writes no header
}

// ErrMessage is wrapped by every error of Build: the message is at fault.
var ErrMessage = errors.New("cannot build the message")

// Build renders the message to the bytes that go over the wire, and collects
// who gets it: To, Cc and Bcc, each address once whatever its case. The same
// input gives the same bytes. Everything is 7-bit, unless an address has a
// local part beyond ASCII (SMTPUTF8). The error wraps ErrMessage and names
// every field at fault.
func Build(m Message) (campaign.Envelope, error) {
	d := &draft{m: m, msg: gomail.NewMsg(gomail.WithNoDefaultUserAgent())}
	d.addresses()
	d.headers()
	d.list()
	d.bodies()
	d.files()
	if err := errors.Join(d.problems...); err != nil {
		return campaign.Envelope{}, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	raw, err := d.render()
	if err != nil {
		return campaign.Envelope{}, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	sum := sha256.Sum256(raw)
	return campaign.Envelope{
		From: d.from, To: d.to, Message: raw, SMTPUTF8: d.utf8,
		SHA256: hex.EncodeToString(sum[:]), MessageID: m.MessageID,
	}, nil
}

// CheckHeader says what keeps Build from making the header of a message, its
// Message-ID and Date aside; files are the attachments' names. The error wraps
// ErrMessage.
func CheckHeader(m Message, files []string) error {
	m.MessageID, m.Date = "check@example.org", time.Unix(0, 0)
	d := &draft{m: m, msg: gomail.NewMsg(gomail.WithNoDefaultUserAgent())}
	d.addresses()
	d.headers()
	d.list()
	for _, name := range files {
		if err := checkFileName(name); err != nil {
			d.problems = append(d.problems, err)
		}
	}
	if err := errors.Join(d.problems...); err != nil {
		return fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return nil
}

// A draft is a message in the making; problems are collected.
type draft struct {
	m        Message
	msg      *gomail.Msg
	from     string
	to       []string
	utf8     bool
	problems []error
}

func (d *draft) refuse(format string, args ...any) {
	d.problems = append(d.problems, fmt.Errorf(format, args...))
}

// bodies sets text and HTML; of two, the HTML is the last, which readers
// prefer (RFC 2046, section 5.1.4).
func (d *draft) bodies() {
	text, html := lineEnds.Replace(d.m.Text), lineEnds.Replace(d.m.HTML)
	d.checkText("text", text)
	d.checkText("HTML", html)
	switch {
	case text == "" && html == "":
		d.refuse("the letter is empty for this row: it has neither text nor HTML")
	case text == "":
		d.msg.SetBodyString(gomail.TypeTextHTML, html)
	case html == "":
		d.msg.SetBodyString(gomail.TypeTextPlain, text)
	default:
		d.msg.SetBodyString(gomail.TypeTextPlain, text)
		d.msg.AddAlternativeString(gomail.TypeTextHTML, html)
	}
}

// lineEnds makes every line end LF, which comes out as CRLF. A lone CR is one
// too: mime/quotedprintable would swallow an LF that follows it later.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func (d *draft) files() {
	for _, f := range d.m.Attachments {
		if err := checkFileName(f.Name); err != nil {
			d.problems = append(d.problems, err)
			continue
		}
		if err := d.msg.AttachReader(f.Name, bytes.NewReader(f.Data), asAttachment(f.Name)); err != nil {
			d.refuse("reading attachment %q: %w", f.Name, err)
		}
	}
}

// render writes the message, gives it its own boundaries and looks at every
// line once more.
func (d *draft) render() ([]byte, error) {
	var b bytes.Buffer
	if _, err := d.msg.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("rendering: %w", err)
	}
	raw := settleBoundaries(b.Bytes(), d.m.MessageID, d.multiparts())
	if !bytes.HasSuffix(raw, []byte("\r\n")) {
		raw = append(raw, "\r\n"...)
	}
	return raw, checkLines(raw)
}

// multiparts counts the multipart levels: mixed over alternative.
func (d *draft) multiparts() int {
	n := 0
	if len(d.m.Attachments) > 0 {
		n++
	}
	if d.m.Text != "" && d.m.HTML != "" {
		n++
	}
	return n
}

// addresses fills the address headers and the envelope.
func (d *draft) addresses() {
	d.from = d.address("From", gomail.HeaderFrom, d.m.From)
	d.address("To", gomail.HeaderTo, d.m.To)
	d.address("Cc", gomail.HeaderCc, d.m.Cc...)
	d.address("Reply-To", gomail.HeaderReplyTo, d.m.ReplyTo...)
	d.to = d.envelope()
}

// address checks addresses and writes them into their header; it gives the
// first one as it stands in the envelope.
func (d *draft) address(field string, header gomail.AddrHeader, list ...campaign.Address) string {
	var good []*mail.Address
	first := ""
	for _, a := range list {
		spec, err := addrSpec(a.Email)
		if err != nil {
			d.refuse("%s: %w", field, err)
			continue
		}
		if err := checkHeaderText(field+" name", a.Name); err != nil {
			d.problems = append(d.problems, err)
			continue
		}
		if first == "" {
			first = spec.wire
		}
		d.utf8 = d.utf8 || !isASCII(spec.wire)
		good = append(good, &mail.Address{Name: displayName(a.Name), Address: spec.bare})
	}
	if len(good) > 0 {
		d.msg.SetAddrHeaderFromMailAddress(header, good...)
	}
	return first
}
