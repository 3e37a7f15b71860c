package proof

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"mime/quotedprintable"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// leaks are ways in which a program may let the password out, each made as
// such a program would make it and not as the search does.
func leaks(t *testing.T) map[string]string {
	t.Helper()
	asJSON, err := json.Marshal(map[string]string{"password": planted})
	if err != nil {
		t.Fatal(err)
	}
	var qp bytes.Buffer
	w := quotedprintable.NewWriter(&qp)
	fmt.Fprintf(w, "Your password: %s.", planted)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	m := map[string]string{
		"as it is":         "AUTH " + planted + " refused",
		"JSON":             string(asJSON),
		"Go, quoted":       fmt.Sprintf("%q", planted),
		"Go, in ASCII":     fmt.Sprintf("%+q", planted),
		"hex":              fmt.Sprintf("%x", planted),
		"HEX":              fmt.Sprintf("%X", planted),
		"a URL":            (&url.URL{Scheme: "smtp", Host: "mail.example.org", User: url.UserPassword(login, planted)}).String(),
		"a form":           url.Values{"p": {planted}, "q": {"1"}}.Encode(),
		"HTML":             template.HTMLEscapeString(planted),
		"quoted-printable": qp.String(),
		"AUTH PLAIN":       base64.StdEncoding.EncodeToString([]byte("\x00" + login + "\x00" + planted)),
		"AUTH LOGIN":       base64.StdEncoding.EncodeToString([]byte(planted)),
	}
	for before := range 4 {
		text := strings.Repeat("x", before) + planted + strings.Repeat("y", before)
		m[fmt.Sprint("base64 at ", before)] = base64.StdEncoding.EncodeToString([]byte(text))
		m[fmt.Sprint("base64 for URLs at ", before)] = base64.URLEncoding.EncodeToString([]byte(text))
	}
	for _, form := range writtenAs(planted) {
		m["form "+form] = "before" + form + "after"
	}
	return m
}

// TestSearchFinds is what the search's silence is worth: the password in any
// form is found in an output, in a file of a machine, and in a file's name.
func TestSearchFinds(t *testing.T) {
	var own search // nothing of this is the suite's
	dir := t.TempDir()
	m := machineIn(t, dir, 1, 3, "")
	if found := own.folder(dir, nil); len(found) != 0 || own.files.Load() != 3 || own.output([]byte("Dear person, 235 welcome")) != "" {
		t.Fatalf("found in %d files without it: %v", own.files.Load(), found)
	}
	for how, text := range leaks(t) {
		if own.output([]byte(text)) == "" {
			t.Errorf("%s: not found in an output: %s", how, text)
		}
		m.write("leak", strings.Repeat("line\n", 1000)+text)
		if found := own.folder(dir, nil); len(found) != 1 || !strings.HasPrefix(found[0], "leak as ") {
			t.Errorf("%s: found %v, want it in a file", how, found)
		}
		if found := own.folder(dir, []string{"leak"}); len(found) != 0 {
			t.Errorf("%s: found %v, where it is on purpose", how, found)
		}
	}
	m.write("leak", "") // so that the machine's own search has nothing to find
	named := filepath.Join(dir, "state", url.QueryEscape(planted))
	if err := os.MkdirAll(filepath.Dir(named), 0o700); err != nil {
		t.Fatal(err)
	}
	m.write(filepath.Join("state", filepath.Base(named)), "")
	if found := own.folder(dir, nil); len(found) != 1 {
		t.Errorf("found %v, want it in a file's name", found)
	}
	if err := os.Remove(named); err != nil {
		t.Fatal(err)
	}
}
