package mailer

import (
	"bytes"
	"strings"
	"testing"
)

// Pictures stand with the letter, each once, and attachments beside both.
func TestPictures(t *testing.T) {
	m := sample()
	m.Attachments = []File{
		{Name: "map.pdf", Data: []byte("a map")},
		{Name: "ship.png", Data: []byte("a ship"), ContentID: "1@example.org"},
		{Name: "same.png", Data: []byte("a ship"), ContentID: "1@example.org"},
		{Name: "flag.gif", Data: []byte("a flag"), ContentID: "2@example.org"},
	}
	e, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, want := range []string{
		"Content-Type: multipart/mixed;", "Content-Type: multipart/related;\r\n type=\"multipart/alternative\";\r\n boundary=",
		"Content-Type: multipart/alternative;", "text/plain", "text/html",
		"Content-Disposition: inline;", "Content-ID: <1@example.org>\r\n", "Content-Type: image/png;",
		"Content-ID: <2@example.org>", "Content-Disposition: attachment;",
	} {
		n := bytes.Index(e.Message[at:], []byte(want))
		if n < 0 {
			t.Fatalf("%q is not there, or not in its place:\n%s", want, e.Message)
		}
		at += n
	}
	if strings.Count(string(e.Message), "Content-ID:") != 2 {
		t.Error("a picture goes twice")
	}
	m.Text, m.Attachments = "", m.Attachments[1:2]
	if e, err = Build(m); err != nil || !bytes.Contains(e.Message, []byte("multipart/related;\r\n type=\"text/html\"")) || bytes.Contains(e.Message, []byte("multipart/mixed")) {
		t.Errorf("%v\n%s", err, e.Message)
	}
	m.Attachments[0].ContentID = "a b\r\nX: y"
	if _, err := Build(m); err == nil {
		t.Error("a content id that breaks the header was taken")
	}
}
