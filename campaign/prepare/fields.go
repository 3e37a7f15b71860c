package prepare

import (
	"errors"
	"maps"
	"slices"

	"tebar/campaign"
	"tebar/templates"
)

// fields are the one-line templates of a campaign file.
type fields struct {
	replyTo, cc, bcc []field
	static           []enclosure // attachments of every message
	enclosures       []enclosure // those that differ by row
	headers          []field
	url              *field
	where            []*field // per list; nil = keep all
}

// field is a template with the key that it stands under.
type field struct {
	*templates.Field
	key, name string
	addresses int // that it has by its own text; see planned
}

type fieldParser struct {
	file     string
	language string
	problems campaign.Problems
}

func parseFields(c *campaign.Campaign, file string) (fields, campaign.Problems) {
	f, p := fields{}, &fieldParser{file: file, language: c.Language}
	f.replyTo = p.all("reply_to", c.ReplyTo)
	f.cc = p.all("cc", c.Cc)
	f.bcc = p.all("bcc", c.Bcc)
	f.static, f.enclosures = p.enclosures(c.Attachments)
	for _, name := range slices.Sorted(maps.Keys(c.Headers)) {
		if h := p.one("headers."+name, c.Headers[name]); h != nil {
			h.name = name
			f.headers = append(f.headers, *h)
		}
	}
	if c.Unsubscribe.URL != "" {
		f.url = p.one("unsubscribe.url", c.Unsubscribe.URL)
	}
	p.language = "" // a filter compares; nobody reads it
	for _, l := range c.Lists {
		var where *field
		if l.Where != "" {
			where = p.one("recipients.where", l.Where)
		}
		f.where = append(f.where, where)
	}
	return f, p.problems
}

func (p *fieldParser) all(key string, texts []string) []field {
	var out []field
	for _, t := range texts {
		if f := p.one(key, t); f != nil {
			f.addresses = planned(t)
			out = append(out, *f)
		}
	}
	return out
}

func (p *fieldParser) one(key, text string) *field {
	f, err := templates.ParseField(key, text, p.language)
	if err != nil {
		p.problems = append(p.problems, fieldProblems(p.file, key, err)...)
		return nil
	}
	return &field{Field: f, key: key, name: text}
}

// fieldProblems are the problems that an error of a field stands for.
func fieldProblems(file, key string, err error) campaign.Problems {
	var problems campaign.Problems
	if errors.As(err, &problems) {
		return at(file, key, problems)
	}
	return campaign.Problems{{Severity: campaign.Error, File: file, Field: key, Message: err.Error(), Hint: "correct the template"}}
}

// each visits every field that is filled from a recipient.
func (f fields) each(visit func(field)) {
	for _, group := range [][]field{f.replyTo, f.cc, f.bcc, f.headers} {
		for _, x := range group {
			visit(x)
		}
	}
	for _, e := range f.enclosures {
		visit(e.path)
		if e.as != nil {
			visit(*e.as)
		}
	}
	if f.url != nil {
		visit(*f.url)
	}
}
