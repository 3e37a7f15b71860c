package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tebar/campaign"
)

// A witness remembers, outside the database, the last attempt that each
// campaign began: PATH.locks/NAME.seen holds the store's id and the attempt's.
// Attempts are numbered through the whole store and no number comes twice, so a
// database that has not come as far was put back from an older copy: it does
// not know who has got a message since.
//
// The file is written after the attempt is durable, so it is never ahead of a
// sound store, and without a sync: it outlives the process, and after a power
// cut it may be behind, which hides an old copy but never accuses a sound one.

// ErrRestored refuses a store that is older than what was sent from it.
var ErrRestored = errors.New("the store was put back from an older copy")

const restoredHint = "messages were sent that this copy does not know of, and would be sent again: put the newer store back; " +
	"`tebar run FILE --new-store` goes on from this copy all the same"

func witnessFile(path, name string) string { return filepath.Join(path+".locks", name+".seen") }

// saw notes that an attempt of the runner's campaign is durable. What cannot
// be written is not noted: sending does not depend on it.
func (r *Runner) saw(attempt int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil || attempt <= r.last {
		return
	}
	r.last = attempt
	_, _ = fmt.Fprintf(offset{r.seen}, "%s %020d\n", r.s.id, attempt)
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

// seen is the highest attempt that any witness of this store names.
func (s *Store) seen() int64 {
	files, err := filepath.Glob(filepath.Join(globQuote(s.path+".locks"), "*.seen"))
	if err != nil {
		return 0
	}
	var last int64
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		var id string
		var attempt int64
		if n, err := fmt.Sscanf(string(text), "%36s %020d\n", &id, &attempt); err == nil && n == 2 && id == s.id {
			last = max(last, attempt)
		}
	}
	return last
}

// globQuote takes the meaning from what filepath.Match would read as a pattern.
func globQuote(path string) string {
	return strings.NewReplacer(`[`, `[[]`, `*`, `[*]`, `?`, `[?]`).Replace(path)
}

// notRestored refuses a database that is behind its witnesses.
func (s *Store) notRestored(ctx context.Context) error {
	seen := s.seen()
	if seen == 0 {
		return nil
	}
	var have int64
	err := s.read.QueryRowContext(ctx, `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'attempts'), 0)`).Scan(&have)
	if err != nil {
		return explain(s.path, err)
	}
	if have < seen {
		return &campaign.HintError{
			Err:  fmt.Errorf("%s: %w: it ends with attempt %d, and attempt %d has been made", s.path, ErrRestored, have, seen),
			Hint: restoredHint,
		}
	}
	return nil
}

// TrustCopy makes a store that was put back from a copy the one that counts.
func (s *Store) TrustCopy() error {
	files, err := filepath.Glob(filepath.Join(globQuote(s.path+".locks"), "*.seen"))
	for _, name := range files {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}
