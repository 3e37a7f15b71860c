package templates

import (
	"bytes"
	"fmt"
	stdhtml "html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// page is what a Markdown letter stands in: readable on a phone, in light and
// dark.
const page = `<!DOCTYPE html>
<html%s>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
body { margin: 0; padding: 24px 16px; font-family: -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; font-size: 16px; line-height: 1.5; }
.letter { max-width: 600px; margin: 0 auto; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 16px; }
h2 { font-size: 20px; line-height: 1.3; margin: 24px 0 12px; }
p, ul, ol, blockquote, pre { margin: 0 0 16px; }
blockquote { padding-left: 12px; border-left: 3px solid #cccccc; }
td, th { padding: 4px 12px 4px 0; text-align: left; }
img { max-width: 100%%; height: auto; }
</style>
</head>
<body>
<div class="letter">
%s</div>
</body>
</html>
`

var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify),
	goldmark.WithRendererOptions(html.WithUnsafe()), // the letter's own HTML; cells are filled in later
)

// markdownHTML makes an HTML template of a Markdown one. goldmark would
// escape actions in links: it sees tokens. The language is the letter's, for
// programs that read it aloud.
func markdownHTML(src, language string) (string, error) {
	segs := standalone(settle(split(src)))
	toks := newTokens(src)
	var b strings.Builder
	for _, s := range segs {
		switch {
		case !s.action:
			b.WriteString(s.text)
		case s.pos < 0: // alone on its line: a block that parts others
			b.WriteString("<!--" + toks.add(s.text) + "-->\n")
		default:
			b.WriteString(toks.add(s.text))
		}
	}
	var out bytes.Buffer
	if err := markdown.Convert([]byte(b.String()), &out); err != nil {
		return "", fmt.Errorf("reading the Markdown: %w", err)
	}
	body := toks.hoist(out.String())
	lang := ""
	if languageTag.MatchString(language) {
		lang = ` lang="` + language + `"`
	}
	return fmt.Sprintf(page, lang, toks.restore(body, "&#123;&#123;")), nil
}

var languageTag = regexp.MustCompile(`^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$`)

// standalone marks (by a negative pos) the ifs, ranges and ends that stand
// alone on their lines, and takes the lines' ends away.
func standalone(segs []segment) []segment {
	for i, s := range segs {
		if !s.action || s.kind() == prints {
			continue
		}
		before := i == 0 || !segs[i-1].action && endsLine(segs[i-1].text, i == 1 || segs[i-2].pos < 0)
		if !before || i+1 < len(segs) && (segs[i+1].action || !beginsLine(segs[i+1].text)) {
			continue
		}
		segs[i].pos = -1
		if i+1 < len(segs) {
			_, segs[i+1].text, _ = strings.Cut(segs[i+1].text, "\n")
		}
	}
	return segs
}

// endsLine says that what follows s begins a line; fresh: s itself begins one.
func endsLine(s string, fresh bool) bool {
	s = strings.TrimRight(s, " \t")
	return strings.HasSuffix(s, "\n") || s == "" && fresh
}

func beginsLine(s string) bool { return strings.HasPrefix(strings.TrimLeft(s, " \t"), "\n") }

// listRange is a range over list items, with the tokens' prefix for %[1]s.
const listRange = `(?s)(<!--%[1]s(\d+)z-->)\n?<(ul|ol)>\n(.*?)</(ul|ol)>\n?(<!--%[1]s(\d+)z-->)`

// hoist makes one list of a range over list items: <ul> goes before the
// range, </ul> behind its end.
func (t *tokens) hoist(doc string) string {
	re := regexp.MustCompile(fmt.Sprintf(listRange, t.prefix))
	return re.ReplaceAllStringFunc(doc, func(found string) string {
		m := re.FindStringSubmatch(found)
		first, last := t.numbered(m[2]), t.numbered(m[7])
		if m[3] != m[5] || !strings.HasPrefix(first.inner(), "range") || last.kind() != closes || strings.Contains(m[4], "<"+m[3]+">") {
			return found
		}
		return "<" + m[3] + ">\n" + m[1] + "\n" + m[4] + m[6] + "</" + m[3] + ">\n"
	})
}

var (
	mdImage  = regexp.MustCompile(`!\[([^\]]*)\]\(\s*<?[^)\s>]*>?(?:\s+"[^"]*")?\s*\)`)
	mdLink   = regexp.MustCompile(`\[([^\]]+)\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)`)
	mdEntity = regexp.MustCompile(`&(#\d+|#[xX][0-9a-fA-F]+|\w+);`)
	mdEscape = regexp.MustCompile(`\\([!-/:-@\[-` + "`" + `{-~])`)
)

// markdownText makes the text template of a Markdown one: the Markdown as it
// is, but for links (`text <url>`), pictures (their text), backslashes and
// entities.
// An if or range alone on its line leaves no blank line.
func markdownText(src string) string {
	toks := newTokens(src)
	var b strings.Builder
	for _, s := range standalone(settle(split(src))) {
		if s.action {
			b.WriteString(toks.add(s.text))
		} else {
			b.WriteString(s.text)
		}
	}
	out := mdImage.ReplaceAllString(b.String(), "$1")
	out = mdLink.ReplaceAllStringFunc(out, func(link string) string {
		m := mdLink.FindStringSubmatch(link)
		return linkText(m[1], toks.escapeQuery(m[2]))
	})
	out = strings.ReplaceAll(out, "\\\n", "\n")
	out = mdEscape.ReplaceAllString(out, "$1")
	out = mdEntity.ReplaceAllStringFunc(out, stdhtml.UnescapeString)
	return toks.restore(out, `{{"{{"}}`)
}

var escapesItself = regexp.MustCompile(`^urlquery\s|\|\s*urlquery$`)

// escapeQuery makes actions behind a question mark escape what they print,
// but for those that do.
func (t *tokens) escapeQuery(href string) string {
	base, query, has := strings.Cut(href, "?")
	if !has {
		return href
	}
	re := t.pattern()
	return base + "?" + re.ReplaceAllStringFunc(query, func(tok string) string {
		if s := (segment{text: t.values[t.number(re, tok)], action: true}); s.kind() == prints && !escapesItself.MatchString(s.inner()) {
			return t.add("{{" + queryFunc + " (" + s.inner() + ")}}")
		}
		return tok
	})
}
