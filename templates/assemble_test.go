package templates

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	texttemplate "text/template"

	"github.com/google/go-cmp/cmp"

	"tebar/campaign"
)

// partsOf finds parts in a map.
func partsOf(parts map[string]string) Around {
	return Around{Find: func(name string) (Part, []string, bool) {
		text, ok := parts[name]
		names := []string{}
		for n := range parts {
			names = append(names, n)
		}
		return Part{File: "templates/" + name + ".txt", Text: text}, names, ok
	}}
}

// TestAssembleMeansTheSame holds what an assembled text prints to what
// text/template prints of the body and the parts by themselves.
func TestAssembleMeansTheSame(t *testing.T) {
	tests := map[string]struct {
		body  string
		parts map[string]string
	}{
		"a part":              {`A {{template "x" .}} B`, map[string]string{"x": "<{{.name}}>"}},
		"trims of the call":   {"A \n {{- template \"x\" . -}} \n B", map[string]string{"x": " <{{.name}}> "}},
		"trims of the part":   {`A {{template "x" .}} B`, map[string]string{"x": "  {{- .name -}}  "}},
		"comment in the part": {`A {{template "x" .}} B`, map[string]string{"x": "  {{- /* who */ -}}  {{.name}} {{- /* end */ -}} "}},
		"trims meet":          {`A {{.name -}}{{template "x" .}}{{- .name}} B`, map[string]string{"x": "  x  "}},
		"trims of a define":   {`A {{- define "x" -}} x {{.name}} {{- end -}} B {{template "x" .}} C`, nil},
		"parts of parts":      {`{{template "x" .}}`, map[string]string{"x": `1{{template "y" .}}2`, "y": "[{{.name}}]"}},
		"twice":               {`{{template "x" .}}{{template "x" .}}`, map[string]string{"x": "{{.name}}"}},
		"layout": {
			`{{template "layout" .}}{{define "content"}}Dear {{.name}}{{end}}`,
			map[string]string{"layout": `<<{{block "content" .}}nothing{{end}}|{{block "foot" .}}foot of {{.name}}{{end}}>>`},
		},
		"layout without block": {
			`{{define "content"}}Dear {{.name}}{{end}}{{template "layout" .}}`,
			map[string]string{"layout": `<<{{template "content" .}}>>`},
		},
		"block alone":       {`a {{block "x" .}} {{.name}} {{end}} b {{template "x" .}}`, nil},
		"block trimmed":     {`a {{- block "x" . -}} {{.name}} {{- end -}} b`, nil},
		"range":             {`{{range .rows}}{{template "x" .}}{{end}}`, map[string]string{"x": "({{.name}})"}},
		"range and root":    {`{{range .rows}}{{template "x" .}}{{end}}`, map[string]string{"x": "({{$.name}})"}},
		"with a value":      {`{{template "x" .name}}`, map[string]string{"x": "({{.}})"}},
		"without a value":   {`{{template "x"}}`, map[string]string{"x": "({{.}})"}},
		"variables":         {`{{$n := "caller"}}{{template "x" .}}{{$n}}`, map[string]string{"x": `{{$n := .name}}({{$n}})`}},
		"in an if":          {`{{if .name}}{{template "x" .}}{{else}}{{template "y" .}}{{end}}`, map[string]string{"x": "x", "y": "y"}},
		"row of a group":    {`{{with index .rows 1}}{{template "x" .}}{{end}}{{template "x" (index .rows 0)}}`, map[string]string{"x": "({{.name}})"}},
		"kept asks for one": {`{{template "x" .name}}`, map[string]string{"x": `<{{template "y" .}}>`, "y": "{{.}}"}},
		"raw name":          {"{{template `x` .}}", map[string]string{"x": "{{.name}}"}},
		"empty part":        {`A{{template "x" .}}B`, map[string]string{"x": ""}},
		"define in a part":  {`{{template "x" .}}`, map[string]string{"x": `{{define "z"}}[{{.name}}]{{end}}{{template "z" .}}`}},
		"if within define":  {`{{template "x" .}}{{define "x"}}{{if .name}}a{{else}}b{{end}}{{end}}!`, nil},
	}
	data := map[string]any{"name": "Ann", "rows": []map[string]any{{"name": "Ann"}, {"name": "Bo"}}}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			want := executed(t, test.body, test.parts, data)
			whole, _, found := Assemble("body.txt", "body.text", test.body, partsOf(test.parts))
			if len(found) > 0 {
				t.Fatal(found)
			}
			if got := executed(t, whole, nil, data); got != want {
				t.Errorf("the text %q\nprints %q\nand not %q", whole, got, want)
			}
		})
	}
}

// executed is what text/template makes of a body and parts.
func executed(t *testing.T, body string, parts map[string]string, data any) string {
	t.Helper()
	tpl := texttemplate.New("")
	for name, text := range parts {
		texttemplate.Must(tpl.New(name).Parse(text))
	}
	texttemplate.Must(tpl.New("body").Parse(body)) // last: what it defines wins
	var b strings.Builder
	if err := tpl.ExecuteTemplate(&b, "body", data); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestAssembledIsOneText: nothing is left of parts that the row is handed to,
// so that style sheets and the plain text are made once for all rows.
func TestAssembledIsOneText(t *testing.T) {
	whole, _, _ := Assemble("b", "body.text", `{{template "a" .}} and {{template "b" .}}`, partsOf(map[string]string{
		"a": "{{.name}}\n", "b": `{{template "a" .}}!`,
	}))
	if want := `{{/**/}}{{.name}}{{/**/}} and {{/**/}}{{/**/}}{{.name}}{{/**/}}!{{/**/}}`; whole != want {
		t.Errorf("got %s", whole)
	}
}

// TestBodyOfItsOwnStays as it is: a store may have it from before there were
// parts, and its letter has not changed.
func TestBodyOfItsOwnStays(t *testing.T) {
	const body = `{{template "x" .}} {{block "y" .}}b{{end}}{{define "x"}}hi {{.name}}{{end}}`
	if whole, from, found := Assemble("b", "body.html", body, partsOf(nil)); whole != body || from != nil || len(found) > 0 {
		t.Errorf("%s, %v, %v", whole, from, found)
	}
}

// TestPartsThatCannotBe lists what is said of them, with file, line and column.
func TestPartsThatCannotBe(t *testing.T) {
	parts := map[string]string{
		"footer": "1\n2 {{if .x}} {{end}} {{.nmae}}\n", "torn": "ok\n{{if .x}} never closed", "a": `{{template "b" .}}`, "b": "\n{{template \"a\" .}}",
		"twice": "{{define \"k\"}}1{{end}}\n{{define \"k\"}}2{{end}}",
	}
	tests := map[string]struct {
		body string
		want []string
	}{
		"unknown":      {"x\n {{template \"foter\" .}}", []string{`body.txt:2:2: there is no template "foter" (did you mean "footer"?)`}},
		"nowhere near": {`{{template "salutation" .}}`, []string{`body.txt:1:1: there is no template "salutation" (define it: {{define "salutation"}}...{{end}}, or write it into a file of that name in the folder templates)`}},
		"torn":         {`{{template "torn" .}}`, []string{`templates/torn.txt:2:1: unexpected EOF (each {{if}}, {{range}} and {{with}} needs its {{end}})`}},
		"circle":       {`{{template "a" .}}`, []string{`templates/b.txt:2:1: these templates ask for each other without end: a > b > a (take one of the calls out)`}},
		"no row":       {`{{template "footer"}}`, []string{`body.txt:1:1: "footer" shows columns of the list, and is handed no row (write the dot: {{template "footer" .}})`}},
		"unused":       {"a\n{{define \"x\"}}never{{end}}", []string{`body.txt:2:1: "x" is defined and never used (write {{template "x" .}} where it belongs, or take it out)`}},
		"twice":        {`{{template "twice" .}}`, []string{`templates/twice.txt:2:1: template: multiple definition of template "k" (take one of them out, or give it another name)`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, found := Assemble("body.txt", "body.text", test.body, partsOf(parts))
			if diff := cmp.Diff(test.want, told(found)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestProblemsOfAPart stand in the part's own file.
func TestProblemsOfAPart(t *testing.T) {
	body, from, _ := Assemble("body.txt", "body.text", "1\n{{template \"footer\" .}}\n{{.ohter}}", partsOf(map[string]string{
		"footer": "one\n  {{.nmae}}\n{{.day | date \"long\"}}\n",
	}))
	set, found := Parse(campaign.Letter{Subject: "s", Text: body}, Names{Text: "body.txt", From: map[string]Origins{"body.text": from}})
	if len(found) > 0 {
		t.Fatal(found)
	}
	want := []string{
		`templates/footer.txt:2:5: {{.nmae}} names no column of the list (did you mean {{.name}}?)`,
		`body.txt:3:3: {{.ohter}} names no column of the list (did you mean {{.other}}?)`,
	}
	if diff := cmp.Diff(want, told(set.CheckColumns([]string{"Name", "Other", "Day"}))); diff != "" {
		t.Error(diff)
	}
	row := campaign.Row{Columns: []string{"nmae", "ohter", "day"}, Values: []string{"", "x", "soon"}, Number: 2}
	_, err := set.Render(t.Context(), campaign.Recipient{Row: row, Address: "a@example.org"})
	if err == nil || !strings.Contains(err.Error(), "templates/footer.txt line 3") {
		t.Errorf("got %v", err)
	}
	for _, p := range set.Check(t.Context(), campaign.Recipient{Row: row}).Problems {
		if !strings.Contains(p.Message, "templates/footer.txt line") {
			t.Errorf("got %v", p)
		}
	}
}

// TestUnsubscribeLink: it is a link like any other, filled for the row.
func TestUnsubscribeLink(t *testing.T) {
	tests := map[string]struct{ field, body, link, want string }{
		"html": {
			"body.html", `<a href="{{ unsubscribe }}">no more</a>`, "https://example.org/u?t={{.token}}&l=1",
			`<a href="https://example.org/u?t=a%26b%20c&amp;l=1">no more</a>`,
		},
		"markdown in a with": {
			"body.markdown", `{{with "x"}}[no more]({{unsubscribe}}){{end}}`, `https://example.org/u?t={{(print .token ".token") | lower}}`,
			`<a href="https://example.org/u?t=a%26b%20c.token">no more</a>`,
		},
		"shown": {"body.html", `<p>{{unsubscribe}}</p>`, "https://example.org/u?t=1&copy=2", `<p>https://example.org/u?t=1&amp;copy=2</p>`},
		"in a with": {
			"body.html", `{{with "x"}}<a href="{{unsubscribe}}">no more</a>{{end}}`, "https://example.org/u?t={{.token}}&l=1",
			`<a href="https://example.org/u?t=a%26b%20c&amp;l=1">no more</a>`,
		},
		"mailto":   {"body.html", `<a href="{{unsubscribe}}">no more</a>`, "mailto:r+x@example.org?subject=un%20x", `<a href="mailto:r+x@example.org?subject=un%20x">no more</a>`},
		"markdown": {"body.markdown", `[no more]({{unsubscribe}})`, "https://example.org/u?t={{.token}}", `<p><a href="https://example.org/u?t=a%26b%20c">no more</a></p>`},
		"trimmed":  {"body.html", "<p>Stop: \n{{- unsubscribe -}}\n .</p>", "https://example.org/u", `<p>Stop:https://example.org/u.</p>`},
	}
	row := campaign.Row{Columns: []string{"token"}, Values: []string{"a&b c"}}
	for name, test := range tests {
		whole, from, found := Assemble("body", test.field, test.body, Around{Unsubscribe: test.link, File: "c.yaml"})
		l := campaign.Letter{Subject: "s", HTML: whole}
		if test.field == "body.markdown" {
			l = campaign.Letter{Subject: "s", Markdown: whole}
		}
		set, problems := Parse(l, Names{From: map[string]Origins{test.field: from}})
		if len(found)+len(problems) > 0 {
			t.Fatal(name, found, problems)
		}
		got, err := set.Render(t.Context(), campaign.Recipient{Row: row})
		if err != nil || !strings.Contains(got.HTML, test.want) {
			t.Errorf("%s: %s (%v), want %s", name, got.HTML, err, test.want)
		}
		missing := set.CheckColumns([]string{"other"})
		if strings.Contains(test.link, "token") && (len(missing) != 1 || missing[0].File != "c.yaml" || missing[0].Field != "unsubscribe.url") {
			t.Errorf("%s: %v", name, missing)
		}
	}
	if whole, _, _ := Assemble("b.html", "body.html", `<img src="{{cid "logo.png"}}">{{cid .a}}`, Around{}); whole != `<img src="logo.png">{{cid .a}}` {
		t.Errorf("a picture by name: %s", whole)
	}
	_, _, found := Assemble("b.html", "body.html", "x\n{{unsubscribe}}", Around{})
	want := []string{"b.html:2:1: the campaign offers no way to unsubscribe (take {{unsubscribe}} out of the letter, or the line `unsubscribe: none` out of the campaign file)"}
	if diff := cmp.Diff(want, told(found)); diff != "" {
		t.Error(diff)
	}
}

// TestMarkdownLinkEscapedOnce: a link that escapes its cells, as the header's
// has to, is the same in the HTML and in the plain text.
func TestMarkdownLinkEscapedOnce(t *testing.T) {
	const link = "https://example.org/u?t={{.token | urlquery}}&u={{urlquery .token}}&v={{.token}}"
	whole, _, _ := Assemble("body", "body.markdown", "[no more]({{unsubscribe}})", Around{Unsubscribe: link})
	set, found := Parse(campaign.Letter{Subject: "s", Markdown: whole}, Names{})
	if len(found) > 0 {
		t.Fatal(found)
	}
	got, err := set.Render(t.Context(), campaign.Recipient{Row: campaign.Row{Columns: []string{"token"}, Values: []string{"a+b&c"}}})
	if err != nil {
		t.Fatal(err)
	}
	if want := "no more <https://example.org/u?t=a%2Bb%26c&u=a%2Bb%26c&v=a%2bb%26c>"; !strings.Contains(got.Text, want) {
		t.Errorf("the text is %q, want %q", got.Text, want)
	}
	if want := "https://example.org/u?t=a%2Bb%26c&amp;u=a%2Bb%26c&amp;v=a%2bb%26c"; !strings.Contains(got.HTML, want) {
		t.Errorf("the HTML is %q, want %q", got.HTML, want)
	}
}

// TestPartsThatDouble end at the size that a letter may have.
func TestPartsThatDouble(t *testing.T) {
	parts := map[string]string{"p40": "x"}
	for i := range 40 {
		parts[fmt.Sprintf("p%d", i)] = strings.Repeat(fmt.Sprintf(`{{template "p%d" .}}`, i+1), 2)
	}
	whole, _, found := Assemble("b", "body.text", `{{template "p0" .}}`, partsOf(parts))
	if found.Errors() != 1 || len(whole) > 2*maxAssembled {
		t.Errorf("%d bytes, %v", len(whole), found)
	}
}

// told is what problems say, a line each.
func told(found campaign.Problems) []string {
	var out []string
	for _, p := range found {
		out = append(out, fmt.Sprintf("%s:%d:%d: %s (%s)", p.File, p.Line, p.Column, p.Message, p.Hint))
	}
	return out
}

// FuzzAssemble: what is assembled prints what text/template prints of the body
// and the parts by themselves.
func FuzzAssemble(f *testing.F) {
	f.Add(`A {{- template "a" . -}} B{{define "c"}} {{.name}}{{end}}`, `{{- .name}}{{template "b" .}} `, `{{block "c" .}}-{{end}}`)
	f.Add(`{{range .rows}}{{template "a" .}}{{end}}{{template "b"}}`, `{{$.name}}{{/* x */ -}} `, `{{$x := .}}{{$x}}`)
	f.Add("{{template `a` .name}}", `  {{- /* x */ -}}  `, `{{if .name}}x{{end}}`)
	// text/template takes a definition of white space alone for none at all
	void := regexp.MustCompile(`(^|\}\})\s*($|\{\{-?\s*end)`)
	f.Fuzz(func(t *testing.T, body, a, b string) {
		if void.MatchString(body) || void.MatchString(a) || void.MatchString(b) {
			return
		}
		parts := map[string]string{"a": a, "b": b}
		whole, _, found := Assemble("body", "body.text", body, partsOf(parts))
		if len(found) > 0 || len(whole) > 1<<16 {
			return
		}
		want, ok := tried(body, map[string]string{"a": strings.TrimSuffix(a, "\n"), "b": strings.TrimSuffix(b, "\n")})
		if !ok {
			return
		}
		if got, ok := tried(whole, nil); !ok || got != want {
			t.Fatalf("%q assembled as %q prints %q (%v) and not %q", body, whole, got, ok, want)
		}
	})
}

// tried is what text/template makes of them, if anything.
func tried(body string, parts map[string]string) (printed string, ok bool) {
	tpl := texttemplate.New("")
	for _, name := range []string{"a", "b"} {
		if _, err := tpl.New(name).Parse(parts[name]); parts != nil && err != nil {
			return "", false
		}
	}
	if _, err := tpl.New("body").Parse(body); err != nil {
		return "", false
	}
	out := newSink(context.Background())
	defer out.release()
	err := tpl.ExecuteTemplate(out, "body", map[string]any{"name": "Ann", "rows": []map[string]any{{"name": "Ann"}, {"name": "Bo"}}})
	return out.String(), err == nil
}
