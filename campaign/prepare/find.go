package prepare

import (
	"context"
	"errors"
	"fmt"

	"tebar/campaign"
	"tebar/campaign/recipients"
)

// File is an attachment with its bytes.
type File struct {
	Name string
	Data []byte
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

// FilesOf are all attachments of a message.
func (p *Prepared) FilesOf(r campaign.Recipient) ([]File, error) {
	names, err := p.attachmentNames(r)
	if err != nil {
		return nil, err
	}
	var out []File
	for _, name := range append(append([]string{}, p.fields.static...), names...) {
		a, data, err := p.attachment(name)
		if err != nil {
			return nil, err
		}
		out = append(out, File{a.Name, data})
	}
	return out, nil
}
