package templates

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"tebar/campaign"
)

// letters whose CSS is inlined once, and whose text is made once where there
// is no if or range.
var onceLetters = []string{
	`<html><head><title>{{.a}}</title><style>p { color: red } .x td { margin: 0 } a:hover { color: blue }</style></head><body>
<p>Dear {{.a}}, {{.b}}{{.c}}.</p><div class="x"><table><tr><td>{{.a}}</td><td title="{{.c}}">x</td></tr></table></div>
<p><a href="{{.link}}">{{.link}}</a> <a href="{{.link}}">{{.b}}</a> <a href="https://example.org/?q={{.c}}&amp;l={{.link}}">q</a></p>
<ul><li>{{.a}}</li><li>{{.b}}<ul><li>{{.c}}</li></ul></li></ul><img alt="{{.a}}" src="x.png"> <b>{{.b}}</b>
<table><tr><th>k</th><th>v</th></tr><tr><td>{{.a}}</td><td>{{.b}}</td></tr></table></body></html>`,
	`<html><head><style>p { color: red !important } p b { color: green }</style></head><body>
<!--[if mso]><table><tr><td>{{.a}}<![endif]-->{{if .a}}<p>{{.a}} <b>{{.b}}</b></p>{{else}}<p>none</p>{{end}}<p>{{with .c}}{{.}}{{end}}<b>x</b></p>
{{range .rows}}<div><p style="margin: 0 !important">{{.b}}</p></div>{{end}}<!--[if mso]></td></tr></table><![endif]--></body></html>`,
	`<html><head></head><body><h1>{{.a}}</h1><h2>x {{.b}}</h2><s>{{.c}}</s><dl><dt>{{.a}}</dt><dd>{{.b}}</dd></dl>
<table><caption>{{.a}}</caption><tr><th>{{.a}}</th><th>k:</th><th>x {{.b}}</th></tr><tr><td>{{.b}}</td><td>{{.c}}</td><td>{{.a}}</td></tr><tr><td colspan="2">{{.a}}</td><td>{{.b}}</td></tr></table>
<table><tr><td>{{.a}}</td><td>{{.b}}</td></tr><tr><td>x {{.b}}</td><td>{{.c}}</td></tr></table>
<table><tr><td>{{.a}}</td><td>{{.b}}</td><td>{{.c}}</td></tr><tr><td>1</td><td>2 {{.a}}</td><td></td></tr></table>
<table role="presentation"><tr><td>{{.a}}</td><td>{{.b}}</td></tr><tr><td>x</td><td>{{.c}}</td></tr></table>
<ol><li>{{.a}}<ul><li><p>{{.b}}</p></li></ul></li></ol><a href="mailto:x@example.org?subject={{.b}}">{{.a}}</a></body></html>`,
}

var cellsAsTyped = rapid.OneOf(
	rapid.StringMatching(`[a-zA-Z0-9 .,<>&"'{}éü日本%+?#/:-]{0,12}`),
	rapid.SampledFrom([]string{"", " ", "a\nb", "  x", "x\t y", "\u00a0", "1. x", "# x", "- x", "*x*", "a | b", "a:", "?", "なに？", "|", "~", "<b>", "&amp;", "tbrq0z", "{{.a}}", "-->"}),
	rapid.String(),
)

var linksAsTyped = rapid.OneOf(
	rapid.SampledFrom([]string{"https://example.org/", "http://example.org/a?b=c&d=%20", "mailto:a@example.org", "javascript:x", "", "x y", "//e"}),
	rapid.StringMatching(`https://example\.org/[a-zA-Z0-9 /?&=#%'"()é.-]{0,12}`),
)

func drawRow(t *rapid.T) campaign.Recipient {
	return campaign.Recipient{Row: campaign.Row{
		Columns: []string{"a", "b", "c", "link"},
		Values: []string{
			cellsAsTyped.Draw(t, "a"), cellsAsTyped.Draw(t, "b"), cellsAsTyped.Draw(t, "c"), linksAsTyped.Draw(t, "link"),
		},
	}}
}

// normal is the document as a browser reads it.
func normal(t *rapid.T, document string) string {
	doc, err := html.Parse(strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := html.Render(&b, doc); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What is done once for all rows gives what doing it for each row would.
func TestOnceAgreesWithPerRow(t *testing.T) {
	for _, letter := range onceLetters {
		once := mustParse(t, campaign.Letter{HTML: letter, InlineCSS: true})
		if once.perRow {
			t.Fatal("the letter is not inlined once; the test would compare nothing")
		}
		perRow := mustParse(t, campaign.Letter{HTML: letter})
		perRow.perRow, perRow.styled, perRow.text, perRow.derived = true, false, nil, false
		fast := 0
		rapid.Check(t, func(t *rapid.T) {
			r := drawRow(t)
			if rapid.IntRange(0, 4).Draw(t, "plain") == 0 { // surely goes the fast way
				r.Values = []string{"Ayu", "Budi", "Citra", "https://example.org/"}
			}
			got, err := once.Render(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			want, err := perRow.Render(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(normal(t, want.HTML), normal(t, got.HTML)); diff != "" {
				t.Fatalf("HTML (-per row +once):\n%s", diff)
			}
			if diff := cmp.Diff(want.Text, got.Text); diff != "" {
				t.Fatalf("text (-per row +once):\n%s", diff)
			}
			if once.text != nil {
				f := once.naming.begin(context.Background(), &r, false, nil)
				text, err := once.text.fill(f)
				if f.end(); err == nil && !strings.Contains(text, notPlain) {
					fast++
				}
			}
		})
		if once.text != nil && fast == 0 {
			t.Error("no row took the fast way to its text; the test compared nothing")
		}
	}
}

// These letters cannot be inlined once: what a row prints has a say in which
// rules match.
func TestPerRowWhereNeeded(t *testing.T) {
	for name, body := range map[string]string{
		"a class":            `<style>.x{color:red}</style><p class="{{.a}}">x</p>`,
		"an id":              `<style>#x{color:red}</style><p id="{{.a}}">x</p>`,
		"an attribute":       `<style>p[title=x]{color:red}</style><p title="{{.a}}">x</p>`,
		"a style":            `<style>p{color:red}</style><p style="margin:{{.a}}">x</p>`,
		"a style sheet":      `<style>p{color:{{.a}}}</style><p>x</p>`,
		"a tag":              `<style>p{color:red}</style><p {{if .a}}class="x"{{end}}>x</p>`,
		"a branch's place":   `<style>p:first-child{color:red}</style><div>{{if .a}}<i>x</i>{{end}}<p>x</p></div>`,
		"a branch's sibling": `<style>i + p{color:red}</style><div>{{if .a}}<i>x</i>{{end}}<p>x</p></div>`,
		"half an element":    `<style>p{color:red}</style><body>{{if .a}}<div>{{else}}<div class="y">{{end}}<p>x</p></div></body>`,
		"rows of a table":    `<style>td{color:red}</style><body><table>{{range .rows}}<tr><td>x</td></tr>{{end}}</table></body>`,
	} {
		s := mustParse(t, campaign.Letter{HTML: body, InlineCSS: true})
		if !s.perRow {
			t.Errorf("%s: the letter is inlined once", name)
		}
		row := campaign.Row{Columns: []string{"a"}, Values: []string{"x"}}
		got, err := s.Render(t.Context(), campaign.Recipient{Row: row})
		if err != nil || !strings.Contains(got.HTML, "color:red") && name != "a style sheet" {
			t.Errorf("%s: %v\n%s", name, err, got.HTML)
		}
	}
}

// corpus reads the letters that nobody here wrote; without them it skips.
func corpus(t testing.TB) map[string]string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		files, _ := filepath.Glob(filepath.Join(dir, "..", "shared", "corpora", "html", "*.html"))
		if len(files) > 0 {
			letters := map[string]string{}
			for _, f := range files {
				data, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				letters[filepath.Base(f)] = string(data)
			}
			return letters
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		t.Skip("../shared/corpora/html is not there")
	}
}

// corpusText are lines that the text of a corpus letter has, and no others of
// which the second list is part.
var corpusText = map[string]struct{ has, not []string }{
	"leemunroe.html":        {[]string{"Hi there", "Call To Action <http://htmlemail.io>", "Powered by HTMLemail.io <http://htmlemail.io>"}, []string{"preheader", "Some clients will show this", "{", "|"}},
	"general.html":          {[]string{"Get this responsive email template", "Have a question? support@ourteam.com", "----------"}, []string{"{", "|", "&"}},
	"promotional.html":      {[]string{"Responsive HTML email templates", "View on GitHub <https://github.com/konsav/email-templates/>"}, []string{"{", "|", "&"}},
	"postmark-welcome.html": {[]string{"Welcome, https://example.org/a?b=c&d=e!", "Do this Next <https://example.org/a?b=c&d=e>", "help documentation <https://example.org/a?b=c&d=e>"}, []string{"preheader", "{", "Thanks for trying out [Product Name]. We’ve pulled"}},
}

func TestCorpusLetters(t *testing.T) {
	for name, letter := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			letter = mustache.ReplaceAllString(letter, "{{.value}}")
			s := mustParse(t, campaign.Letter{HTML: letter, InlineCSS: true})
			row := campaign.Row{Columns: []string{"value"}, Values: []string{"https://example.org/a?b=c&d=e"}}
			got, err := s.Render(t.Context(), campaign.Recipient{Row: row})
			if err != nil {
				t.Fatal(err)
			}
			want := corpusText[name]
			for _, line := range want.has {
				if !strings.Contains(got.Text, line) {
					t.Errorf("the text lacks %q:\n%s", line, got.Text)
				}
			}
			for _, part := range want.not {
				if strings.Contains(got.Text, part) {
					t.Errorf("the text has %q:\n%s", part, got.Text)
				}
			}
			keepsStyles(t, letter, got.HTML)
		})
	}
}

// keepsStyles says that what cannot be inlined is there still.
func keepsStyles(t *testing.T, source, out string) {
	t.Helper()
	for _, part := range []string{"@media", "@import", "@font-face", ":hover", "[if mso]", "[if gte mso", "<![endif]-->"} {
		if had, has := strings.Count(source, part), strings.Count(out, part); has < had {
			t.Errorf("%q stood %d times in the source and stands %d times in the letter", part, had, has)
		}
	}
	if !strings.Contains(out, `style="`) {
		t.Error("nothing was inlined")
	}
}

// mustache finds the actions of another template language in a corpus letter.
var mustache = regexp.MustCompile(`\{\{[a-z_]+\}\}`)
