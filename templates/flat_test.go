package templates

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"tebar/campaign"
)

// nasty are cells that escapers treat in their own ways.
var nasty = []string{
	"", " ", "Ayu", "a\x00b", "\xff\xfe", "a\xc3", "\xed\xa0\x80", "\u2028\u2029", "\ufdd0\ufdef\ufff0\ufffd\uffff\U0001f600", "é日本",
	"+1 <b class='x'>\"&amp;`=", "-->", "]]>", "<!--", "</title></style></script>", "{{.a}}", "a\tb\vc\fd\re\nf", "tbrq0z", unsafe, "yes", "no", "1", "2.5",
	"https://example.org/a b?c=d&e=%20%2&f=%zz#g'()*", "HTTPS:x", "javascript:alert(1)", "mailto:a@example.org", "data:x", "a/b:c", ":", "%", "%4", "%41%", "%af%fa%AF%FA%09%90", "%g0%0g%/0%:0%@0%G0%`0%0/%0:", "//e", "\x01https:", "ſ://", "http\u017f:x",
	every(0, 128), every(128, 256),
}

func every(from, to int) string {
	var b []byte
	for c := from; c < to; c++ {
		b = append(b, byte(c))
	}
	return string(b)
}

// byEngine is the body without its flat template.
func byEngine(b *body) *body {
	if b == nil {
		return nil
	}
	return &body{engine: b.engine}
}

// slowly is the Set without any flat template.
func slowly(s *Set) *Set {
	slow := &Set{
		subject: byEngine(s.subject), html: byEngine(s.html), text: byEngine(s.text),
		perRow: s.perRow, styled: s.styled, derived: s.derived, rows: s.rows,
	}
	for _, c := range s.checks {
		slow.checks = append(slow.checks, &checked{src: c.src, uses: c.uses, rows: c.rows, html: c.html, watched: c.watched, body: byEngine(c.body)})
	}
	return slow
}

// bodies are all of a Set, by what they are for.
func bodies(s *Set) map[string]*body {
	all := map[string]*body{"subject": s.subject}
	if s.html != nil {
		all["html"] = s.html
	}
	if s.text != nil {
		all["text"] = s.text
	}
	for _, c := range s.checks {
		all["check of "+c.src.field] = c.body
	}
	return all
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// agree says that a flat template prints what its engine prints, notes what
// it notes, and gives up where, and only where, it has an error.
func agree(t failer, b *body, r campaign.Recipient) {
	t.Helper()
	names := &naming{}
	slow, quick := names.begin(context.Background(), &r, false, &recorder{}), names.begin(context.Background(), &r, false, &recorder{})
	defer slow.end()
	want, err := byEngine(b).fill(slow)
	out := newSink(context.Background())
	defer out.release()
	done := b.flat.fill(&out.Buffer, quick) // a panic is to be seen
	if done != (err == nil) {
		t.Fatalf("the flat template: %v, the engine: %v, for %q", done, err, r.Values)
	}
	if !done {
		return
	}
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Fatalf("for %q (-engine +flat):\n%s", r.Values, diff)
	}
	if diff := cmp.Diff(slow.watch, quick.watch, cmp.AllowUnexported(recorder{}, seen{}), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("seen for %q (-engine +flat):\n%s", r.Values, diff)
	}
}

// alike says that a Set with flat templates and one without say the same.
func alike(t failer, s *Set, r campaign.Recipient) {
	t.Helper()
	want, wantErr := slowly(s).Render(context.Background(), r)
	got, err := s.Render(context.Background(), r)
	if diff := cmp.Diff(want, got); diff != "" || words(wantErr) != words(err) {
		t.Fatalf("Render of %q gives %v, by the engine %v (-engine +flat):\n%s", r.Values, err, wantErr, diff)
	}
	if diff := cmp.Diff(slowly(s).Check(context.Background(), r), s.Check(context.Background(), r)); diff != "" {
		t.Fatalf("Check of %q (-engine +flat):\n%s", r.Values, diff)
	}
}

func words(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Each place of HTML has its escaper. Those that are known are flat.
func TestFlatInEveryPlace(t *testing.T) {
	for name, c := range map[string]struct {
		html string
		flat bool
	}{
		"nothing":                    {`<p>x</p>`, true},
		"text":                       {`<p>Dear {{.a}},</p>{{.b}}{{.a}}`, true},
		"text, by the header":        {`{{field "A b"}} {{field "a"}}`, true},
		"text, from the root":        {`{{$.a}}`, true},
		"text, in brackets":          {`{{(.a)}}`, true},
		"text, a constant":           {`{{"<x>"}}`, true},
		"attribute":                  {`<p title="{{.a}}" lang='{{.b}}'>x</p>`, true},
		"attribute without quotes":   {`<p title={{.a}} lang=x{{.b}}>x</p>`, true},
		"link":                       {`<a href="{{.a}}">x</a><img src='{{.a}}'>`, true},
		"link without quotes":        {`<a href={{.a}}>x</a>`, true},
		"path of a link":             {`<a href="https://example.org/{{.a}}/{{.b}}">x</a>`, true},
		"query of a link":            {`<a href="https://example.org/?a={{.a}}&amp;b={{.b}}#{{.a}}">x</a><a href=/?{{.a}}>x</a>`, true},
		"title":                      {`<title>{{.a}}</title><textarea>{{.b}}</textarea>`, true},
		"comment":                    {`<p>x<!-- {{.a}} --></p>`, true},
		"conditional comment":        {`<!--[if mso]><p>{{.a}}</p><![endif]--><![if !mso]>{{.b}}<![endif]>`, true},
		"comment of the template":    {`{{/* x */}}{{- /* x */ -}} {{.a}}`, true},
		"style attribute":            {`<p style="color: {{.a}}">x</p>`, false},
		"link in a style":            {`<p style="background: url('{{.a}}')">x</p>`, true},
		"style":                      {`<style>p { color: {{.a}} }</style>`, false},
		"script":                     {`<script>x = {{.a}}; y = "{{.a}}"</script>`, false},
		"event":                      {`<p onclick="f({{.a}})">x</p>`, false},
		"srcset":                     {`<img srcset="{{.a}} 2x">`, false},
		"attribute's name":           {`<p {{.a}}="x">x</p>`, false},
		"an escaper by its name":     {`{{.a | html}}`, true},
		"functions":                  {`{{.a | upper}}{{lower .b | title}} {{truncate 3 .a}} {{.a | truncate 5}} {{cat .a .b | quote}} {{printf "%s-%q" .a .b}}`, true},
		"defaults":                   {`{{.a | default "x<"}} {{default .b .a}} {{coalesce .a .b "y"}} {{or .a .b}} {{and .a .b}} {{.b | or .a}}`, false},
		"defaults, called":           {`{{.a | default "x<"}} {{default .b .a}} {{coalesce .a .b "y"}} {{or .a .b}} {{and .a .b}}`, true},
		"dates and numbers":          {`{{date "iso" "2027-03-31"}} {{number "1.234,50" "1000"}} {{plural "a" "b" "1"}} {{dateFrom "dd/mm/yyyy" "iso" "31/12/2027"}}`, true},
		"truths":                     {`{{yes .a}} {{eq .a "Ayu" .b}} {{ne .a .b}} {{not .a}} {{contains "a" .a}} {{hasPrefix "A" .a}} {{empty .a}} <a href="{{yes .b}}" title={{yes .b}}>x</a>`, true},
		"truths, mixed":              {`{{if or .a (eq .b "x")}}x{{end}}{{if and (not .a) .b}}y{{else if yes .a}}z{{end}}`, true},
		"truths, mixed, printed":     {`{{or .a (eq .b "x")}}`, false},
		"links of functions":         {`<a href="{{tel .a}}">{{tel .a}}</a><img src={{cid .a}} alt="{{cid .a}}"><a href="x/{{tel .a}}">x</a>`, true},
		"such a link in a query":     {`<a href="/?x={{tel .a}}">x</a>`, false},
		"such a link as an argument": {`<a href="{{.a | default (tel .b)}}">x</a>`, false},
		"Outlook":                    {`{{mso "<br>"}}{{.a}}`, true},
		"Outlook in an attribute":    {`<p title="{{mso "<br>"}}">x</p>`, false},
		"if":                         {`{{if .a}}<b>{{.b}}</b>{{end}}{{if not .a}}x{{else if .b}}{{.a}}{{else}}z{{end}}`, true},
		"if that fails, of nothing":  {`{{if date "iso" .a}}{{end}}`, true},
		"if of no such column":       {`{{if .nothing}}{{end}}`, true},
		"if around an attribute":     {`<p {{if .a}}title="{{.b}}"{{end}}>x</p>`, true},
		"if, and in it a loop":       {`{{if .a}}{{range .rows}}{{.a}}{{end}}{{end}}`, false},
		"if of a variable":           {`{{if $x := .a}}{{$x}}{{end}}`, false},
		"reckoning":                  {`{{add 1 2}}`, false},
		"comparison of numbers":      {`{{if gt 2 1}}{{.a}}{{end}}`, false},
		"characters":                 {`{{len .a}} {{slice .a 0 0}}`, false},
		"such an escaper, called":    {`{{html .a}}`, false},
		"rows":                       {`{{range .rows}}{{.a}}{{end}}`, false},
		"variable":                   {`{{$x := .a}}{{$x}}`, false},
		"with":                       {`{{with .a}}{{.}}{{end}}`, false},
		"the dot":                    {`{{.}}`, false},
		"template":                   {`{{define "x"}}{{.a}}{{end}}{{template "x" .}}`, false},
		"number":                     {`{{1}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustParse(t, campaign.Letter{HTML: c.html})
			if c.flat && s.checks[1].body.flat == nil {
				t.Error("the letter's check is not flat")
			}
			if flat := s.html.flat != nil; flat != c.flat {
				t.Fatalf("flat: %v, want %v", flat, c.flat)
			}
			columns := []string{"a", "A b", "B"}
			for i, v := range nasty {
				r := campaign.Recipient{Row: campaign.Row{Columns: columns, Values: []string{v, "x", nasty[len(nasty)-1-i]}}}
				alike(t, s, r)
				if c.flat {
					agree(t, s.html, r)
				}
			}
		})
	}
}

// What a row lacks, and columns of one name, are as the engine has them.
func TestFlatRows(t *testing.T) {
	s := mustParse(t, campaign.Letter{Subject: "{{.a}}", HTML: `{{.a}}{{field "a"}}`})
	for name, row := range map[string]campaign.Row{
		"no such column":   {Columns: []string{"b"}, Values: []string{"x"}},
		"no such cell":     {Columns: []string{"b", "a"}, Values: []string{"x"}},
		"two of the name":  {Columns: []string{"A", "a", "a"}, Values: []string{"x", "y", "z"}},
		"one and no cell":  {Columns: []string{"a", "A"}, Values: []string{"x"}},
		"no columns":       {},
		"another header":   {Columns: []string{"A"}, Values: []string{"x"}},
		"nameless columns": {Columns: []string{"", "?", "a"}, Values: []string{"x", "y", "z"}},
	} {
		t.Run(name, func(t *testing.T) {
			alike(t, s, campaign.Recipient{Row: row})
			agree(t, s.html, campaign.Recipient{Row: row})
		})
	}
}

// An escaper that is not html/template's is found before it is used.
func TestFlatIsProven(t *testing.T) {
	for place, l := range map[string]string{"text": `<p>{{.a}}</p>`, "link": `<a href="{{.a}}">x</a>`, "attribute": `<p title={{.a}}>x</p>`} {
		b := mustParse(t, campaign.Letter{HTML: l}).html
		if !b.flat.proven(b.engine, []string{"a"}) {
			t.Errorf("%s: what is right is not proven", place)
		}
		for i := range b.flat[1].escape {
			kept := b.flat[1].escape[i]
			b.flat[1].escape[i] = func(s string) string { return s }
			if b.flat.proven(b.engine, []string{"a"}) {
				t.Errorf("%s: escaper %d is missed by nothing", place, i)
			}
			b.flat[1].escape[i] = kept
		}
	}
}

func TestFlatLimits(t *testing.T) {
	s := mustParse(t, campaign.Letter{Subject: "s", HTML: `<p>{{.a}}</p>`})
	if s.html.flat == nil {
		t.Fatal("the letter is not flat; the test would show nothing")
	}
	row := func(n int) campaign.Recipient {
		return campaign.Recipient{Row: campaign.Row{Columns: []string{"a"}, Values: []string{strings.Repeat("x", n)}}}
	}
	most := maxOutput - len("<p></p>")
	agree(t, s.html, row(most))
	agree(t, s.html, row(most+1))
	if _, err := s.Render(t.Context(), row(most+1)); !errors.Is(err, ErrTooLong) {
		t.Errorf("a letter beyond the limit gives %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, want := slowly(s).Render(ctx, row(1))
	if _, err := s.Render(ctx, row(1)); !errors.Is(err, context.Canceled) || words(err) != words(want) {
		t.Errorf("a cancelled context gives %v, by the engine %v", err, want)
	}
}

// Letters drawn of pieces that are known are flat, and print what the engine
// prints.
func TestFlatAgreesWithTheEngine(t *testing.T) {
	before := compared.Load()
	rapid.Check(t, flatLetter)
	if compared.Load() == before {
		t.Error("no letter was flat; the test compared nothing")
	}
}

func FuzzFlat(f *testing.F) {
	random := rand.NewChaCha8([32]byte{})
	for range 16 { // a letter takes some KB of chance
		chance := make([]byte, 16<<10)
		_, _ = random.Read(chance)
		f.Add(chance)
	}
	before := compared.Load()
	f.Fuzz(rapid.MakeFuzz(flatLetter))
	if flag.Lookup("test.fuzz").Value.String() == "" && compared.Load() == before {
		f.Error("no letter was flat; the seeds compared nothing")
	}
}

// compared counts the bodies that were flat.
var compared atomic.Int64

func flatLetter(t *rapid.T) {
	l := campaign.Letter{Subject: drawBody(t, flatTexts, 2), HTML: "<hr>" + drawBody(t, flatPlaces, 2)}
	if rapid.Bool().Draw(t, "own text") {
		l.Text = drawBody(t, flatTexts, 2)
	}
	known := !rapid.Bool().Draw(t, "strange")
	if !known {
		l.HTML += rapid.SampledFrom(strangePieces).Draw(t, "strange piece")
	}
	s, found := Parse(l, Names{})
	if s == nil {
		t.Fatalf("%+v: %v", l, found)
	}
	row := campaign.Row{Columns: []string{"a", "b", "A c", "link"}}
	for range row.Columns[rapid.IntRange(0, 1).Draw(t, "short"):] {
		row.Values = append(row.Values, rapid.OneOf(rapid.SampledFrom(nasty), cellsAsTyped, linksAsTyped).Draw(t, "cell"))
	}
	r := campaign.Recipient{Row: row, Address: "x@example.org"}
	for name, b := range bodies(s) {
		if known && b.flat == nil {
			t.Fatalf("the %s is not flat: %+v", name, l)
		}
		if b.flat != nil {
			compared.Add(1)
			agree(t, b, r)
		}
	}
	alike(t, s, r)
}

// Pieces that are flat; ? is a value, and ~ a question mark.
var (
	flatTexts  = []string{"Dear ?,", "?", "<?", " \n", "?-->"}
	flatPlaces = []string{
		"<p>?</p>", "?", " \n", "<b title='?' lang=\"x ?\">x</b>", "<i title=? lang=x?>x</i>", "<a href=\"?\">?</a>", "<a href=?>x</a>", "<img src='x/?'>",
		"<a href='https://example.org/?'>x</a>", "<a href=\"https://example.org/~?&amp;b=?\">x</a>", "<textarea>?</textarea>", "<!-- ? -->", "<!--[if mso]><p>?</p><![endif]-->",
	}
	strangePieces = []string{"{{with .a}}{{.}}{{end}}", "{{range .rows}}{{.b}}{{end}}", "<p style='color: {{.a}}'>x</p>", "{{.nothing}}", "{{len .a}}", "{{if .a}}{{$x := .b}}{{$x}}{{end}}"}
)

// drawBody draws pieces, and ifs of so many levels.
func drawBody(t *rapid.T, pieces []string, depth int) string {
	var b strings.Builder
	for range rapid.IntRange(0, 4).Draw(t, "pieces") {
		if depth > 0 && rapid.IntRange(0, 3).Draw(t, "if") == 0 {
			b.WriteString(drawIf(t, pieces, depth))
			continue
		}
		for i, part := range strings.Split(rapid.SampledFrom(pieces).Draw(t, "piece"), "?") {
			if i > 0 {
				b.WriteString("{{" + drawPipe(t, append(flatConditions[:3:3], flatValues...), 2) + "}}")
			}
			b.WriteString(strings.ReplaceAll(part, "~", "?"))
		}
	}
	return b.String()
}

func drawIf(t *rapid.T, pieces []string, depth int) string {
	var b strings.Builder
	for _, c := range rapid.SampledFrom(flatIfs).Draw(t, "shape of an if") {
		switch c {
		case '?':
			b.WriteString(drawPipe(t, flatTests, 2))
		case '#':
			b.WriteString(drawBody(t, pieces, depth-1))
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// Pipelines that are flat; ? is one more, and ~ a condition.
var (
	flatValues = []string{
		".a", ".b", ".a_c", "$.link", ".link", `field "A c"`, `"<x>"`, "(?)", "? | upper", "lower (?)", `? | default "x"`, "default (?) (?)", "coalesce (?) (?)",
		"? | trim | title", "truncate 3 (?)", `? | replace "a" "b"`, `replace (?) "b" (?)`, "cat (?) (?)", "capitalize (?)", "? | quote", `printf "%s %5s" (?) (?)`,
		"or (?) (?) (?)", "and (?) (?)", `date "iso" (?)`, "number (?)", `plural "a" "b" (?)`, `trimPrefix "a" (?)`, "squote (?)", "nospace (?)",
	}
	flatConditions = []string{
		"yes (?)", "eq (?) (?)", "ne (?) (?)", "eq (?) (?) (?)", "not (?)", "not (~)", "and (~) (~)", "or (~) (~) (~)", "contains (?) (?)", "hasPrefix (?) (?)", "empty (?)", "all (?) (?)", "any (?) (?)",
	}
	flatTests = []string{".a", "not .a", "and .a .b", "or .link $.b", `field "A c"`, "?", "~", "or (?) (~)", "and .a (~)", "not (or (?) (~))"}
)

// drawPipe draws one of the lists, with so many levels of others in it.
func drawPipe(t *rapid.T, from []string, depth int) string {
	shape := rapid.SampledFrom(from).Draw(t, "pipe")
	if depth == 0 && strings.ContainsAny(shape, "?~") {
		return flatValues[0]
	}
	var b strings.Builder
	for _, c := range shape {
		switch c {
		case '?':
			b.WriteString(drawPipe(t, flatValues, depth-1))
		case '~':
			if depth == 1 {
				b.WriteString("yes .b")
			} else {
				b.WriteString(drawPipe(t, flatConditions, depth-1))
			}
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// Ifs that are flat; ? is a condition, and # what stands in the branches.
var flatIfs = []string{"{{if ?}}#{{end}}", "{{if ?}}#{{else}}#{{end}}", "{{if ?}}#{{else if ?}}#{{else}}#{{end}}"}

// What a flat list had printed before it failed does not count for the engine.
func TestEngineBeginsAnew(t *testing.T) {
	s := mustParse(t, campaign.Letter{Text: `{{.a}}{{plural "seat" "seats" .b}}`})
	r := campaign.Recipient{Row: campaign.Row{Columns: []string{"a", "b"}, Values: []string{strings.Repeat("x", maxOutput*2/3), "many"}}}
	if _, err := s.Render(t.Context(), r); err == nil || errors.Is(err, ErrTooLong) {
		t.Errorf("the error is %v, want that of plural", err)
	}
}
