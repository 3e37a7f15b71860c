package mailer

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tebar/campaign"
)

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
