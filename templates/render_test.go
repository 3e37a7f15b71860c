package templates

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tebar/campaign"
)

var update = flag.Bool("update", false, "write the golden files anew")

// readRecipient makes one recipient of a CSV file, a group where it has
// several rows.
func readRecipient(t testing.TB, path string) campaign.Recipient {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []campaign.Row
	for i, values := range lines[1:] {
		rows = append(rows, campaign.Row{Source: filepath.Base(path), Number: i + 2, Columns: lines[0], Values: values})
	}
	r := campaign.Recipient{Row: rows[0], Address: "someone@example.org"}
	if len(rows) > 1 {
		r.Rows = rows
	}
	return r
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// mustParse parses a letter that has no fault.
func mustParse(t testing.TB, l campaign.Letter) *Set {
	t.Helper()
	if l.Subject == "" {
		l.Subject = "subject"
	}
	s, problems := Parse(l, Names{Campaign: "campaign.yaml", HTML: "letter.html", Markdown: "letter.md", Text: "letter.txt"})
	for _, p := range problems {
		t.Fatalf("%v (%s)", p, p.Hint)
	}
	return s
}

// Each folder of testdata/letters has a letter, rows, and what comes of them.
func TestLetters(t *testing.T) {
	folders, err := filepath.Glob("testdata/letters/*")
	if err != nil || len(folders) == 0 {
		t.Fatal("no letters", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			html, _ := os.ReadFile(filepath.Join(folder, "letter.html"))
			md, _ := os.ReadFile(filepath.Join(folder, "letter.md"))
			r := readRecipient(t, filepath.Join(folder, "rows.csv"))
			s := mustParse(t, campaign.Letter{HTML: string(html), Markdown: string(md), InlineCSS: true})
			if found := s.CheckColumns(r.Columns); len(found) > 0 {
				t.Error(found)
			}
			got, err := s.Render(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join(folder, "want.html"), got.HTML)
			golden(t, filepath.Join(folder, "want.txt"), got.Text)
			if strings.Contains(got.HTML+got.Text, "tbrq") {
				t.Error("a token is left in the letter")
			}
		})
	}
}

func TestSubjectIsOneLine(t *testing.T) {
	s := mustParse(t, campaign.Letter{Subject: " {{.a}}\n", Text: "x"})
	row := campaign.Row{Columns: []string{"a"}, Values: []string{"one\r\ntwo\tthree\u2028Bcc: x@example.org\n"}}
	got, err := s.Render(context.Background(), campaign.Recipient{Row: row})
	if want := "one  two three Bcc: x@example.org"; err != nil || got.Subject != want {
		t.Errorf("subject is %q, %v; want %q", got.Subject, err, want)
	}
}

func TestTextOfItsOwn(t *testing.T) {
	s := mustParse(t, campaign.Letter{HTML: "<p>{{.a}}</p>", Text: "\ufeffplain\r\n{{.a}} & <b>\r\n"})
	row := campaign.Row{Columns: []string{"a"}, Values: []string{"<i>"}}
	got, err := s.Render(context.Background(), campaign.Recipient{Row: row})
	if err != nil {
		t.Fatal(err)
	}
	want := Rendered{Subject: "subject", HTML: "<p>&lt;i&gt;</p>", Text: "plain\n<i> & <b>\n"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// In plain text a link to an address is that address: what follows it would be
// pasted along.
func TestMailLinkInText(t *testing.T) {
	for _, l := range []campaign.Letter{
		{HTML: `<p><a href="mailto:a@example.org?subject=unsubscribe%20x">Leave</a>, <a href="mailto:a@example.org?subject={{.a}}">a@example.org</a></p>`},
		{HTML: `<p>{{if .a}}<a href="mailto:a@example.org?subject={{.a}}">Leave</a>{{end}}, <a href="mailto:a@example.org">a@example.org</a></p>`},
		{Markdown: "[Leave](mailto:a@example.org?subject={{.a}}), [a@example.org](mailto:a@example.org?subject=x)"},
	} {
		row := campaign.Row{Columns: []string{"a"}, Values: []string{"x y"}}
		got, err := mustParse(t, l).Render(t.Context(), campaign.Recipient{Row: row})
		if want := "Leave <a@example.org>, a@example.org"; err != nil || strings.TrimSpace(got.Text) != want {
			t.Errorf("%s%s: %q, %v", l.HTML, l.Markdown, got.Text, err)
		}
		if !strings.Contains(got.HTML, "?subject=") {
			t.Errorf("the HTML's link has lost its subject: %s", got.HTML)
		}
	}
}

func TestLeaveStylesAlone(t *testing.T) {
	html := "<html><head><style>.h { display: none } p { color: red }</style></head><body><p class=h>{{.a}}</p><p>seen</p></body></html>"
	s := mustParse(t, campaign.Letter{HTML: html})
	row := campaign.Row{Columns: []string{"a"}, Values: []string{"unseen"}}
	got, err := s.Render(context.Background(), campaign.Recipient{Row: row})
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(html, "{{.a}}", "unseen", 1); got.HTML != want {
		t.Errorf("the HTML has changed:\n%s", got.HTML)
	}
	if got.Text != "seen\n" {
		t.Errorf("the text is %q: what a style hides is no part of it", got.Text)
	}
}

// What is rendered stays as it is when its room is used again.
func TestRenderKeepsResults(t *testing.T) {
	s := mustParse(t, campaign.Letter{Subject: "{{.a}}", HTML: "<p>{{.a}}</p>", Text: "{{.a}}"})
	results := make([]Rendered, 100)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			r := campaign.Recipient{Row: campaign.Row{Columns: []string{"a"}, Values: []string{fmt.Sprint("person ", i)}}}
			var err error
			if results[i], err = s.Render(t.Context(), r); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i, got := range results {
		name := fmt.Sprint("person ", i)
		if want := (Rendered{Subject: name, HTML: "<p>" + name + "</p>", Text: name}); !cmp.Equal(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func TestPicturesSideBySide(t *testing.T) {
	const html = `<p><img src="https://example.org/a.png" alt="a ship"><img src="https://example.org/b.png" alt=""><img src="https://example.org/c.png" alt="a {{.a}}"></p>`
	set := mustParse(t, campaign.Letter{HTML: html})
	got, err := set.Render(t.Context(), campaign.Recipient{Row: campaign.Row{Columns: []string{"a"}, Values: []string{"flag"}}})
	if err != nil || got.Text != "a ship a flag\n" {
		t.Errorf("%q, %v", got.Text, err)
	}
}
