package mailer

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

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
	if bytes.Contains(raw, []byte("Subject:\r\n")) {
		r.Error("the subject begins on the second line")
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
		if err != nil || len(a) != 1 || a[0].Address != want.Email || oneSpace(a[0].Name) != oneSpace(want.Name) {
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

// Every kind of line end is one (a lone CR made mime/quotedprintable lose the next LF).
func TestLineEnds(t *testing.T) {
	m := sample()
	m.Text, m.HTML = "a\r=\nb\r\nc\n\nd", ""
	e, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	if got := parse(t, e.Message).text[0]; got != "a\r\n=\r\nb\r\nc\r\n\r\nd\r\n" {
		t.Errorf("%q", got)
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
		"List-Unsubscribe":      "<https://example.org/u?id=1%2c2&n=%c3%bc%3ex>, <mailto:rina@example.org?subject=unsubscribe%20spring>",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"User-Agent":            "", "X-Mailer": "",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	m.Unsubscribe.URL = "http://example.org/u" // no one-click without TLS
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

// A message stays as it is while others are made in the same room.
func TestBuildKeepsResults(t *testing.T) {
	var wg sync.WaitGroup
	messages := make([]campaign.Envelope, 100)
	letter := func(i int) Message {
		m := sample()
		m.Text = strings.Repeat(fmt.Sprintln("person", i), 1+i%20)
		return m
	}
	for i := range messages {
		wg.Go(func() {
			var err error
			if messages[i], err = Build(letter(i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i, e := range messages {
		if sum := sha256.Sum256(e.Message); hex.EncodeToString(sum[:]) != e.SHA256 {
			t.Fatalf("message %d is no longer what it was", i)
		}
		if got := parse(t, e.Message).text[0]; got != lines(letter(i).Text) {
			t.Errorf("message %d has the text %q", i, got)
		}
	}
}

// A mailbox in one file would change a line that begins with "From "; a soft
// line end can make one too.
func TestNoFromLine(t *testing.T) {
	for text, want := range map[string]string{
		"From here on":                     "=46rom here on",
		"a\nFrom b\r\nFrom\nFrom\tc\n":     "a\r\n=46rom b\r\nFrom\r\nFrom\tc\r\n",
		">From a\n From b\nfrom c":         ">From a\r\n From b\r\nfrom c",
		strings.Repeat("a", 75) + "From b": strings.Repeat("a", 75) + "=\r\n=46rom b",
		"From " + strings.Repeat("a", 70):  "=46rom " + strings.Repeat("a", 68) + "=\r\naa",
	} {
		if got := string(appendQuotedPrintable(nil, text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
