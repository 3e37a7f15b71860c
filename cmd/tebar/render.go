package main

import (
	"context"
	"strings"
	"sync"

	"tebar/campaign"
	"tebar/campaign/mailer"
	"tebar/campaign/prepare"
	"tebar/store"
)

// Render makes a claim's message ready for the wire; run.Renderer.
func (s *session) Render(ctx context.Context, c campaign.Claim) (campaign.Envelope, error) {
	filled, err := s.prepared.Fill(ctx, c.Recipient)
	if err != nil {
		return campaign.Envelope{}, err
	}
	files, err := s.blobs.files(ctx, s.store, s.prepared.Letter.Attachments, c.Attachments)
	if err != nil {
		return campaign.Envelope{}, err
	}
	m := message(s.campaign().From, filled, files)
	m.MessageID, m.Date = c.MessageID, c.Date.In(s.campaign().Schedule.Location())
	return mailer.Build(m)
}

func message(from campaign.Address, f prepare.Filled, files []mailer.File) mailer.Message {
	for _, made := range f.Files {
		files = append(files, mailer.File{Name: made.Name, Type: made.Type, ContentID: made.ContentID, Data: made.Data})
	}
	return mailer.Message{
		From: from, To: f.To, Cc: f.Cc, Bcc: f.Bcc, ReplyTo: f.ReplyTo,
		Subject: f.Subject, HTML: f.HTML, Text: f.Text, Headers: f.Headers,
		Attachments: files, Unsubscribe: f.Unsubscribe,
	}
}

func attachments(files []prepare.File) []mailer.File {
	var list []mailer.File
	for _, f := range files {
		list = append(list, mailer.File{Name: f.Name, Data: f.Data, ContentID: f.ContentID})
	}
	return list
}

// heloName is the EHLO name: the domain of From, never this machine's name.
func heloName(from campaign.Address) string {
	_, domain, _ := strings.Cut(from.Email, "@")
	return domain
}

// blobCache keeps the attachments read last: those of every message, and a
// few. All connections share it.
type blobCache struct {
	mu    sync.Mutex
	bySHA map[string][]byte
}

const blobsKept = 64

func (b *blobCache) files(ctx context.Context, st *store.Store, sets ...[]campaign.Attachment) ([]mailer.File, error) {
	var out []mailer.File
	for _, set := range sets {
		for _, a := range set {
			data, err := b.get(ctx, st, a.SHA256)
			if err != nil {
				return nil, err
			}
			out = append(out, mailer.File{Name: a.Name, Data: data, ContentID: a.ContentID})
		}
	}
	return out, nil
}

func (b *blobCache) get(ctx context.Context, st *store.Store, sha string) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if data, ok := b.bySHA[sha]; ok {
		return data, nil
	}
	data, err := st.Blob(ctx, sha)
	if err != nil {
		return nil, err
	}
	if b.bySHA == nil || len(b.bySHA) >= blobsKept {
		b.bySHA = map[string][]byte{}
	}
	b.bySHA[sha] = data
	return data, nil
}
