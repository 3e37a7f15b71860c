package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// A run reads its store before anything is sent: SQLite's own integrity, every
// constraint of the schema, and what must hold between its tables, since pages
// of an older state may fit together. Of a large store that takes longer than
// anybody waits. There the run begins with what is in hand, and the look goes
// on beside the sending, in a connection of its own; what it finds ends the
// run. Until then nothing is sent twice: a message is claimed only if the
// table's own row says that it waits and no attempt of it was accepted, so an
// index or an old page cannot bring it back (see waitingRows).
//
// The look is made of parts. A run that ends before them leaves the name of the
// last one beside the database, and the next run goes on behind it.

// lookFirst is the size, in bytes, up to which the whole look comes before the
// first message. It is a variable for tests.
var lookFirst int64 = 16 << 20

// small says whether the whole look comes first.
func (s *Store) small() bool {
	info, err := os.Stat(s.path)
	return err != nil || info.Size() <= lookFirst
}

// sound is the look that comes first. nil means that nothing was found; the
// error is ErrDamaged.
func (s *Store) sound(ctx context.Context) error {
	return s.view(ctx, func(tx *txn) error {
		if !s.small() {
			return s.found(faults(ctx, tx, atHand))
		}
		texts, err := column(ctx, tx, `PRAGMA integrity_check(3)`)
		if err == nil && slices.Equal(texts, []string{"ok"}) {
			texts, err = faults(ctx, tx, slices.Concat(atHand, throughout))
		}
		return s.found(texts, err)
	})
}

// found makes what a look has found an error.
func (s *Store) found(texts []string, err error) error {
	if err == nil && len(texts) > 0 {
		err = refused(fmt.Errorf("%s: %w: %s", s.path, ErrDamaged, strings.Join(texts[:min(3, len(texts))], "; ")), damagedHint)
	}
	return err
}

// A look goes on beside runs.
type look struct {
	stop  context.CancelFunc
	ended chan struct{}

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
	l := &look{stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		err := s.lookThrough(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		l.mu.Lock()
		l.err = explain(s.path, err)
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
	if l != nil {
		l.stop()
		<-l.ended
	}
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

// lookThrough takes all parts of the look, each in a transaction of its own: a
// long one would keep SQLite's log from being used again. It sees the tables as
// they are, without the journal.
func (s *Store) lookThrough(ctx context.Context) error {
	db := pool(s.path, readerPragmas, 1)
	defer db.Close()
	tables, err := column(ctx, db, `SELECT name FROM sqlite_schema WHERE type = 'table' UNION SELECT 'sqlite_schema' ORDER BY name`)
	if err != nil {
		return err
	}
	parts := s.parts(tables)
	for _, p := range inTurn(parts, s.lookedAt()) {
		if err := p.look(ctx, db); err != nil {
			return err
		}
		s.noteLook(p.name)
	}
	return nil
}

// A part of a look.
type part struct {
	name string
	look func(ctx context.Context, db *sql.DB) error
}

// parts are SQLite's look at each table, and each invariant. With the schema's
// own table SQLite also looks at the list of free pages.
func (s *Store) parts(tables []string) (all []part) {
	for _, table := range tables {
		all = append(all, part{table, func(ctx context.Context, db *sql.DB) error {
			texts, err := column(ctx, db, `PRAGMA quick_check('`+table+`')`)
			return s.found(slices.DeleteFunc(texts, func(text string) bool { return text == "ok" }), err)
		}})
	}
	for i, query := range slices.Concat(atHand, throughout) {
		all = append(all, part{fmt.Sprintf("invariant %d", i+1), func(ctx context.Context, db *sql.DB) error {
			return s.found(column(ctx, db, query))
		}})
	}
	return all
}

// inTurn begins with the part behind the one of that name.
func inTurn(parts []part, last string) []part {
	i := slices.IndexFunc(parts, func(p part) bool { return p.name == last })
	return slices.Concat(parts[i+1:], parts[:i+1])
}

func (s *Store) lookFile() string { return filepath.Join(s.path+".locks", "_looked") }

// lookedAt is the part that was looked at last, "" if none is known.
func (s *Store) lookedAt() string {
	text, _ := os.ReadFile(s.lookFile())
	return string(text)
}

// noteLook notes a part that was looked at. What cannot be written is not
// noted: the next look begins earlier.
func (s *Store) noteLook(name string) { _ = os.WriteFile(s.lookFile(), []byte(name), 0o600) }
