package templates

import (
	"strings"
	"testing"

	"tebar/campaign"
)

// What English writes, for tests of the functions themselves.
var (
	inEnglish *language
	date      = inEnglish.date
	dateFrom  = inEnglish.dateFrom
	number    = inEnglish.number
)

func TestLanguages(t *testing.T) {
	const letter = `{{date "full" .day}}|{{date "long" .day}}|{{date "short" .day}}|{{date "Mon 2 Jan" .day}}|{{date "dddd, d mmmm yyyy" .day}}|` +
		`{{date "iso" .day}}|{{date "time" "14:30"}}|{{number .n}}|{{number "1,234.50" .n}}`
	for tag, want := range map[string]string{
		"":      "Saturday, 13 March 2027|13 March 2027|13 Mar 2027|Sat 13 Mar|Saturday, 13 March 2027|2027-03-13|14:30|12,345.5|12,345.50",
		"en-GB": "Saturday, 13 March 2027|13 March 2027|13 Mar 2027|Sat 13 Mar|Saturday, 13 March 2027|2027-03-13|14:30|12,345.5|12,345.50",
		"id":    "Sabtu, 13 Maret 2027|13 Maret 2027|13 Mar 2027|Sab 13 Mar|Sabtu, 13 Maret 2027|2027-03-13|14.30|12.345,5|12,345.50",
		"de":    "Samstag, 13. März 2027|13. März 2027|13.03.2027|Sa. 13 März|Samstag, 13 März 2027|2027-03-13|14:30|12.345,5|12,345.50",
		"fr":    "samedi 13 mars 2027|13 mars 2027|13 mars 2027|sam. 13 mars|samedi, 13 mars 2027|2027-03-13|14:30|12\u202f345,5|12,345.50",
		"es":    "sábado, 13 de marzo de 2027|13 de marzo de 2027|13 mar. 2027|sáb. 13 mar.|sábado, 13 marzo 2027|2027-03-13|14:30|12.345,5|12,345.50",
		"pt-BR": "sábado, 13 de março de 2027|13 de março de 2027|13 de mar. de 2027|sáb. 13 mar.|sábado, 13 março 2027|2027-03-13|14:30|12.345,5|12,345.50",
		"ja":    "2027年3月13日土曜日|2027年3月13日|2027/03/13|土 13 3月|土曜日, 13 3月 2027|2027-03-13|14:30|12,345.5|12,345.50",
	} {
		set, problems := Parse(campaign.Letter{Subject: letter, Text: letter, HTML: letter, Language: tag}, Names{})
		if problems.Errors() > 0 {
			t.Fatal(tag, problems)
		}
		r := campaign.Recipient{Row: campaign.Row{Columns: []string{"day", "n"}, Values: []string{"2027-03-13", "12345.5"}}}
		got, err := set.Render(t.Context(), r)
		if err != nil {
			t.Fatal(tag, err)
		}
		if got.Subject != want || strings.TrimSpace(got.Text) != want || !strings.Contains(got.HTML, want) {
			t.Errorf("%s:\n got %s\n and %s\nwant %s", tag, got.Subject, got.HTML, want)
		}
	}
}

// Cells are read in the letter's language too.
func TestMonthsOfALanguage(t *testing.T) {
	for tag, cell := range map[string]string{"de": "13. März 2027", "fr": "13 mars 2027", "pt": "13 março 2027", "id": "13 Maret 2027", "": "13 March 2027"} {
		l, _ := speak(tag)
		if got, err := l.date("iso", cell); err != nil || got != "2027-03-13" {
			t.Errorf("%s: %q, %v", cell, got, err)
		}
		if got, err := l.dateFrom("d mmmm yyyy", "iso", strings.ReplaceAll(cell, ".", "")); err != nil || got != "2027-03-13" {
			t.Errorf("dateFrom %s: %q, %v", cell, got, err)
		}
	}
}

func TestUnknownLanguage(t *testing.T) {
	_, problems := Parse(campaign.Letter{Subject: "x", Text: "x", Language: "tlh"}, Names{Campaign: "c.yaml"})
	if problems.Errors() != 1 || problems[0].Field != "language" || !strings.Contains(problems[0].Hint, "de, es") {
		t.Errorf("%v", problems)
	}
}

// Every language can be spoken, and its names are read back.
func TestSpeakers(t *testing.T) {
	for tag := range speakers {
		l, ok := speak(tag)
		if !ok || l.group == "" || l.point == "" || l.group == l.point {
			t.Fatalf("%s: %+v", tag, l)
		}
	}
}

// TestMarkdownSaysItsLanguage, for programs that read a letter aloud.
func TestMarkdownSaysItsLanguage(t *testing.T) {
	for tag, want := range map[string]string{"": "<html>", "id": `<html lang="id">`, "pt-BR": `<html lang="pt-BR">`, `de-"><b>`: "<html>"} {
		set := mustParse(t, campaign.Letter{Markdown: "Halo", Language: tag})
		got, err := set.Render(t.Context(), campaign.Recipient{})
		if err != nil || !strings.Contains(got.HTML, want) {
			t.Errorf("%q: %.80s, %v", tag, got.HTML, err)
		}
	}
}
