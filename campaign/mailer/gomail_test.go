package mailer

import (
	"bytes"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gomail "github.com/wneessen/go-mail"
	"pgregory.net/rapid"

	"tebar/campaign"
)

// byGoMail is a message that Build takes, as go-mail writes it, with Build's
// boundaries in place of its random ones.
func byGoMail(t testing.TB, m Message) []byte {
	t.Helper()
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	d := &draft{m: m}
	d.describe()
	for _, f := range d.fields {
		msg.SetGenHeader(gomail.Header(f.name), f.value)
	}
	for header, list := range map[gomail.AddrHeader][]campaign.Address{
		gomail.HeaderFrom: {m.From}, gomail.HeaderTo: {m.To}, gomail.HeaderCc: m.Cc, gomail.HeaderReplyTo: m.ReplyTo,
	} {
		var all []*mail.Address
		for _, a := range list {
			spec, err := addrSpec(a.Email)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, &mail.Address{Name: goMailName(a.Name), Address: spec.bare})
		}
		if len(all) > 0 {
			msg.SetAddrHeaderFromMailAddress(header, all...)
		}
	}
	goMailBody(t, msg, m)
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	raw := settleBoundaries(b.Bytes(), m.MessageID, multiparts(m))
	if !bytes.HasSuffix(raw, []byte("\r\n")) {
		raw = append(raw, "\r\n"...)
	}
	return raw
}

// goMailName is a name that go-mail's encoded words leave as it is: a backslash
// stays bare in them, and "=?" within quotes.
func goMailName(name string) string {
	if !isASCII(name) {
		name = strings.ReplaceAll(name, `\`, "/")
	}
	return strings.ReplaceAll(oneSpace(name), "=?", "= ?")
}

var addressField = regexp.MustCompile(`(?m)^(From|To|Cc|Reply-To):.*\r\n(?:[ \t].*\r\n)*`)

// namesRead is a message with the names of a header in it as a reader has them,
// where one is beyond plain text: go-mail encodes those in more words.
func namesRead(t testing.TB, m Message, raw []byte) []byte {
	t.Helper()
	plain := true
	for _, a := range slices.Concat([]campaign.Address{m.From, m.To}, m.Cc, m.ReplyTo) {
		plain = plain && isPrintable(oneSpace(a.Name)) && !strings.Contains(a.Name, "=?")
	}
	if plain {
		return raw
	}
	head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	head = addressField.ReplaceAllFunc(append(head[:len(head):len(head)], "\r\n"...), func(field []byte) []byte {
		name, value, _ := strings.Cut(strings.ReplaceAll(string(field), "\r\n", ""), ":")
		list, err := mail.ParseAddressList(value)
		if err != nil {
			t.Fatalf("%q: %v", field, err)
		}
		for _, a := range list {
			a.Name = goMailName(a.Name)
		}
		return fmt.Appendf(nil, "%s: %q\r\n", name, list)
	})
	return slices.Concat(head, []byte("\r\n"), body)
}

func goMailBody(t testing.TB, msg *gomail.Msg, m Message) {
	t.Helper()
	// A lone CR is a line end too: mime/quotedprintable would swallow an LF
	// that follows it later.
	lineEnds := strings.NewReplacer("\r\n", "\n", "\r", "\n")
	text, html := lineEnds.Replace(m.Text), lineEnds.Replace(m.HTML)
	switch {
	case text == "":
		msg.SetBodyString(gomail.TypeTextHTML, html)
	case html == "":
		msg.SetBodyString(gomail.TypeTextPlain, text)
	default:
		msg.SetBodyString(gomail.TypeTextPlain, text)
		msg.AddAlternativeString(gomail.TypeTextHTML, html)
	}
	for _, f := range m.Attachments {
		err := msg.AttachReader(f.Name, bytes.NewReader(f.Data), func(file *gomail.File) {
			file.Header.Set("Content-Type", f.mediaType()+parameter("name", f.Name))
			file.Header.Set("Content-Disposition", "attachment"+parameter("filename", f.Name))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// multiparts counts the multipart levels: mixed over alternative.
func multiparts(m Message) int {
	n := 0
	if len(m.Attachments) > 0 {
		n++
	}
	if m.Text != "" && m.HTML != "" {
		n++
	}
	return n
}

// openings finds where go-mail opens a multipart with a random boundary.
var openings = regexp.MustCompile(`Content-Type: multipart/[a-z]+;\r\n boundary=([0-9a-f]{60})\r\n`)

// settleBoundaries puts Build's boundaries in place of go-mail's. The first n
// openings are the structure's own: they stand before any content.
func settleBoundaries(raw []byte, id string, n int) []byte {
	for i, m := range openings.FindAllSubmatch(raw, n) {
		fixed := boundary(id, i)
		raw = bytes.Replace(raw, append([]byte("boundary="), m[1]...), []byte(`boundary="`+fixed+`"`), 1)
		raw = bytes.ReplaceAll(raw, m[1], []byte(fixed))
	}
	return raw
}

// asGoMail builds a message and holds it against go-mail's. Where Build
// refuses the message there is nothing to compare.
func asGoMail(t testing.TB, m Message) {
	t.Helper()
	e, err := Build(m)
	if err != nil {
		return
	}
	want := byGoMail(t, m)
	got, want := namesRead(t, m, e.Message), namesRead(t, m, want)
	if fromLine.Match(want) {
		got, want = fromRead(got), fromRead(want)
	}
	if !bytes.Equal(got, want) {
		at := 0
		for at < min(len(got), len(want)) && got[at] == want[at] {
			at++
		}
		t.Errorf("from byte %d on it is %.200q, go-mail has %.200q", at, got[at:], want[at:])
	}
}

// fromLine is what go-mail leaves as it is, and a mailbox in one file does not.
var fromLine = regexp.MustCompile(`(?m)^From `)

// fromRead is a message without the soft line ends, which stand elsewhere behind
// a "=46rom".
func fromRead(raw []byte) []byte {
	raw = bytes.ReplaceAll(raw, []byte("\r\n=46rom "), []byte("\r\nFrom "))
	return bytes.ReplaceAll(raw, []byte("=\r\n"), nil)
}

// Every message is, byte for byte, what go-mail makes of it.
func TestAsGoMail(t *testing.T) {
	long := strings.Repeat("word ", 40)
	for name, change := range map[string]func(*Message){
		"as it is":         func(*Message) {},
		"text alone":       func(m *Message) { m.HTML = "" },
		"HTML alone":       func(m *Message) { m.Text = "" },
		"no last line end": func(m *Message) { m.Text, m.HTML = "a", "" },
		"ends in a blank":  func(m *Message) { m.Text, m.HTML = "a ", "b\t" },
		"line ends alone":  func(m *Message) { m.Text, m.HTML = "\n", "\r" },
		"line ends of all": func(m *Message) { m.Text = "a\r\nb\rc\nd\n\re\r\r\nf" },
		"blanks at ends":   func(m *Message) { m.Text = "a \nb\t\r\n \n\t\r  \n" },
		"controls":         func(m *Message) { m.Text = "\x00\x01\x1b\x7f=.\n.\n..\n" },
		"long words":       func(m *Message) { m.Text = strings.Repeat("x", 3000) },
		"beyond ASCII":     func(m *Message) { m.Text = strings.Repeat("Grüße 日本 👩‍👩‍👧 ", 100) },
		"From at line begins": func(m *Message) {
			m.Text = "From here\n>From\nFrom\n From x\n" + strings.Repeat("a", 75) + "From there " + strings.Repeat("b ", 70) + "\nFrom " + strings.Repeat("c", 200)
			m.HTML = "From <b>x</b>"
		},
		"equals signs": func(m *Message) { m.HTML = strings.Repeat(`<p style="a=b">`, 100) },
		"one file":     func(m *Message) { m.Attachments = []File{{Name: "a.pdf", Data: []byte("x")}} },
		"no bytes":     func(m *Message) { m.Attachments = []File{{Name: "a", Data: nil}, {Name: "b.EML", Data: nil}} },
		"files, text alone": func(m *Message) {
			m.HTML, m.Attachments = "", []File{{Name: "ü.PDF", Data: []byte("x")}, {Name: long, Data: []byte("y")}}
		},
		"no line end before a file": func(m *Message) { m.Text, m.HTML, m.Attachments = "a", "", []File{{Name: "b", Data: []byte("c")}} },
		"long file names": func(m *Message) {
			m.Attachments = []File{{Name: strings.Repeat("日", 85), Data: []byte("x")}, {Name: strings.Repeat(`"`, 255), Data: nil}}
		},
		"long subject": func(m *Message) { m.Subject = long },
		"wide subject": func(m *Message) { m.Subject = strings.Repeat("日本語 ", 60) },
		"no subject":   func(m *Message) { m.Subject = "" },
		"headers": func(m *Message) {
			m.Headers = map[string]string{"precedence": "list", "A": long, "x-b": "ü", "Zz": " "}
		},
		"long header names": func(m *Message) {
			m.Headers = map[string]string{strings.Repeat("N", 76): long, strings.Repeat("M", 66): "abc def"}
		},
		"names":             func(m *Message) { m.To.Name, m.From.Name = `"a" \b, c`, "ü "+long },
		"quoted local part": func(m *Message) { m.To.Email = `"a b"@example.org` },
		"wide local part":   func(m *Message) { m.To.Email = "jürgen@example.org" },
		"many": func(m *Message) {
			for i := range 60 {
				m.Cc = append(m.Cc, campaign.Address{Name: strings.Repeat("n", i), Email: strings.Repeat("c", 60-i) + "@example.org"})
				m.ReplyTo = append(m.ReplyTo, campaign.Address{Email: strings.Repeat("r", i+1) + "@example.org"})
			}
		},
		"unsubscribe": func(m *Message) {
			m.Unsubscribe = campaign.Unsubscribe{URL: "https://example.org/?" + long, Mailto: `"a b"@example.org`, Subject: long}
		},
		"no unsubscribe": func(m *Message) { m.Unsubscribe.None = true },
	} {
		t.Run(name, func(t *testing.T) {
			m := sample()
			change(&m)
			if _, err := Build(m); err != nil {
				t.Fatal(err)
			}
			asGoMail(t, m)
		})
	}
}

// Texts and files of every length, so that each way to fill a line is there.
func TestAsGoMailLengths(t *testing.T) {
	for n := range 170 {
		for _, piece := range []string{"x", " ", "=", "ü", "x ", "\t=", "abc\n"} {
			m := sample()
			m.Text = strings.Repeat(piece, n) + "x"
			m.HTML = strings.Repeat("y", n) + piece + "\n" + strings.Repeat(" ", n)
			m.Subject = strings.Repeat("s", n) + " " + strings.Repeat("t", n/2) + " u"
			m.Attachments = []File{{Name: fmt.Sprint(n), Data: []byte(m.Text)}}
			asGoMail(t, m)
		}
	}
}

func TestAsGoMailDrawn(t *testing.T) {
	text := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("ab =\t\r\n.-,ü日👩\x00")), rapid.Rune()))
	rapid.Check(t, func(r *rapid.T) {
		m := sample()
		m.Text, m.HTML, m.Subject = text.Draw(r, "text"), text.Draw(r, "html"), text.Draw(r, "subject")
		m.From.Name, m.To.Name = text.Draw(r, "from"), text.Draw(r, "to")
		m.Headers = map[string]string{"X-A": text.Draw(r, "header")}
		m.Attachments = []File{{Name: text.Draw(r, "name"), Data: []byte(m.HTML)}}[:rapid.IntRange(0, 1).Draw(r, "files")]
		asGoMail(t, m)
	})
}

// In a run of blanks, go-mail folds before a blank and again before the next
// word, if that is long: a line that is all blanks, which RFC 5322, section
// 3.2.2, forbids, and some servers take for the end of the header. It is the
// one thing that Build does otherwise.
func TestFoldInBlanks(t *testing.T) {
	m := sample()
	m.To = campaign.Address{Name: strings.Repeat("n", 50), Email: `"a` + strings.Repeat(" ", 20) + `b"@` + strings.Repeat("d", 60) + ".example.org"}
	e, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	if !hasBlankLine(byGoMail(t, m)) {
		t.Error("go-mail has mended it: hold such addresses against it too")
	}
	if hasBlankLine(e.Message) {
		t.Errorf("a line of the header is all blanks:\n%s", e.Message)
	}
}

// hasBlankLine looks for a line of the header that is all blanks.
func hasBlankLine(raw []byte) bool {
	header, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for line := range bytes.Lines(header) {
		if len(bytes.TrimSpace(line)) == 0 {
			return true
		}
	}
	return false
}

// FuzzAsGoMail looks for a message that go-mail writes otherwise.
func FuzzAsGoMail(f *testing.F) {
	f.Add("Open day", "Ayu", "ayu@example.org", "X-A", "value", "text\n", "<p>html</p>\n", "map.pdf", "https://example.org/u", "1@example.org", true)
	f.Add("=?utf-8?q?x?=", "a,b \"c\"", `"x y"@example.org`, "X-B", strings.Repeat("w ", 600), ".\r\n. \n\t", "\r", "日本.pdf", "", "2@example.org", true)
	f.Add(strings.Repeat("ü ", 50), `ü\`, "jürgen@example.org", "Z", "=?", strings.Repeat("ü", 50)+" ", "", "", "http://a/,", "3@example.org", false)
	f.Add("x", "x", "a@example.org", "X-A", "x", "From a\nFrom "+strings.Repeat("a", 200), strings.Repeat("b", 75)+"From x", "", "", "4@example.org", false)
	f.Fuzz(func(t *testing.T, subject, name, to, header, value, text, html, file, url, id string, attach bool) {
		if strings.Contains(to, "  ") {
			return // see TestFoldInBlanks
		}
		m := Message{
			From: campaign.Address{Name: name, Email: "rina@example.org"}, To: campaign.Address{Name: name, Email: to},
			Cc: []campaign.Address{{Name: value, Email: to}}, ReplyTo: []campaign.Address{{Email: to}, {Name: subject, Email: to}},
			Subject: subject, Text: text, HTML: html, MessageID: id, Date: time.Unix(1e9, 0).UTC(),
			Headers: map[string]string{header: value}, Unsubscribe: campaign.Unsubscribe{URL: url, Mailto: "u@example.org", Subject: subject},
		}
		if attach {
			m.Attachments = []File{{Name: file, Data: []byte(text)}, {Name: file + "2", Data: []byte(html)}}
		}
		asGoMail(t, m)
	})
}
