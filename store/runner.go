package store

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"tebar/campaign"
)

// A Runner holds the right to send a campaign's messages. Its methods may be
// called by several goroutines, one per connection.
type Runner struct {
	s     *Store
	name  string
	id    int64
	fence int64
	lock  *flock.Flock

	desk   *desk  // whoever commits has it: see desk.go
	rows   int    // how many the next desk takes from the list
	spends spends // what the desk knows of; whoever commits has it

	peeking sync.Mutex
	peeked  spends // what Peek knows of, which sees the store at other moments

	beside *look // nil where it came first

	mu     sync.Mutex // guards what is below
	set    settings
	looked time.Time // for dead neighbours
	seen   *os.File  // see witness.go; nil where it cannot be written
	last   sighting  // noted in it
}

// settings is what claims need of a version's settings.
type settings struct {
	version int
	domain  string // of From
	zone    *time.Location
	retry   campaign.Retry
}

// Runner takes the campaign's lock. What a dead runner left is settled at
// once: messages without a mark are queued again and their quota released,
// those with one are unconfirmed and count from their mark + 10 minutes; the
// same for dead runners of other campaigns on the account. A later runner
// makes the claims of this one void.
// The store is looked at first, and a large one beside the run: see look.go. A
// damaged database, one put back from an older copy, and another store's are
// refused.
// Errors: campaign.ErrUnknown, campaign.ErrForgotten, *campaign.RunningError,
// ErrDamaged, ErrRestored, ErrReplaced.
func (s *Store) Runner(ctx context.Context, name string, now time.Time) (*Runner, error) {
	c, err := s.campaign(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("starting: %w", err)
	}
	lock, err := s.tryLock(name, lockTries)
	if err != nil {
		return nil, fmt.Errorf("starting: %w", err)
	}
	if lock == nil {
		return nil, c.running()
	}
	r := &Runner{s: s, name: name, lock: lock}
	made := s.justMade()
	if !made {
		err = s.sound(ctx)
	}
	if err == nil {
		err = s.notRestored(ctx, name)
	}
	if err == nil {
		err = r.start(ctx, now)
	}
	if err != nil {
		_ = lock.Unlock()
		return nil, fmt.Errorf("starting: %w", err)
	}
	r.witness()
	s.mu.Lock()
	s.runners[name] = r
	if !made {
		r.beside = s.lookOn()
	}
	s.mu.Unlock()
	return r, nil
}

// justMade says, once, that there is nothing to look at: this Store has made the
// file, and nobody has run on it.
func (s *Store) justMade() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	made := s.made
	s.made = false
	return made
}

// campaign reads a campaign's row by itself.
func (s *Store) campaign(ctx context.Context, name string) (c campaignRow, err error) {
	err = s.view(ctx, func(tx *txn) error {
		c, err = findCampaign(ctx, tx, name)
		return err
	})
	return c, err
}

// start raises the fence and settles what dead runners left.
func (r *Runner) start(ctx context.Context, now time.Time) error {
	var account string
	err := r.s.update(ctx, func(tx *txn) error {
		c, err := findCampaign(ctx, tx, r.name)
		if err != nil {
			return err
		}
		if _, err := schemaVersion(ctx, tx); err != nil {
			return err // brought up to date by a newer Tebar since it was opened
		}
		account, r.id, r.fence = c.account, c.id, c.fence+1
		if err := r.s.takeOver(ctx, tx, &c, now); err != nil {
			return err
		}
		host, _ := os.Hostname()
		who := Who{Host: host, At: now}
		if err := addEvent(ctx, tx, c.id, who, EventStarted, fmt.Sprintf("process %d", os.Getpid())); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE campaigns SET runner_pid = ?, runner_host = ?, runner_since = ?,
			started_at = coalesce(started_at, ?) WHERE id = ?`, os.Getpid(), host, micros(now), micros(now), c.id)
		return err
	})
	if err != nil {
		return err
	}
	return r.s.takeOverOthers(ctx, account, r.name, now)
}

// Close settles what is still in hand as a takeover would, and gives the lock
// back. Messages in doubt stay unconfirmed.
func (r *Runner) Close() error {
	r.s.mu.Lock()
	if r.s.runners[r.name] == r {
		delete(r.s.runners, r.name)
	}
	r.s.mu.Unlock()
	r.s.lookAway()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := r.s.update(ctx, func(tx *txn) error {
		c, err := anyCampaign(ctx, tx, r.name)
		if err != nil || c.id != r.id || c.fence != r.fence {
			return err
		}
		return r.s.takeOver(ctx, tx, &c, r.s.now())
	})
	r.leave()
	if unlock := r.lock.Unlock(); err == nil {
		err = unlock
	}
	if err != nil {
		return fmt.Errorf("closing the runner: %w", err)
	}
	return nil
}

// Counts are the campaign's messages by state.
func (r *Runner) Counts(ctx context.Context) (c campaign.Counts, err error) {
	err = r.s.view(ctx, func(tx *txn) error {
		c, err = counts(ctx, tx, r.id)
		return err
	})
	if err != nil {
		return campaign.Counts{}, fmt.Errorf("counting messages: %w", err)
	}
	return c, nil
}

// TooLate skips what is still to be sent, since the campaign's end allows
// nothing more, and says how many. Errors: campaign.ErrFenced.
func (r *Runner) TooLate(ctx context.Context, now time.Time) (n int, err error) {
	err = r.s.update(ctx, func(tx *txn) error {
		if _, err := r.mine(ctx, tx); err != nil {
			return err
		}
		n, err = skipWaiting(ctx, tx, r.id, campaign.SkipTooLate, "the campaign's end came first", "")
		if err != nil || n == 0 {
			return err
		}
		if err := finish(ctx, tx, r.id, now); err != nil {
			return err
		}
		return addEvent(ctx, tx, r.id, Who{At: now}, EventTooLate, number(n, "message")+" skipped")
	})
	if err != nil {
		return 0, fmt.Errorf("skipping what is too late: %w", err)
	}
	return n, nil
}

// mine reads the campaign and refuses a runner that was replaced, or whose store
// was found damaged meanwhile.
func (r *Runner) mine(ctx context.Context, tx querier) (campaignRow, error) {
	if err := r.beside.damage(); err != nil {
		return campaignRow{}, err
	}
	c, err := findCampaign(ctx, tx, r.name)
	if err == nil && (c.id != r.id || c.fence != r.fence) {
		err = campaign.ErrFenced
	}
	return c, err
}

// settings reads what claims need of the version, once per version.
func (r *Runner) settings(ctx context.Context, tx querier, version int) (settings, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.set.version == version {
		return r.set, nil
	}
	var text string
	err := tx.QueryRowContext(ctx, `SELECT settings FROM versions WHERE campaign_id = ? AND number = ?`,
		r.id, version).Scan(&text)
	if err != nil {
		return settings{}, err
	}
	var c campaign.Campaign
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return settings{}, unreadable("the settings", err)
	}
	r.set = settings{version, idDomain(c.From.Email), c.Schedule.Location(), c.Retry}
	return r.set, nil
}

// idDomain is the right-hand side of Message-IDs: the domain of From, or a
// name that can exist nowhere (RFC 2606, section 2) where that is not ASCII.
func idDomain(from string) string {
	domain := from[strings.LastIndexByte(from, '@')+1:]
	ascii := strings.IndexFunc(domain, func(r rune) bool { return r <= ' ' || r >= 0x7f }) < 0
	if domain == "" || !ascii {
		return "tebar.invalid"
	}
	return strings.ToLower(domain)
}

// leave closes the witness.
func (r *Runner) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen != nil {
		_ = r.seen.Close()
		r.seen = nil
	}
}
