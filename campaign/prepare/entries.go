package prepare

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
	"iter"

	"tebar/campaign"
	"tebar/campaign/recipients"
	"tebar/templates"
)

// CampaignAddresses gives the addresses of another campaign in some states.
type CampaignAddresses = func(ctx context.Context, name string, states []campaign.State) (iter.Seq2[string, error], error)

// Entries gives add every row of every list as the ledger takes it, and keeps
// the rows' attachments in blobs. A row that cannot be filled is an error:
// Check finds those first.
func (p *Prepared) Entries(ctx context.Context, blobs Blobs, add func(campaign.Entry) error) (recipients.Result, error) {
	k := &kept{}
	return recipients.Read(ctx, p.Campaign.Lists, p.listOptions(), func(e campaign.Entry) error {
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
		e.SHA256 = fingerprint(e)
		return add(e)
	})
}

// share fills what an entry needs beyond its row.
func (p *Prepared) share(e campaign.Entry) (Filled, []string, error) {
	f, err := p.fillFields(e.Recipient)
	if err != nil {
		return f, nil, err
	}
	names, err := p.attachmentNames(e.Recipient)
	return f, names, err
}

func (p *Prepared) listOptions() recipients.Options {
	o := recipients.Options{
		Folder: p.Campaign.Folder, AllowOutside: p.Campaign.AllowOutside, Campaign: p.opts.Campaign,
		Where: make([]func(campaign.Row) (bool, error), len(p.fields.where)),
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

// fingerprint is the digest of all that a message is filled from: columns,
// values, name and attachments; not where the row stands.
func fingerprint(e campaign.Entry) string {
	h := sha256.New()
	text(h, e.Name)
	rows := e.Rows
	if rows == nil {
		rows = []campaign.Row{e.Row}
	}
	for _, r := range rows {
		for i, v := range r.Values {
			text(h, r.Columns[i])
			text(h, v)
		}
		text(h, "")
	}
	for _, a := range e.Attachments {
		text(h, a.Name)
		text(h, a.SHA256)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func text(h hash.Hash, s string) {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(s)))
	h.Write(n[:])
	h.Write([]byte(s))
}
