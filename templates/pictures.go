package templates

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"tebar/campaign"
)

// Pictures are the addresses of a letter's pictures that are files of the
// writer's, as they are written, each once: those of <img>, of backgrounds, in
// attributes and style sheets, and of what Outlook alone reads. One that changes
// with the row is none.
func Pictures(l campaign.Letter) []string {
	text := l.HTML
	if text == "" {
		made, err := markdownHTML(l.Markdown, l.Language)
		if err != nil {
			return nil // Parse says so
		}
		text = made
	}
	masked, _ := mask(text)
	var list []string
	for _, f := range shownFiles(masked) {
		if !strings.Contains(f.path, hole) && !slices.Contains(list, f.path) {
			list = append(list, f.path)
		}
	}
	return list
}

// embed gives the pictures of a letter that are sent along their addresses
// (RFC 2392).
func embed(text string, l campaign.Letter) string {
	ids := map[string]string{}
	for _, a := range l.Attachments {
		if a.ContentID != "" {
			ids[a.Source] = "cid:" + a.ContentID
		}
	}
	if len(ids) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, f := range shownFiles(text) {
		if id, ok := ids[f.path]; ok {
			b.WriteString(text[at:f.at] + id)
			at = f.end
		}
	}
	return b.String() + text[at:]
}

// A shownFile is the address of a picture that is a file of the writer's.
type shownFile struct {
	at, end int // byte offsets of it, as it is written
	path    string
}

// shownFiles finds them, in their order. The text is masked: what Outlook alone
// reads is there, other comments are not.
func shownFiles(text string) []shownFile {
	var list []shownFile
	w, at := &walk{}, 0
	text = filler(text)
	z := html.NewTokenizer(strings.NewReader(text))
	for z.Next() != html.ErrorToken {
		raw := text[at : at+len(z.Raw())]
		t := z.Token()
		for _, span := range w.addresses(t, raw) {
			list = append(list, shownFile{at + span[0], at + span[1], html.UnescapeString(raw[span[0]:span[1]])})
		}
		w.inside = styleOf(t, w.inside)
		at += len(raw)
	}
	return list
}

// styleOf says whether what follows a token is a style sheet.
func styleOf(t html.Token, inside atom.Atom) atom.Atom {
	switch {
	case t.Type == html.StartTagToken && t.DataAtom == atom.Style:
		return atom.Style
	case t.Type == html.EndTagToken:
		return 0
	}
	return inside
}

var (
	sourced    = regexp.MustCompile(`(?is)\ssrc\s*=\s*(?:"\s*([^"]*?)\s*"|'\s*([^']*?)\s*'|([^\s"'>]+))`)
	background = regexp.MustCompile(`(?is)\sbackground\s*=\s*(?:"\s*([^"]*?)\s*"|'\s*([^']*?)\s*'|([^\s"'>]+))`)
	styleValue = regexp.MustCompile(`(?is)\sstyle\s*=\s*(?:"[^"]*"|'[^']*')`)
	cssAddress = regexp.MustCompile(`(?i)\burl\(\s*(?:"([^"]*)"|'([^']*)'|&quot;(.*?)&quot;|&#39;(.*?)&#39;|([^"'()&\s]+))`)
)

// vectors are Outlook's elements that show a picture (VML).
var vectors = []string{"v:fill", "v:image", "v:imagedata", "v:background"}

// addresses are the places in a token of the addresses that mean a file.
func (w *walk) addresses(t html.Token, raw string) (spans [][2]int) {
	add := func(from int, found []int, shown func(string) bool) {
		for i := 2; i < len(found); i += 2 { // of the groups, the one that fits
			if found[i] < 0 {
				continue
			}
			if p := raw[from+found[i] : from+found[i+1]]; w.local(p) && shown(p) {
				spans = append(spans, [2]int{from + found[i], from + found[i+1]})
			}
		}
	}
	anything := func(string) bool { return true }
	css := func(from, to int) {
		for _, m := range cssAddress.FindAllStringSubmatchIndex(raw[from:to], -1) {
			add(from, m, picturePath)
		}
	}
	switch {
	case t.Type == html.TextToken && w.inside == atom.Style:
		css(0, len(raw))
	case t.Type == html.StartTagToken || t.Type == html.SelfClosingTagToken:
		if t.DataAtom == atom.Img || slices.Contains(vectors, t.Data) {
			add(0, sourced.FindStringSubmatchIndex(raw), anything)
		}
		add(0, background.FindStringSubmatchIndex(raw), anything)
		if m := styleValue.FindStringIndex(raw); m != nil {
			css(m[0], m[1])
		}
	}
	slices.SortFunc(spans, func(a, b [2]int) int { return a[0] - b[0] })
	return spans
}

// picturePath says that a style sheet's address is a picture's: it may as well
// be that of letters or of another sheet.
func picturePath(name string) bool {
	return slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif", ".webp"}, strings.ToLower(path.Ext(name)))
}
