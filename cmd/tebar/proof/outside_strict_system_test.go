//go:build system

package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// TestStrictReader reads every message of every mailing with Python's e-mail
// package, which takes no defect, and holds it against what was meant:
// testdata/strict.py says how.
func TestStrictReader(t *testing.T) {
	count := 0
	for _, ml := range mailings(t) {
		t.Run(ml.name, func(t *testing.T) {
			x, all := ml.inSandbox(t)
			x.readStrictly(all)
			count += len(all)
		})
	}
	if count < 1000 {
		t.Errorf("%d messages; 1,000 are promised", count)
	}
	figures(t, "strict reader", "%d messages of %d kinds of letter read by Python's strict e-mail policy: no defect; header, text, HTML, pictures and attachments as they were meant", count, len(mailings(t)))
}

// readStrictly fails the test for each defect.
func (x *mailingTrial) readStrictly(all []*posted) {
	x.t.Helper()
	var in bytes.Buffer
	lines := json.NewEncoder(&in)
	for i, p := range all {
		name := filepath.Join(x.dir, fmt.Sprintf("%s-%04d.eml", x.name, i))
		if err := os.WriteFile(name, p.raw, 0o600); err != nil {
			x.t.Fatal(err)
		}
		if err := lines.Encode(x.meant(p, name)); err != nil {
			x.t.Fatal(err)
		}
	}
	cmd := exec.Command("python3", filepath.Join("testdata", "strict.py"))
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		x.t.Fatalf("%v: install Debian's python3, as .ci/packages does", err)
	}
	said := strings.Split(strings.TrimSpace(string(out)), "\n")
	if last := said[len(said)-1]; last != fmt.Sprint(len(all)) {
		x.t.Errorf("%s of %d messages read", last, len(all))
	}
	for i, line := range said[:len(said)-1] {
		if i == 0 {
			name, _, _ := strings.Cut(line, ": ")
			raw, _ := os.ReadFile(name)
			line += fmt.Sprintf("\n%.1500s", raw)
		}
		x.t.Error(line)
	}
}

// meant is what strict.py is told of one message.
func (x *mailingTrial) meant(p *posted, file string) map[string]any {
	asIs := func(s string) string { return s }
	to := p.Email
	m := map[string]any{
		"file": file, "id": p.MessageID, "shape": x.shape, "utf8": x.utf8,
		"subject": oneSpace(p.fill(x.letter.subject, asIs)),
		"from":    split(x.letter.from), "to": []string{oneSpace(p.Name), to},
		"text": nil, "html": nil, "files": x.filesOf(p),
	}
	if x.letter.replyTo != "" {
		m["reply_to"] = split(x.letter.replyTo)
	}
	if x.letter.cc != "" {
		m["cc"] = split(x.letter.cc)
	}
	if x.letter.headers != nil {
		m["headers"] = x.letter.headers
	}
	if x.letter.text != "" {
		m["text"] = strings.ReplaceAll(p.fill(x.source(x.letter.text), asIs), "\r\n", "\n")
	}
	if x.letter.html != "" {
		m["html"] = p.fill(x.source(x.letter.html), html.EscapeString)
	}
	if x.letter.markdown != "" {
		m["markdown"] = p.fill(x.source(x.letter.markdown), asIs)
	}
	return m
}

// filesOf gives name and SHA-256 of each file that goes along.
func (x *mailingTrial) filesOf(p *posted) [][]string {
	all := append([]string{}, x.attach...)
	if x.picture != "" {
		all = append(all, x.picture)
	}
	out := [][]string{}
	for _, name := range all {
		name = p.fill(name, func(s string) string { return s })
		sum := sha256.Sum256([]byte(x.source(name)))
		out = append(out, []string{path.Base(name), hex.EncodeToString(sum[:])})
	}
	return out
}

func (x *mailingTrial) source(name string) string {
	x.t.Helper()
	text, err := os.ReadFile(filepath.Join(x.dir, name))
	if err != nil {
		x.t.Fatal(err)
	}
	return string(text)
}

func split(address string) []string {
	name, rest, _ := strings.Cut(address, " <")
	return []string{name, strings.TrimSuffix(rest, ">")}
}

func oneSpace(s string) string { return strings.Join(strings.Fields(s), " ") }
