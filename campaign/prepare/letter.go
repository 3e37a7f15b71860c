package prepare

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"tebar/campaign"
)

// readLetter reads the bodies that the campaign names.
func (p *Prepared) readLetter() {
	c := p.Campaign
	p.Letter = campaign.Letter{Subject: c.Subject, InlineCSS: c.Body.InlineCSS, Language: c.Language}
	p.Letter.HTML = p.readBody("body.html", c.Body.HTML)
	p.Letter.Markdown = p.readBody("body.markdown", c.Body.Markdown)
	p.Letter.Text = p.readBody("body.text", c.Body.Text)
}

var errNotUTF8 = errors.New("is not UTF-8 text")

func (p *Prepared) readBody(field, name string) string {
	if name == "" {
		return ""
	}
	data, err := p.read(name, maxLetter)
	if err != nil {
		p.problem(field, "the path is relative to the campaign file", err)
		p.unread = true
		return ""
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		p.problem(field, "save the file as UTF-8 in your editor", fmt.Errorf("%s %w", name, errNotUTF8))
		p.unread = true
		return ""
	}
	text := string(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")))
	if len(bytes.TrimSpace(data)) == 0 {
		p.problem(field, "write the letter into it", errors.New(name+" is empty"))
		p.unread = true
	}
	return text
}
