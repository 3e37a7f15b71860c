package templates

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tebar/campaign"
)

func TestColumnName(t *testing.T) {
	for header, want := range map[string]string{
		"First Name":      "first_name",
		"E-mail  address": "e_mail_address",
		"  (Total) Rp. ":  "total_rp",
		"2nd guest":       "_2nd_guest",
		"__x__":           "x",
		"名前":              "名前",
		"Straße":          "straße",
		"ÉCOLE":           "école",
		"हिन्दी":          "ह_न_द",
		"E\u0301cole":     "école",
		"٣ seats":         "_٣_seats",
		"***":             "",
		"":                "",
		"a/b\nc":          "a_b_c",
	} {
		if got := ColumnName(header); got != want {
			t.Errorf("ColumnName(%q) = %q, want %q", header, got, want)
		}
	}
}

// Every name that ColumnName makes can be written in a template and finds the
// cell.
func TestColumnNameParses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		header := rapid.String().Draw(t, "header")
		name := ColumnName(header)
		if name == "" || name == "rows" {
			return
		}
		f, err := ParseField("cc", "{{."+name+"}}", "")
		if err != nil {
			t.Fatalf("header %q: {{.%s}}: %v", header, name, err)
		}
		row := campaign.Row{Columns: []string{header}, Values: []string{"cell"}}
		if got, err := f.Execute(campaign.Recipient{Row: row}); got != "cell" || err != nil {
			t.Fatalf("header %q: {{.%s}} printed %q, %v", header, name, got, err)
		}
	})
}

// places are problems as "file:line:column field message; hint".
func places(problems campaign.Problems) []string {
	var out []string
	for _, p := range problems {
		where := p.Where()
		if p.Severity == campaign.Warning {
			where = "warning " + where
		}
		out = append(out, where+": "+p.Message+"; "+p.Hint)
	}
	return out
}

func TestCheckColumnsFindsEveryUse(t *testing.T) {
	html := `<p>{{.frist_name}}
<a href="{{$.lnik}}">{{field "First name"}}</a> {{index . "itm"}} {{index $ "item"}}
{{if and .item (eq .itemm "x")}}{{with .item}}{{.}}{{$.emial}}{{end}}{{end}}
{{range $i, $r := .rows}}{{.itme}}{{$r.iten}}{{$.first_name}}{{end}}{{pluck "Itms" .rows}}
{{with $}}{{.frst_name}}{{end}}{{template "t" .}}{{define "t"}}{{.first_nam}}{{end}}
{{$x := .fist_name}}{{$x}}{{(index .rows 0).ittem}}`
	s := mustParse(t, campaign.Letter{Subject: "{{.first_name}} {{.subjct}}", HTML: html})
	got := places(s.CheckColumns([]string{"Email", "First Name", "Link", "Item"}))
	want := []string{
		"campaign.yaml: subject: subject: {{.subjct}} names no column of the list; the list has {{.email}}, {{.first_name}}, {{.link}}, {{.item}}",
		"letter.html:1:6: {{.frist_name}} names no column of the list; did you mean {{.first_name}}?",
		"letter.html:2:13: {{.lnik}} names no column of the list; did you mean {{.link}}?",
		`letter.html:2:30: "First name" names no column of the list; did you mean "First Name"?`,
		"letter.html:2:59: {{.itm}} names no column of the list; did you mean {{.item}}?",
		"letter.html:3:20: {{.itemm}} names no column of the list; did you mean {{.item}}?",
		"letter.html:3:55: {{.emial}} names no column of the list; did you mean {{.email}}?",
		"letter.html:4:28: {{.itme}} names no column of the list; did you mean {{.item}}?",
		"letter.html:4:39: {{.iten}} names no column of the list; did you mean {{.item}}?",
		"letter.html:4:77: {{.itms}} names no column of the list; did you mean {{.item}}?",
		"letter.html:5:13: {{.frst_name}} names no column of the list; did you mean {{.first_name}}?",
		"letter.html:5:66: {{.first_nam}} names no column of the list; did you mean {{.first_name}}?",
		"letter.html:6:9: {{.fist_name}} names no column of the list; did you mean {{.first_name}}?",
		"letter.html:6:44: {{.ittem}} names no column of the list; did you mean {{.item}}?",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHeadersThatMakeOneName(t *testing.T) {
	s := mustParse(t, campaign.Letter{Text: "x"})
	got := places(s.CheckColumns([]string{"First Name", "", "first-name", "***", ""}))
	want := []string{`first-name: the columns "First Name" (column 1) and "first-name" (column 3) are both {{.first_name}}; rename one of them in the list`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestColumnNamedRows(t *testing.T) {
	s := mustParse(t, campaign.Letter{Text: `{{len .rows}} {{field "Rows"}}`})
	row := campaign.Row{Columns: []string{"Rows"}, Values: []string{"seven"}}
	if got, err := s.Render(t.Context(), campaign.Recipient{Row: row}); got.Text != "1 seven" || err != nil {
		t.Errorf("got %q, %v", got.Text, err)
	}
	if found := s.CheckColumns(row.Columns); len(found) != 1 || !strings.Contains(found[0].Hint, `{{field "Rows"}}`) {
		t.Errorf("the clash is not told: %v", found)
	}
}

func TestExcerptPointsAtThePlace(t *testing.T) {
	s := mustParse(t, campaign.Letter{Text: "one\n\tDear {{.nmae}},\n"})
	found := s.CheckColumns([]string{"name"})
	want := "    2 |  Dear {{.nmae}},\n      |         ^"
	if len(found) != 1 || found[0].Excerpt != want {
		t.Errorf("excerpt:\n%s\nwant:\n%s", found[0].Excerpt, want)
	}
}
