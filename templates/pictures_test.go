package templates_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tebar/campaign"
	"tebar/templates"
)

func TestPicturesOfALetter(t *testing.T) {
	const letter = `<style>p{color:red}</style><p>Dear {{.name}}, here is <IMG SRC=ship.png alt="src=ship.png"> and
<img alt='x' src=" pics/my%20flag.gif "> and <img src="ship.png" alt=""> again; not <img src="https://example.org/a.png">,
<img src="{{.pic}}">, <img src="pics/{{.name}}.png">, <!-- <img src="old.png"> --> nor <a href="map.pdf">a map</a></p>`
	l := campaign.Letter{Subject: "x", HTML: letter, InlineCSS: true}
	if got := templates.Pictures(l); !slices.Equal(got, []string{"ship.png", "pics/my%20flag.gif"}) {
		t.Errorf("%q", got)
	}
	if got := templates.Pictures(campaign.Letter{Markdown: "Look: ![a ship](ship.png) ![web](https://example.org/x.png)"}); !slices.Equal(got, []string{"ship.png"}) {
		t.Errorf("Markdown: %q", got)
	}
	l.Attachments = []campaign.Attachment{
		{Name: "map.pdf"}, {Name: "ship.png", ContentID: "1@example.org", Source: "ship.png"}, {Name: "my flag.gif", ContentID: "2@example.org", Source: "pics/my%20flag.gif"},
	}
	for _, inline := range []bool{true, false} {
		l.InlineCSS = inline
		set, problems := templates.Parse(l, templates.Names{})
		if problems.Errors() > 0 {
			t.Fatal(problems)
		}
		r := campaign.Recipient{Row: campaign.Row{Columns: []string{"name", "pic"}, Values: []string{"Ani", "https://example.org/b.png"}}}
		got, err := set.Render(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(got.HTML, "cid:1@example.org") != 2 || strings.Count(got.HTML, "cid:2@example.org") != 1 || !strings.Contains(got.HTML, "pics/Ani.png") {
			t.Errorf("inline %v:\n%s", inline, got.HTML)
		}
	}
	checkOtherPictures(t)
	found := templates.Pitfalls(l, templates.Names{}, map[string]error{"ship.png": nil, "pics/my%20flag.gif": errors.New("no such file")})
	var errs []string
	for _, p := range found {
		if p.Severity == campaign.Error {
			errs = append(errs, p.Message)
		}
	}
	if len(errs) != 3 || !strings.Contains(errs[0], "my%20flag.gif\" cannot be sent along: no such file") || !strings.Contains(errs[1], "changes with the row") {
		t.Errorf("%q", errs)
	}
}

// Whatever the letter, finding its pictures changes nothing of it.
func FuzzPictures(f *testing.F) {
	f.Add("<img src=a.png><img src='b.png' ")
	f.Add("{{if .a}}<img src={{.b}}>{{end}}<!--<img src=c>--><textarea><img src=d.png>")
	f.Fuzz(func(t *testing.T, text string) {
		l := campaign.Letter{HTML: text}
		for _, src := range templates.Pictures(l) {
			if src == "" || strings.ContainsRune(src, 0x7f) || !strings.Contains(text, src) {
				t.Errorf("%q of %q", src, text)
			}
		}
	})
}

// checkOtherPictures: backgrounds, style sheets and what Outlook alone is shown.
func checkOtherPictures(t *testing.T) {
	t.Helper()
	const letter = `<style>@import url(other.css); @font-face { src: url(a.woff) } .h { background: #fff url("bg one.png") no-repeat }
p { background-image: url(tile.jpg) }</style><p>more</p>
<table background='wall.png'><tr><td style="background-image:url('paper.gif'); color: red" class="h">some words of the letter</td></tr></table>
<!--[if mso]><v:rect><v:fill type="frame" src="out look.png" /></v:rect><img src="mso.png" alt=""><![endif]-->
<!-- <img src="old.png"> --><div style="background:url({{.pic}})"></div><td background="pics/{{.name}}.png">
<img src="a&amp;b.png" alt=""><img src='my ship.gif' alt="a ship"><a background-src="no.png" href="https://example.org/">x</a>`
	l := campaign.Letter{Subject: "x", HTML: letter, InlineCSS: true}
	want := []string{"bg one.png", "tile.jpg", "wall.png", "paper.gif", "out look.png", "mso.png", "a&b.png", "my ship.gif"}
	got := templates.Pictures(l)
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for i, src := range got {
		l.Attachments = append(l.Attachments, campaign.Attachment{Name: src, ContentID: fmt.Sprintf("%d@example.org", i), Source: src})
	}
	for _, l.InlineCSS = range []bool{true, false} {
		set, problems := templates.Parse(l, templates.Names{})
		if problems.Errors() > 0 {
			t.Fatal(problems)
		}
		r := campaign.Recipient{Row: campaign.Row{Columns: []string{"name", "pic"}, Values: []string{"Ani", "https://example.org/b.png"}}}
		out, err := set.Render(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		for i, src := range got {
			if !strings.Contains(out.HTML, fmt.Sprintf("cid:%d@example.org", i)) || strings.Contains(out.HTML, src) {
				t.Errorf("%s, inline %v:\n%s", src, l.InlineCSS, out.HTML)
			}
		}
	}
	sent := map[string]error{}
	for _, src := range got {
		sent[src] = errors.New("no such file")
	}
	var places []string
	for _, p := range templates.Pitfalls(l, templates.Names{HTML: "l.html"}, sent) {
		if p.Severity == campaign.Error {
			places = append(places, fmt.Sprintf("%d:%d %s", p.Line, p.Column, strings.Fields(p.Message)[2]))
		}
	}
	wantPlaces := []string{
		`6:1 "a&b.png"`, `6:31 "my`, `1:91 "bg`, `2:27 "tile.jpg"`, `3:20 "wall.png"`, `3:67 "paper.gif"`, `4:48 "out`, `4:83 "mso.png"`, `5:89 "pics/{{...}}.png"`,
	}
	if !slices.Equal(places, wantPlaces) {
		t.Errorf("%q", places)
	}
}
