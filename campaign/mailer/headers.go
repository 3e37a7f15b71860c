package mailer

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of one header, in characters (RFC 5322, section 2.1.1; Gmail allows
// 998 in a Subject and 500 in a Message-ID).
const (
	maxLine      = 998
	maxSubject   = 998
	maxMessageID = 500
)

// ours are the headers that this package writes from Message's fields, and
// trace headers that only servers write: Headers may not name them.
var ours = map[string]string{
	"to": "", "cc": "use cc:", "bcc": "use bcc:", "from": "use from:", "sender": "use from:",
	"reply-to": "use reply_to:", "subject": "use subject:", "date": "", "message-id": "",
	"return-path": "", "received": "", "delivered-to": "",
}

// oursToo are the beginnings of further such names.
var oursToo = []string{"list-", "mime-", "content-", "resent-", "dkim-", "arc-"}

// unlessSet are fields that a campaign may set otherwise.
var unlessSet = []headerField{
	{"Precedence", "bulk"},               // keeps vacation replies away
	{"Auto-Submitted", "auto-generated"}, // RFC 3834, section 5
}

// headers sets the headers that do not hold addresses.
func (d *draft) headers() {
	d.set("MIME-Version", "1.0")
	d.subject()
	d.identity()
	extra := d.extra()
	for _, f := range unlessSet {
		if !extra[strings.ToLower(f.name)] {
			d.fields = append(d.fields, f)
		}
	}
}

func (d *draft) subject() {
	if !d.note(checkHeaderText("subject", d.m.Subject)) {
		return
	}
	if n := utf8.RuneCountInString(d.m.Subject); n > maxSubject {
		d.refuse("the subject has %d characters; at most %d are allowed", n, maxSubject)
		return
	}
	d.set("Subject", headerText(d.m.Subject))
}

// identity sets Message-ID and Date.
func (d *draft) identity() {
	if d.m.Date.IsZero() {
		d.refuse("the message has no date")
	}
	d.set("Date", d.m.Date.Format(time.RFC1123Z))
	if !validMessageID(d.m.MessageID) {
		d.refuse("message id %q: want something@domain in ASCII, without spaces and <>, at most %d characters",
			d.m.MessageID, maxMessageID)
		return
	}
	d.set("Message-ID", "<"+d.m.MessageID+">")
}

// validMessageID checks the id between the angle brackets (RFC 5322, section 3.6.4).
func validMessageID(id string) bool {
	left, right, ok := strings.Cut(id, "@")
	if !ok || left == "" || right == "" || len(id) > maxMessageID {
		return false
	}
	return !strings.ContainsFunc(id, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("<>()[]\\,;:\"", r)
	}) && strings.Count(id, "@") == 1
}

// extra sets the campaign's own headers, in a fixed order, and gives their
// lower-case names.
func (d *draft) extra() map[string]bool {
	set := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(d.m.Headers)) {
		value, key := d.m.Headers[name], strings.ToLower(name)
		if !d.note(checkHeaderName(name)) {
			continue
		}
		if set[key] {
			d.refuse("header %q is given twice", name)
			continue
		}
		set[key] = true
		if d.note(checkHeaderText("header "+name, value)) && strings.TrimSpace(value) != "" { // an empty header says nothing
			d.set(name, headerText(value))
		}
	}
	return set
}

// checkHeaderName allows printable ASCII without colon (RFC 5322, section
// 3.6.8) and refuses the names that Tebar writes itself.
func checkHeaderName(name string) error {
	bad := name == "" || len(name) > 76 || strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || r == ':'
	})
	if bad {
		return fmt.Errorf("header name %q: use letters, digits and hyphens, like X-Campaign", name)
	}
	key := strings.ToLower(name)
	hint, own := ours[key]
	for _, prefix := range oursToo {
		own = own || strings.HasPrefix(key, prefix)
	}
	if !own {
		return nil
	}
	if hint == "" {
		hint = "remove it"
	}
	return fmt.Errorf("header %s is written by Tebar itself: %s", name, hint)
}

// checkHeaderText refuses what could begin another header, and what is not text.
func checkHeaderText(field, value string) error {
	if strings.ContainsAny(value, "\r\n\x00") {
		return fmt.Errorf("%s %s holds a line break or a NUL character: remove it", field, excerpt(value))
	}
	if !utf8.ValidString(value) {
		return fmt.Errorf("%s %s is not valid UTF-8", field, excerpt(value))
	}
	return nil
}

func (d *draft) checkText(field, value string) {
	if !utf8.ValidString(value) {
		d.refuse("the %s is not valid UTF-8", field)
	}
}

// excerpt quotes the beginning of a value for a message on one line.
func excerpt(value string) string {
	if runes := []rune(value); len(runes) > 60 {
		value = string(runes[:60]) + "..."
	}
	return fmt.Sprintf("%q", value)
}

// oneSpace makes runs of white space one space, as a folded header would be
// read, and trims the ends.
func oneSpace(s string) string { return strings.Join(strings.Fields(s), " ") }

// firstRoom is how long a header's first word may be, in characters, so that
// it is not folded right after the colon: some readers would see a space.
const firstRoom = 60

// headerText is a value as it stands in a header: words of RFC 2047 where it
// is not plain ASCII, looks like such a word itself, or has no place to fold.
func headerText(value string) string {
	value = oneSpace(value)
	plain := isPrintable(value) && !strings.Contains(value, "=?")
	for i, word := range strings.Split(value, " ") {
		plain = plain && len(word) <= maxLine-100 && (i > 0 || len(word) <= firstRoom)
	}
	if plain {
		return value
	}
	return encodedWords(value)
}

func isPrintable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f })
}

// encodedWords encodes a value in words of at most firstRoom characters, none
// of which cuts a character in two (RFC 2047, sections 2 and 5): by Q, or by B
// where that is shorter.
func encodedWords(value string) string {
	code := shorter(value, firstRoom)
	var words []string
	begin, used := 0, 0
	for i, r := range value {
		if used += code.size(r); used > code.room {
			words = append(words, code.word(value[begin:i]))
			begin, used = i, code.size(r)
		}
	}
	return strings.Join(append(words, code.word(value[begin:])), " ")
}

// qText is text in the Q encoding with the characters that are safe in every
// header (RFC 2047, section 5, rule 3).
func qText(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case c == ' ':
			b.WriteByte('_')
		case qSize(rune(c)) == 1:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "=%02X", c)
		}
	}
	return b.String()
}

// qSize is how many characters a rune takes in the Q encoding.
func qSize(r rune) int {
	if r == ' ' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!*+-/", r) {
		return 1
	}
	return 3 * utf8.RuneLen(r)
}
