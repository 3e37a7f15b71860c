package proof

import (
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
)

func controls(cell string) bool {
	return strings.ContainsFunc(cell, func(r rune) bool { return r != '\t' && unicode.IsControl(r) })
}

// document has a cell in every context of HTML.
const document = `<html><head><title>{{.x}}</title><style>p { color: red } .z { width: {{.x}} }</style></head><body>
<!--[if mso]><a href="{{.x}}" title="{{.x}}">{{.x}}</a><![endif]--><p class="{{.x}}" title="{{.x}}" data-x='{{.x}}'>{{.x}}</p>
<a href="https://example.org/{{.x}}?q={{.x}}#{{.x}}">3</a><a href="{{tel .x}}">5</a><input value={{.x}}><textarea>{{.x}}</textarea>
<script>var x = {{.x}}, y = "{{.x}}";</script><p onclick="f({{.x}})">6</p></body></html>`

func htmlBody(text string) func(*machine) {
	return func(m *machine) {
		m.write("body.html", text)
		m.write("spring.yaml", strings.Replace(m.read("spring.yaml"), "body: {text: body.txt}", "body: {html: body.html, text: body.txt}", 1))
	}
}

var spots = []spot{
	{name: "subject", change: func(m *machine) {
		m.write("spring.yaml", strings.Replace(m.read("spring.yaml"), "Hello {{.name}}", "Hello {{.x}}", 1))
	}, judge: func(t *testing.T, l letter) {
		if got := decoded(t, l, "Subject"); !strings.HasPrefix(got, "Hello") {
			t.Errorf("%q: the subject is %q", l.cell, got)
		}
	}},
	{name: "name of To", change: func(m *machine) {
		m.write("spring.yaml", strings.Replace(m.read("spring.yaml"), "file: people.csv", "file: people.csv, name: x", 1))
	}, judge: func(t *testing.T, l letter) { decoded(t, l, "To") }},
	{name: "header", more: "headers: {X-Class: '{{.x}}'}\n", own: []string{"X-Class"}, refuse: controls, judge: func(t *testing.T, l letter) {
		decoded(t, l, "X-Class")
	}},
	{name: "url", more: "unsubscribe: {url: 'https://example.org/u?x={{.x}}'}\n", own: []string{"List-Unsubscribe-Post"}, refuse: func(cell string) bool {
		return strings.ContainsAny(cell, "\r\n\x00\t\v\f\x1b\x7f") || len(url.PathEscape(cell)) > 800
	}, judge: func(t *testing.T, l letter) {
		got, also := strings.CutSuffix(l.message.Header.Get("List-Unsubscribe"), ", <mailto:office@school.example?subject=unsubscribe%20spring>")
		if !also || !strings.HasPrefix(got, "<https://example.org/u?x=") || strings.Count(got, "<") != 1 || strings.Contains(got, ",") {
			t.Errorf("%q: List-Unsubscribe is %q", l.cell, got)
		}
	}},
	{name: "whole url", more: "unsubscribe: {url: '{{.x}}'}\n", refuse: func(string) bool { return true }},
	{name: "text", change: func(m *machine) { m.write("body.txt", "Dear {{.x}},\n\nend.\n") }, judge: func(t *testing.T, l letter) {
		if body := text(t, l); !strings.HasPrefix(body, "Dear ") || !strings.HasSuffix(body, "end.\r\n") || strings.Contains(body, "person1@") {
			t.Errorf("%q: the text is %q", l.cell, body)
		}
	}},
	{name: "HTML", change: htmlBody(document), judge: sameShape},
	{name: "inlined HTML, per row", change: htmlBody(`<html><head><style>.red { color: red }</style></head><body><p class="{{.x}}" title="{{.x}}">{{.x}}</p></body></html>`), judge: sameShape},
	{name: "a link", change: htmlBody(`<p><a href="{{.x}}">1</a><a href={{.x}}>2</a><img src="{{.x}}" alt="x"><b style="color: {{.x}}">3</b></p>`), judge: sameShape},
	{name: "Markdown", change: func(m *machine) {
		m.write("body.md", "# Hello\n\nDear **{{.x}}**, [link](https://example.org/{{.x}})\n")
		m.write("spring.yaml", strings.Replace(m.read("spring.yaml"), "body: {text: body.txt}", "body: {markdown: body.md}", 1))
	}, judge: sameShape},
	{name: "name of Reply-To", more: "reply_to: '{{.x}} <r@example.org>'\n", own: []string{"Reply-To"}, judge: oneAddress("Reply-To", "r@example.org")},
	{name: "name of Cc", more: "cc: '\"{{.x}}\" <c@example.org>'\n", own: []string{"Cc"}, extra: []string{"c@example.org"}, judge: oneAddress("Cc", "c@example.org")},
	{name: "name of Bcc", more: "bcc: '\"{{.x}}\" <b@example.org>'\n", extra: []string{"b@example.org"}},
	{name: "path", more: "attachments: ['files/{{.x}}']\n", refuse: func(string) bool { return true }},
}

func (m *machine) read(name string) string {
	m.t.Helper()
	return fileText(m.t, m.dir, name)
}

// oneAddress: the header holds the campaign's address, and no other.
func oneAddress(name, address string) func(*testing.T, letter) {
	return func(t *testing.T, l letter) {
		t.Helper()
		list, err := l.message.Header.AddressList(name)
		if err != nil || len(list) != 1 || list[0].Address != address {
			t.Errorf("%q: %s is %q, %v", l.cell, name, l.message.Header.Get(name), err)
		}
	}
}

// text is a letter's plain text, which is its only part.
func text(t *testing.T, l letter) string {
	t.Helper()
	kind, _, err := mime.ParseMediaType(l.message.Header.Get("Content-Type"))
	if err != nil || kind != "text/plain" {
		t.Errorf("%q: Content-Type is %q", l.cell, l.message.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(quotedprintable.NewReader(l.message.Body))
	if err != nil {
		t.Errorf("%q: %v", l.cell, err)
	}
	return string(body)
}

// sameShape: the cell adds no element, attribute, comment or dangerous link.
func sameShape(t *testing.T, l letter) {
	t.Helper()
	got, want := shape(t, l.cell, l.raw), shape(t, "plain", l.plain.raw)
	if got != want || !strings.Contains(got, "<p") {
		t.Errorf("%q changes the document\n got %s\nwant %s", l.cell, got, want)
	}
}

func shape(t *testing.T, cell, raw string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(part(t, raw, "text/html")))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		switch n.Type {
		case html.ElementNode:
			b.WriteString("<" + n.Data)
			for _, a := range n.Attr {
				if a.Key != "style" { // whether a rule fits a class is the cell's to say
					b.WriteString(" " + a.Key)
				}
				if lower := strings.ToLower(strings.Join(strings.Fields(a.Val), "")); dangerous(lower) && (a.Key == "href" || a.Key == "src" || a.Key == "style") {
					t.Errorf("%q: %s is %q", cell, a.Key, a.Val)
				}
			}
			b.WriteString(">")
		case html.CommentNode:
			fmt.Fprintf(&b, "<!-- %d tags -->", strings.Count(n.Data, "<"))
		}
	}
	return b.String()
}

func dangerous(link string) bool {
	for _, scheme := range []string{"javascript:", "data:", "vbscript:", "expression("} {
		if strings.Contains(link, scheme) && !strings.HasPrefix(link, "https://") {
			return true
		}
	}
	return false
}

// TestHostileCells sends every hostile cell to every place of a message.
func TestHostileCells(t *testing.T) {
	v := &verdicts{}
	t.Run("all", func(t *testing.T) {
		for _, c := range spots {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				for some := range slices.Chunk(hostile[1:], 18) { // check names so many rows of one problem
					c.try(t, v, append([]string{"plain"}, some...))
				}
			})
		}
	})
	v.figures(t, "hostile cells")
}
