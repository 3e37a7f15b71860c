package templates

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tebar/campaign"
)

// attacks are cells that must stay text wherever they stand.
var attacks = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `x onclick=alert(1)`,
	`javascript:alert(1)`, ` JaVaScRiPt:alert(1)`, `data:text/html,<script>alert(1)</script>`, `vbscript:x`,
	`--><script>alert(1)</script><!--`, `<![endif]--><script>alert(1)</script>`, `</style><script>alert(1)</script>`,
	`</title><script>alert(1)</script>`, `red;background:url(javascript:alert(1))`, `expression(alert(1))`, `\"; alert(1); //`,
	`{{.email}}`, `{{"x"}}`, "tbrq0z", "<!--tbrq0z-->", "a\x00b", "\u2028", "&lt;script&gt;", "]]><script>",
}

const contexts = `<html><head><title>{{.a}}</title><style>p { color: red } .zz { width: {{.a}} }</style></head><body>
<!--[if mso]><a href="{{.a}}" title={{.a}} >{{.a}}</a><![endif]--><p class="{{.a}}" title="{{.a}}" data-x='{{.a}}'>{{.a}}</p>
<a href="{{.a}}">1</a><a href={{.a}}>2</a><a href="https://example.org/{{.a}}?q={{.a}}#{{.a}}">3</a><img src="{{.a}}" alt="{{.a}}">
<a href="{{cid .a}}">4</a><a href="{{tel .a}}">5</a><td style="color: {{.a}}"></td><input value={{.a}}><textarea>{{.a}}</textarea>
<script>var x = {{.a}}, y = "{{.a}}";</script><p onclick="f({{.a}})">6</p></body></html>`

// shape is the document's elements and attribute names, without any value.
func shape(t testing.TB, document string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		switch n.Type {
		case html.ElementNode:
			b.WriteString("<" + n.Data)
			for _, a := range n.Attr {
				b.WriteString(" " + a.Key)
				if lower := strings.ToLower(strings.TrimSpace(a.Val)); a.Key == "href" || a.Key == "src" {
					for _, bad := range []string{"javascript:", "data:", "vbscript:"} {
						if strings.HasPrefix(lower, bad) {
							t.Errorf("a link begins with %s", bad)
						}
					}
				}
			}
			b.WriteString(">")
		case html.CommentNode:
			b.WriteString("<!-->")
		}
	}
	return b.String()
}

// No cell changes the shape of a document: no element, no attribute, no
// comment more or less, no dangerous link, with and without inlining.
func TestCellsStayText(t *testing.T) {
	for _, inline := range []bool{false, true} {
		s := mustParse(t, campaign.Letter{HTML: contexts, InlineCSS: inline})
		row := campaign.Row{Columns: []string{"a", "email"}, Values: []string{"plain", "secret@example.org"}}
		harmless, err := s.Render(context.Background(), campaign.Recipient{Row: row})
		if err != nil {
			t.Fatal(err)
		}
		want := shape(t, harmless.HTML)
		for _, attack := range attacks {
			row.Values = []string{attack, "secret@example.org"}
			got, err := s.Render(context.Background(), campaign.Recipient{Row: row})
			if err != nil {
				t.Errorf("%q: %v", attack, err)
				continue
			}
			if shape := shape(t, got.HTML); shape != want {
				t.Errorf("inline %v: %q changes the document\n got %s\nwant %s", inline, attack, shape, want)
			}
			if strings.Contains(got.HTML+got.Text, "secret@") {
				t.Errorf("inline %v: %q is run as a template", inline, attack)
			}
		}
	}
}

func TestTextKeepsCells(t *testing.T) {
	s := mustParse(t, campaign.Letter{HTML: "<p>{{.a}} and {{.b}}</p>"})
	for _, attack := range attacks {
		if strings.ContainsAny(attack, "\x00\u2028") {
			continue // no text for a reader
		}
		row := campaign.Row{Columns: []string{"a", "b"}, Values: []string{attack, "x"}}
		got, err := s.Render(context.Background(), campaign.Recipient{Row: row})
		if want := strings.TrimSpace(attack) + " and x\n"; err != nil || got.Text != want {
			t.Errorf("the text of %q is %q, %v", attack, got.Text, err)
		}
	}
}

// Whatever a template does, it ends.
func TestTemplatesEnd(t *testing.T) {
	bombs := map[string]string{
		"prints for ever":    `{{range 1000000000000}}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{{end}}`,
		"grows by print":     `{{$x := "xxxxxxxx"}}{{range 100}}{{$x = print $x $x}}{{end}}`,
		"grows by printf":    `{{$x := "xxxxxxxx"}}{{range 100}}{{$x = printf "%s%s" $x $x}}{{end}}`,
		"grows by replace":   `{{$x := "xxxxxxxx"}}{{range 100}}{{$x = replace "x" "xx" $x}}{{end}}`,
		"grows by js":        `{{$x := "\\"}}{{range 100}}{{$x = js $x}}{{end}}`,
		"join":               `{{$x := "xxxxxxxx"}}{{range 100}}{{$x = join $x (split "" $x)}}{{end}}`,
		"calls itself":       `{{define "a"}}{{template "a" .}}{{end}}{{template "a" .}}`,
		"grows by cat":       `{{$x := "xxxxxxxx"}}{{range 100}}{{$x = cat $x $x}}{{end}}`,
		"grows by quote":     `{{$x := "\\"}}{{range 100}}{{$x = quote $x}}{{end}}`,
		"grows by squote":    `{{$x := "x"}}{{range 100}}{{$x = squote $x $x $x}}{{end}}`,
		"grows by html":      `{{$x := "&&&&&&&&"}}{{range 19}}{{$x = print $x $x}}{{end}}{{range 100}}{{$x = html $x}}{{end}}`,
		"grows by urlquery":  `{{$x := "%%%%%%%%"}}{{range 19}}{{$x = print $x $x}}{{end}}{{range 100}}{{$x = urlquery $x}}{{end}}`,
		"wide columns":       `{{$f := "%999999[1]d"}}{{range 9}}{{$f = print $f $f}}{{end}}{{printf $f 1}}`,
		"wide by a star":     `{{$f := "%[1]*[2]d"}}{{range 9}}{{$f = print $f $f}}{{end}}{{printf $f 999999 1}}`,
		"the same again":     `{{$x := "xxxxxxxx"}}{{range 16}}{{$x = print $x $x}}{{end}}{{$f := "%[1]s"}}{{range 12}}{{$f = print $f $f}}{{end}}{{printf $f $x}}`,
		"a column of blanks": `{{range 1000000}}{{$.a}}                                    {{end}}`,
	}
	for name, text := range bombs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustParse(t, campaign.Letter{Text: text})
			row := campaign.Row{Columns: []string{"a"}, Values: []string{"cell"}}
			_, err := s.Render(t.Context(), campaign.Recipient{Row: row})
			if name != "calls itself" && !errors.Is(err, ErrTooLong) || err == nil {
				t.Error(err)
			}
		})
	}
}

// A piece of a text costs more than the text.
func TestSplitIsCapped(t *testing.T) {
	s := mustParse(t, campaign.Letter{Text: `{{$x := "xxxxxxxx"}}{{range 15}}{{$x = print $x $x}}{{end}}{{len (split "" $x)}}`})
	if _, err := s.Render(t.Context(), campaign.Recipient{}); err == nil || !strings.Contains(err.Error(), "100000 pieces") {
		t.Error(err)
	}
}

func TestTimeRunsOut(t *testing.T) {
	for name, text := range map[string]string{
		"an empty loop":   `{{range 1000000000000}}{{end}}`,
		"a silent loop":   `{{range 1000000000000}}{{$x := 1}}{{end}}`,
		"calls that fork": `{{define "a"}}{{if lt . 60}}{{template "a" (add . 1)}}{{template "a" (add . 1)}}{{end}}{{end}}{{template "a" 0}}`,
	} {
		for kind, l := range map[string]campaign.Letter{"text": {Text: text}, "HTML": {HTML: text}} {
			s := mustParse(t, l)
			ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Millisecond, ErrTooSlow)
			start := time.Now()
			_, err := s.Render(ctx, campaign.Recipient{})
			cancel()
			if !errors.Is(err, ErrTooSlow) || time.Since(start) > time.Second {
				t.Errorf("%s, %s: %v after %v", name, kind, err, time.Since(start))
			}
		}
	}
}

// What a row prints is its own, however many are filled at a time.
func TestRenderAtTheSameTime(t *testing.T) {
	s := mustParse(t, campaign.Letter{Subject: "{{.a}}", HTML: contexts + `{{if .a}}<p>{{.a}}</p>{{end}}`, InlineCSS: true})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			cell := strings.Repeat(string(rune('a'+i)), 5)
			row := campaign.Row{Columns: []string{"a"}, Values: []string{cell}}
			for range 20 {
				got, err := s.Render(context.Background(), campaign.Recipient{Row: row})
				if err != nil || got.Subject != cell || !strings.Contains(got.Text, cell) || !strings.Contains(got.HTML, ">"+cell+"</p>") {
					t.Errorf("%s: %q, %v", cell, got.Subject, err)
				}
				if found := s.Check(context.Background(), campaign.Recipient{Row: row}).Problems; len(found) > 0 {
					t.Errorf("%s: %v", cell, found)
				}
			}
		})
	}
	wg.Wait()
}
