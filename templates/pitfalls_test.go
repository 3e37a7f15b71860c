package templates_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tebar/campaign"
	"tebar/templates"
)

func TestPitfalls(t *testing.T) {
	const words = "<p>Dear {{.name}}, this is long enough to be a letter.</p>"
	for _, test := range []struct {
		html string
		want string // line:column severity beginning of the message; "" = nothing
	}{
		{words, ""},
		{words + `<a href="https://example.org">x</a><a href="mailto:a@example.org">x</a><a href="#top">x</a><a href="{{.link}}">x</a><a name=top></a>`, ""},
		{words + `<img alt="" src="https://example.org/a.png"><img alt="x" src="cid:a"><img alt="x" src="{{.pic}}"><img alt="x" src="//example.org/a.png">`, ""},
		{words + "\n<script>if (a < b) {}</script>", "2:1 warning mail programs run no script"},
		{words + "\n<form><input></form>", "2:1 warning most mail programs show no form 2:7 warning most mail programs show no form"},
		{words + `<iframe src="https://example.org"></iframe>`, "1:59 warning most mail programs show no <iframe>"},
		{words + `<link rel="Stylesheet" href="https://example.org/a.css">`, "1:59 warning mail programs fetch no style sheet"},
		{"<style>p { color: red }\nb { position: absolute }</style>" + words, "2:5 warning Gmail and Outlook take `position`"},
		{words + `<p style="top:0;position:fixed">x</p>`, "1:59 warning Gmail and Outlook take `position`"},
		{words + `<p style="background-position: top">position: fixed</p>`, ""},
		{words + `<img src="https://example.org/a.png">`, "1:59 warning the picture has no alt text"},
		{words + `<img alt="x" src="data:image/png;base64,AA==">`, "1:59 warning Gmail and Outlook show no picture"},
		{words + `<img alt="x" src="pics/{{.name}}.png">`, `1:59 error the picture "pics/{{...}}.png" is a file whose`},
		{words + `<a href="http{{if .s}}s{{end}}://x">x</a><a href="mai{{/* x */}}lto:a@example.org">x</a><a href="x:foo">x</a>`, ""},
		{`<p>{{.a}}开放日在三月十三日，欢迎光临</p><img alt="x" src="https://example.org/a.png">`, ""},
		{words + `<img alt="x" src="C:\pics\a.png">`, `1:59 error the picture "C:\\pics\\a.png" is a file of yours`},
		{words + `<a href="file:///home/rina/a.pdf">x</a>`, `1:59 error the link "file:///home/rina/a.pdf" leads to a file`},
		{`<base href="https://example.org/">` + words + `<a href="a.html">x</a>`, `1:93 warning the link "a.html" leads to a file`},
		{words + `<a href="#">x</a><a href=" ">x</a>`, "1:59 warning the link leads nowhere 1:76 warning the link leads nowhere"},
		{`<title>A long title is no text</title><img alt="x" src="https://example.org/a.png"><p>{{.a}}</p>`, "1:1 warning the letter is pictures alone"},
		{`<p>{{if eq .a "<script>"}}<b>{{end}}` + words, ""},
	} {
		var got []string
		want := 0
		for _, p := range templates.Pitfalls(campaign.Letter{HTML: test.html}, templates.Names{HTML: "letter.html"}, nil) {
			text := fmt.Sprintf("%d:%d %s %s", p.Line, p.Column, p.Severity, p.Message)
			got = append(got, text)
			if at := strings.Index(test.want[min(want, len(test.want)):], text[:min(len(text), 30)]); at >= 0 {
				want += at + 1
			} else {
				t.Errorf("%s\nfound %s", test.html, text)
			}
			if p.Hint == "" || p.File != "letter.html" {
				t.Errorf("%s: hint %q, file %q", text, p.Hint, p.File)
			}
		}
		if n := strings.Count(test.want, " warning ") + strings.Count(test.want, " error "); len(got) != n {
			t.Errorf("%s\n got %q\nwant %s", test.html, got, test.want)
		}
	}
}

// What comes again and again is told three times.
func TestManyPitfalls(t *testing.T) {
	found := templates.Pitfalls(campaign.Letter{HTML: strings.Repeat("<p>some words</p><img alt='x' src='a.png'>\n", 7)}, templates.Names{}, nil)
	if len(found) != 3 || !strings.Contains(found[2].Hint, "(and 4 more like it)") || strings.Contains(found[1].Hint, "more") {
		t.Errorf("%v", found)
	}
}

// Letters of the mail designers' own have none but pictures without alt.
func TestPitfallsOfRealLetters(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "shared", "corpora", "html", "*.html"))
	if len(files) == 0 {
		t.Skip("../shared/corpora/html is not there")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range templates.Pitfalls(campaign.Letter{HTML: string(text)}, templates.Names{HTML: filepath.Base(file)}, nil) {
			if !strings.Contains(p.Message, "alt text") && !strings.Contains(p.Message, "leads nowhere") {
				t.Error(p)
			}
		}
	}
}

// Gmail cuts long letters; it is said once for all rows of a check.
func TestClippedLetter(t *testing.T) {
	set, problems := templates.Parse(campaign.Letter{Subject: "x", HTML: strings.Repeat("<p>{{.name}} and some words</p>\n", 5000), Text: "x"}, templates.Names{})
	if problems.Errors() > 0 {
		t.Fatal(problems)
	}
	r := campaign.Recipient{Row: campaign.Row{Number: 2, Columns: []string{"name"}, Values: []string{"Ani"}}}
	f := set.Check(t.Context(), r)
	if len(f.Problems) != 1 || f.Problems[0].Severity != campaign.Warning || !strings.Contains(f.Problems[0].Message, "102 KB") {
		t.Errorf("%v", f.Problems)
	}
}

// Whatever stands in a letter, a pitfall has a place in it.
func FuzzPitfalls(f *testing.F) {
	f.Add("<img src='a.png' src=b><style>p{position:fixed}")
	f.Add("{{if .a}}<a href={{.b}}x>{{end}}<script>\n<!-- <form> -->")
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
		for _, p := range templates.Pitfalls(campaign.Letter{HTML: text}, templates.Names{}, nil) {
			if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > len(lines[p.Line-1])+1 {
				t.Errorf("%v at %d:%d of %q", p, p.Line, p.Column, text)
			}
		}
	})
}
