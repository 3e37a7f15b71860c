package mailer

import (
	"errors"
	"mime"
	"strings"
	"testing"

	"tebar/campaign"
)

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

// The last look at the bytes finds what no server takes.
func TestCheckLines(t *testing.T) {
	full := strings.Repeat("x", maxLine)
	for raw, want := range map[string]string{
		"":                            "",
		"\r\n":                        "",
		"a\r\n\r\nb\r\n":              "",
		full + "\r\n" + full + "\r\n": "",
		"a":                           "line 1 of the message does not end in CRLF",
		"\n":                          "line 1 of the message does not end in CRLF",
		"a\r\nb\n":                    "line 2 of the message does not end in CRLF",
		"a\r\nb\r":                    "line 2 of the message does not end in CRLF",
		"a\nb\r\n":                    "line 1 of the message does not end in CRLF",
		"a\rb\r\n":                    "bare CR",
		"a\r\r\n":                     "bare CR",
		"\ra\r\n":                     "bare CR",
		"a\r\nb\x00\r\n":              "NUL",
		"a\r\n" + full + "x\r\n":      "line 2 of the message (\"xxxx",
	} {
		err := checkLines([]byte(raw))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%.40q: %v, want %q", raw, err, want)
		}
	}
}

// No value begins another field, whatever has let it through.
func TestFieldHoldsNoLineBreak(t *testing.T) {
	for _, value := range []string{"a\r\nBcc: b", "a\nBcc: b", "a\rb"} {
		var d draft
		if d.set("X-A", value); len(d.problems) != 1 {
			t.Errorf("%q: %v", value, d.problems)
		}
	}
}
