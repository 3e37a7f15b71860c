package preview

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// letter is a message as this project's mailer builds it.
const letter = "Date: Mon, 01 Mar 2027 09:00:00 +0700\r\nMessage-ID: <row-2.preview@example.org>\r\n" +
	"Subject: =?utf-8?q?K=C3=B6ln_?=\r\n =?utf-8?q?</script>?=\r\nFrom: <rina@example.org>\r\nTo: \"Ani\" <ani@example.org>\r\n" +
	"Content-Type: multipart/mixed;\r\n boundary=\"m\"\r\n\r\n--m\r\nContent-Type: multipart/alternative;\r\n boundary=\"a\"\r\n\r\n" +
	"--a\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nK=C3=B6ln =\r\nund mehr\r\n" +
	"--a\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Type: text/html; charset=UTF-8\r\n\r\n<p>K=C3=B6ln</p><script>top.x=1</script>\r\n" +
	"--a--\r\n--m\r\nContent-Disposition: attachment; filename*=utf-8''%C3%BC.pdf\r\nContent-Transfer-Encoding: base64\r\nContent-Type: application/pdf\r\n\r\nJVBERi0x\r\n--m--\r\n"

func TestRead(t *testing.T) {
	c, err := read([]byte(letter))
	if err != nil {
		t.Fatal(err)
	}
	if c.Subject != "Köln </script>" || c.Text != "Köln und mehr" || !strings.HasPrefix(c.HTML, "<p>Köln</p>") {
		t.Errorf("%q, %q, %q", c.Subject, c.Text, c.HTML)
	}
	if len(c.Files) != 1 || c.Files[0] != (attached{"ü.pdf", "application/pdf", 6}) {
		t.Errorf("%+v", c.Files)
	}
	if !strings.Contains(c.Headers, "\nSubject: Köln </script>\nFrom: ") {
		t.Error(c.Headers)
	}
}

// A letter cannot end the page's script, and what the page has of it is whole.
func TestWrite(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "preview")
	page := Page{Campaign: "<b>spring", Total: 7, At: time.Date(2027, 3, 1, 9, 5, 0, 0, time.UTC), Messages: []Message{
		{Row: 2, Source: "a.csv", Address: "ani@example.org", Raw: []byte(letter), Bcc: []string{"b@example.org"}},
		{Row: 2, Source: "b.csv", Address: "budi@example.org", Raw: []byte("Subject: x\r\nContent-Type: text/plain\r\n\r\na < b\r\n")},
		{Row: 9, Source: "b.csv", Address: "citra@example.org", Problem: "no </script> file"},
	}}
	for range 2 { // the second replaces the first
		written, err := Write(folder, page)
		if err != nil {
			t.Fatal(err)
		}
		if written[0].EML != "row-2.eml" || written[1].EML != "row-2-2.eml" || written[2].EML != "" || written[0].Size != len(letter) {
			t.Errorf("%+v", written)
		}
	}
	text := file(t, folder, Index)
	if n := strings.Count(text, "</script>"); n != 2 {
		t.Errorf("%d script elements end in the page, want its own two", n)
	}
	if !strings.Contains(text, "1 Mar 2027 09:05") {
		t.Error("the page does not say when it was made")
	}
	if strings.Contains(text, "<b>spring") {
		t.Error("the campaign's name is not escaped")
	}
	_, data, _ := strings.Cut(text, `id="data">`)
	data, _, _ = strings.Cut(data, "</script>")
	var entries []entry
	if err := json.Unmarshal([]byte(data), &entries); err != nil {
		t.Fatal(err)
	}
	if len(entries) != 3 || entries[0].Raw != letter || entries[0].Bcc[0] != "b@example.org" || entries[2].Problem != "no </script> file" {
		t.Errorf("%+v", entries)
	}
	if file(t, folder, "row-2.eml") != letter || !strings.Contains(file(t, folder, "row-2-2.html"), "a &lt; b") {
		t.Error("the files are others")
	}
	for _, name := range []string{"row-2024-notes.html", "mine.txt"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	page.Messages = page.Messages[2:]
	if _, err := Write(folder, page); err != nil {
		t.Fatal(err)
	}
	if files, _ := os.ReadDir(folder); len(files) != 3 {
		t.Errorf("an earlier preview was left behind, or others' files were not: %v", files)
	}
	if err := os.WriteFile(filepath.Join(folder, "row-7.eml"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	page.Messages = []Message{{Row: 7, Raw: []byte(letter)}}
	if _, err := Write(folder, page); !errors.Is(err, ErrOthers) || file(t, folder, "row-7.eml") != "mine" {
		t.Errorf("somebody's file: %v", err)
	}
}

// A folder with somebody's files is left alone.
func TestOthersFiles(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "row-2.eml"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(folder, Page{}); !errors.Is(err, ErrOthers) || file(t, folder, "row-2.eml") != "mine" {
		t.Error(err)
	}
}

func file(t *testing.T, folder, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
