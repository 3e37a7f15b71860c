package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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
// Where there is no database at all a new store begins, and the witnesses go.

// Why a store is refused that does not know all that was sent from its place.
var (
	ErrRestored = errors.New("the store was put back from an older copy")
	ErrReplaced = errors.New("another store has sent from here")
)

const restoredHint = "messages were sent that this copy does not know of, and would be sent again: put the newer store back, with its -wal file; " +
	"`tebar run FILE --new-store` goes on from this copy all the same"

func witnessFile(path, name string) string { return filepath.Join(path+".locks", name+".seen") }

// witnesses are the files of all campaigns.
func witnesses(path string) []string {
	files, _ := filepath.Glob(witnessFile(globQuote(path), "*"))
	return files
}

// A sighting is what a witness says.
type sighting struct {
	store           string // id
	attempt, marked int64  // the last attempt begun, the last marked; 0 = none
}

// saw notes that an attempt of the runner's campaign is durable. What cannot
// be written is not noted: sending does not depend on it.
func (r *Runner) saw(attempt int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if attempt > r.last.attempt {
		r.last.attempt = attempt
		r.note()
	}
}

// sawMark notes that an attempt's mark is durable. Marks are noted in the order
// of their commits: whoever has lost one of them has lost the last.
func (r *Runner) sawMark(attempt int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last.marked = attempt
	r.note()
}

func (r *Runner) note() {
	if r.seen != nil {
		_, _ = fmt.Fprintf(offset{r.seen}, "%s %020d %020d\n", r.s.id, r.last.attempt, r.last.marked)
	}
}

// offset writes over a file from its beginning.
type offset struct{ *os.File }

// Write writes at the beginning.
func (o offset) Write(b []byte) (int, error) { return o.WriteAt(b, 0) }

// witness opens the runner's file.
func (r *Runner) witness() {
	f, err := os.OpenFile(witnessFile(r.s.path, r.name), os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		r.seen = f
	}
}

// sightings are what the witnesses say; a file that says nothing is passed over.
func (s *Store) sightings() []sighting {
	var all []sighting
	for _, name := range witnesses(s.path) {
		text, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		var w sighting
		if n, _ := fmt.Sscanf(string(text), "%36s %d %d\n", &w.store, &w.attempt, &w.marked); n >= 2 {
			all = append(all, w)
		}
	}
	return all
}

// globQuote takes the meaning from what filepath.Match would read as a pattern.
func globQuote(path string) string {
	return strings.NewReplacer(`[`, `[[]`, `*`, `[*]`, `?`, `[?]`).Replace(path)
}

// notRestored refuses a database that is behind its witnesses, or not theirs.
func (s *Store) notRestored(ctx context.Context) error {
	return s.view(ctx, func(tx *sql.Tx) error {
		for _, w := range s.sightings() {
			if err := s.agrees(ctx, tx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// agrees holds the database against one witness. The attempt of a mark may have
// been forgotten with its campaign.
func (s *Store) agrees(ctx context.Context, tx querier, w sighting) error {
	if w.store != s.id {
		return refused(fmt.Errorf("%s: %w: its id was %s and this one's is %s", s.path, ErrReplaced, w.store, s.id), restoredHint)
	}
	var have int64
	var unmarked bool
	err := tx.QueryRowContext(ctx, `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'attempts'), 0),
		EXISTS (SELECT 1 FROM attempts WHERE id = ? AND marked_at IS NULL)`, w.marked).Scan(&have, &unmarked)
	switch {
	case err != nil:
		return err
	case have < w.attempt:
		err = fmt.Errorf("it ends with attempt %d, and attempt %d has been made", have, w.attempt)
	case unmarked:
		err = fmt.Errorf("it does not know that attempt %d came to the end of its message", w.marked)
	default:
		return nil
	}
	return refused(fmt.Errorf("%s: %w: %w", s.path, ErrRestored, err), restoredHint)
}

// TrustCopy makes a store that was put back from a copy the one that counts.
func (s *Store) TrustCopy() error { return dismiss(s.path) }

// dismiss takes the witnesses away.
func dismiss(path string) error {
	var err error
	for _, name := range witnesses(path) {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}
