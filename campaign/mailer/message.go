package mailer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"tebar/campaign"
)

// A File goes with a message as an attachment.
type File struct {
	Name string // shown to the recipient; any script, no path
	Data []byte

	// Type is the media type with its parameters, in ASCII; "" = by Name's ending.
	Type string

	// ContentID makes it a picture of the HTML, which names it cid:... (RFC
	// 2392); without <>. Of several with one id the first is sent.
	ContentID string
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
	d := &draft{m: m}
	d.describe()
	d.bodies()
	for _, f := range m.Attachments {
		d.note(checkFileName(f.Name))
		d.note(checkType(f))
		if f.ContentID != "" && !validMessageID(f.ContentID) {
			d.refuse("content id %q: want something@domain in ASCII, without spaces and <>", f.ContentID)
		}
	}
	if err := errors.Join(d.problems...); err != nil {
		return campaign.Envelope{}, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	raw := d.compose()
	if err := checkLines(raw); err != nil {
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
	d := &draft{m: m}
	d.describe()
	for _, name := range files {
		d.note(checkFileName(name))
	}
	if err := errors.Join(d.problems...); err != nil {
		return fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return nil
}

// A draft is a message in the making; problems are collected.
type draft struct {
	m         Message
	fields    []headerField
	mailboxes []headerField // those that hold addresses
	from      string
	to        []string
	utf8      bool
	problems  []error
}

func (d *draft) refuse(format string, args ...any) { d.note(fmt.Errorf(format, args...)) }

// note keeps what is wrong, if anything is; it says whether all is well.
func (d *draft) note(err error) bool {
	if err != nil {
		d.problems = append(d.problems, err)
	}
	return err == nil
}

// describe sets all that stands in the header and in the envelope.
func (d *draft) describe() {
	d.fields = make([]headerField, 0, 12) // of the usual message
	d.addresses()
	d.headers()
	d.list()
}

// bodies checks text and HTML.
func (d *draft) bodies() {
	d.checkText("text", d.m.Text)
	d.checkText("HTML", d.m.HTML)
	if d.m.Text == "" && d.m.HTML == "" {
		d.refuse("the letter is empty for this row: it has neither text nor HTML")
	}
}
