package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gofrs/flock"

	"tebar/campaign"
)

// ErrStale says that another process accepted other changes since Propose.
var ErrStale = errors.New("another process has changed the campaign meanwhile")

// Accept makes the proposal the campaign's truth, in one transaction, and
// gives the version: a new one unless nothing at all differs. Whoever was
// sent to, is unconfirmed or has failed stays as it is, with the row and the
// version that it got; queued and deferred messages take the new row; people
// who are gone are skipped (removed), who are excluded or suppressed now
// likewise; who was skipped so and is on the list again is queued, unless the
// campaign wrote to them under another keying.
//
// It ends the proposal, on an error too. Errors: *campaign.RunningError while
// another process runs the campaign, ErrStale, campaign.ErrCancelled,
// campaign.ErrForgotten.
func (p *Proposal) Accept(ctx context.Context, who Who) (version int, err error) {
	defer p.Discard()
	release, err := p.s.hold(ctx, p.snap.Campaign.Name)
	if err != nil {
		return 0, fmt.Errorf("accepting the campaign: %w", err)
	}
	defer release()
	err = p.s.commits.alone(ctx, func(*connection) error {
		return p.s.updateOn(ctx, p.conn, func(tx *txn) error {
			version, err = p.accept(ctx, tx, who)
			return err
		})
	})
	if err != nil {
		return 0, fmt.Errorf("accepting the campaign: %w", err)
	}
	return version, nil
}

// hold keeps runners of other processes out; this Store's own runner may
// live. Errors: *campaign.RunningError.
func (s *Store) hold(ctx context.Context, name string) (release func(), err error) {
	s.mu.Lock()
	own := s.runners[name] != nil
	s.mu.Unlock()
	if own {
		return func() {}, nil
	}
	lock, err := s.tryLock(name, lockTries)
	if err != nil {
		return nil, err
	}
	if lock == nil {
		return nil, s.whoRuns(ctx, name)
	}
	return func() { unlock(lock) }, nil
}

func unlock(lock *flock.Flock) { _ = lock.Unlock() }

// whoRuns is the *campaign.RunningError of a campaign whose lock is taken.
func (s *Store) whoRuns(ctx context.Context, name string) error {
	c, err := s.campaign(ctx, name)
	if err != nil && !errors.Is(err, campaign.ErrUnknown) {
		return err
	}
	c.name = name
	return c.running()
}

func (p *Proposal) accept(ctx context.Context, tx *txn, who Who) (int, error) {
	c, err := p.current(ctx, tx, who)
	if err != nil {
		return 0, err
	}
	if !p.isNew && !p.differs() {
		_, err := tx.ExecContext(ctx, `UPDATE campaigns SET origin = ? WHERE id = ? AND origin <> ?`,
			p.snap.Origin, c.id, p.snap.Origin)
		return c.version, err
	}
	c.version++
	if err := p.writeVersion(ctx, tx, c, who); err != nil {
		return 0, err
	}
	if err := p.keepLetterBlobs(ctx, tx, c); err != nil {
		return 0, err
	}
	if p.rows != nil {
		err = p.applyRows(ctx, tx, c)
	} else if p.endMoved() {
		_, err = tx.ExecContext(ctx, `UPDATE messages SET state = 'queued', skip = '', reason = ''
			WHERE campaign_id = ? AND own = 1 AND state = 'skipped' AND skip = ?`, c.id, campaign.SkipTooLate)
	}
	if err == nil {
		err = recount(ctx, tx, c.id)
	}
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE campaigns AS c SET finished_at = NULL WHERE id = ? AND `+isLeft, c.id)
	if err != nil {
		return 0, err
	}
	return c.version, addEvent(ctx, tx, c.id, who, EventAccepted, fmt.Sprintf("version %d: %s", c.version, p.words()))
}

// differs says whether there is anything to write down; a file that was only
// moved is no new version.
func (p *Proposal) differs() bool {
	return p.changes.Any() || p.snap.SettingsSHA256 != p.was.SettingsSHA256 ||
		p.snap.LetterSHA256 != p.was.LetterSHA256 || p.snap.ListSHA256 != p.was.ListSHA256
}

// current is the campaign's row, made for a new campaign, its dead claims
// settled for an old one.
func (p *Proposal) current(ctx context.Context, tx *txn, who Who) (*campaignRow, error) {
	name, at := p.snap.Campaign.Name, micros(who.At)
	c, err := findCampaign(ctx, tx, name)
	switch {
	case errors.Is(err, campaign.ErrUnknown) && p.isNew:
		err := tx.QueryRowContext(ctx, `INSERT INTO campaigns (name, account, limits, version, list_sha256, origin,
			created_at, updated_at) VALUES (?, '', '[]', 0, '', '', ?, ?) RETURNING id`, name, at, at).Scan(&c.id)
		return &c, err
	case err != nil:
		return nil, err
	case p.isNew || c.version != p.old.version:
		return nil, refused(ErrStale, "run the command again")
	case c.cancelled.Valid:
		return nil, fmt.Errorf("campaign %s: %w", name, campaign.ErrCancelled)
	}
	p.s.mu.Lock()
	own := p.s.runners[name]
	p.s.mu.Unlock()
	if own == nil {
		return &c, p.s.takeOver(ctx, tx, &c, who.At)
	}
	var sending int
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM messages WHERE campaign_id = ? AND leader_id IS NULL
		AND state = 'sending'`, c.id).Scan(&sending)
	if err == nil && sending > 0 {
		return nil, c.running()
	}
	return &c, err
}

func (p *Proposal) writeVersion(ctx context.Context, tx *txn, c *campaignRow, who Who) error {
	set := p.snap.Campaign
	_, err := tx.ExecContext(ctx, `INSERT INTO versions (campaign_id, number, at, by_host, by_user, settings, letter,
		settings_sha256, letter_sha256, list_sha256, changes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.id, c.version, micros(who.At), who.Host, who.User, encode(set), encode(p.snap.Letter),
		p.snap.SettingsSHA256, p.snap.LetterSHA256, p.snap.ListSHA256, p.words())
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE campaigns SET version = ?, account = ?, limits = ?, list_sha256 = ?, origin = ?,
		updated_at = ? WHERE id = ?`, c.version, set.Account(), encode(slices.Clone(set.EffectiveLimits())),
		p.snap.ListSHA256, p.snap.Origin, micros(who.At), c.id)
	return err
}

// words are the changes in words: "2 rows added, 1 removed; letter: body.html".
func (p *Proposal) words() string {
	if p.isNew {
		return "first run"
	}
	c := p.changes
	var rows, out []string
	for _, part := range []struct {
		n    int
		word string
	}{{c.Added, "added"}, {c.Removed, "removed"}, {c.Changed, "changed"}, {c.Excluded, "excluded"}} {
		if part.n > 0 {
			rows = append(rows, fmt.Sprintf("%d %s", part.n, part.word))
		}
	}
	if len(rows) > 0 {
		out = append(out, "rows: "+strings.Join(rows, ", "))
	}
	if len(c.Letter) > 0 {
		out = append(out, "letter: "+strings.Join(c.Letter, ", "))
	}
	if len(c.Settings) > 0 {
		out = append(out, "settings: "+strings.Join(c.Settings, ", "))
	}
	if len(out) == 0 {
		return "nothing that a recipient sees"
	}
	return strings.Join(out, "; ")
}
