package templates

import (
	"io/fs"
	"strings"
	"testing"

	"tebar/campaign"
	"tebar/templates/starters"
)

func benchmark(b *testing.B, l campaign.Letter, do func(*Set, campaign.Recipient) error) {
	s := mustParse(b, l)
	r := campaign.Recipient{Address: "x@example.org", Row: campaign.Row{
		Columns: []string{"Email", "Full name", "First name", "Group", "Seats", "Training", "Subject", "a", "b", "c", "link"},
		Values:  []string{"x@example.org", "Budi Santoso", "Budi", "Teachers", "2", "Monday", "An open day", "one", "two", "three", "https://example.org/x"},
	}}
	b.ReportAllocs()
	for b.Loop() {
		if err := do(s, r); err != nil {
			b.Fatal(err)
		}
	}
}

// plainLetter is of 7.4 KB, with plain fields and links alone.
var plainLetter = `<html><head><title>{{.subject}}</title></head><body>
<p>Dear {{.first_name}}, from {{.group}},</p>` +
	strings.Repeat(`<p style="margin: 0 0 16px">Our open day is on Saturday, from ten to four. We have kept {{.seats}} seats for you.
<a href="{{.link}}">See the programme</a></p>`+strings.Repeat("\n<p>There is lunch at one, and a walk through the garden at eleven.</p>", 17), 5) +
	`<p>You get this because of <a href="https://example.org/?for={{.email}}">{{.email}}</a>, {{.full_name}}.</p></body></html>`

// The starter's letter is of 4 KB, with a style sheet.
func BenchmarkLetter(b *testing.B) {
	body, err := fs.ReadFile(starters.Files("announcement"), "body.html")
	if err != nil {
		b.Fatal(err)
	}
	starter := campaign.Letter{Subject: "Dear {{.first_name}}", HTML: string(body), InlineCSS: true}
	branches := campaign.Letter{Subject: "Dear {{.a}}", HTML: onceLetters[1], InlineCSS: true}
	perRow := campaign.Letter{Subject: "s", HTML: `<style>.x{color:red}</style><p class="{{.a}}">x</p>` + string(body), InlineCSS: true}
	plain := campaign.Letter{Subject: "Dear {{.first_name}}", HTML: plainLetter}
	render := func(s *Set, r campaign.Recipient) error {
		_, err := s.Render(b.Context(), r)
		return err
	}
	check := func(s *Set, r campaign.Recipient) error {
		if found := s.Check(b.Context(), r).Problems; found.Errors() > 0 {
			return found
		}
		return nil
	}
	b.Run("Render/once", func(b *testing.B) { benchmark(b, starter, render) })
	b.Run("Render/plain fields", func(b *testing.B) { benchmark(b, plain, render) })
	b.Run("Render/text per row", func(b *testing.B) { benchmark(b, branches, render) })
	b.Run("Render/CSS per row", func(b *testing.B) { benchmark(b, perRow, render) })
	b.Run("Check/starter", func(b *testing.B) { benchmark(b, starter, check) })
	b.Run("Check/plain fields", func(b *testing.B) { benchmark(b, plain, check) })
}
