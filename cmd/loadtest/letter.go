package main

import "strings"

// smallest is the size of a message below which the frame of the letter alone
// is larger.
const smallest = 2500

// Of an encoded message, these shares are HTML and plain text as they stand in
// the files: 4.9 KB and 0.9 KB make 7.1 to 7.4 KB, the rest being headers and
// what quoted-printable adds.
const (
	htmlShare = 0.66
	textShare = 0.12
)

// compose writes a letter whose message has about size bytes: a frame with
// fields, and paragraphs until it is full. There is no style sheet in it,
// because the peers cannot write one into the elements.
func compose(size int) (html, text string) {
	html = htmlHead + fill(paragraphs(htmlParagraph), int(htmlShare*float64(size))-len(htmlHead)-len(htmlFoot)) + htmlFoot
	text = textHead + fill(paragraphs(textParagraph), int(textShare*float64(size))-len(textHead)-len(textFoot)) + textFoot
	return html, text
}

// paragraphs puts each sentence into a frame.
func paragraphs(frame string) []string {
	var all []string
	for _, s := range sentences {
		all = append(all, strings.ReplaceAll(frame, "SENTENCE", s))
	}
	return all
}

// fill repeats pieces, whole ones, as long as they fit into size bytes.
func fill(pieces []string, size int) string {
	var b strings.Builder
	for i := 0; ; i++ {
		next := pieces[i%len(pieces)]
		if b.Len()+len(next) > size {
			return b.String()
		}
		b.WriteString(next)
	}
}

var sentences = []string{
	"On Saturday the “Lentera” ties up at the old pier at nine, with four hundred new books in eleven languages.",
	"Whoever brings a book back gets a cup of tea – and whoever brings two gets a seat in the shade.",
	"The engine has been mended: thank you to all who gave for the pump, the pipes and Pak Surya’s patience.",
	"For the children there’s a story at ten and at two, and a map of the islands to colour in.",
}

const (
	htmlHead = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>The book boat comes to {{.city}}</title></head>
<body style="margin:0;background:#f4f1ea;font-family:Georgia,serif;color:#222">
<table role="presentation" width="600" align="center" style="background:#fff;border-collapse:collapse">
<tr><td width="552" style="padding:24px">
<h1 style="font-size:22px">Dear {{.first_name}} {{.last_name}},</h1>
<p>your reader's card is <b>{{.code}}</b>; <a href="{{.link}}">say that you are coming</a>.</p>
</td></tr>
`
	htmlParagraph = `<tr><td width="552" align="left" valign="top" style="padding:0 0 14px 0">SENTENCE</td></tr>
`
	htmlFoot = `<tr><td style="padding:12px;font-size:12px;color:#666">The Lantern library, for {{.city}}. Until Saturday, {{.first_name}}!</td></tr>
</table>
</body>
</html>
`

	textHead = `Dear {{.first_name}} {{.last_name}},

your reader's card is {{.code}}. Say that you are coming: {{.link}}

`
	textParagraph = "SENTENCE\n\n"
	textFoot      = `The Lantern library, for {{.city}}
`
)
