package templates

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/vanng822/go-premailer/premailer"
	"golang.org/x/net/html"
)

var (
	hasStyle   = regexp.MustCompile(`(?i)<style[\s>]`)
	structural = regexp.MustCompile(`(?i):(first|last|nth|only|empty|not|has|contains|matches)|[+~]`)
	important  = regexp.MustCompile(`(?i)!\s*important`)
)

const (
	keepAttr      = `data-premailer`
	keepImportant = "tebarimportant"
)

// inlineCSS moves the style sheets of a document into style attributes, as
// mail programs need it. What cannot go there stays in a style sheet: @media
// and :hover, made important so that they still win; all that sortRules keeps.
// Comments stay. The document comes back whole, with head and body.
func inlineCSS(document string) (string, error) {
	if !hasStyle.MatchString(document) {
		return document, nil
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(document))
	if err != nil {
		return "", fmt.Errorf("reading the HTML: %w", err)
	}
	doc.Find("style").Each(func(_ int, s *goquery.Selection) {
		if media, ok := s.Attr("media"); ok && !strings.EqualFold(media, "all") {
			return
		}
		s.RemoveAttr("media")
		inline, keep := sortRules(doc, s.Text())
		setText(s, inline)
		if strings.TrimSpace(keep) != "" {
			s.AfterHtml(`<style type="text/css" ` + keepAttr + `="ignore"></style>`)
			setText(s.Next(), "\n"+keep)
		}
	})
	doc.Find("[style]").Each(func(_ int, s *goquery.Selection) {
		if style, _ := s.Attr("style"); important.MatchString(style) {
			s.SetAttr("style", important.ReplaceAllString(style, keepImportant))
		}
	})
	out, err := premailer.NewPremailer(doc, premailer.NewOptions(premailer.WithKeepBangImportant(true))).Transform()
	if err != nil {
		return "", fmt.Errorf("inlining CSS: %w", err)
	}
	out = strings.ReplaceAll(out, ` `+keepAttr+`="ignore"`, "")
	return strings.ReplaceAll(out, keepImportant, "!important"), nil
}

// setText gives a style element its sheet; it is raw text, not HTML.
func setText(s *goquery.Selection, css string) {
	n := s.Nodes[0]
	for n.FirstChild != nil {
		n.RemoveChild(n.FirstChild)
	}
	n.AppendChild(&html.Node{Type: html.TextNode, Data: css})
}

// inlineSource inlines the template itself, once for all rows, with tokens in
// place of its actions. That is sound only where no row can change which
// rules match which elements; else ok is false, and each row is inlined
// after it was filled.
func inlineSource(masked string, marks []mark) (source string, ok bool) {
	segs := settle(split(masked))
	places, _ := scan(segs)
	css := styleSheets(segs, places)
	toks := newTokens(masked)
	var b strings.Builder
	control := false
	for i := 0; i < len(segs); i++ {
		if !segs[i].action {
			b.WriteString(segs[i].text)
			continue
		}
		if end := hidden(segs, i, marks); end > i {
			b.WriteString("<!--" + toks.add(join(segs[i:end])) + "-->")
			i = end - 1
			continue
		}
		if !inlinable(places[i], css) {
			return "", false
		}
		token := toks.add(segs[i].text)
		if kind := segs[i].kind(); places[i].where == inText && kind != prints {
			control = control || kind > silent
			token = "<!--" + token + "-->"
		} else if m, is := markOf(segs[i], marks); is && m.side == reveals {
			token = "<!--" + token + "-->"
		}
		b.WriteString(token)
	}
	if control && (structural.MatchString(css) || !nested(b.String(), toks)) {
		return "", false
	}
	out, err := inlineCSS(b.String())
	if err != nil || !toks.inOrder(out) {
		return "", false
	}
	return toks.restore(out, "&#123;&#123;"), true
}

// hidden is the index behind the conditional comment that begins at i and is
// a comment for most readers; i if none does, or an if or range begins in it
// and ends outside.
func hidden(segs []segment, i int, marks []mark) int {
	if m, ok := markOf(segs[i], marks); !ok || m.side != hides {
		return i
	}
	for j := i + 1; j < len(segs); j++ {
		if m, ok := markOf(segs[j], marks); ok && m.side == shows {
			if balanced(segs[i : j+1]) {
				return j + 1
			}
			return i
		}
	}
	return i
}

// styleSheets is the text of all style elements.
func styleSheets(segs []segment, places map[int]place) string {
	var all strings.Builder
	for _, m := range styleElement.FindAllStringSubmatch(join(segs), -1) {
		all.WriteString(cssComment.ReplaceAllString(m[1], " "))
	}
	return all.String()
}

var styleElement = regexp.MustCompile(`(?is)<style[^>]*>(.*?)</style`)

// inlinable says that what an action prints there has no influence on which
// rules match.
func inlinable(p place, css string) bool {
	switch p.where {
	case inText:
		return true
	case inRaw:
		return p.tag != "style"
	case inValue:
		return p.attr != "class" && p.attr != "id" && p.attr != "style" && !strings.Contains(css, "["+p.attr)
	}
	return false
}

// nested says that each if, range and with has its parts in one element of the
// body, so that a branch is whole elements and text.
func nested(document string, toks *tokens) bool {
	doc, err := html.Parse(strings.NewReader(document))
	if err != nil {
		return false
	}
	re := toks.pattern()
	var stack []*html.Node
	whole := true
	for n := range doc.Descendants() {
		if n.Type != html.CommentNode || !re.MatchString("<!--"+n.Data+"-->") {
			continue
		}
		s := segment{text: toks.values[toks.number(re, "<!--"+n.Data+"-->")], action: true}
		kind := s.kind()
		whole = whole && (kind <= silent || !outside[n.Parent.Data])
		switch kind {
		case opens:
			stack = append(stack, n.Parent)
		case divides:
			whole = whole && len(stack) > 0 && stack[len(stack)-1] == n.Parent
		case closes:
			whole = whole && len(stack) > 0 && stack[len(stack)-1] == n.Parent
			stack = stack[:max(0, len(stack)-1)]
		}
	}
	return whole && len(stack) == 0
}

// outside of the body, elements are not where they stand in the source.
var outside = map[string]bool{"": true, "html": true, "head": true}

var conditional = regexp.MustCompile(`(?s)<!--\s*\[if[^\]]*\]>[<!\-\s]*-->|<!--\s*<!\[endif\]\s*-->|<!--\s*\[if.*?<!\[endif\]\s*-->|<!\[(?:if[^\]]*|endif)\]>`)

// inlineRow inlines one filled letter. Its only comments are the conditional
// ones of the source: no cell can make one.
func inlineRow(filled string) (string, error) {
	toks := newTokens(filled)
	masked := conditional.ReplaceAllStringFunc(filled, func(c string) string {
		return "<!--" + toks.add(c) + "-->"
	})
	out, err := inlineCSS(masked)
	if err != nil {
		return "", err
	}
	return toks.restore(out, "{{"), nil
}
