//go:build system

package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A mailing is a campaign whose messages are read by programs that share no
// code with Tebar. It knows what they should say: its letter is filled here, by
// means of its own.
type mailing struct {
	name    string            // the campaign's
	folder  string            // of a sample; "" = files alone
	yaml    string            // all but name and sender; of a sample, its own less what would wait
	files   map[string]string // by path
	people  []addressee       // nil = the sample's
	letter  letterSource
	shape   string // the tree of parts
	attach  []string
	picture string
	utf8    bool
}

// A letterSource is the letter as a person has written it.
type letterSource struct {
	subject, from, replyTo, cc string            // addresses as "Name <address>"
	headers                    map[string]string // beside those that Tebar writes
	html, text, markdown       string            // names of files; "" = none
}

// copies is how many mailboxes get each message.
func (l letterSource) copies() int {
	if l.cc != "" {
		return 2
	}
	return 1
}

// A posted is one row's message as its mailing's run left it: what the report
// says, and the bytes.
type posted struct {
	Email     string            `json:"email"`
	Name      string            `json:"name"`
	State     string            `json:"state"`
	MessageID string            `json:"message_id"`
	SHA256    string            `json:"sha256"`
	Fields    map[string]string `json:"fields"`
	raw       []byte            // with CRLF, without what servers put on top
	copies    int               // of it that were found
}

// A trial is a mailing on a machine.
type mailingTrial struct {
	*machine
	mailing
	dir string
}

// laid writes the mailing's files, with a sender of provider and server.
func (ml mailing) laid(t *testing.T, sender string) *mailingTrial {
	t.Helper()
	m := machineIn(t, inMemory(t), 0, 1, "")
	x := &mailingTrial{machine: m, mailing: ml, dir: filepath.Join(m.dir, "letter")}
	x.file = filepath.Join(x.dir, "campaign.yaml")
	if ml.folder != "" {
		if err := os.CopyFS(x.dir, os.DirFS(ml.folder)); err != nil {
			t.Fatal(err)
		}
	}
	x.put("campaign.yaml", "name: "+ml.name+"\n"+ml.yaml+sender)
	for name, text := range ml.files {
		x.put(name, text)
	}
	if ml.people != nil {
		x.put("people.csv", list(ml.people))
	}
	return x
}

func (x *mailingTrial) put(name, text string) {
	x.t.Helper()
	path := filepath.Join(x.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		x.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		x.t.Fatal(err)
	}
}

const toSandbox = "sender: {provider: sandbox}\n"

// sent runs the campaign and gives a message for each row, without its bytes.
func (x *mailingTrial) sent() []*posted {
	x.t.Helper()
	x.must([]int{0}, "run", x.file, "--yes")
	var report struct{ Recipients []*posted }
	r := x.must([]int{0}, "report", x.name, "--format", "json")
	if err := json.Unmarshal([]byte(r.stdout), &report); err != nil {
		x.t.Fatal(err)
	}
	for _, p := range report.Recipients {
		if p.State != "sent" {
			x.t.Fatalf("%s: %s is %s", x.name, p.Email, p.State)
		}
	}
	return report.Recipients
}

// onTop are the fields that a delivering server puts on top.
var onTop = regexp.MustCompile(`^(?:(?:Return-Path|Delivered-To|X-Original-To|Received):.*\r\n(?:[ \t].*\r\n)*)+`)

// collect gives each message its bytes, found by Message-ID among the files, in
// which it is there a number of times.
func (x *mailingTrial) collect(all []*posted, files []string, copies int) {
	x.t.Helper()
	byID := map[string]*posted{}
	for _, p := range all {
		byID[p.MessageID] = p
	}
	id := regexp.MustCompile(`(?m)^Message-ID: <(.*)>\r$`)
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			x.t.Fatal(err)
		}
		if !bytes.Contains(raw, []byte("\r\n")) { // as mailboxes of this system have it
			raw = bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
		}
		raw = raw[len(onTop.Find(raw)):]
		var p *posted
		if found := id.FindSubmatch(raw); found != nil {
			p = byID[string(found[1])]
		}
		if p == nil || p.raw != nil && !bytes.Equal(p.raw, raw) {
			x.t.Fatalf("%s: whose is this, or is it there in two forms?\n%.500s", name, raw)
		}
		p.raw = raw
		p.copies++
	}
	for _, p := range all {
		if p.copies != copies {
			x.t.Fatalf("%s: %s has %d messages, want %d", x.name, p.Email, p.copies, copies)
		}
	}
}

// inSandbox are the messages of a run of the mailing into the sandbox.
func (ml mailing) inSandbox(t *testing.T) (*mailingTrial, []*posted) {
	t.Helper()
	x := ml.laid(t, toSandbox)
	all := x.sent()
	files, err := filepath.Glob(filepath.Join(x.dir, "outbox", "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	x.collect(all, files, 1)
	return x, all
}

var (
	branch = regexp.MustCompile(`\{\{if eq \.(\w+) "(\w*)"\}\}(.*?)\{\{else\}\}(.*?)\{\{end\}\}`)
	action = regexp.MustCompile(`\{\{\.(\w+)\}\}`)
	notKey = regexp.MustCompile(`[^\pL\pN]+`)
)

// fill fills a template that has nothing but columns and a plain if.
func (p *posted) fill(template string, escape func(string) string) string {
	cells := map[string]string{}
	for header, cell := range p.Fields {
		cells[strings.Trim(notKey.ReplaceAllString(strings.ToLower(header), "_"), "_")] = cell
	}
	template = branch.ReplaceAllStringFunc(template, func(s string) string {
		m := branch.FindStringSubmatch(s)
		if cells[m[1]] == m[2] {
			return m[3]
		}
		return m[4]
	})
	return action.ReplaceAllStringFunc(template, func(s string) string {
		name := action.FindStringSubmatch(s)[1]
		cell, ok := cells[name]
		if !ok {
			panic(fmt.Sprintf("no column %s in %v", name, cells))
		}
		return escape(cell)
	})
}
