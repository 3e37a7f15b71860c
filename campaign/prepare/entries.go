package prepare

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"iter"

	"tebar/campaign"
	"tebar/campaign/recipients"
	"tebar/templates"
)

// CampaignAddresses gives the addresses of another campaign in some states.
type CampaignAddresses = func(ctx context.Context, name string, states []campaign.State) (iter.Seq2[string, error], error)

// Entries gives add every row of every list as the ledger takes it, and keeps
// the rows' attachments in blobs. A row that cannot be filled is an error:
// Check finds those first. distinct says that Check found no duplicates in
// these very bytes.
func (p *Prepared) Entries(ctx context.Context, blobs Blobs, distinct bool, add func(campaign.Entry) error) (recipients.Result, error) {
	k, prints := &kept{}, &printer{}
	options := p.listOptions()
	options.Distinct = distinct
	return recipients.Read(ctx, p.Campaign.Lists, options, func(e campaign.Entry) error {
		if e.Skip == "" && !e.Member {
			f, names, err := p.share(e)
			if err != nil {
				return p.rowProblem(e, err)
			}
			if e.Attachments, err = p.rowAttachments(names, blobs, k); err != nil {
				return p.rowProblem(e, err)
			}
			e.Recipients = f.Recipients()
		}
		e.SHA256 = prints.print(e)
		return add(e)
	})
}

// share fills what an entry needs beyond its row.
func (p *Prepared) share(e campaign.Entry) (Filled, []enclosed, error) {
	f, err := p.fillFields(e.Recipient)
	if err != nil {
		return f, nil, err
	}
	names, err := p.rowEnclosures(e.Recipient)
	return f, names, err
}

func (p *Prepared) listOptions() recipients.Options {
	o := recipients.Options{
		Folder: p.Campaign.Folder, AllowOutside: p.Campaign.AllowOutside, Seed: p.Campaign.Name, Roles: p.roles, Campaign: p.opts.Campaign, Watch: p.opts.Watch,
		Where: make([]func(campaign.Row) (bool, error), len(p.fields.where)),
	}
	if p.opts.Secret != nil {
		o.Password = func(ctx context.Context, ref, name string) (string, error) {
			return p.opts.Secret(ctx, ref, p.Campaign.Folder, name)
		}
	}
	for i, w := range p.fields.where {
		if w != nil {
			o.Where[i] = patient(w.True)
		}
	}
	return o
}

// patient gives a filter that takes too long one row: each further one would
// take as long.
func patient(where func(campaign.Row) (bool, error)) func(campaign.Row) (bool, error) {
	var slow error
	return func(r campaign.Row) (bool, error) {
		if slow != nil {
			return false, slow
		}
		keep, err := where(r)
		if errors.Is(err, templates.ErrTooSlow) {
			slow = err
		}
		return keep, err
	}
}

func (p *Prepared) rowProblem(e campaign.Entry, err error) campaign.Problem {
	return campaign.Problem{
		Severity: campaign.Error, File: e.Source, Row: e.Number, Message: err.Error(),
		Hint: "correct the row, or the template in " + p.fileName(),
	}
}

// A printer makes fingerprints; it keeps its room from one to the next.
type printer struct{ text []byte }

// print is the digest of all that a message is filled from: columns, values,
// name and attachments; not where the row stands.
func (p *printer) print(e campaign.Entry) string {
	p.text = p.text[:0]
	p.add(e.Name)
	rows := e.Rows
	if rows == nil {
		rows = []campaign.Row{e.Row}
	}
	for _, r := range rows {
		for i, v := range r.Values {
			p.add(r.Columns[i])
			p.add(v)
		}
		p.add("")
	}
	for _, a := range e.Attachments {
		p.add(a.Name)
		p.add(a.SHA256)
	}
	sum := sha256.Sum256(p.text)
	return hex.EncodeToString(sum[:])
}

// add takes a text with its length before it.
func (p *printer) add(s string) {
	p.text = append(binary.LittleEndian.AppendUint64(p.text, uint64(len(s))), s...)
}
