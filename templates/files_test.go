package templates

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tebar/campaign"
)

const invitation = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//School//Open day//EN
METHOD:request
BEGIN:VEVENT
UID:{{.email}}-open-day
DTSTAMP:20270101T000000Z
DTSTART:{{date "20060102" .day}}T090000
SUMMARY:Open day for {{.name}}
ATTENDEE;CN="{{.name}}";ROLE={{.role}}:mailto:{{.email}}
DESCRIPTION:{{if .note}}{{.note}}{{end}}
END:VEVENT
END:VCALENDAR
`

// TestCalendarFile: no cell begins a line, ends a value or leaves its quotes.
func TestCalendarFile(t *testing.T) {
	l := campaign.Letter{Subject: "s", Text: "t", Files: []campaign.LetterFile{
		{File: "invite.ics", Name: "For {{.name}}.ics", Text: invitation},
		{File: "note.txt", Name: "note.txt", Text: "Dear {{.name}};"},
		{File: "page.html", Name: "page.html", Text: "<p title='{{.name}}'>{{.name}}</p><!--[if mso]>{{.role}}<![endif]-->"},
		{File: "card.vcf", Name: "card.vcf", Text: "BEGIN:VCARD\nVERSION:4.0\nFN:{{.name}}\nEND:VCARD"},
	}}
	set, found := Parse(l, Names{})
	if len(found) > 0 {
		t.Fatal(found)
	}
	row := campaign.Row{
		Columns: []string{"email", "day", "name", "role", "note"},
		Values: []string{
			"ani@example.org", "2027-03-13", `Ani "A", b;c`, "CHAIR:x\nX-BAD:1", "line 1\r\nline 2, " + strings.Repeat("é", 50) + "\nEND:VEVENT",
		},
	}
	got, err := set.Render(t.Context(), campaign.Recipient{Row: row})
	if err != nil {
		t.Fatal(err)
	}
	const want = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//School//Open day//EN
METHOD:request
BEGIN:VEVENT
UID:ani@example.org-open-day
DTSTAMP:20270101T000000Z
DTSTART:20270313T090000
SUMMARY:Open day for Ani "A"\, b\;c
ATTENDEE;CN="Ani 'A'  b c";ROLE=CHAIR x X-BAD 1:mailto:ani@example.org
DESCRIPTION:line 1\nline 2\, ééééééééééééééééééééééé
 ééééééééééééééééééééééééééé\nEND:VEVENT
END:VEVENT
END:VCALENDAR
`
	ics := strings.ReplaceAll(string(got.Files[0].Data), "\r\n", "\n")
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(ics, "\n")); diff != "" {
		t.Error(diff)
	}
	if n := strings.Count(string(got.Files[0].Data), "\r\n"); n != strings.Count(ics, "\n") {
		t.Errorf("%d of %d lines end by CRLF", n, strings.Count(ics, "\n"))
	}
	var rest []string
	for _, f := range got.Files {
		rest = append(rest, f.Name, f.Type)
	}
	if diff := cmp.Diff([]string{
		`For Ani "A", b;c.ics`, "text/calendar; charset=utf-8; method=REQUEST", "note.txt", "text/plain; charset=utf-8",
		"page.html", "text/html; charset=utf-8", "card.vcf", "text/vcard; charset=utf-8",
	}, rest); diff != "" {
		t.Error(diff)
	}
	if got := string(got.Files[2].Data); got != `<p title='Ani &#34;A&#34;, b;c'>Ani &#34;A&#34;, b;c</p><!--[if mso]>CHAIR:x`+"\nX-BAD:1<![endif]-->" {
		t.Errorf("got %s", got)
	}
	if got := string(got.Files[3].Data); got != "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ani \"A\"\\, b\\;c\r\nEND:VCARD\r\n" {
		t.Errorf("got %q", got)
	}
}

// TestFilesAreChecked as the letter is, in their own lines.
func TestFilesAreChecked(t *testing.T) {
	l := campaign.Letter{Subject: "s", Text: "t", Files: []campaign.LetterFile{
		{File: "invite.ics", Name: "{{.nmae}}.ics", Text: "BEGIN:VCALENDAR\nSUMMARY:{{.nmae}}"},
	}}
	set, found := Parse(l, Names{Campaign: "c.yaml"})
	if len(found) > 0 {
		t.Fatal(found)
	}
	want := []string{
		"invite.ics:2:11: {{.nmae}} names no column of the list (did you mean {{.name}}?)",
		"c.yaml:0:0: attachments: {{.nmae}} names no column of the list (did you mean {{.name}}?)",
	}
	if diff := cmp.Diff(want, told(set.CheckColumns([]string{"name"}))); diff != "" {
		t.Error(diff)
	}
	l.Files[0] = campaign.LetterFile{File: "invite.ics", Name: "{{.day}.ics", Text: "\n{{if .day}}"}
	set, found = Parse(l, Names{Campaign: "c.yaml"})
	if set != nil || len(found) != 2 || found[1].File != "invite.ics" {
		t.Errorf("got %v", found)
	}
	l.Files[0] = campaign.LetterFile{File: "invite.ics", Name: "x-{{.day}}", Text: `DTSTART:{{date "iso" .day}}`}
	if set, found = Parse(l, Names{Campaign: "c.yaml"}); len(found) > 0 {
		t.Fatal(found)
	}
	seen := set.Check(t.Context(), campaign.Recipient{Row: campaign.Row{Columns: []string{"day"}, Values: []string{"soon"}, Number: 7}})
	if len(seen.Problems) != 1 || !strings.Contains(seen.Problems[0].Message, `invite.ics line 1: "soon" is no date`) || seen.Problems[0].Row != 7 {
		t.Errorf("got %v", seen.Problems)
	}
	if diff := cmp.Diff([]string{"x-soon"}, seen.Files); diff != "" {
		t.Error(diff)
	}
}

// TestCalendarLines: an action on a line of its own leaves none, and what is no
// text by its property keeps commas and semicolons.
func TestCalendarLines(t *testing.T) {
	const text = `BEGIN:VCALENDAR
{{if .place}}
LOCATION:{{.place}}
  {{end}}

URL:{{.link}}
item1.URL;VALUE=URI:{{.link}}
RRULE:{{.rule}}
X-URL:{{.rule}}
END:VCALENDAR
`
	set, found := Parse(campaign.Letter{Subject: "s", Text: "t", Files: []campaign.LetterFile{{File: "x.ics", Name: "x.ics", Text: text}}}, Names{})
	if len(found) > 0 {
		t.Fatal(found)
	}
	got, err := set.Render(t.Context(), campaign.Recipient{Row: campaign.Row{
		Columns: []string{"place", "link", "rule"},
		Values:  []string{"Hall, left", "https://maps.example/@-6.2,106.8;z\r\nX-BAD:1", "FREQ=WEEKLY;COUNT=3"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"BEGIN:VCALENDAR", `LOCATION:Hall\, left`, "URL:https://maps.example/@-6.2,106.8;zX-BAD:1",
		"item1.URL;VALUE=URI:https://maps.example/@-6.2,106.8;zX-BAD:1", "RRULE:FREQ=WEEKLY;COUNT=3", `X-URL:FREQ=WEEKLY\;COUNT=3`,
		"END:VCALENDAR", "",
	}
	if diff := cmp.Diff(want, strings.Split(string(got.Files[0].Data), "\r\n")); diff != "" {
		t.Error(diff)
	}
}

// TestCalendarDefinitions: what a definition prints is escaped for the place of
// its call.
func TestCalendarDefinitions(t *testing.T) {
	const text = `SUMMARY:{{template "name" .}}
ATTENDEE;CN="{{template "who" .}}":mailto:x
{{template "line" .}}
{{define "name"}}{{$n := .name}}{{$n}}{{end -}}
{{define "who"}}{{$n := .name}}Mr: {{$n}}{{end -}}
{{define "line"}}{{$n := .name}}X-Y;A={{$n}}:{{$n}}
X-Z:{{if $n}}{{$n}}{{end}}{{end -}}
`
	set, found := Parse(campaign.Letter{Subject: "s", Text: "t", Files: []campaign.LetterFile{{File: "x.ics", Name: "x.ics", Text: text}}}, Names{})
	if found.Errors() > 0 {
		t.Fatal(found)
	}
	got, err := set.Render(t.Context(), campaign.Recipient{Row: campaign.Row{Columns: []string{"name"}, Values: []string{`A, "B";C=1`}}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`SUMMARY:A\, "B"\;C=1`, `ATTENDEE;CN="Mr: A  'B' C=1":mailto:x`,
		`X-Y;A=A  'B' C=1:A\, "B"\;C=1`, `X-Z:A\, "B"\;C=1`, "",
	}
	if diff := cmp.Diff(want, strings.Split(string(got.Files[0].Data), "\r\n")); diff != "" {
		t.Error(diff)
	}
}

// TestIndentedLines: they would vanish in the line before.
func TestIndentedLines(t *testing.T) {
	const text = "SUMMARY:a long\n text: of two lines\n{{if .place}}\n  LOCATION;X=1:{{.place}}\n{{end}}\n"
	for file, want := range map[string][]string{
		"x.ics": {"x.ics:4:1: a line that begins with a blank is a part of the line before it (take the blanks in front of LOCATION out)"},
		"x.txt": nil,
	} {
		_, found := Parse(campaign.Letter{Subject: "s", Text: "t", Files: []campaign.LetterFile{{File: file, Name: file, Text: text}}}, Names{})
		if diff := cmp.Diff(want, told(found)); diff != "" {
			t.Error(diff)
		}
	}
}

// FuzzCalendar: a cell adds no line to a calendar.
func FuzzCalendar(f *testing.F) {
	f.Add("a\r\nATTENDEE:x", "b\";X=1:")
	f.Add("\u2028\u0085", "\\")
	f.Fuzz(func(t *testing.T, value, parameter string) {
		l := campaign.Letter{Subject: "s", Text: "t", Files: []campaign.LetterFile{
			{File: "x.ics", Name: "x.ics", Text: "A:{{.a}}\nB;X=\"{{.b}}\";Y={{.b}}:c\nEND:Z\n"},
		}}
		set, found := Parse(l, Names{})
		if len(found) > 0 {
			t.Fatal(found)
		}
		got, err := set.Render(t.Context(), campaign.Recipient{Row: campaign.Row{Columns: []string{"a", "b"}, Values: []string{value, parameter}}})
		if err != nil {
			t.Skip()
		}
		whole := strings.ReplaceAll(string(got.Files[0].Data), "\r\n ", "")
		lines := strings.Split(strings.TrimSuffix(whole, "\r\n"), "\r\n")
		if len(lines) != 3 || !strings.HasPrefix(lines[0], "A:") || !strings.HasSuffix(lines[1], ":c") || strings.Count(lines[1], `"`) != 2 ||
			strings.Count(lines[1], ":") != 1 || strings.ContainsAny(whole, "\x00\v\f") {
			t.Fatalf("%q", lines)
		}
	})
}
