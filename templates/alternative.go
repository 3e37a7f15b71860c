package templates

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/JohannesKaufmann/dom"
	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"golang.org/x/net/html"
)

// textConverter makes text of HTML as a person would have typed it: no
// asterisks and hashes, headings with two blank lines above, links as
// `text <url>`, pictures as their alternative text, lists with dashes and
// numbers, tables of data as renderTable has them, tables for layout dissolved.
// Nothing of the layout may depend on how long a text is: it is made once for
// all rows (textSource).
var textConverter = sync.OnceValue(func() *converter.Converter {
	c := converter.NewConverter(
		converter.WithEscapeMode(converter.EscapeModeDisabled),
		converter.WithPlugins(base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(commonmark.WithListEndComment(false))),
	)
	c.Register.Renderer(renderText, converter.PriorityEarly)
	return c
})

// plainText makes the text alternative of a document whose CSS is inlined.
func plainText(document string) (string, error) {
	doc, err := html.Parse(strings.NewReader(document))
	if err != nil {
		return "", fmt.Errorf("reading the HTML: %w", err)
	}
	prune(doc)
	out, err := textConverter().ConvertNode(doc)
	if err != nil {
		return "", fmt.Errorf("making plain text of the HTML: %w", err)
	}
	return tidy(string(out)), nil
}

var (
	lineEnds   = regexp.MustCompile(`[ \t]+\n`)
	blankLines = regexp.MustCompile(`\n{3,}`)
	unseen     = strings.NewReplacer("\u200b", "", "\ufeff", "", "\u034f", "", "\u00ad", "", "\u00a0", " ", "\r\n", "\n", "\r", "\n",
		lessThan, "<", greaterThan, ">")
)

// The converter writes < and > of the text as entities and leaves those that
// were there: noncharacters (Unicode, section 23.7) carry them through.
const lessThan, greaterThan = "\ufdd0", "\ufdd1"

var carried = strings.NewReplacer("<", lessThan, ">", greaterThan)

// Two more carry what only the finished text can obey: two blank lines here,
// and none.
const apart, together = "\ufdd2", "\ufdd3"

var (
	apartHere    = regexp.MustCompile(`\n+` + apart)
	togetherHere = regexp.MustCompile(`\s*` + together + `[ \t]*\n[ \t]*\n`)
	marks        = strings.NewReplacer(apart, "", together, "")
)

// tidy takes away invisible characters, blanks at line ends and all but one
// of several blank lines, two above a heading; the text ends with one line end.
func tidy(s string) string {
	s = lineEnds.ReplaceAllString(unseen.Replace(s)+"\n", "\n")
	s = blankLines.ReplaceAllString(togetherHere.ReplaceAllString(s, "\n"), "\n\n")
	s = marks.Replace(apartHere.ReplaceAllString(s, "\n\n\n"))
	return strings.Trim(s, "\n") + "\n"
}

// dropped elements have no text for a reader.
var dropped = map[string]bool{
	"head": true, "script": true, "style": true, "template": true, "noscript": true, "object": true, "svg": true,
	"textarea": true, "select": true, "input": true, "audio": true, "video": true, "canvas": true, "iframe": true, "map": true, "datalist": true,
}

var hiddenStyle = regexp.MustCompile(`(?i)(^|[;\s])(display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(\.0+)?\s*(!|;|$)|max-height\s*:\s*0(px)?\s*(!|;|$))`)

// prune takes away what is not shown.
func prune(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if c.Type == html.TextNode {
			c.Data = carried.Replace(c.Data)
		}
		_, hides := dom.GetAttribute(c, "hidden")
		style, _ := dom.GetAttribute(c, "style")
		if c.Type == html.CommentNode || c.Type == html.ElementNode && (hides || dropped[c.Data] || hiddenStyle.MatchString(style)) {
			n.RemoveChild(c)
		} else {
			prune(c)
		}
		if (c.Data == "ul" || c.Data == "ol") && n.Data == "li" && c.Parent == n { // a list in a list
			n.InsertBefore(&html.Node{Type: html.TextNode, Data: together}, c)
		}
		c = next
	}
}

// renderText renders the elements that plain text shows in another way than
// Markdown does.
func renderText(ctx converter.Context, w converter.Writer, n *html.Node) converter.RenderStatus {
	switch n.Data {
	case "strong", "b", "em", "i", "code", "var", "samp", "kbd", "tt":
		ctx.RenderChildNodes(ctx, w, n)
	case "s", "del", "strike":
		renderBetween(ctx, w, n, "~", "~")
	case "h1", "h2", "h3":
		renderBetween(ctx, w, n, "\n\n"+apart, "\n\n")
	case "h4", "h5", "h6", "td", "th", "center", "pre", "button", "legend", "summary", "figcaption", "caption":
		renderBlock(ctx, w, n)
	case "dt":
		renderBetween(ctx, w, n, "\n\n", "")
	case "dd":
		renderBetween(ctx, w, n, "\n  ", "")
	case "hr":
		_, _ = w.WriteString("\n\n----------\n\n")
	case "br":
		_, _ = w.WriteString("\n")
	case "img":
		alt := strings.TrimSpace(dom.GetAttributeOr(n, "alt", ""))
		if p := n.PrevSibling; p != nil && p.Data == "img" && alt != "" {
			alt = " " + alt // pictures side by side
		}
		_, _ = w.WriteString(alt)
	case "a":
		renderLink(ctx, w, n)
	case "table":
		renderTable(ctx, w, n)
	default:
		return converter.RenderTryNext
	}
	return converter.RenderSuccess
}

func renderBlock(ctx converter.Context, w converter.Writer, n *html.Node) {
	renderBetween(ctx, w, n, "\n\n", "\n\n")
}

func renderBetween(ctx converter.Context, w converter.Writer, n *html.Node, before, after string) {
	_, _ = w.WriteString(before)
	ctx.RenderChildNodes(ctx, w, n)
	_, _ = w.WriteString(after)
}

// renderLink writes `text <url>`, and no more than one of them where both say
// the same or the address is of no use in text.
func renderLink(ctx converter.Context, w converter.Writer, n *html.Node) {
	var buf bytes.Buffer
	ctx.RenderChildNodes(ctx, &buf, n)
	content := buf.String()
	text := strings.TrimSpace(content)
	lead, tail, _ := strings.Cut(content, text)
	if text == "" {
		lead, tail = "", ""
	}
	_, _ = w.WriteString(lead + linkText(text, strings.TrimSpace(dom.GetAttributeOr(n, "href", ""))) + tail)
}

// linkText joins a link's text and address.
func linkText(text, href string) string {
	lower := strings.ToLower(href)
	shown := href
	switch {
	case href == "", strings.HasPrefix(href, "#"), strings.HasPrefix(lower, "javascript:"), strings.HasPrefix(lower, "cid:"):
		return text
	case strings.HasPrefix(lower, "mailto:"):
		shown, _, _ = strings.Cut(href[len("mailto:"):], "?") // what follows (RFC 6068) is for a program
	case strings.HasPrefix(lower, "tel:") && strings.ContainsAny(text, "0123456789"):
		return text
	}
	switch {
	case text == "":
		return "<" + shown + ">"
	case text == shown, text == href, strings.TrimSuffix(shown, "/") == "https://"+strings.TrimSuffix(text, "/"), strings.TrimSuffix(shown, "/") == "http://"+strings.TrimSuffix(text, "/"):
		return shown
	}
	return text + " <" + shown + ">"
}
