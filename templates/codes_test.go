package templates

import (
	"bytes"
	"fmt"
	"image/png"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tebar/campaign"
)

// coded renders a letter for a ticket.
func coded(t *testing.T, l campaign.Letter, ticket string) (Rendered, error) {
	t.Helper()
	l.Subject = "s"
	set, found := Parse(l, Names{Domain: "example.org"})
	if len(found) > 0 {
		t.Fatal(found)
	}
	row := campaign.Row{Columns: []string{"ticket"}, Values: []string{ticket}, Number: 2}
	got, err := set.Render(t.Context(), campaign.Recipient{Row: row})
	if seen := set.Check(t.Context(), campaign.Recipient{Row: row}).Problems.Errors(); (seen > 0) != (err != nil) {
		t.Errorf("check finds %d errors, and rendering says %v", seen, err)
	}
	return got, err
}

func TestCodes(t *testing.T) {
	const html = `<img src="{{qr .ticket}}" alt="Ticket {{.ticket}}"><img alt="" src="{{barcode "code-128" .ticket}}"><img src="{{.ticket | qr}}">`
	got, err := coded(t, campaign.Letter{HTML: html, InlineCSS: true}, "A-100")
	if err != nil || len(got.Files) != 2 || strings.Contains(got.HTML, "tebar-code") {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, want := range []struct {
		name          string
		width, height int
	}{{"qr.png", (21 + 8) * 8, (21 + 8) * 8}, {"code128.png", 3 * (90 + 20), 120 + 60}} {
		f := got.Files[i]
		img, err := png.Decode(bytes.NewReader(f.Data))
		if err != nil || f.Name != want.name || img.Bounds().Dx() != want.width || img.Bounds().Dy() != want.height {
			t.Errorf("%s: %v, %v, want %+v", f.Name, img.Bounds(), err, want)
		}
		if n := strings.Count(got.HTML, `src="cid:`+f.ContentID+`"`); n != 2-i {
			t.Errorf("%s stands %d times in %s", f.ContentID, n, got.HTML)
		}
	}
	if strings.TrimSpace(got.Text) != "Ticket A-100" {
		t.Errorf("the text is %q", got.Text)
	}
	again, _ := coded(t, campaign.Letter{HTML: html, InlineCSS: true}, "A-100")
	if diff := cmp.Diff(got, again); diff != "" {
		t.Error("the same row gives other bytes:", diff)
	}
}

func TestCodesInMarkdown(t *testing.T) {
	got, err := coded(t, campaign.Letter{Markdown: "# Ticket\n\n![Your code]({{qr .ticket}})"}, "Grüße, 京都")
	if err != nil || len(got.Files) != 1 || !strings.Contains(got.HTML, `src="cid:`+got.Files[0].ContentID+`" alt="Your code"`) || got.Text != "# Ticket\n\nYour code" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestCodesThatCannotBe(t *testing.T) {
	for _, test := range []struct{ call, ticket, want string }{
		{`qr .ticket`, " ", "there is nothing to make a code of: the cell is empty; write {{if .code}} around the picture"},
		{`qr .ticket`, strings.Repeat("x", 1001), "a code of 1001 bytes cannot be read by a phone; at most 1000 are drawn"},
		{`barcode "ean13" .ticket`, "123", `"123" cannot be drawn as ean13: it takes 12 or 13 digits`},
		{`barcode "ean13" .ticket`, "5901234123458", `"5901234123458" cannot be drawn as ean13: checksum missmatch`},
		{`barcode "code128" .ticket`, "日本", `"日本" cannot be drawn as code128: "日本" could not be encoded`},
		{`barcode "pdf" .ticket`, "1", `"pdf" is no kind of barcode; write one of code128, code39, ean13, ean8, qr`},
	} {
		_, err := coded(t, campaign.Letter{HTML: `<img src="{{` + test.call + `}}" alt="x">`}, test.ticket)
		if err == nil || !strings.HasSuffix(err.Error(), test.want) {
			t.Errorf("%s of %.20q: %v, want %s", test.call, test.ticket, err, test.want)
		}
	}
	for _, l := range []campaign.Letter{
		{Subject: "{{qr .a}}", Text: "x"},
		{Subject: "s", Text: `{{barcode "qr" .a}}`},
		{Subject: "s", Text: "x", Files: []campaign.LetterFile{{File: "a.html", Name: "a.html", Text: `<img src="{{qr .a}}">`}}},
	} {
		if set, found := Parse(l, Names{}); set != nil || len(found) != 1 || !strings.Contains(found[0].Message, "a code is a picture") {
			t.Errorf("%+v: %v", l, found)
		}
	}
}

// A code stands in the address of a picture, or it would be printed as words.
func TestCodesOutsideOfPictures(t *testing.T) {
	for _, test := range []struct {
		letter campaign.Letter
		place  string
	}{
		{campaign.Letter{HTML: "<p>\n{{qr .a}}</p>"}, "2:1"},
		{campaign.Letter{HTML: `<a href="{{qr .a}}">x</a>`}, "1:10"},
		{campaign.Letter{HTML: `<img alt="{{barcode "qr" .a}}" src="{{qr .a}}">`}, "1:11"},
		{campaign.Letter{Markdown: "My code: {{qr .a}}"}, "0:0"},
		{campaign.Letter{Markdown: "[my code]({{qr .a}})"}, "0:0"},
	} {
		test.letter.Subject = "s"
		set, found := Parse(test.letter, Names{HTML: "b.html", Markdown: "b.md"})
		if set != nil || len(found) != 1 || fmt.Sprintf("%d:%d", found[0].Line, found[0].Column) != test.place ||
			!strings.Contains(found[0].Message, "in the address of a picture") {
			t.Errorf("%+v: %v", test.letter, found)
		}
	}
	for _, l := range []campaign.Letter{
		{HTML: `<img src = '{{if .a}}{{qr .a}}{{end}}' alt="x"><td background="{{qr .a}}">{{$q := qr .a}}<img src="{{$q}}" alt=""><p>{{.a | default "scan the qr code"}}</p>`},
		{Markdown: "![my code]({{qr .a}}) and {{.qr}}"},
	} {
		l.Subject = "s"
		if _, found := Parse(l, Names{}); len(found) > 0 {
			t.Errorf("%+v: %v", l, found)
		}
	}
}

// A cell that looks like what is drawn draws nothing, and stops nothing, where
// it is no picture's address of ours.
func TestCellsThatLookLikeCodes(t *testing.T) {
	for _, cell := range []string{
		"cid:tebar-code.none.QQ.",          // no kind of code
		"cid:tebar-code.ean13.QUJD.",       // ABC
		"cid:tebar-code.code128.5pel5pys.", // 日本
		"cid:tebar-code.qr.IA.",            // a space
		"cid:tebar-code.qr." + strings.Repeat("QUJD", 1000) + ".",
	} {
		got, err := coded(t, campaign.Letter{HTML: `<p>{{.ticket}}</p>{{if eq .ticket "x"}}<img alt="" src="{{qr .ticket}}">{{end}}`}, cell)
		if err != nil || len(got.Files) != 0 || !strings.Contains(got.HTML, cell) {
			t.Errorf("%.40s: %d files, %v", cell, len(got.Files), err)
		}
	}
}
