package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tebar/campaign"
)

// A Proposal is a campaign as its files are now, beside what the store has.
// Until Accept it has changed nothing. Its rows wait in a temporary table of
// one connection, so that a million of them cost no memory and hold no lock.
// Accept or Discard ends it. It is for one goroutine.
type Proposal struct {
	s       *Store
	conn    *sql.Conn
	snap    campaign.Snapshot
	old     campaignRow       // zero when new
	was     campaign.Snapshot // zero when new
	isNew   bool
	rows    *staging // nil: the list is unchanged
	changes campaign.Changes
}

// Propose compares a campaign's files with the store. fill hands over every
// row of the list, in list order, skipped ones too; nil means that the list
// is the stored one. A leader comes before the Member rows of its group.
// Addresses on the suppression list are marked as such here.
//
// Blobs of attachments must be in the store before Accept.
// Errors: campaign.ErrForgotten, campaign.ErrCancelled, and those of fill.
func (s *Store) Propose(ctx context.Context, snap campaign.Snapshot, fill func(add func(campaign.Entry) error) error) (*Proposal, error) {
	p := &Proposal{s: s, snap: snap}
	if err := p.compare(ctx, fill); err != nil {
		p.Discard()
		return nil, fmt.Errorf("comparing the campaign with the store: %w", explain(s.path, err))
	}
	return p, nil
}

func (p *Proposal) compare(ctx context.Context, fill func(add func(campaign.Entry) error) error) error {
	if err := p.stored(ctx); err != nil {
		return err
	}
	if fill == nil && p.isNew {
		return errors.New("a new campaign needs its list")
	}
	var err error
	if p.conn, err = p.s.stage.Conn(ctx); err != nil {
		return err
	}
	if fill != nil {
		p.rows = &staging{snap: &p.snap}
		if err := p.rows.fill(ctx, p.conn, fill); err != nil {
			return err
		}
	}
	return transact(ctx, p.conn, &sql.TxOptions{ReadOnly: true}, func(tx *txn) error {
		if p.rows != nil {
			if err := p.rows.prepare(ctx, tx, p.old.id); err != nil {
				return err
			}
		}
		return p.findChanges(ctx, tx)
	})
}

// stored reads what the store has of the campaign.
func (p *Proposal) stored(ctx context.Context) error {
	return p.s.view(ctx, func(tx *txn) error {
		c, err := findCampaign(ctx, tx, p.snap.Campaign.Name)
		if errors.Is(err, campaign.ErrUnknown) {
			p.isNew = true
			return nil
		}
		if err == nil && c.cancelled.Valid {
			err = fmt.Errorf("campaign %s: %w", c.name, campaign.ErrCancelled)
		}
		if err != nil {
			return err
		}
		p.old = c
		p.was, err = snapshot(ctx, tx, &c)
		return err
	})
}

// New says that the store does not have the campaign.
func (p *Proposal) New() bool { return p.isNew }

// Changes are what differs; of a new campaign, all its messages are added.
func (p *Proposal) Changes() campaign.Changes { return p.changes }

// Discard forgets the proposal; after Accept it does nothing.
func (p *Proposal) Discard() {
	if p.conn != nil {
		_ = p.conn.Close() // the temporary table goes with it
		p.conn = nil
	}
}
