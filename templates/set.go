package templates

import (
	"cmp"
	"context"
	"strings"
	"unicode"

	"tebar/campaign"
)

// Names says how the user's files are called, for problems; any may be "".
type Names struct {
	Campaign, HTML, Markdown, Text string
	From                           map[string]Origins // of bodies that have parts, by body.html and so on
	Domain                         string             // of Content-IDs (RFC 2045, section 7); "" = tebar.invalid
}

// source is a body, which may have parts.
func (n Names) source(l *language, file, field, text string) *source {
	src := l.source(file, field, text)
	src.from = n.From[field]
	return src
}

// A Set is a campaign's letter, parsed. Its methods may be called at the same
// time.
type Set struct {
	subject *body
	html    *body // nil where the letter has none
	perRow  bool  // CSS is inlined after each row was filled
	styled  bool  // the text needs CSS inlined, though the HTML does not want it
	text    *body // nil where each row's text is made from its HTML
	derived bool  // text was made from the HTML; it may send a row back there
	rows    bool  // .rows is used
	files   []*fileTemplate
	codes   bool   // the HTML draws some
	domain  string // of their Content-IDs

	checks []*checked
	naming naming
}

// Rendered is the letter for one recipient: UTF-8, LF line ends.
type Rendered struct {
	Subject string // one line
	HTML    string // "" where the letter has none
	Text    string // always there
	Files   []File // made for the row: attachments that were filled, pictures that were drawn
}

// Parse parses all bodies and collects what is wrong with them, with file,
// line and column. The Set is nil only when there are errors.
func Parse(l campaign.Letter, n Names) (*Set, campaign.Problems) {
	s := &Set{domain: cmp.Or(n.Domain, "tebar.invalid")}
	spoken, found := languageOf(l, n)
	subject := spoken.source(n.Campaign, "subject", l.Subject)
	_, problems := s.add(check(subject, subject.text, nil, false))
	found = append(found, problems...)
	switch {
	case l.HTML != "":
		src := n.source(spoken, n.HTML, "body.html", l.HTML)
		masked, marks := mask(src.text)
		ok, problems := s.add(check(src, masked, marks, true))
		if found = append(found, problems...); ok {
			found = append(found, s.useHTML(l, src, masked, marks, l.Text == "")...)
		}
	case l.Markdown != "":
		src := n.source(spoken, n.Markdown, "body.markdown", l.Markdown)
		ok, problems := s.add(check(src, src.text, nil, false))
		if found = append(found, problems...); ok {
			found = append(found, s.useMarkdown(l, src)...)
		}
	}
	if l.Text != "" {
		src := n.source(spoken, n.Text, "body.text", l.Text)
		ok, problems := s.add(check(src, src.text, nil, false))
		if found = append(found, problems...); ok {
			found = append(found, s.useText(src, src.text)...)
		}
	}
	found = append(found, s.addFiles(l, spoken, n)...)
	if l.HTML == "" && l.Markdown == "" && l.Text == "" {
		found = append(found, emptyLetter(n))
	}
	if found.Errors() > 0 {
		return nil, found
	}
	var err error
	if s.subject, _, err = compileText(spoken, "subject", subject.text, false); err != nil {
		return nil, append(found, subject.problem(campaign.Error, 0, err.Error(), ""))
	}
	return s, found
}

// add takes a checked template in; ok says that there is one.
func (s *Set) add(c *checked, found campaign.Problems) (ok bool, problems campaign.Problems) {
	if c == nil {
		return false, found
	}
	s.checks = append(s.checks, c)
	s.rows = s.rows || c.rows
	s.codes = s.codes || c.codes
	return true, found
}

func emptyLetter(n Names) campaign.Problem {
	return campaign.Problem{
		Severity: campaign.Error, File: n.Campaign, Field: "body",
		Message: "the letter is empty", Hint: "name a file with text in it: body: {html: body.html}",
	}
}

// useHTML prepares the HTML, inlined once where that is sound, and the text
// that is made from it where none is given.
func (s *Set) useHTML(l campaign.Letter, src *source, masked string, marks []mark, wantText bool) campaign.Problems {
	masked = embed(masked, l)
	final, styled := masked, hasStyle.MatchString(masked)
	inlined, once := masked, true
	if styled {
		inlined, once = inlineSource(masked, marks)
	}
	if once {
		if t, _, err := compileHTML(src.lang, src.field, inlined, marks, false); err != nil {
			once = false
		} else if l.InlineCSS {
			s.html = t
		}
	}
	s.perRow = l.InlineCSS && !once
	s.styled = styled && !l.InlineCSS
	if s.html == nil {
		t, _, err := compileHTML(src.lang, src.field, final, marks, false)
		if err != nil {
			return campaign.Problems{src.escapeProblem(err)}
		}
		s.html = t
	}
	if !wantText || !once {
		return nil
	}
	if text, ok := textSource(inlined, marks); ok {
		if t, _, err := compileText(src.lang, "body.text", text, false); err == nil {
			s.text, s.derived = t, true
		}
	}
	return nil
}

// useMarkdown prepares the HTML made of the Markdown, and the Markdown as text.
func (s *Set) useMarkdown(l campaign.Letter, src *source) campaign.Problems {
	doc, err := markdownHTML(src.text, l.Language)
	if err != nil {
		return campaign.Problems{src.problem(campaign.Error, 0, err.Error(), "")}
	}
	masked, marks := mask(doc)
	found := unpictured(src, masked)
	if len(found) == 0 {
		found = s.useHTML(l, src, masked, marks, false)
	}
	if len(found) > 0 {
		for i := range found { // its lines are those of the HTML made
			found[i].Line, found[i].Column, found[i].Excerpt = 0, 0, ""
		}
		return found
	}
	if l.Text == "" {
		return s.useText(src, markdownText(src.text))
	}
	return nil
}

func (s *Set) useText(src *source, text string) campaign.Problems {
	t, _, err := compileText(src.lang, "body.text", text, false)
	if err != nil {
		return campaign.Problems{src.problem(campaign.Error, 0, err.Error(), "")}
	}
	s.text = t
	return nil
}

// Render fills the letter for one recipient. Errors say which template and
// place; ErrTooLong and ErrTooSlow can be told apart.
func (s *Set) Render(ctx context.Context, r campaign.Recipient) (Rendered, error) {
	f := s.naming.begin(ctx, &r, s.rows, nil)
	defer f.end()
	var out Rendered
	subject, err := s.subject.fill(f)
	if err != nil {
		return Rendered{}, s.explain(f, err)
	}
	out.Subject = oneLine(subject)
	if s.html != nil {
		if out.HTML, err = s.html.fill(f); err != nil {
			return Rendered{}, s.explain(f, err)
		}
	}
	if out.Text, err = s.renderText(f, &out.HTML); err != nil {
		return Rendered{}, s.explain(f, err)
	}
	if s.codes {
		if out.HTML, out.Files, err = draw(out.HTML, s.domain); err != nil {
			return Rendered{}, s.explain(f, err)
		}
	}
	for _, t := range s.files {
		file, err := t.render(f)
		if err != nil {
			return Rendered{}, s.explain(f, err)
		}
		out.Files = append(out.Files, file)
	}
	return out, nil
}

// renderText fills the text, or makes it from the filled HTML, which it
// inlines on the way where that is asked for.
func (s *Set) renderText(f *filling, document *string) (string, error) {
	if s.perRow {
		f.limit()
		inlined, err := inlineRow(*document)
		if err != nil {
			return "", err
		}
		*document = inlined
	}
	if s.text != nil {
		text, err := s.text.fill(f)
		if err != nil || !s.derived || !strings.Contains(text, notPlain) {
			return text, err
		}
	}
	f.limit()
	shown := *document
	if s.styled {
		inlined, err := inlineRow(shown)
		if err != nil {
			return "", err
		}
		shown = inlined
	}
	if err := f.ctx.Err(); err != nil {
		return "", tooSlow(f.ctx, err)
	}
	return plainText(shown)
}

// oneLine makes a subject of what a template printed: line ends and other
// controls are blanks.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}
