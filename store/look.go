package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// A run on a store that was there reads it before anything is sent: SQLite's own integrity, every
// constraint of the schema, and what must hold between its tables, since pages
// of an older state may fit together. Of a large store that takes longer than
// anybody waits. There the run begins with what is in hand and what was written
// last, and the look goes on beside the sending, in a connection of its own;
// what it finds ends the run. Until then nothing is sent twice: a message is
// claimed only if the table's own row says that it waits and no attempt of it
// was accepted, so an index or an old page cannot bring it back (see
// waitingRows).
//
// The look is made of parts, and most of them of pieces of a few milliseconds
// (parts.go). It rests behind each, so that it has an eighth of a core at most.
// Where it has come to is kept beside the database: the next run goes on there,
// so that short runs see all of it in turn. A run that ends waits for one piece,
// or for a part that cannot be taken in pieces and was cut off once. Where damage
// was found, the next run looks before it sends.

// lookFirst is the size, in bytes, up to which the whole look comes before the
// first message. It is a variable for tests.
var lookFirst int64 = 16 << 20

const (
	lookRest = 7           // how much longer than it works the look rests
	lookWait = time.Minute // how long a run that ends waits for what it owes
)

// small says whether the whole look comes first.
func (s *Store) small() bool {
	info, err := os.Stat(s.path)
	return err != nil || info.Size() <= lookFirst
}

// sound is the look that comes first. nil means that nothing was found; the
// error is ErrDamaged.
func (s *Store) sound(ctx context.Context) error {
	if !s.small() {
		if err := s.stillFound(ctx); err != nil {
			return explain(s.path, err)
		}
	}
	return s.view(ctx, func(tx *txn) error {
		if texts, err := laidOut(ctx, tx); err != nil || len(texts) > 0 {
			return s.found(texts, err)
		}
		if !s.small() {
			return s.found(faults(ctx, tx, slices.Concat(atHand, newest)))
		}
		texts, err := column(ctx, tx, `PRAGMA integrity_check(3)`)
		if err == nil && slices.Equal(texts, []string{"ok"}) {
			texts, err = faults(ctx, tx, slices.Concat(atHand, throughout))
		}
		return s.found(texts, err)
	})
}

// stillFound looks again where the last look found damage.
func (s *Store) stillFound(ctx context.Context) error {
	at, known := s.noted(damageFile)
	if !known {
		return nil
	}
	parts, err := s.parts(ctx, s.read)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.name == at.Part {
			_, err = p.piece(ctx, s.read, at.From)
		}
	}
	if err == nil {
		_ = os.Remove(s.noteFile(damageFile)) // mended, or the store is another
	}
	return err
}

// found makes what a look has found an error.
func (s *Store) found(texts []string, err error) error {
	texts = slices.DeleteFunc(texts, func(text string) bool { return text == "ok" })
	if err == nil && len(texts) > 0 {
		err = refused(fmt.Errorf("%s: %w: %s", s.path, ErrDamaged, strings.Join(texts[:min(3, len(texts))], "; ")), damagedHint)
	}
	return err
}

// A look goes on beside runs.
type look struct {
	stop  context.CancelFunc
	ended chan struct{}

	// owed is closed when as much was looked at as every run owes: one piece, or
	// a part that has none and was cut off before.
	owed chan struct{}

	mu  sync.Mutex
	err error // ErrDamaged, or that the store cannot be read
}

// lookOn begins the look beside a run, where it has not come first; all runners
// of a Store have the same. The caller holds s.mu.
func (s *Store) lookOn() *look {
	if s.beside != nil || s.small() {
		return s.beside
	}
	ctx, stop := context.WithCancel(context.Background())
	l := &look{stop: stop, ended: make(chan struct{}), owed: make(chan struct{})}
	go func() {
		defer close(l.ended)
		err := s.lookThrough(ctx, l)
		if err == nil || ctx.Err() != nil {
			return
		}
		l.mu.Lock()
		l.err = err
		l.mu.Unlock()
		// What desks know is void: the next step goes the long way and is told.
		_ = s.update(ctx, func(*txn) error { return nil })
	}()
	s.beside = l
	return l
}

// lookAway ends the look when nobody runs any more.
func (s *Store) lookAway() {
	s.mu.Lock()
	l := s.beside
	if len(s.runners) > 0 {
		l = nil
	}
	if l != nil {
		s.beside = nil
	}
	s.mu.Unlock()
	if l == nil {
		return
	}
	select {
	case <-l.owed:
	case <-l.ended:
	case <-time.After(lookWait):
	}
	l.stop()
	<-l.ended
}

// damage is what the look beside the run has found so far.
func (l *look) damage() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// lookThrough takes all parts of the look, each piece in a transaction of its
// own: a long one would keep SQLite's log from being used again. It sees the
// tables as they are, without the journal.
func (s *Store) lookThrough(ctx context.Context, l *look) error {
	db := pool(s.path, readerPragmas, 1)
	defer db.Close()
	parts, err := s.parts(ctx, db)
	if err != nil {
		return explain(s.path, err)
	}
	at, _ := s.noted(lookFile)
	owed := sync.OnceFunc(func() { close(l.owed) })
	for _, p := range inTurn(parts, at) {
		if p.name != at.Part {
			at = progress{Part: p.name}
		}
		if p.whole && !at.Begun {
			owed()
		}
		if err := s.lookAt(ctx, db, p, at, owed); err != nil {
			return err
		}
		at = progress{}
	}
	return nil
}

// lookAt takes the pieces of a part, from a place on; owed is told of the first.
func (s *Store) lookAt(ctx context.Context, db querier, p part, at progress, owed func()) error {
	at.Begun = p.whole
	s.note(lookFile, at)
	defer func() { s.note(lookFile, at) }()
	for noted := time.Now(); ; {
		began := time.Now()
		next, err := p.piece(ctx, db, at.From)
		if err != nil {
			err = explain(s.path, err)
			if errors.Is(err, ErrDamaged) && ctx.Err() == nil {
				s.note(damageFile, at)
			}
			return err
		}
		at.From, at.Done = next, next == 0
		at.Begun = at.Begun && !at.Done
		if time.Since(noted) > time.Second {
			noted = time.Now()
			s.note(lookFile, at)
		}
		owed()
		if err := pause(ctx, lookRest*time.Since(began)); err != nil || at.Done {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Progress is where the look has come to.
type progress struct {
	Part  string `json:"part"`
	From  int64  `json:"from,omitempty"`  // the piece that is next
	Done  bool   `json:"done,omitempty"`  // the part behind it is next
	Begun bool   `json:"begun,omitempty"` // it has no pieces, and was begun
}

// The notes of looks, beside the locks: where the last one has come to, and
// where damage was found. Two processes may look at once, so each has a file.
const (
	lookFile   = "_looked"
	damageFile = "_damaged"
)

func (s *Store) noteFile(name string) string { return filepath.Join(s.path+".locks", name) }

// noted reads a note; the zero progress if there is none.
func (s *Store) noted(name string) (at progress, ok bool) {
	text, err := os.ReadFile(s.noteFile(name))
	if err != nil || json.Unmarshal(text, &at) != nil {
		return progress{}, false
	}
	return at, true
}

// note writes a note. What cannot be written is not noted: the next look begins
// earlier.
func (s *Store) note(name string, at progress) {
	if text, err := json.Marshal(at); err == nil {
		_ = os.WriteFile(s.noteFile(name), text, 0o600)
	}
}
