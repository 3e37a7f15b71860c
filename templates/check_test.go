package templates

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tebar/campaign"
)

func person(values ...string) campaign.Recipient {
	columns := []string{"Email", "First Name", "Paid", "Link", "Note"}
	return campaign.Recipient{
		Row: campaign.Row{Source: "people.csv", Number: 7, Columns: columns, Values: values}, Address: "x@example.org",
	}
}

func TestCheckRow(t *testing.T) {
	good := person("x@example.org", "Budi", "maybe", "https://example.org", "note")
	for name, c := range map[string]struct {
		letter campaign.Letter
		who    campaign.Recipient
		want   []string
	}{
		"nothing to say": {
			campaign.Letter{Subject: "Dear {{.first_name}}", HTML: "<style>p{}</style><p>{{if .note}}{{.note}}{{end}}<a href='{{.link}}'>x</a>", InlineCSS: true},
			good, nil,
		},
		"empty cells": {
			campaign.Letter{
				Subject: "{{.first_name}} x",
				HTML:    "<p>\n{{.first_name | upper}} {{.note | default \"none\"}} {{if .note}}{{.note}}{{end}}{{with .note}}{{.}}{{end}}\n{{field \"Note\"}}{{$.note}}{{coalesce .note .first_name}}",
			},
			person("x", " ", "", "", ""),
			[]string{
				`warning people.csv: row 7, column 2 (First Name): the cell "First Name" is empty, and the subject prints it; fill it, or write {{.first_name | default "..."}}`,
				`warning people.csv: row 7, column 2 (First Name): the cell "First Name" is empty, and b.html line 2 prints it; fill it, or write {{.first_name | default "..."}}`,
				`warning people.csv: row 7, column 5 (Note): the cell "Note" is empty, and b.html line 3 prints it; fill it, or write {{field "Note" | default "..."}}`,
			},
		},
		"plain if over yes and no": {
			campaign.Letter{Subject: "s", Text: "{{if .paid}}a{{end}}\n{{if and .first_name (not .paid)}}b{{end}}{{if yes .paid}}c{{end}}{{with .note}}{{end}}"},
			person("x", "Budi", "Tidak", "", "0"),
			[]string{
				`warning people.csv: row 7, column 3 (Paid): the column "Paid" holds words such as yes and no; a plain if, as in b.txt line 1, only asks whether there is any text; write {{if yes .paid}}`,
				`warning people.csv: row 7, column 5 (Note): the column "Note" holds words such as yes and no; a plain if, as in b.txt line 2, only asks whether there is any text; write {{if yes .note}}`,
			},
		},
		"unsafe link": {
			campaign.Letter{Subject: "s", HTML: "<a href='{{.link}}'>x</a>"},
			person("x", "Budi", "", "javascript:alert(1)", "n"),
			[]string{"people.csv: row 7, column 4 (Link): b.html: a cell is unsafe where it stands as a link or a style, and would be sent as #ZgotmplZ; a link begins with https:// or mailto:; for others write {{tel .phone}} or {{cid .picture}}"},
		},
		"unsafe link in Markdown": {
			campaign.Letter{Subject: "s", Markdown: "[x]({{.link}})"},
			person("x", "Budi", "", "javascript:alert(1)", "n"),
			[]string{"people.csv: row 7, column 4 (Link): b.md: a cell is unsafe where it stands as a link or a style, and would be sent as #ZgotmplZ; a link begins with https:// or mailto:; for others write {{tel .phone}} or {{cid .picture}}"},
		},
		"empty subject": {
			campaign.Letter{Subject: " {{.note | default \"\"}} ", Text: "x"},
			person("x", "Budi", "", "", ""),
			[]string{`people.csv: row 7: the subject is empty for this row; fill the cell, or write a default in the subject: {{.title | default "News"}}`},
		},
		"line break in the subject": {
			campaign.Letter{Subject: "{{.note}}", Text: "x"},
			person("x", "Budi", "", "", "one\ntwo"),
			[]string{"warning people.csv: row 7: the subject has a line break in this row; it becomes a blank; take the line break out of the cell"},
		},
		"failing functions": {
			campaign.Letter{Subject: "{{number .note}}", HTML: "<p>\n{{date \"iso\" .note}}", Text: "{{if gt .note 1}}{{end}}"},
			person("x", "Budi", "", "", "soon"),
			[]string{
				`people.csv: row 7: subject: "soon" is no number; mend the cell, or change the template`,
				`people.csv: row 7: b.html line 2: "soon" is no date that can be read; write it as 2027-03-31; mend the cell, or change the template`,
				`people.csv: row 7: b.txt line 1: incompatible types for comparison: string and int; cells are text: compare with text, {{if eq .age "18"}}, or with numbers, {{if gt (int .age) 18}}`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, found := Parse(c.letter, Names{Campaign: "c.yaml", HTML: "b.html", Markdown: "b.md", Text: "b.txt"})
			if s == nil {
				t.Fatal(found)
			}
			if diff := cmp.Diff(c.want, places(s.Check(t.Context(), c.who).Problems)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A group's warnings name the row of the group that they are about.
func TestCheckGroup(t *testing.T) {
	s := mustParse(t, campaign.Letter{Text: "{{range .rows}}{{.note}}{{end}}"})
	r := person("x", "Budi", "", "", "tea")
	second := r.Row
	second.Number, second.Values = 9, []string{"x", "Budi", "", "", ""}
	r.Rows = []campaign.Row{r.Row, second}
	found := s.Check(t.Context(), r).Problems
	if len(found) != 1 || found[0].Row != 9 || found[0].Field != "Note" {
		t.Errorf("got %v", places(found))
	}
}

func TestRenderErrorsName(t *testing.T) {
	s := mustParse(t, campaign.Letter{HTML: "<style>p{color:red}</style>\n<p>\n{{date \"iso\" .note}}</p>", InlineCSS: true})
	_, err := s.Render(t.Context(), person("x", "Budi", "", "", "soon"))
	want := `filling the letter for x@example.org: letter.html line 3: "soon" is no date that can be read; write it as 2027-03-31`
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestField(t *testing.T) {
	f, err := ParseField("cc", "office@school.example", "")
	if err != nil || !f.Static() {
		t.Errorf("a plain address: %v, %v", f, err)
	}
	r := person("x@example.org", "Budi", "yes", "", "")
	f, err = ParseField("attachments[0]", "tickets/{{.first_name | lower}}.pdf", "")
	if err != nil || f.Static() {
		t.Fatal(err)
	}
	if got, err := f.Execute(r); got != "tickets/budi.pdf" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if found := f.CheckColumns([]string{"Name"}); len(found) != 1 || found[0].Field != "attachments[0]" {
		t.Errorf("a missing column: %v", found)
	}
	if f, _ = ParseField("headers.X", "{{.nope}}", ""); f != nil {
		if _, err := f.Execute(r); err == nil || err.Error() != "headers.X: {{.nope}} names no column of the list" {
			t.Errorf("a missing column: %v", err)
		}
	}
	if _, err = ParseField("cc", "{{.a", ""); err == nil {
		t.Error("an open action is taken")
	}
}

func TestFieldTrue(t *testing.T) {
	row := person("x@example.org", "Budi", "yes", "", "").Row
	for template, want := range map[string]bool{
		`{{eq .first_name "Budi"}}`: true, `{{eq .first_name "x"}}`: false, ` TRUE `: true, `{{yes .paid}}`: true,
		`{{and (yes .paid) (ne .email "")}}`: true, "False\n": false,
	} {
		f, err := ParseField("recipients.where", template, "")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.True(row); got != want || err != nil {
			t.Errorf("%s is %v, %v", template, got, err)
		}
	}
	for _, template := range []string{"{{.paid}}", "", "{{.first_name}}", "1"} {
		f, err := ParseField("recipients.where", template, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.True(row); err == nil {
			t.Errorf("%q is taken", template)
		}
	}
}
