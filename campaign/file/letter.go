package file

import (
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	"tebar/campaign"
)

var goodName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

func readName(r *reader, n *node, d *draft) {
	name, ok := r.text(n)
	if !ok {
		return
	}
	if goodName.MatchString(name) {
		d.Name = name
		return
	}
	hint := "write a name like spring-open-day"
	if s := slug(name); s != "" {
		hint = "write " + s
	}
	r.fail(n, hint, "name: %q is not made of a-z, 0-9 and - alone, at most 64, the first no -", shorten(name))
}

var letters = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "ê", "e", "á", "a",
	"à", "a", "â", "a", "å", "a", "ã", "a", "ç", "c", "í", "i", "ñ", "n", "ó", "o", "ô", "o", "õ", "o", "ø", "o", "ú", "u")

var notName = regexp.MustCompile(`[^a-z0-9]+`)

// slug makes a good name of any text: "Spring Open Day!" gives spring-open-day.
func slug(text string) string {
	s := notName.ReplaceAllString(letters.Replace(strings.ToLower(text)), "-")
	return strings.Trim(s[:min(len(s), 64)], "-")
}

func bodyKeys() []key[draft] {
	file := func(set func(*draft, string)) func(*reader, *node, *draft) {
		return func(r *reader, n *node, d *draft) {
			if name, ok := r.bodyPath(n, d); ok {
				set(d, name)
			}
		}
	}
	return []key[draft]{
		{name: "html", read: file(func(d *draft, s string) { d.Body.HTML = s })},
		{name: "markdown", read: file(func(d *draft, s string) { d.Body.Markdown = s })},
		{name: "text", read: file(func(d *draft, s string) { d.Body.Text = s })},
		{name: "inline_css", read: func(r *reader, n *node, d *draft) {
			if v, ok := r.boolean(n); ok {
				d.Body.InlineCSS = v
			}
		}},
	}
}

// bodyPath refuses the letter itself where its file is wanted.
func (r *reader) bodyPath(n *node, d *draft) (string, bool) {
	if n.kind == textNode && (n.style == block || strings.Contains(n.text, "<")) {
		r.fail(n, "save the letter as a file beside the campaign and write its name here", "%s wants the name of a file, not the letter", n.name())
		return "", false
	}
	return r.filePath(n, d, false)
}

func readBody(r *reader, n *node, d *draft) {
	if n.kind == textNode && !r.glued(n, names(bodyKeys())) {
		r.fail(n, "write "+bodyExample(n.text), "`body` wants a group of keys that names files")
	}
	if n.kind == textNode || !readMap(r, n, bodyKeys(), d) {
		return
	}
	html, markdown := n.find("html"), n.find("markdown")
	switch {
	case html != nil && markdown != nil:
		r.fail(markdown, "keep one of the two: the HTML is made from the Markdown", "`body` has both html and markdown")
	case html == nil && markdown == nil && n.find("text") == nil:
		r.fail(n, "write one of html, markdown, text with a file's name", "`body` names no letter")
	}
}

func bodyExample(name string) string {
	switch ext := extension(name); {
	case strings.ContainsAny(name, "<\n"):
		return "body: {html: body.html}, and the letter into body.html"
	case ext == ".md" || ext == ".markdown":
		return "body: {markdown: " + shorten(name) + "}"
	case ext == ".txt":
		return "body: {text: " + shorten(name) + "}"
	}
	return "body: {html: " + shorten(name) + "}"
}

// fieldName is RFC 5322, section 3.6.8: printable ASCII without the colon.
var fieldName = regexp.MustCompile(`^[!-9;-~]+$`)

// ownHeaders are written by Tebar, with the key to use where there is one.
var ownHeaders = map[string]string{
	"To": "recipients", "Cc": "cc", "Bcc": "bcc", "From": "from", "Subject": "subject", "Reply-To": "reply_to",
	"Sender": "", "Date": "", "Message-Id": "", "Return-Path": "", "Received": "",
}

func readHeaders(r *reader, n *node, d *draft) {
	if n.kind != mapNode {
		r.wrongKind(n, "names with values, like {X-Campaign: spring}", nil)
		return
	}
	seen := map[string]*node{}
	for _, p := range n.pairs {
		name := p.key.text
		folded := textproto.CanonicalMIMEHeaderKey(name)
		if first := seen[folded]; first != nil {
			r.fail(p.key, "keep one of the two", "the header %s stands here again: line %d has it already", shorten(name), first.line)
			continue
		}
		seen[folded] = p.key
		value, ok := r.text(p.value)
		if r.headerName(p.key, folded) && ok {
			if d.Headers == nil {
				d.Headers = map[string]string{}
			}
			d.Headers[name] = value
		}
	}
}

func (r *reader) headerName(at *node, folded string) bool {
	key, own := ownHeaders[folded]
	family := slices.ContainsFunc([]string{"List-", "Mime-", "Content-"}, func(p string) bool { return strings.HasPrefix(folded, p) })
	switch {
	case !fieldName.MatchString(at.text) || len(at.text) > 100:
		r.fail(at, "use letters, digits and -, like X-Campaign", "%q is not a header's name", shorten(at.text))
	case own && key != "":
		r.fail(at, "use the key `"+key+"` of the file", "the header %s cannot be set here", at.text)
	case strings.HasPrefix(folded, "List-"):
		r.fail(at, "use the key `unsubscribe`; other List- headers cannot be set", "the header %s cannot be set here", at.text)
	case own || family:
		r.fail(at, "take it out: Tebar writes it itself", "the header %s cannot be set here", at.text)
	default:
		return true
	}
	return false
}

func unsubscribeKeys() []key[campaign.Unsubscribe] {
	return []key[campaign.Unsubscribe]{
		{name: "mailto", read: func(r *reader, n *node, u *campaign.Unsubscribe) {
			if a, ok := r.address(n); ok {
				u.Mailto = a.Email
			}
		}},
		{name: "url", read: func(r *reader, n *node, u *campaign.Unsubscribe) {
			text, ok := r.text(n)
			if ok && !strings.HasPrefix(text, "{{") && !strings.HasPrefix(strings.ToLower(text), "https://") {
				r.fail(n, "write a URL that begins with https:// (RFC 8058, section 3.1)", "unsubscribe.url must be https")
				return
			}
			if ok && strings.ContainsAny(strings.SplitN(text, "{{", 2)[0], " <>\"") {
				r.fail(n, "write blanks in it as %20", "unsubscribe.url holds a blank, quote or angle bracket")
				return
			}
			u.URL = text
		}},
	}
}

func readUnsubscribe(r *reader, n *node, d *draft) {
	switch {
	case n.kind == textNode && n.text == "none":
		d.Unsubscribe = campaign.Unsubscribe{None: true}
	case n.kind == textNode:
		r.fail(n, "write {mailto: ADDRESS}, {url: https://...} or none", "`unsubscribe` wants a group of keys or `none`, not %q", shorten(n.text))
	default:
		readMap(r, n, unsubscribeKeys(), &d.Unsubscribe)
	}
}
