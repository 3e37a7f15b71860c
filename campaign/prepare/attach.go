package prepare

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"tebar/campaign"
)

// Blobs keeps attachments; the store fills it. nil keeps none (check, plan).
type Blobs func(sha256 string, data []byte) error

// maxMessage is what Gmail takes, encoded (its EHLO says SIZE 35882577).
const maxMessage = 35882577

// readAttachments describes those that every message carries.
func (p *Prepared) readAttachments() {
	for _, e := range p.fields.static {
		files, err := p.enclosedBy(e, campaign.Recipient{})
		if err != nil {
			p.problem(e.path.key, "the path is relative to the campaign file", err)
			continue
		}
		if len(files) == 0 {
			p.Problems = append(p.Problems, p.neverThereBy(e, "there is no file for %q"))
		}
		for _, f := range files {
			a, _, err := p.attachment(f)
			if err != nil {
				p.problem(e.path.key, "the path is relative to the campaign file", err)
				continue
			}
			p.static = append(p.static, f)
			p.Letter.Attachments = append(p.Letter.Attachments, a)
		}
	}
}

// attachment reads one file.
func (p *Prepared) attachment(f enclosed) (campaign.Attachment, []byte, error) {
	data, err := p.read(f.path, maxAttachment)
	if err != nil {
		return campaign.Attachment{}, nil, err
	}
	sum := sha256.Sum256(data)
	return campaign.Attachment{Name: f.name, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data))}, data, nil
}

// fileName is the name that the recipient sees.
func fileName(path string) string { return filepath.Base(filepath.FromSlash(path)) }

// KeepStatic hands the attachments and pictures of every message to blobs.
func (p *Prepared) KeepStatic(blobs Blobs) error {
	files := slices.Clone(p.static)
	for _, pic := range p.pictures {
		files = append(files, enclosed{path: pic.name})
	}
	for _, f := range files {
		a, data, err := p.attachment(f)
		if err != nil {
			return err
		}
		if err := blobs(a.SHA256, data); err != nil {
			return err
		}
	}
	return nil
}

// kept remembers the attachments read last, since rows often share one.
type kept struct {
	byPath map[string]campaign.Attachment
}

const keptMost = 1000

// rowAttachments are those of one row; with blobs their bytes are kept, else
// only their size is looked at.
func (p *Prepared) rowAttachments(files []enclosed, blobs Blobs, k *kept) ([]campaign.Attachment, error) {
	var out []campaign.Attachment
	for _, f := range files {
		a, ok := k.byPath[f.path]
		if !ok {
			var err error
			if a, err = p.rowAttachment(f, blobs); err != nil {
				return nil, err
			}
			if len(k.byPath) >= keptMost || k.byPath == nil {
				k.byPath = map[string]campaign.Attachment{}
			}
			k.byPath[f.path] = a
		}
		a.Name = f.name
		out = append(out, a)
	}
	return out, p.tooBig(out)
}

func (p *Prepared) rowAttachment(f enclosed, blobs Blobs) (campaign.Attachment, error) {
	if blobs == nil {
		_, info, err := p.stat(f.path)
		if err != nil {
			return campaign.Attachment{}, err
		}
		if info.Size() > maxAttachment {
			return campaign.Attachment{}, fmt.Errorf("%s has %d MB; at most %d MB are taken", f.path, info.Size()>>20, maxAttachment>>20)
		}
		return campaign.Attachment{Name: f.name, Size: info.Size()}, nil
	}
	a, data, err := p.attachment(f)
	if err != nil {
		return a, err
	}
	return a, blobs(a.SHA256, data)
}

// tooBig holds all attachments of a message against the account's size.
func (p *Prepared) tooBig(row []campaign.Attachment) error {
	if !strings.HasSuffix(p.Campaign.Sender.Host, "gmail.com") {
		return nil
	}
	var bytes int64
	for _, a := range append(row, p.Letter.Attachments...) {
		bytes += a.Size
	}
	if encoded := bytes * 137 / 100; encoded > maxMessage {
		return fmt.Errorf("the attachments have %d MB, encoded %d MB: Gmail takes 25 MB", bytes>>20, encoded>>20)
	}
	return nil
}
