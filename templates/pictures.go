package templates

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"tebar/campaign"
)

// Pictures are the addresses of a letter's pictures that are files of the
// writer's, as they are written, each once. One that changes with the row is
// none, nor is one in a comment for Outlook.
func Pictures(l campaign.Letter) []string {
	text := l.HTML
	if text == "" {
		made, err := markdownHTML(l.Markdown)
		if err != nil {
			return nil // Parse says so
		}
		text = made
	}
	var list []string
	known := map[string]bool{}
	pictures(text, func(src string) string {
		if !known[src] {
			known[src] = true
			list = append(list, src)
		}
		return src
	})
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
	return pictures(text, func(src string) string {
		if id, ok := ids[src]; ok {
			return id
		}
		return src
	})
}

// pictures goes through the pictures that are files of the writer's, and gives
// the text with the addresses that instead says.
func pictures(text string, instead func(src string) string) string {
	var b strings.Builder
	w, at := &walk{}, 0
	z := html.NewTokenizer(strings.NewReader(filler(text)))
	for z.Next() != html.ErrorToken {
		raw := text[at : at+len(z.Raw())]
		at += len(raw)
		if t := z.Token(); t.DataAtom == atom.Img && (t.Type == html.StartTagToken || t.Type == html.SelfClosingTagToken) {
			src := attributes(t)["src"]
			if path := strings.TrimSpace(src); w.local(path) && !strings.Contains(path, hole) && strings.Contains(raw, path) {
				raw = strings.Replace(raw, path, instead(path), 1)
			}
		}
		b.WriteString(raw)
	}
	return b.String() + text[at:]
}
