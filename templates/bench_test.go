package templates

import (
	"io/fs"
	"testing"

	"tebar/campaign"
	"tebar/templates/starters"
)

func benchmark(b *testing.B, l campaign.Letter, do func(*Set, campaign.Recipient) error) {
	s := mustParse(b, l)
	r := campaign.Recipient{Address: "x@example.org", Row: campaign.Row{
		Columns: []string{"Email", "Full name", "First name", "Group", "Seats", "a", "b", "c", "link"},
		Values:  []string{"x@example.org", "Budi Santoso", "Budi", "Teachers", "2", "one", "two", "three", "https://example.org/x"},
	}}
	b.ReportAllocs()
	for b.Loop() {
		if err := do(s, r); err != nil {
			b.Fatal(err)
		}
	}
}

// The starter's letter is of 3 KB, with a style sheet.
func BenchmarkLetter(b *testing.B) {
	body, err := fs.ReadFile(starters.Files(), "body.html")
	if err != nil {
		b.Fatal(err)
	}
	starter := campaign.Letter{Subject: "Dear {{.first_name}}", HTML: string(body), InlineCSS: true}
	branches := campaign.Letter{Subject: "Dear {{.a}}", HTML: onceLetters[1], InlineCSS: true}
	perRow := campaign.Letter{Subject: "s", HTML: `<style>.x{color:red}</style><p class="{{.a}}">x</p>` + string(body), InlineCSS: true}
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
	b.Run("Render/text per row", func(b *testing.B) { benchmark(b, branches, render) })
	b.Run("Render/CSS per row", func(b *testing.B) { benchmark(b, perRow, render) })
	b.Run("Check", func(b *testing.B) { benchmark(b, starter, check) })
}
