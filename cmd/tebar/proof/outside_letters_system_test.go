//go:build system

package proof

import (
	"bytes"
	pixel "image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mailings are the samples, the letters of designers, and letters made to be
// hard; some 1,000 messages.
func mailings(t *testing.T) []mailing {
	t.Helper()
	return append(append(samples(t), designed(t)...), hard()...)
}

const (
	withText = "alternative(plain,html)"
	rows     = 80 // of the lists made here
)

// samples are this project's own.
func samples(t *testing.T) []mailing {
	root, err := filepath.Abs("../../../samples")
	if err != nil {
		t.Fatal(err)
	}
	all := []mailing{
		{name: "newsletter", letter: letterSource{html: "body.html", text: "body.txt"}, shape: withText},
		{name: "school", letter: letterSource{html: "body.html"}, shape: withText},
		{
			name: "certificates", letter: letterSource{html: "body.html"}, shape: "mixed(" + withText + ",pdf)",
			attach: []string{"certificates/{{.member}}.pdf"},
		},
		{name: "gmail", letter: letterSource{markdown: "body.md"}, shape: withText},
	}
	for i := range all {
		ml := &all[i]
		ml.folder = filepath.Join(root, ml.name)
		text, err := os.ReadFile(filepath.Join(ml.folder, "campaign.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		ml.yaml = atOnceYAML(string(text))
		ml.letter.subject, ml.letter.from, ml.letter.replyTo = value(ml.yaml, "subject"), value(ml.yaml, "from"), value(ml.yaml, "reply_to")
		if ml.letter.replyTo != "" {
			ml.letter.replyTo = " <" + ml.letter.replyTo
		}
	}
	return all
}

// atOnceYAML takes out of a campaign file its name, its sender, and what would
// make it wait.
func atOnceYAML(text string) string {
	var kept []string
	out := false
	for line := range strings.Lines(text) {
		if key, _, ok := strings.Cut(line, ":"); ok && !strings.ContainsAny(key, " #") {
			out = key == "name" || key == "sender" || key == "limits" || key == "schedule" || key == "reserve"
		}
		if !out {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// value is a quoted or plain text at the file's top level.
func value(yaml, key string) string {
	m := regexp.MustCompile(`(?m)^` + key + `: "?(.*?)"?$`).FindStringSubmatch(yaml)
	if m == nil {
		return ""
	}
	return m[1]
}

// usual are the keys of the lists made here.
const usual = "from: \"Sekolah Menengah <office@example.org>\"\nsubject: \"{{.topic}}\"\n" +
	"recipients: {file: people.csv, name: name}\n"

var usualLetter = letterSource{subject: "{{.topic}}", from: "Sekolah Menengah <office@example.org>"}

// designed are letters that nobody here wrote, each with its blanks as columns.
func designed(t *testing.T) []mailing {
	paths, _ := filepath.Glob("../../../../shared/corpora/html/*.html")
	if len(paths) == 0 {
		t.Skip("../shared/corpora/html is not there")
	}
	var all []mailing
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".html")
		ml := mailing{name: name, yaml: usual + "body: {html: body.html}\n", people: addressees(rows), letter: usualLetter, shape: withText}
		ml.letter.html = "body.html"
		ml.files = map[string]string{"body.html": columns(string(text))}
		all = append(all, ml)
	}
	return all
}

var (
	comment  = regexp.MustCompile(`(?s)<!--[^\[].*?-->`)
	address  = regexp.MustCompile(`"(mailto:)?\{\{\w+\}\}"`)
	mustache = regexp.MustCompile(`\{\{\w+\}\}`)
)

// columns turns a designer's {{blanks}} into the columns of the lists here, and
// greets the person in those without.
func columns(text string) string {
	text = comment.ReplaceAllString(text, "")
	text = address.ReplaceAllString(text, `"${1}https://example.org/start?for=you&amp;x=1"`)
	text = strings.ReplaceAll(text, "mailto:https://", "mailto:help@")
	if !mustache.MatchString(text) {
		return strings.Replace(text, "<p>", "<p>Dear {{.name}}, ", 1)
	}
	return mustache.ReplaceAllString(text, "{{.name}}")
}

// hard are letters that are made to be hard.
func hard() []mailing {
	const page = "<html><head><meta charset=\"utf-8\"><title>x</title></head><body>%</body></html>"
	html := func(body string) string { return strings.Replace(page, "%", body, 1) }
	with := func(l letterSource) letterSource {
		l.subject, l.from = usualLetter.subject, usualLetter.from
		return l
	}
	lines := "Dear {{.name}},\n\n{{.note}}\n.\n..\nFrom the office,\n \nand\t\nwith regards   \n"
	odd := []string{"Peta für Ani 東京, Kč.pdf", "Undangan Hari Terbuka – Köln & 東京.pdf", "دعوة.pdf", "🎉 party.pdf", "plain.pdf", "quote \" and % ; = (1).pdf", strings.Repeat("sehr langer Name ", 9) + "ä.pdf", strings.Repeat("n", 100) + ".pdf"}
	files := map[string]string{"body.html": html("<p>Dear {{.name}},</p><pre>{{.note}}</pre>"), "body.txt": lines}
	attachments := "attachments: ["
	for i, name := range odd {
		files[name] = "%PDF-1.4\n" + strings.Repeat("\x00\xff\n.\r\n", i*31)
		attachments += "'" + name + "', "
	}
	return []mailing{
		{
			name: "text-only", yaml: usual + "body: {text: body.txt}\n", people: addressees(rows),
			files: map[string]string{"body.txt": lines}, letter: with(letterSource{text: "body.txt"}), shape: "plain",
		},
		{
			name: "both", yaml: usual + "body: {html: body.html, text: body.txt}\nunsubscribe: {url: 'https://example.org/u?a=b', mailto: office@example.org}\n",
			people: addressees(rows), files: files, letter: with(letterSource{html: "body.html", text: "body.txt"}), shape: withText,
		},
		{
			name: "odd-names", yaml: usual + "body: {html: body.html, text: body.txt}\n" + attachments + "]\n", people: addressees(rows),
			files: files, letter: with(letterSource{html: "body.html", text: "body.txt"}), attach: odd,
			shape: "mixed(" + withText + strings.Repeat(",pdf", len(odd)) + ")",
		},
		{
			name: "picture", yaml: usual + "body: {html: body.html}\n", people: addressees(rows), picture: "Gruß 🌸.png",
			files:  map[string]string{"body.html": html(`<h1>Hello {{.name}}</h1><p><img src="Gruß 🌸.png" alt="a flower"> {{.note}}</p><p><a href="https://example.org/a?b=c&amp;d=%C3%BC">more</a></p>`), "Gruß 🌸.png": pixels(40)},
			letter: with(letterSource{html: "body.html"}), shape: "related(" + withText + ",png)",
		},
		{
			name:   "parts",
			yaml:   usual + "body: {html: body.html}\nattachments: ['none/{{.email}}.pdf?', 'seiten/teil-*.pdf', {fill: note.ics}]\nunsubscribe: {url: 'https://example.org/u?n=1'}\n",
			people: addressees(40),
			files: map[string]string{
				"body.html":             `{{template "layout" .}}{{define "content"}}<p>Dear {{.name}},</p><pre>{{.note}}</pre>{{end}}`,
				"templates/layout.html": html(`<h1>School</h1>{{block "content" .}}{{end}}{{template "foot" .}}`),
				"templates/foot.html":   `<p><a href="{{unsubscribe}}">no more</a></p>` + "\n",
				"assembled.html":        html(`<h1>School</h1><p>Dear {{.name}},</p><pre>{{.note}}</pre><p><a href="https://example.org/u?n=1">no more</a></p>`),
				"seiten/teil-1.pdf":     "%PDF-1", "seiten/teil-2.pdf": "%PDF-2", "seiten/other.pdf": "%PDF-3",
				"note.ics": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n",
			},
			letter: with(letterSource{html: "assembled.html"}), attach: []string{"seiten/teil-1.pdf", "seiten/teil-2.pdf", "note.ics"},
			shape: "mixed(" + withText + ",pdf,pdf,calendar)",
		},
		{
			name: "copies",
			yaml: usual + "body: {text: body.txt}\ncc: '\"Büro, Köln\" <copy@example.org>'\nreply_to: '\"محمد \\\"M\\\"\" <answers@example.com>'\n" +
				"headers: {X-Campaign: \"Frühling 2027\", X-Long: \"" + strings.Repeat("long ", 60) + "end\"}\n",
			people: addressees(20), files: map[string]string{"body.txt": lines}, shape: "plain",
			letter: letterSource{
				subject: usualLetter.subject, from: usualLetter.from, text: "body.txt",
				cc: "Büro, Köln <copy@example.org>", replyTo: `محمد "M" <answers@example.com>`,
				headers: map[string]string{"X-Campaign": "Frühling 2027", "X-Long": strings.Repeat("long ", 60) + "end"},
			},
		},
		{
			name: "markdown", yaml: usual + "body: {markdown: body.md}\n", people: plainNotes(rows),
			files:  map[string]string{"body.md": "# Undangan\n\nDear {{.name}},\n\n- one\n- two **bold** and ünïcode 漢字\n\n1. first\n2. second\n\n[the page](https://example.org/page)\n\nRegards\n"},
			letter: with(letterSource{markdown: "body.md"}), shape: withText,
		},
		{
			name: "smtputf8", yaml: strings.Replace(usual, "<office@", "<büro@", 1) + "body: {text: body.txt}\n", people: beyondASCII(),
			files: map[string]string{"body.txt": lines}, letter: letterSource{subject: "{{.topic}}", from: "Sekolah Menengah <büro@example.org>", text: "body.txt"},
			shape: "plain", utf8: true,
		},
	}
}

// plainNotes leave out what Markdown would take for marks.
func plainNotes(n int) []addressee {
	all := addressees(n)
	for i := range all {
		all[i].name = strings.Trim(all[i].name, "[]<>")
	}
	return all
}

// beyondASCII are addresses that need SMTPUTF8.
func beyondASCII() []addressee {
	all := addressees(12)
	for i, local := range []string{"jürgen", "用户", "пример", "δοκιμή", "उदाहरण", "josé.maría", "アシェル", "ทดสอบ", "관리자", "ørjan", "łukasz", "ßtraße"} {
		all[i].email = local + "@example.org"
	}
	return all
}

// pixels is a PNG of a size.
func pixels(n int) string {
	var b bytes.Buffer
	_ = png.Encode(&b, pixel.NewGray(pixel.Rect(0, 0, n, n)))
	return b.String()
}
