package templates

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tebar/campaign"
)

// One run names all faults of all files.
func TestParseCollectsFaults(t *testing.T) {
	_, found := Parse(campaign.Letter{
		Subject: "{{.first name}}",
		HTML:    "<p>{{.a-b}} {{name}}\n{{.x | uper}} {{if}}y{{end}} {{env \"HOME\"}} {{.c | default “x”}}</p>",
		Text:    "{{range .rows}}\nnever ended {{call .x}}",
	}, Names{Campaign: "c.yaml", HTML: "b.html", Text: "b.txt"})
	want := []string{
		"c.yaml: subject: a column's name has no blank: {{.first name}}; write {{.first_name}}",
		`b.html:1:4: {{.a-b}}: bad character U+002D '-'; a column is written {{.first_name}}: letters, digits and _ alone; or write {{field "First-Name"}}`,
		`b.html:1:15: there is no function "name"; a column is written with a dot: {{.name}}`,
		`b.html:2:8: there is no function "uper"; did you mean upper? a column is written with a dot: {{.uper}}`,
		"b.html:2:15: {{if}}: missing value for if; look at the action between {{ and }}",
		`b.html:2:32: there is no function "env"; a column is written with a dot: {{.env}}`,
		`b.html:2:45: {{.c | default “x”}}: unrecognized character in action: U+201C '“'; use straight quotes "..." in actions, not curly ones`,
		`b.txt:2:1: unexpected EOF; each {{if}}, {{range}} and {{with}} needs its {{end}}`,
		`b.txt:2:15: there is no function "call"; did you mean all? a column is written with a dot: {{.call}}`,
	}
	if diff := cmp.Diff(want, places(found)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct{ html, want string }{
		"open attribute":   {`<p>x</p><a href="{{.a}}`, "b.html:1:9: the HTML ends within a tag, an attribute, a style, a script or a comment; close what is opened last: look for a missing >, \" or -->"},
		"open comment":     {"<p>x</p>\n<!-- {{.a}}", "b.html:2:1: the HTML ends within a tag, an attribute, a style, a script or a comment; close what is opened last: look for a missing >, \" or -->"},
		"branches":         {"\n<a {{if .a}}href='{{else}}>{{end}}", `b.html:2:9: {{if}} branches end in different contexts; each branch of an if must end in the same place of the HTML: close tags and quotes in the branch that opens them`},
		"mso of a cell":    {`{{mso .a}}`, `b.html:1:3: mso takes one literal text, without --; write {{mso "<br>"}}; for a cell, write <!--[if mso]>{{.name}}<![endif]-->`},
		"piped into mso":   {`{{.a | mso}}`, `b.html:1:8: mso takes one literal text, without --; write {{mso "<br>"}}; for a cell, write <!--[if mso]>{{.name}}<![endif]-->`},
		"mso that ends":    {`{{mso "--><b>"}}`, `b.html:1:3: mso takes one literal text, without --; write {{mso "<br>"}}; for a cell, write <!--[if mso]>{{.name}}<![endif]-->`},
		"torn comment":     {"<!--[if mso]><a title={{.a}}>x</a><![endif]-->", "b.html:1:23: in a conditional comment no > may follow an action; put quotes around the value, or a blank before the >"},
		"torn by a trim":   {"<!--[if mso]>{{.a -}} -> <![endif]-->", "b.html:1:14: in a conditional comment no > may follow an action; put quotes around the value, or a blank before the >"},
		"own functions":    {`{{_printed 1 . .a}}`, `b.html:1:3: there is no function "_printed"; a column is written with a dot: {{._printed}}`},
		"unknown template": {`{{template "footer" .}}`, `b.html:1:12: there is no template "footer"; define it with {{define "footer"}}...{{end}}`},
		"not UTF-8":        {"<p>caf\xe9</p>", "b.html:1:7: this is not UTF-8 text; open the file in an editor and save it as UTF-8"},
		"UTF-16":           {"<\x00p\x00>\x00", "b.html:1:2: this is not UTF-8 text; open the file in an editor and save it as UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			s, found := Parse(campaign.Letter{Subject: "s", HTML: c.html}, Names{HTML: "b.html"})
			if s != nil {
				t.Error("there is a Set")
			}
			if diff := cmp.Diff([]string{c.want}, places(found)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if s, found := Parse(campaign.Letter{Subject: "s"}, Names{Campaign: "c.yaml"}); s != nil || len(found) != 1 || found[0].Field != "body" {
		t.Errorf("a letter without a body: %v", found)
	}
}

func TestSegments(t *testing.T) {
	src := "a{{.x}}{{- /* }} */ -}} b {{ \"}}\" }}{{`}}`}}c{{'}'}}{{"
	var got []string
	for _, s := range split(src) {
		got = append(got, s.text)
		if src[s.pos:s.pos+len(s.text)] != s.text {
			t.Errorf("%q is not at %d", s.text, s.pos)
		}
	}
	want := []string{"a", "{{.x}}", "{{- /* }} */ -}}", " b ", "{{ \"}}\" }}", "{{`}}`}}", "c", "{{'}'}}", "{{"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, want := join(settle(split(" a \n{{- .x -}} b {{- /* c */}}d"))), " a{{.x}}bd"; got != want {
		t.Errorf("settled is %q, want %q", got, want)
	}
}

func TestPlaces(t *testing.T) {
	for src, want := range map[string]place{
		`<p>{{.}}`:                            {where: inText},
		`<p {{.}}`:                            {where: inTag, tag: "p"},
		`<P Class="a {{.}}"`:                  {where: inValue, tag: "p", attr: "class", prefix: "a ", quote: '"'},
		`<a href = 'x>?{{.}}`:                 {where: inValue, tag: "a", attr: "href", prefix: "x>?", quote: '\''},
		`<a href=x{{.}}`:                      {where: inValue, tag: "a", attr: "href", prefix: "x"},
		`<a disabled href="">{{.}}`:           {where: inText},
		`<style>a > b {{.}}`:                  {where: inRaw, tag: "style"},
		`<style></b></style >{{.}}`:           {where: inText},
		`<title>{{.}}`:                        {where: inRaw, tag: "title"},
		`<!-- > {{.}}`:                        {where: inComment, tag: "-->"},
		`<!-- > --> 1 < 2 {{.}}`:              {where: inText},
		`<br/>{{.}}`:                          {where: inText},
		`<img alt="a"title="{{.}}"`:           {where: inValue, tag: "img", attr: "title", quote: '"'},
		`<a {{"x"}} href="{{"y"}}{{.}}">`:     {where: inValue, tag: "a", attr: "href", prefix: `{{"y"}}`, quote: '"'},
		`</style><p>{{.}}`:                    {where: inText},
		`<![if !mso]><p title={{.}}`:          {where: inValue, tag: "p", attr: "title"},
		`<script>if (a < b) {{.}}`:            {where: inRaw, tag: "script"},
		`<div data-x-y="1" id="{{.}}`:         {where: inValue, tag: "div", attr: "id", quote: '"'},
		`<td style="a:url('x')" width="{{.}}`: {where: inValue, tag: "td", attr: "width", quote: '"'},
	} {
		segs := split(src)
		at, _ := scan(segs)
		for i, s := range segs {
			if s.text != "{{.}}" {
				continue
			}
			got := at[i]
			got.name, got.equals, got.closes = "", false, false
			if got.where == inTag {
				got.attr, got.prefix, got.quote = "", "", 0
			}
			if got != want {
				t.Errorf("%s: %+v, want %+v", src, got, want)
			}
		}
	}
}
