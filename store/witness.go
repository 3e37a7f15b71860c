package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A witness remembers, outside the database, what was last durable of each
// campaign's run: PATH.locks/NAME.seen holds the store's id, the last attempt
// that was begun and the last that was marked. Attempts are numbered through
// the whole store and no number comes twice. A database that has not come as
// far was put back from an older copy, or has lost the end of its log (the
// -wal file, whose commits SQLite drops from the first damaged one on): it does
// not know who has got a message since. One with another id is another store,
// or has lost all of its log, or was given another's.
//
// The file is written after the commit is durable, so it is never ahead of a
// sound store, and without a sync: it outlives the process, and after a power
// cut it may be behind, which hides an old copy but never accuses a sound one.
//
// Where there is no database at all a new store begins. The witnesses of the
// old one become NAME.ID.gone, and speak again when a copy of it comes back.
// When a person has trusted a copy for one campaign, NAME.trusted holds what
// was overlooked for it; for the other campaigns it stands.

// Why a store is refused that does not know all that was sent from its place.
var (
	ErrRestored = errors.New("the store was put back from an older copy")
	ErrReplaced = errors.New("another store has sent from here")
)

const restoredHint = "messages were sent that this copy does not know of, and would be sent again: put the newer store back, with its -wal file; " +
	"`tebar run FILE --new-store` goes on from this copy all the same"

func witnessFile(path, name string) string { return filepath.Join(path+".locks", name+".seen") }

// A sighting is what a witness says.
type sighting struct {
	campaign        string
	store           string // id
	attempt, marked int64  // the last attempt begun, the last marked; 0 = none
	gone            bool   // its store was taken away
}

func (w sighting) String() string {
	return fmt.Sprintf("%s %s %d %d", w.campaign, w.store, w.attempt, w.marked)
}

// began has the runner's witness note an attempt once the transaction is
// durable.
func (t *txn) began(r *Runner, attempt int64) { t.seen(r).attempt = attempt }

// marked has it note a mark. Marks are noted in the order of their commits:
// whoever has lost one of them has lost the last.
func (t *txn) marked(r *Runner, attempt int64) { t.seen(r).marked = attempt }

// seen is what a runner's witness shall note of the transaction.
func (t *txn) seen(r *Runner) *sighting {
	for i, other := range t.runners {
		if other == r {
			return &t.sightings[i]
		}
	}
	t.runners, t.sightings = append(t.runners, r), append(t.sightings, sighting{})
	return &t.sightings[len(t.sightings)-1]
}

// saw notes what is durable of the runner's campaign, in one write. What cannot
// be written is not noted: sending does not depend on it.
func (r *Runner) saw(w sighting) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last.attempt = max(r.last.attempt, w.attempt)
	if w.marked != 0 {
		r.last.marked = w.marked
	}
	if r.seen != nil {
		_, _ = r.seen.WriteAt(fmt.Appendf(nil, "%s %020d %020d\n", r.s.id, r.last.attempt, r.last.marked), 0)
	}
}

// witness opens the runner's file.
func (r *Runner) witness() {
	f, err := os.OpenFile(witnessFile(r.s.path, r.name), os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		r.seen = f
	}
}

// sightings are what the witnesses beside a store say; a file that says nothing
// is passed over.
func sightings(path string) []sighting {
	var all []sighting
	for _, ending := range []string{"seen", "gone"} {
		files, _ := filepath.Glob(filepath.Join(globQuote(path+".locks"), "*."+ending))
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				continue
			}
			w := sighting{gone: ending == "gone"}
			w.campaign, _, _ = strings.Cut(filepath.Base(name), ".")
			if n, _ := fmt.Sscanf(string(text), "%36s %d %d\n", &w.store, &w.attempt, &w.marked); n >= 2 {
				all = append(all, w)
			}
		}
	}
	return all
}

// globQuote takes the meaning from what filepath.Match would read as a pattern.
func globQuote(path string) string {
	return strings.NewReplacer(`[`, `[[]`, `*`, `[*]`, `?`, `[?]`).Replace(path)
}

// notRestored refuses a database that is behind its witnesses, or not theirs,
// for the campaign's sake; "" is for everybody's.
func (s *Store) notRestored(ctx context.Context, name string) error {
	trusted, all := s.trusted(name), sightings(s.path) // before the view, which must not be behind them
	return s.view(ctx, func(tx *txn) error {
		for _, w := range all {
			if trusted[w.String()] || w.gone && w.store != s.id {
				continue
			}
			if err := s.agrees(ctx, tx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// agrees holds the database against one witness. A forgotten campaign has no
// attempts any more, only their number.
func (s *Store) agrees(ctx context.Context, tx querier, w sighting) error {
	if w.store != s.id {
		return refused(fmt.Errorf("%s: %w: its id was %s and this one's is %s", s.path, ErrReplaced, w.store, s.id), restoredHint)
	}
	var known, forgotten, begun, marked bool
	var last int64
	err := tx.QueryRowContext(ctx, `WITH c AS (SELECT id, forgotten_at FROM campaigns WHERE name = ?1)
		SELECT EXISTS (SELECT 1 FROM c), EXISTS (SELECT 1 FROM c WHERE forgotten_at IS NOT NULL),
		EXISTS (SELECT 1 FROM attempts WHERE id = ?2 AND campaign_id = (SELECT id FROM c)),
		EXISTS (SELECT 1 FROM attempts WHERE id = ?3 AND campaign_id = (SELECT id FROM c) AND marked_at IS NOT NULL),
		coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'attempts'), 0)`, w.campaign, w.attempt, w.marked).
		Scan(&known, &forgotten, &begun, &marked, &last)
	switch {
	case err != nil:
		return err
	case !known:
		err = fmt.Errorf("it does not know campaign %s, and attempt %d of it has been made", w.campaign, w.attempt)
	case forgotten && last >= w.attempt:
		return nil
	case !begun:
		err = fmt.Errorf("it ends with attempt %d, and attempt %d of %s has been made", last, w.attempt, w.campaign)
	case w.marked > 0 && !marked:
		err = fmt.Errorf("it does not know that attempt %d came to the end of its message", w.marked)
	default:
		return nil
	}
	return refused(fmt.Errorf("%s: %w: %w", s.path, ErrRestored, err), restoredHint)
}

// TrustCopy lets one campaign go on from a store that was put back from a copy;
// the others stay refused. Errors: campaign.ErrUnknown, *campaign.RunningError.
func (s *Store) TrustCopy(ctx context.Context, name string) error {
	lock, err := s.tryLock(name, lockTries)
	if err == nil && lock == nil {
		err = s.whoRuns(ctx, name)
	}
	if err != nil {
		return fmt.Errorf("trusting the copy: %w", err)
	}
	defer unlock(lock)
	var overlooked strings.Builder
	for _, w := range sightings(s.path) {
		if w.campaign != name {
			fmt.Fprintln(&overlooked, w)
		}
	}
	if err := os.WriteFile(trustFile(s.path, name), []byte(overlooked.String()), 0o600); err != nil {
		return fmt.Errorf("trusting the copy: %w", explain(s.path, err))
	}
	own, _ := filepath.Glob(filepath.Join(globQuote(s.path+".locks"), name+".*.gone"))
	for _, file := range append(own, witnessFile(s.path, name)) {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("trusting the copy: %w", explain(s.path, err))
		}
	}
	return nil
}

func trustFile(path, name string) string { return filepath.Join(path+".locks", name+".trusted") }

// trusted are the sightings that a person has overlooked for the campaign.
func (s *Store) trusted(name string) map[string]bool {
	text, _ := os.ReadFile(trustFile(s.path, name))
	known := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		known[strings.TrimSpace(line)] = true
	}
	return known
}

// retire lets the witnesses of a store that is not there any more speak only to
// a copy of it.
func retire(path string) error {
	var all []error
	for _, w := range sightings(path) {
		if !w.gone {
			file := witnessFile(path, w.campaign)
			all = append(all, os.Rename(file, filepath.Join(filepath.Dir(file), w.campaign+"."+w.store+".gone")))
		}
	}
	return errors.Join(all...)
}
