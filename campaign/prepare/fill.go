package prepare

import (
	"context"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"unicode"

	"tebar/campaign"
	"tebar/campaign/recipients"
	"tebar/templates"
)

// Filled is one recipient's message before it is MIME.
type Filled struct {
	To               campaign.Address
	Cc, Bcc, ReplyTo []campaign.Address
	Subject          string
	HTML, Text       string
	Files            []templates.File // that were made for the row
	Headers          map[string]string
	Unsubscribe      campaign.Unsubscribe
}

// Recipients is how many addresses the message counts for.
func (f Filled) Recipients() int { return 1 + len(f.Cc) + len(f.Bcc) }

// Fill makes one recipient's message.
func (p *Prepared) Fill(ctx context.Context, r campaign.Recipient) (Filled, error) {
	text, err := p.letter.Render(ctx, r)
	if err != nil {
		return Filled{}, err
	}
	f, err := p.fillFields(r)
	if err != nil {
		return Filled{}, err
	}
	f.Subject, f.HTML, f.Text, f.Files = text.Subject, text.HTML, text.Text, text.Files
	return f, nil
}

// fillFields fills what stands in the header, not in the letter.
func (p *Prepared) fillFields(r campaign.Recipient) (Filled, error) {
	f := Filled{To: campaign.Address{Name: r.Name, Email: r.Address}, Unsubscribe: p.Campaign.Unsubscribe}
	var err error
	if f.Cc, err = addresses(p.fields.cc, r); err != nil {
		return f, err
	}
	if f.Bcc, err = addresses(p.fields.bcc, r); err != nil {
		return f, err
	}
	if f.ReplyTo, err = addresses(p.fields.replyTo, r); err != nil {
		return f, err
	}
	if f.Headers, err = p.headers(r); err != nil {
		return f, err
	}
	if p.fields.url != nil {
		if f.Unsubscribe.URL, err = p.fields.url.Execute(r); err != nil {
			return f, fmt.Errorf("unsubscribe.url: %w", err)
		}
		f.Unsubscribe.URL = strings.TrimSpace(f.Unsubscribe.URL)
	}
	return f, nil
}

func (p *Prepared) headers(r campaign.Recipient) (map[string]string, error) {
	if len(p.fields.headers) == 0 {
		return nil, nil
	}
	out := make(map[string]string, len(p.fields.headers))
	for _, h := range p.fields.headers {
		value, err := h.Execute(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", h.key, err)
		}
		if strings.ContainsFunc(value, func(r rune) bool { return r != '\t' && unicode.IsControl(r) }) {
			return nil, fmt.Errorf("%s: the value has a line break or another control character", h.key)
		}
		out[h.name] = value
	}
	return out, nil
}

// addresses fills templates that each give an address list or nothing.
func addresses(fields []field, r campaign.Recipient) ([]campaign.Address, error) {
	var out []campaign.Address
	for _, f := range fields {
		text, err := f.Execute(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.key, err)
		}
		if strings.Trim(text, " \t,;") == "" {
			continue
		}
		list, err := mail.ParseAddressList(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is not an address", f.key, text)
		}
		if n := f.addresses; n > 0 && len(list) != n {
			return nil, fmt.Errorf("%s: %q holds %d addresses where %q has %d: a cell adds one", f.key, text, len(list), f.name, n)
		}
		for _, a := range list {
			email, err := recipients.Address(a.Address)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.key, err)
			}
			out = append(out, campaign.Address{Name: a.Name, Email: email})
		}
	}
	return out, nil
}

var (
	printing = regexp.MustCompile(`\{\{-?\s*[^}]*\}\}`)
	choosing = regexp.MustCompile(`\{\{-?\s*(if|range|with|template|block)\b`)
)

// planned is how many addresses a template has by its own text, as in
// "{{.name}} <office@example.org>, {{.class}}@example.org"; 0 where a cell may
// say so, as in "{{.parents}}".
func planned(text string) int {
	if choosing.MatchString(text) {
		return 0
	}
	list, err := mail.ParseAddressList(printing.ReplaceAllString(text, "x"))
	if err != nil {
		return 0
	}
	return len(list)
}
