package prepare

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"tebar/campaign"
	"tebar/templates"
)

// readLetter reads the bodies that the campaign names.
func (p *Prepared) readLetter() {
	c := p.Campaign
	p.Letter = campaign.Letter{Subject: c.Subject, InlineCSS: c.Body.InlineCSS, Language: c.Language}
	p.from = map[string]templates.Origins{}
	p.Letter.HTML = p.readBody("body.html", c.Body.HTML, ".html", ".htm")
	p.Letter.Markdown = p.readBody("body.markdown", c.Body.Markdown, ".md", ".html", ".htm")
	p.Letter.Text = p.readBody("body.text", c.Body.Text, ".txt")
	for i, e := range c.Attachments {
		if e.Fill != "" {
			p.readFile(fmt.Sprintf("attachments[%d].fill", i), e)
		}
	}
}

var errNotUTF8 = errors.New("is not UTF-8 text")

// readBody reads one of them, and the parts that it asks for, whose files have
// these endings.
func (p *Prepared) readBody(field, name string, endings ...string) string {
	if name == "" {
		return ""
	}
	text, err := p.readText(name)
	hint := "the path is relative to the campaign file"
	switch {
	case errors.Is(err, errNotUTF8):
		hint = "save the file as UTF-8 in your editor"
	case err == nil && strings.TrimSpace(text) == "":
		hint, err = "write the letter into it", errors.New(name+" is empty")
	case err == nil:
		return p.assemble(field, name, text, endings...)
	}
	p.problem(field, hint, err)
	p.unread = true
	return text
}

// readFile reads an attachment that is filled for each row.
func (p *Prepared) readFile(key string, e campaign.Enclosure) {
	text, err := p.readText(e.Fill)
	if err != nil {
		p.problem(key, "the path is relative to the campaign file", err)
		return
	}
	f := campaign.LetterFile{File: e.Fill, Name: e.As}
	if f.Name == "" {
		f.Name = fileName(e.Fill)
	}
	f.Text = p.assemble(templates.FileField(e.Fill), e.Fill, text, strings.ToLower(path.Ext(e.Fill)))
	p.Letter.Files = append(p.Letter.Files, f)
}

// readText reads a file of text: UTF-8, LF line ends, no BOM.
func (p *Prepared) readText(name string) (string, error) {
	data, err := p.read(name, maxLetter)
	if err != nil {
		return "", err
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return "", fmt.Errorf("%s %w", name, errNotUTF8)
	}
	return string(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))), nil
}
