package proof

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"unicode"

	"tebar/campaign/mailer/sandbox"
)

// verdicts count what became of hostile input: refused with a message, or made
// harmless on its way. What is neither fails the test.
type verdicts struct{ refused, harmless atomic.Int64 }

func (v *verdicts) figures(t *testing.T, promise string) {
	t.Helper()
	r, h := v.refused.Load(), v.harmless.Load()
	figures(t, promise, "%d cases, %d refused with a message, %d made harmless, 0 through", r+h, r, h)
}

// hostile are cells that want to be more than text.
var hostile = []string{
	"plain", "a\r\nBcc: victim@example.net", "a\nBcc: victim@example.net", "a\rBcc: victim@example.net", "a\r\n\r\n<script>alert(1)</script>",
	"a\x00b", "a\u2028Bcc: victim@example.net", "a\u2029b", "a\u0085Bcc: victim@example.net", "a\vb\fc", "a\tb", "\ufeffa", "a\u200bb\u2060c", "\u202eelpmaxe\u202c",
	"a\u2066b\u2069", "\x1b[2J\x1b]0;title\a", "a\u009b2Jb", "a\x7fb\bc", "аdmin", "ａdmin＠example．net", "e" + strings.Repeat("\u0301", 300), strings.Repeat("word ", 150), strings.Repeat("x", 900),
	strings.Repeat("日", 400), "=?utf-8?q?a=0D=0ABcc:_victim=40example.net?=", "=?utf-8?b?DQpCY2M6IHZpY3RpbUBleGFtcGxlLm5ldA==?=", `"quoted" \ back\"slash`, `a" <victim@example.net>, "b`,
	"victim@example.net, b", "victim@example.net; b", "<victim@example.net>", "a (comment", "a)b(", "group: victim@example.net;", "a,b;c:d", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)",
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, "x onclick=alert(1)", "`onload=alert(1)`", "javascript:alert(1)", " jAvAsCrIpT:alert(1)", "java\tscript:alert(1)",
	"data:text/html;base64,PHNjcmlwdD4=", "vbscript:msgbox(1)", "//evil.example.net/x", `\\evil.example.net\x`, "--><script>alert(1)</script><!--", "<![endif]--><script>alert(1)</script>", "</style><script>alert(1)</script>",
	"</title></textarea><script>alert(1)</script>", "red;background:url(javascript:alert(1))", "expression(alert(1))", "}</style>*{x:y", `\"; alert(1); //`, "</script><script>alert(1)//", "${alert(1)}",
	"{{.email}}", `{{printf "%s" .email}}`, "]]><script>", "&lt;script&gt;", "&#x6a;avascript:alert(1)", "../../../etc/passwd", "/etc/passwd", `..\..\windows`, "CON", "NUL.txt", ".", "..", "%2e%2e/x", "$(touch x)", "`touch x`", "'; DROP TABLE messages; --", ".\r\nQUIT", "\r\n.\r\nMAIL FROM:<x@example.net>",
}

// list writes people.csv: one person per cell, person1@example.org and so on,
// with the cell in the column x.
func (m *machine) list(cells []string) {
	m.t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"email", "name", "x"})
	for i, c := range cells {
		_ = w.Write([]string{fmt.Sprintf("person%d@example.org", i+1), "Ann", c})
	}
	if w.Flush(); w.Error() != nil {
		m.t.Fatal(w.Error())
	}
	m.write("people.csv", b.String())
}

// A found is a problem as check --json tells it.
type found struct {
	Severity, File, Field, Message string
	Line, Row                      int
	Rows                           []int
	More                           int
}

func (m *machine) problems() (list []found, code int) {
	m.t.Helper()
	r := m.run("check", "--json", m.file)
	var out struct{ Problems []found }
	if err := json.Unmarshal([]byte(r.stdout), &out); err != nil {
		m.t.Fatalf("%v in %s", err, r)
	}
	return out.Problems, r.code
}

// warned says whether check tells that a row is left out.
func (m *machine) warned(row int) bool {
	list, _ := m.problems()
	return slices.ContainsFunc(list, func(p found) bool {
		return p.Severity == "warning" && (p.Row == row || slices.Contains(p.Rows, row)) && strings.Contains(p.Message, "NUL")
	})
}

// refusedRows are the rows (the header being 1) that check refuses, each
// with its message.
func (m *machine) refusedRows() map[int]string {
	m.t.Helper()
	rows := map[int]string{}
	list, code := m.problems()
	for _, p := range list {
		if p.Severity != "error" {
			continue
		}
		if p.Row == 0 || p.Message == "" || p.More > 0 {
			m.t.Fatalf("an error that names no row: %+v", p)
		}
		for _, row := range append(p.Rows, p.Row) {
			rows[row] = p.Message
		}
	}
	if (code == 2) != (len(rows) > 0) || code != 0 && code != 2 {
		m.t.Fatalf("check ends with %d and has %d rows refused", code, len(rows))
	}
	return rows
}

// A spot is a place in a message that a cell is written into.
type spot struct {
	name   string
	more   string                   // YAML for the campaign
	change func(m *machine)         // further files; may be nil
	own    []string                 // headers that this place writes
	extra  []string                 // who gets it beside the person
	refuse func(cell string) bool   // which cells have to be refused; nil = any but "plain" may be
	judge  func(*testing.T, letter) // looks at what one person got; may be nil
}

// A letter is what one person got because of one cell.
type letter struct {
	cell    string
	message *mail.Message
	raw     string
	plain   letterOf // the same letter for the cell "plain"
}

type letterOf struct{ raw string }

var always = []string{
	"From", "To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type", "Content-Transfer-Encoding",
	"Precedence", "Auto-Submitted", "List-Unsubscribe",
}

// try sends every cell through a context. Each row is refused by check, and
// named, or arrives and is harmless.
func (c spot) try(t *testing.T, v *verdicts, cells []string) {
	server := serve(t, sandbox.Options{})
	m := newMachine(t, server.Port(), 1, c.more)
	if c.change != nil {
		c.change(m)
	}
	m.list(cells)
	refused := m.refusedRows()
	var rest []string
	for i, cell := range cells {
		if strings.Contains(cell, "\x00") { // a bad row, whatever it is for
			if !m.warned(i + 2) {
				t.Errorf("%q: no warning", cell)
			}
			v.refused.Add(1)
			continue
		}
		why, got := refused[i+2]
		want := got && cell != "plain"
		if c.refuse != nil {
			want = c.refuse(cell)
		}
		if got != want {
			t.Errorf("%q: refused is %v (%s), want %v", cell, got, why, want)
		}
		if got {
			v.refused.Add(1)
			continue
		}
		rest = append(rest, cell)
	}
	if len(rest) == 0 {
		return
	}
	m.list(rest)
	if r := m.run("run", m.file, "--yes"); r.code != 0 {
		t.Fatalf("%s", r)
	}
	if bad := disagreements(m.states(), c.without(mailboxOf(server)), len(rest)); len(bad) > 0 {
		t.Fatal(bad)
	}
	c.look(t, server, rest)
	v.harmless.Add(int64(len(rest)))
}

// without takes those out of a mailbox who get a copy of every message.
func (c spot) without(b mailbox) mailbox {
	for _, who := range c.extra {
		delete(b, who)
	}
	return b
}

// look opens what everybody got.
func (c spot) look(t *testing.T, server *sandbox.Server, cells []string) {
	t.Helper()
	receipts := server.Receipts()
	for i, cell := range cells {
		r := receipts[i]
		want := append([]string{fmt.Sprintf("person%d@example.org", i+1)}, c.extra...)
		if !slices.Equal(r.To, want) {
			t.Errorf("%q: the envelope is %q, want %q", cell, r.To, want)
		}
		msg, err := mail.ReadMessage(bytes.NewReader(r.Data))
		if err != nil {
			t.Errorf("%q: %v", cell, err)
			continue
		}
		c.header(t, cell, msg, string(r.Data))
		if c.judge != nil {
			c.judge(t, letter{cell: cell, message: msg, raw: string(r.Data), plain: letterOf{string(receipts[0].Data)}})
		}
	}
}

// header: no header more or less than the campaign asks for, none twice, and
// nothing in it but printable ASCII.
func (c spot) header(t *testing.T, cell string, msg *mail.Message, raw string) {
	t.Helper()
	want := append(append([]string{}, always...), c.own...)
	got := slices.Sorted(maps.Keys(msg.Header))
	for _, name := range got {
		if !slices.Contains(want, name) || len(msg.Header[name]) != 1 {
			t.Errorf("%q writes the header %s: %q", cell, name, msg.Header[name])
		}
	}
	head, _, _ := strings.Cut(raw, "\r\n\r\n")
	for line := range strings.SplitSeq(head, "\r\n") {
		if len(line) > 998 || strings.ContainsFunc(line, func(r rune) bool { return r != '\t' && (r < ' ' || r >= 0x7f) }) {
			t.Errorf("%q: a line of the header is %q", cell, line)
		}
	}
	from, err := mail.ParseAddress(msg.Header.Get("From"))
	if err != nil || from.Address != "office@school.example" {
		t.Errorf("%q: From is %q", cell, msg.Header.Get("From"))
	}
	if to, err := msg.Header.AddressList("To"); err != nil || len(to) != 1 || !strings.HasPrefix(to[0].Address, "person") {
		t.Errorf("%q: To is %q", cell, msg.Header.Get("To"))
	}
}

// decoded is a header as a reader shows it: no control may come out of it.
func decoded(t *testing.T, l letter, name string) string {
	t.Helper()
	text, err := new(mime.WordDecoder).DecodeHeader(l.message.Header.Get(name))
	if err != nil || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }) {
		t.Errorf("%q: %s reads %q, %v", l.cell, name, text, err)
	}
	return text
}
