package mailer

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tebar/campaign"
)

// Each testdata/build/NAME.json is a Message; NAME.eml is what goes over the
// wire, with LF for CRLF.
func TestGoldens(t *testing.T) {
	inputs, _ := filepath.Glob("testdata/build/*.json")
	if len(inputs) == 0 {
		t.Fatal("no goldens")
	}
	for _, in := range inputs {
		name := strings.TrimSuffix(filepath.Base(in), ".json")
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(in)
			if err != nil {
				t.Fatal(err)
			}
			var m Message
			if err := json.Unmarshal(raw, &m); err != nil {
				t.Fatal(err)
			}
			e, err := Build(m)
			if err != nil {
				t.Fatal(err)
			}
			got := bytes.ReplaceAll(e.Message, []byte("\r\n"), []byte("\n"))
			golden := strings.TrimSuffix(in, ".json") + ".eml"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s differs; got:\n%s", golden, got)
			}
		})
	}
}

// read is a message as a mail program would read it.
type readBack struct {
	header mail.Header
	text   []string // by order: text, HTML
	kinds  []string // the content types of all parts, outer before inner
	files  []File
}

func parse(t testing.TB, raw []byte) readBack {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("reading the message: %v\n%s", err, raw)
	}
	r := readBack{header: m.Header}
	r.part(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Header.Get("Content-Disposition"), m.Body)
	return r
}

func (r *readBack) part(t testing.TB, kind, encoding, disposition string, body io.Reader) {
	t.Helper()
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatalf("content type %q: %v", kind, err)
	}
	r.kinds = append(r.kinds, media)
	if strings.HasPrefix(media, "multipart/") {
		for parts := multipart.NewReader(body, params["boundary"]); ; {
			p, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatalf("%s: %v", media, err)
			}
			r.part(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p.Header.Get("Content-Disposition"), p)
		}
	}
	data := decode(t, encoding, body)
	if disposition == "" {
		r.text = append(r.text, string(data))
		return
	}
	_, names, err := mime.ParseMediaType(disposition)
	if err != nil {
		t.Fatalf("disposition %q: %v", disposition, err)
	}
	if params["name"] != names["filename"] {
		t.Errorf("name %q, filename %q", params["name"], names["filename"])
	}
	r.files = append(r.files, File{Name: names["filename"], Data: data})
}

func decode(t testing.TB, encoding string, body io.Reader) []byte {
	t.Helper()
	switch encoding {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	default:
		t.Fatalf("encoding %q", encoding)
	}
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatalf("%s: %v", encoding, err)
	}
	return data
}

// lines is a text with the line ends of the wire, as quoted-printable gives it back.
func lines(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r", "\n"), "\n", "\r\n")
}

// Any text in any field comes back from the other side as it was, and the
// bytes stay within what SMTP carries.
func TestBuildReadsBack(t *testing.T) {
	word := rapid.StringOfN(rapid.RuneFrom([]rune("abc XYZ 019 .,;:\"'()<>[]@\\=?_-%&#+/äßéñ日本語العربية👩‍👩‍👧 ก")), 0, 120, -1)
	body := rapid.StringOfN(rapid.RuneFrom([]rune("ab .=-\t\n\r äé日👩 <p>&")), 1, 400, -1)
	rapid.Check(t, func(r *rapid.T) {
		m := sample()
		m.Subject, m.To.Name, m.From.Name = word.Draw(r, "subject"), word.Draw(r, "to"), word.Draw(r, "from")
		m.Text, m.HTML = body.Draw(r, "text"), rapid.OneOf(body, rapid.Just("")).Draw(r, "html")
		m.Headers = map[string]string{"X-Campaign": word.Draw(r, "header")}
		for range rapid.IntRange(0, 3).Draw(r, "files") {
			name := "f" + strings.NewReplacer("/", "", `\`, "").Replace(word.Draw(r, "name"))
			m.Attachments = append(m.Attachments, File{Name: name, Data: rapid.SliceOf(rapid.Byte()).Draw(r, "data")})
		}
		e, err := Build(m)
		if err != nil {
			for _, f := range m.Attachments {
				if len(f.Name) > maxFileName {
					return
				}
			}
			r.Fatal(err)
		}
		again, _ := Build(m)
		if !bytes.Equal(e.Message, again.Message) || e.SHA256 != again.SHA256 {
			r.Error("building twice gives different bytes")
		}
		comesBack(t, r, m, e.Message)
	})
}

func comesBack(t testing.TB, r *rapid.T, m Message, raw []byte) {
	if err := checkLines(raw); err != nil || !isASCII(string(raw)) {
		r.Errorf("not fit for the wire: %v", err)
	}
	got := parse(t, raw)
	dec := new(mime.WordDecoder)
	for header, want := range map[string]string{"Subject": m.Subject, "X-Campaign": m.Headers["X-Campaign"]} {
		if text, err := dec.DecodeHeader(got.header.Get(header)); err != nil || oneSpace(text) != oneSpace(want) {
			r.Errorf("%s %q, %v; want %q", header, text, err, want)
		}
	}
	for header, want := range map[string]campaign.Address{"To": m.To, "From": m.From} {
		a, err := got.header.AddressList(header)
		if err != nil || len(a) != 1 || a[0].Address != want.Email || oneSpace(a[0].Name) != displayName(want.Name) {
			r.Errorf("%s %v, %v; want %v", header, a, err, want)
		}
	}
	texts := []string{m.Text}
	if m.HTML != "" {
		texts = append(texts, m.HTML)
	}
	if len(got.text) != len(texts) {
		r.Fatalf("%d texts, want %d", len(got.text), len(texts))
	}
	for i := range texts {
		if strings.TrimSuffix(got.text[i], "\r\n") != strings.TrimSuffix(lines(texts[i]), "\r\n") {
			r.Errorf("text %d is %q, want %q", i, got.text[i], lines(texts[i]))
		}
	}
	if len(got.files) != len(m.Attachments) {
		r.Fatalf("%d files, want %d", len(got.files), len(m.Attachments))
	}
	for i, f := range m.Attachments {
		if got.files[i].Name != f.Name || !bytes.Equal(got.files[i].Data, f.Data) {
			r.Errorf("file %q, want %q", got.files[i].Name, f.Name)
		}
	}
}

// The parts stand in the order that RFC 2046 wants, and none is empty.
func TestStructure(t *testing.T) {
	pdf := []File{{Name: "map.pdf", Data: []byte("x")}}
	for _, tt := range []struct {
		text, html string
		files      []File
		kinds      string
	}{
		{"a", "", nil, "text/plain"},
		{"", "b", nil, "text/html"},
		{"a", "b", nil, "multipart/alternative text/plain text/html"},
		{"a", "", pdf, "multipart/mixed text/plain application/pdf"},
		{"a", "b", pdf, "multipart/mixed multipart/alternative text/plain text/html application/pdf"},
	} {
		m := sample()
		m.Text, m.HTML, m.Attachments = tt.text, tt.html, tt.files
		e, err := Build(m)
		if err != nil {
			t.Fatal(err)
		}
		if kinds := strings.Join(parse(t, e.Message).kinds, " "); kinds != tt.kinds {
			t.Errorf("%s, want %s", kinds, tt.kinds)
		}
	}
}

// A text that looks like go-mail's own boundary line is left alone.
func TestBoundaryInText(t *testing.T) {
	m := sample()
	m.Text = "Content-Type: multipart/mixed;\r\n boundary=" + strings.Repeat("0a", 30) + "\r\nContent-Type: multipart/mixed;\n boundary\x01" + strings.Repeat("a", 58) + "\n--=_\n"
	m.HTML = m.Text
	e, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	if got := parse(t, e.Message); len(got.text) != 2 || got.text[0] != lines(m.Text) || got.text[1] != lines(m.HTML) {
		t.Errorf("%q", got.text)
	}
}

// The envelope has everybody once; Bcc is in no header.
func TestEnvelope(t *testing.T) {
	m := sample()
	m.Cc = []campaign.Address{{Email: "Office@example.org"}, {Email: "AYU@example.org"}}
	m.Bcc = []campaign.Address{{Email: "archive@example.org"}, {Email: "office@EXAMPLE.org"}, {Email: `"a b"@example.org`}}
	m.ReplyTo = []campaign.Address{{Email: "reply@example.org"}, {Name: "Büro", Email: "b@example.org"}}
	e, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(e.To, " "), `ayu@example.org Office@example.org archive@example.org "a b"@example.org`; got != want {
		t.Errorf("envelope to %s, want %s", got, want)
	}
	if e.From != "rina@example.org" || e.MessageID != m.MessageID || e.SMTPUTF8 {
		t.Errorf("%+v", e)
	}
	if bytes.Contains(bytes.ToLower(e.Message), []byte("archive@")) || bytes.Contains(bytes.ToLower(e.Message), []byte("bcc")) {
		t.Error("Bcc is in the message")
	}
	h := parse(t, e.Message).header
	if to, _ := h.AddressList("Reply-To"); len(to) != 2 || to[1].Name != "Büro" {
		t.Errorf("Reply-To %q", h["Reply-To"])
	}
}

// The headers that Tebar owes everybody, and none that tells of the machine.
func TestHeaders(t *testing.T) {
	m := sample()
	m.Unsubscribe.URL = "https://example.org/u?id=1,2&n=ü>x"
	e, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	h := parse(t, e.Message).header
	for name, want := range map[string]string{
		"Date": "Mon, 01 Mar 2027 09:00:00 +0700", "Message-Id": "<20270301.1@example.org>", "Mime-Version": "1.0",
		"Precedence": "bulk", "Auto-Submitted": "auto-generated",
		"List-Unsubscribe":      "<https://example.org/u?id=1%2C2&n=%C3%BC%3Ex>, <mailto:rina@example.org?subject=unsubscribe%20spring>",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"User-Agent":            "", "X-Mailer": "",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	m.Unsubscribe.URL = ""
	m.Headers = map[string]string{"precedence": "list", "X-Empty": " "}
	e, err = Build(m)
	if err != nil {
		t.Fatal(err)
	}
	h = parse(t, e.Message).header
	if h["List-Unsubscribe-Post"] != nil || len(h["Precedence"]) != 1 || h.Get("Precedence") != "list" || h["X-Empty"] != nil {
		t.Errorf("%v", h)
	}
	m.Unsubscribe.None = true
	if e, _ = Build(m); bytes.Contains(e.Message, []byte("List-")) {
		t.Error("unsubscribe: none, and there is a List header")
	}
}

// SMTPUTF8 is asked for only where a local part needs it.
func TestSMTPUTF8(t *testing.T) {
	m := sample()
	m.To.Email = "jürgen@example.org"
	e, err := Build(m)
	if err != nil || !e.SMTPUTF8 || e.To[0] != "jürgen@example.org" {
		t.Errorf("%+v, %v", e, err)
	}
	m.To.Email = "ayu@xn--bcher-kva.example"
	if e, err = Build(m); err != nil || e.SMTPUTF8 {
		t.Errorf("%+v, %v", e, err)
	}
	m.To.Email = "ayu@bücher.example"
	if _, err = Build(m); !errors.Is(err, ErrMessage) || !strings.Contains(err.Error(), "xn--") {
		t.Errorf("%v", err)
	}
}

// All that is wrong is named at once.
func TestEveryProblem(t *testing.T) {
	_, err := Build(Message{
		From: campaign.Address{Email: "nobody"}, To: campaign.Address{Email: ""}, Bcc: []campaign.Address{{Email: "a@"}},
		Subject: "a\nb", Headers: map[string]string{"Bcc": "x@example.org"}, MessageID: "x y",
		Attachments: []File{{Name: "../x"}}, Unsubscribe: campaign.Unsubscribe{URL: "ftp://example.org"},
	})
	for _, want := range []string{"From", "To", "Bcc:", "subject", "header Bcc", "message id", "no date", "attachment", "unsubscribe", "empty for this row"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}

// No field can write a line of its own.
func TestInjection(t *testing.T) {
	fields := map[string]func(*Message, string){
		"From name":      func(m *Message, s string) { m.From.Name += s },
		"From":           func(m *Message, s string) { m.From.Email += s },
		"To name":        func(m *Message, s string) { m.To.Name += s },
		"To":             func(m *Message, s string) { m.To.Email += s },
		"Cc name":        func(m *Message, s string) { m.Cc = []campaign.Address{{Name: s, Email: "c@example.org"}} },
		"Cc":             func(m *Message, s string) { m.Cc = []campaign.Address{{Email: "c@example.org" + s}} },
		"Bcc":            func(m *Message, s string) { m.Bcc = []campaign.Address{{Email: "c@example.org" + s}} },
		"Reply-To":       func(m *Message, s string) { m.ReplyTo = []campaign.Address{{Email: "c@example.org" + s}} },
		"subject":        func(m *Message, s string) { m.Subject += s },
		"message id":     func(m *Message, s string) { m.MessageID += s },
		"header name":    func(m *Message, s string) { m.Headers = map[string]string{"X-A" + s: "x"} },
		"header value":   func(m *Message, s string) { m.Headers = map[string]string{"X-A": "x" + s} },
		"file name":      func(m *Message, s string) { m.Attachments = []File{{Name: "x" + s}} },
		"mailto":         func(m *Message, s string) { m.Unsubscribe.Mailto += s },
		"mailto subject": func(m *Message, s string) { m.Unsubscribe.Subject += s },
		"url":            func(m *Message, s string) { m.Unsubscribe.URL = "https://example.org/" + s + "x" },
	}
	for name, set := range fields {
		for _, s := range []string{"\r\nBcc: victim@example.org", "\nBcc: victim@example.org", "\rBcc: victim@example.org", "\x00", "\r\n\r\n<script>"} {
			m := sample()
			set(&m, s)
			if _, err := Build(m); !errors.Is(err, ErrMessage) {
				t.Errorf("%s with %q: %v", name, s, err)
			}
		}
	}
	for _, name := range []string{
		"To", "cc", "BCC", "From", "Sender", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Id", "MIME-Version", "Content-Type", "content-foo",
		"Reply-To", "Return-Path", "Received", "Resent-To", "DKIM-Signature", "", "X A", "X:A", "X-Ä", strings.Repeat("X", 100),
	} {
		m := sample()
		m.Headers = map[string]string{name: "x"}
		if _, err := Build(m); !errors.Is(err, ErrMessage) {
			t.Errorf("header %q is allowed", name)
		}
	}
	m := sample()
	m.Headers = map[string]string{"X-A": "1", "x-a": "2"}
	if _, err := Build(m); !errors.Is(err, ErrMessage) {
		t.Error("a header twice is allowed")
	}
}

// Long values fold, or are encoded, or are refused; no line breaks the limit.
func TestLong(t *testing.T) {
	m := sample()
	m.Subject = strings.Repeat("a", 998)
	m.Headers = map[string]string{"X-Long": strings.Repeat("b", 5000), "X-Words": strings.Repeat("word ", 2000)}
	for range 300 {
		m.Cc = append(m.Cc, campaign.Address{Name: "Somebody With A Name", Email: "c@example.org"})
	}
	e, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	got := parse(t, e.Message)
	if s, _ := new(mime.WordDecoder).DecodeHeader(got.header.Get("Subject")); s != m.Subject {
		t.Errorf("subject %q", s)
	}
	m.Subject += "a"
	if _, err := Build(m); !errors.Is(err, ErrMessage) {
		t.Error("a subject of 999 characters is allowed")
	}
	m = sample()
	m.To.Email = strings.Repeat("x", 65) + "@example.org"
	if _, err := Build(m); !errors.Is(err, ErrMessage) {
		t.Error("a local part of 65 characters is allowed")
	}
}

// FuzzBuild: whatever is in the fields, there is no header beyond those asked
// for, and Bcc stays out.
func FuzzBuild(f *testing.F) {
	f.Add("Open day", "Ayu", "ayu@example.org", "c@example.org", "X-A", "value", "text", "<p>html</p>", "map.pdf", "https://example.org/u", "1@example.org")
	f.Add("=?utf-8?q?x?=", "a,b \"c\"", `"x y"@example.org`, "", "X-B", strings.Repeat("w ", 600), ".\r\n.", "", "日本.pdf", "", "2@example.org")
	f.Add("a\r\nBcc: x@example.org", "a\nb", "a@b>", "d@example.org\r\n", "X\r\nY", "\x00", "\xff", "--=_x", "a\"b", "https://a/\r\n", "x>\r\ny@z")
	f.Fuzz(func(t *testing.T, subject, name, to, bcc, header, value, text, html, file, url, id string) {
		m := Message{
			From: campaign.Address{Name: name, Email: "rina@example.org"}, To: campaign.Address{Name: name, Email: to},
			Subject: subject, Text: text, HTML: html, MessageID: id, Date: time.Unix(1e9, 0).UTC(),
			Headers: map[string]string{header: value}, Unsubscribe: campaign.Unsubscribe{URL: url, Mailto: "u@example.org", Subject: subject},
			Attachments: []File{{Name: file, Data: []byte(text)}},
		}
		if bcc != "" {
			m.Bcc = []campaign.Address{{Email: bcc}}
		}
		e, err := Build(m)
		if err != nil {
			return
		}
		if err := checkLines(e.Message); err != nil {
			t.Fatal(err)
		}
		asked := map[string]bool{
			"From": true, "To": true, "Subject": true, "Date": true, "Message-Id": true, "Mime-Version": true, "Content-Type": true,
			"Content-Transfer-Encoding": true, "Precedence": true, "Auto-Submitted": true, "List-Unsubscribe": true, "List-Unsubscribe-Post": true,
		}
		got := parse(t, e.Message)
		for key, values := range got.header {
			if !asked[key] && !strings.EqualFold(key, header) || len(values) != 1 {
				t.Errorf("header %s: %q", key, values)
			}
		}
		if len(got.files) != 1 || got.files[0].Name != file || string(got.files[0].Data) != text {
			t.Errorf("file %q came back as %q", file, got.files)
		}
	})
}
