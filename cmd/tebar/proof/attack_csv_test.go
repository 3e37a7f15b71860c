//go:build unix

package proof

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tebar/campaign/mailer/sandbox"
)

// A textBomb is a list that is written piece by piece: begin, again n times, end.
type textBomb struct {
	name, begin, again string
	n                  int
	end                string
	words              string // of the message, whether it is refused or not
	sent               int    // 0 = refused
}

const people = "email,name\nperson1@example.org,Ann\n"

var textBombs = []textBomb{
	{name: "sound", begin: people, sent: 1},
	{name: "a line without end", begin: people + "person2@example.org,", again: "x", n: 30 * mb, words: "longer than 4 MB"},
	{name: "a heading without end", begin: "email,", again: "x", n: 30 * mb, words: "longer than 4 MB"},
	{name: "a quote without end", begin: people + "person2@example.org,\"", again: "x\n", n: 30 * mb, words: "longer than 4 MB"},
	{name: "zeroes", again: "\x00", n: 30 * mb, words: "error"},
	{name: "many columns", begin: "email", again: ",x", n: 100_000, words: "columns"},
	{name: "a row of many cells", begin: people + "person2@example.org,Bob", again: ",x", n: 100_000, words: "row 3", sent: 1},
	{name: "blank lines", begin: people, again: "\n", n: 5 * mb, sent: 1},
	{name: "rows without an address", begin: people, again: ",x\n", n: 40_000, words: "no address", sent: 1},
	{name: "10 MB of address", begin: "email,name\n", again: "x", n: 10 * mb, end: "@example.org,Ann\n", words: "longer than 4 MB"},
	{name: "10 MB of name", begin: "email,name\nperson1@example.org,", again: "x", n: 10 * mb, words: "longer than 4 MB"},
	{name: "3 MB of address", begin: people, again: "x", n: 3 * mb, end: "@example.org,Ann\n", words: "row 3", sent: 1},
	{name: "3 MB of heading", begin: "email,name,", again: "x", n: 3 * mb, end: "\nperson1@example.org,Ann,1\n", sent: 1},
	{name: "3 MB in the letter", begin: "email,name,x\nperson1@example.org,Ann,", again: "y", n: 3 * mb, sent: 1},
	{name: "one cell many times", begin: people, again: "person1@example.org,Ann\n", n: 40_000, sent: 1},
}

// textList writes the list as a stream: a large process would be counted for a
// large tebar.
func (m *machine) textList(b textBomb) {
	m.t.Helper()
	f, err := os.Create(filepath.Join(m.dir, "people.csv"))
	if err != nil {
		m.t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	_, _ = w.WriteString(b.begin)
	for range b.n {
		_, _ = w.WriteString(b.again)
	}
	_, _ = w.WriteString(b.end)
	if err := w.Flush(); err != nil {
		m.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		m.t.Fatal(err)
	}
}

// TestTextBombs: lists of text that are large where none should be.
func TestTextBombs(t *testing.T) {
	c := &costs{}
	refused, sent := 0, 0
	for _, b := range textBombs {
		t.Run(b.name, func(t *testing.T) {
			server := serve(t, sandbox.Options{})
			m := machineIn(t, inMemory(t), server.Port(), 1, "")
			if b.name == "3 MB in the letter" {
				m.write("body.txt", "Dear {{.name}}\n{{.x}}\n")
			}
			m.textList(b)
			if b.sent == 0 {
				c.refused(m, server, b.words)
				refused++
				return
			}
			sent++
			r := c.run(m, "run", m.file, "--yes")
			if r.code != 0 || server.Count() != b.sent || !strings.Contains(r.stderr, b.words) || len(r.stderr) > 64<<10 {
				t.Errorf("%d sent, %s", server.Count(), r.short())
			}
			if whole := server.Receipts(); b.name == "3 MB in the letter" && len(whole) == 1 && strings.Count(string(whole[0].Data), "y") < 3*mb {
				t.Error("the cell was not sent whole")
			}
			_ = os.Remove(filepath.Join(m.dir, "people.csv"))
		})
	}
	c.figures(t, "list bombs", "%d refused with a message, %d sent, what is wrong with them said", refused, sent)
}

// TestExternalEntities: XML in a workbook that names a file outside is no way
// to read it.
func TestExternalEntities(t *testing.T) {
	c := &costs{}
	server := serve(t, sandbox.Options{})
	tried := 0
	for _, part := range []string{"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", "_rels/.rels"} {
		for _, kind := range []string{`SYSTEM "file://%s"`, `SYSTEM "../outside.csv" `, `"%.0s` + strings.Repeat("ha", 1000) + `"`} {
			m := campaignBelow(t, server.Port(), "")
			entity := kind
			if strings.Contains(kind, "%") {
				entity = fmt.Sprintf(kind, m.above())
			}
			m.workbook(func(b *book) { b.entity(part, entity) })
			check, run := c.run(m, "check", m.file), c.run(m, "run", m.file, "--yes")
			if m.betrays(check) || m.betrays(run) || check.code != run.code || run.code != 0 && run.code != 2 {
				t.Errorf("%s, %s: %s", part, entity, run.short())
			}
			tried++
		}
	}
	for _, r := range server.Receipts() {
		if carries(r.Data) || strings.Contains(string(r.Data), "haha") {
			t.Errorf("what the entity stands for was sent: %s", r.Data)
		}
	}
	c.figures(t, "external entities", "%d workbooks whose XML names a file outside or a bomb: nothing of it read or sent", tried)
}

// entity puts a DTD into a part, and the entity where a text stands in it.
func (b *book) entity(part, entity string) {
	b.t.Helper()
	text := map[string]string{
		"xl/worksheets/sheet1.xml": sheetHead + headings + strings.Replace(oneRow, "Ann", "&e;", 1) + sheetEnd,
		"xl/sharedStrings.xml":     xmlHead + `<sst xmlns="` + spreadsheet + `"><si><t>&e;</t></si></sst>`,
		"xl/styles.xml":            xmlHead + `<styleSheet xmlns="` + spreadsheet + `">&e;</styleSheet>`,
	}[part]
	if text == "" {
		text = strings.Replace(frame[part], "</", "&e;</", 1)
	}
	if part == "xl/sharedStrings.xml" {
		b.add("xl/worksheets/sheet1.xml", sheetHead+headings+strings.Replace(oneRow, `t="inlineStr"><is><t>Ann</t></is>`, `t="s"><v>0</v>`, 1)+sheetEnd, "", 0, "")
	}
	b.add(part, strings.Replace(text, xmlHead, xmlHead+`<!DOCTYPE x [<!ENTITY e `+entity+`>]>`, 1), "", 0, "")
}
