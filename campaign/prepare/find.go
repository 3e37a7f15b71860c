package prepare

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tebar/campaign"
	"tebar/campaign/recipients"
)

// File is an attachment with its bytes.
type File struct {
	Name      string
	Data      []byte
	ContentID string // of a picture in the letter; "" = it stands beside it
}

// ErrNoRow says that the row asked for gets no mail.
var ErrNoRow = errors.New("no such row, or it gets no mail")

var errFound = errors.New("found")

// Find gives the recipient of a row (as a spreadsheet numbers it; 0 = the
// first that gets mail) and all attachments of the message, for test and preview.
func (p *Prepared) Find(ctx context.Context, row int) (campaign.Recipient, []File, error) {
	var found *campaign.Recipient
	_, err := recipients.Read(ctx, p.Campaign.Lists, p.listOptions(), func(e campaign.Entry) error {
		if e.Skip != "" || e.Member || row != 0 && e.Number != row {
			return nil
		}
		r := e.Recipient
		found = &r
		return errFound
	})
	if found == nil {
		if err == nil {
			err = fmt.Errorf("row %d: %w", row, ErrNoRow)
		}
		return campaign.Recipient{}, nil, err
	}
	files, err := p.FilesOf(*found)
	return *found, files, err
}

// withPictures adds the pictures of the letter.
func (p *Prepared) withPictures(files []File) ([]File, error) {
	for _, a := range p.Letter.Attachments {
		if a.ContentID == "" {
			continue
		}
		_, data, err := p.attachment(enclosed{path: p.pictures[a.Source].name})
		if err != nil {
			return nil, err
		}
		files = append(files, File{Name: a.Name, Data: data, ContentID: a.ContentID})
	}
	return files, nil
}

// FilesOf are all attachments and pictures of a message.
func (p *Prepared) FilesOf(r campaign.Recipient) ([]File, error) {
	own, err := p.rowEnclosures(r)
	if err != nil {
		return nil, err
	}
	var out []File
	for _, f := range slices.Concat(p.static, own) {
		a, data, err := p.attachment(f)
		if err != nil {
			return nil, err
		}
		out = append(out, File{Name: a.Name, Data: data})
	}
	return p.withPictures(out)
}
