package templates

import (
	"context"
	"strings"
	"testing"
	"time"

	"tebar/campaign"
)

// Parse and Render never panic, and a cell never brings a `<` of its own into
// the HTML.
func FuzzLetter(f *testing.F) {
	for _, l := range onceLetters {
		f.Add(l, "# {{.a}}\n\n[x]({{.link}})", "{{.a}}", `<img src=x onerror="x">`)
	}
	f.Add(contexts, "{{range .rows}}\n- {{.a}}\n{{end}}", "{{if yes .a}}x{{else}}y{{end}}", "--><script>")
	f.Add("<!--[if mso]>{{.a}}<![endif]--><![if x]>", "![{{.a}}]({{.b}})\\", "{{- /* c */ -}}", "{{.a}}")
	f.Add("{{define \"x\"}}{{.a}}{{end}}{{template \"x\" .}}{{block \"y\" .}}{{end}}", "<!-- {{.a}} -->", "{{.a.b}}{{$x := .a}}{{$x}}", "a\x00b")
	f.Add("<style>{{.a}}</style><p style='{{.a}}' {{.a}}>", "```\n{{.a}}\n```", "{{(index .rows 0).a}}{{field \"a\"}}", "red")
	f.Fuzz(func(t *testing.T, html, markdown, text, cell string) {
		for _, l := range []campaign.Letter{
			{Subject: text, HTML: html, InlineCSS: true},
			{Subject: "s", Markdown: markdown, InlineCSS: len(cell)%2 == 0},
			{Subject: "s", HTML: html, Text: text},
		} {
			fuzzLetter(t, l, cell)
		}
	})
}

// own marks a cell, so that it can be told from the letter.
const own = "cellmark"

func fuzzLetter(t *testing.T, l campaign.Letter, cell string) {
	s, found := Parse(l, Names{})
	if (s == nil) != (found.Errors() > 0) {
		t.Fatalf("Set %v and problems %v do not go together", s != nil, found)
	}
	if s == nil {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	row := campaign.Row{Source: "x.csv", Number: 2, Columns: []string{"a", "b", "c", "link"}}
	row.Values = []string{"<" + own + cell, cell, "", "https://example.org/<" + own}
	_ = s.CheckColumns(row.Columns)
	_ = s.Check(ctx, campaign.Recipient{Row: row})
	got, err := s.Render(ctx, campaign.Recipient{Row: row})
	if err != nil {
		return
	}
	if strings.Contains(strings.ToLower(got.HTML), "<"+own) && !strings.Contains(l.HTML+l.Markdown, own) {
		t.Fatalf("a cell's < is in the HTML:\n%s\nof\n%s", got.HTML, l.HTML+l.Markdown)
	}
	if strings.ContainsAny(got.Subject, "\r\n") {
		t.Fatalf("the subject has a line end: %q", got.Subject)
	}
}

func FuzzDateAndNumber(f *testing.F) {
	for _, s := range []string{"2027-12-31", "31/12/27 2:30 PM", "1.234.567,89", "-0", "1e9", "999999999999999999999", "٣", "0673.889"} {
		f.Add(s, "d mmmm yyyy", "1.234,00")
	}
	f.Fuzz(func(t *testing.T, cell, layout, pattern string) {
		if out, err := date("iso", cell); err == nil && out != "" && len(out) < len("2006-01-02") {
			t.Fatalf("date of %q is %q", cell, out)
		}
		_, _ = date(layout, cell)
		_, _ = dateFrom(layout, "iso", cell)
		_, _ = number(pattern, cell)
		out, err := number(cell)
		if err != nil || out == "" || dotThree.MatchString(out) { // as a cell of its own, 673.889 can be read in two ways
			return
		}
		again, err := number(out)
		if err != nil || again != out {
			t.Fatalf("number of %q is %q, and of that %q, %v", cell, out, again, err)
		}
	})
}
