package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Options of a store. The zero value is right outside tests and rehearsals.
type Options struct {
	// Boot reads the machine's boot clock: the boot's id and the time since
	// it, suspend included; ok is false where there is none. nil is the
	// machine's own. Under a simulated clock pass one that agrees with it, or
	// that says false: real time does not pass there.
	Boot func() (id string, since time.Duration, ok bool)

	// Now is the clock of Mark, Close and Cancel's like, which take no time.
	// nil is time.Now; under a simulated clock pass that one.
	Now func() time.Time

	// Scratch is a store for one rehearsal: nothing is made durable.
	Scratch bool
}

// A Store is one open ledger. It is safe for concurrent use, and several
// stores, in any number of processes on one machine, may be open on one file.
type Store struct {
	path  string
	id    string
	write *sql.DB // one connection, for commits
	read  *sql.DB // query_only
	stage *sql.DB // proposals and backups: a fresh connection each
	boot  func() (string, time.Duration, bool)

	glances glance
	commits committer // writers queue here and not at SQLite's lock
	now     func() time.Time

	mu      sync.Mutex
	runners map[string]*Runner // by campaign, those of this Store
	beside  *look              // while they run, of a large store
	made    bool               // by this Store, and not run yet: all in it was just written
}

// opening serialises Open within the process: closing a descriptor of a
// database file drops the POSIX locks that other connections of the process
// hold on it, so none may be open while Open creates the file.
var opening sync.Mutex

// Open opens the store at location, a path, and creates it where it is
// missing: folder 0700, file 0600, schema up to date. What it refuses comes
// as a *campaign.HintError around one of the Err... of this package.
func Open(ctx context.Context, location string, opts Options) (*Store, error) {
	opening.Lock()
	defer opening.Unlock()
	path, err := place(location)
	if err != nil {
		return nil, err
	}
	made, err := create(path)
	if err != nil {
		return nil, fmt.Errorf("opening the store: %w", explain(path, err))
	}
	if err := migrate(ctx, path); err != nil {
		return nil, fmt.Errorf("opening the store: %w", explain(path, err))
	}
	s := newStore(path, opts)
	s.made = made
	if err := s.identify(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("opening the store: %w", explain(path, err))
	}
	return s, nil
}

func newStore(path string, opts Options) *Store {
	s := &Store{path: path, boot: opts.Boot, now: opts.Now, runners: map[string]*Runner{}}
	if s.boot == nil {
		s.boot = machineBoot
	}
	if s.now == nil {
		s.now = time.Now
	}
	pragmas := writerPragmas
	if opts.Scratch {
		pragmas = append(slices.Clone(writerPragmas), "synchronous(OFF)")
	}
	s.write = pool(path, pragmas, 1)
	s.read = pool(path, readerPragmas, 8)
	s.commits.db, s.glances.db = s.write, s.read
	s.stage = pool(path, writerPragmas, 0)
	s.stage.SetMaxIdleConns(-1) // temporary tables go with their connection
	return s
}

// Pragmas by connection. busy_timeout is 0 by default, and synchronous=NORMAL
// loses the mark in a power cut.
var (
	readerPragmas = []string{"busy_timeout(10000)", "query_only(1)"}
	writerPragmas = []string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)",
		"foreign_keys(1)", "secure_delete(1)",
	}
)

// pool opens a database handle; it connects at first use. The file must exist:
// SQLite would create it readable to all.
func pool(path string, pragmas []string, most int) *sql.DB {
	query := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}, "mode": {"rw"}}
	name := filepath.ToSlash(path)
	if runtime.GOOS == "windows" {
		name = "/" + name
	}
	uri := url.URL{Scheme: "file", Path: name, RawQuery: query.Encode()}
	db, err := sql.Open("sqlite", uri.String())
	if err != nil {
		panic(err) // the driver is not registered
	}
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	return db
}

// create makes the folder and an empty file, and takes other people's
// permissions off a file that is there. It says whether there was none.
func create(path string) (made bool, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, err
	}
	if _, err := os.Lstat(path); os.IsNotExist(err) {
		if err := retire(path); err != nil {
			return false, err
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		return true, f.Close()
	}
	if !os.IsExist(err) {
		return false, err
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
			_ = os.Chmod(name, 0o600) // somebody else's file: it is theirs to say
		}
	}
	return false, nil
}

// identify reads the store's id, sets it in a new store, and finds out
// whether the store can be written: of a store that has its id the write is
// rolled back, so that a full disk does not keep its owner from reading it.
func (s *Store) identify(ctx context.Context) error {
	err := s.update(ctx, func(tx *txn) error {
		n, err := changed(ctx, tx, `UPDATE meta SET one = one`)
		if err == nil && n == 0 {
			_, err = tx.ExecContext(ctx, `INSERT INTO meta (one, id, created_at) VALUES (1, ?, ?)`,
				newID(), s.now().UnixMicro())
		}
		if err == nil {
			err = tx.QueryRowContext(ctx, `SELECT id FROM meta`).Scan(&s.id)
		}
		if err == nil && n > 0 {
			return errRollback
		}
		return err
	})
	if errors.Is(err, errRollback) {
		return nil
	}
	return err
}

var errRollback = errors.New("nothing to commit")

// newID is a random UUID (RFC 9562, section 5.4).
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// ID is the store's own, a UUID that never changes; a backup has the same.
func (s *Store) ID() string { return s.id }

// Path is the absolute path of the database file, symbolic links followed.
func (s *Store) Path() string { return s.path }

// Close closes the connections. Runners are closed before; what one leaves
// unsettled the next takes over.
func (s *Store) Close() error {
	first := errors.Join(s.commits.close(), s.glances.close())
	for _, db := range []*sql.DB{s.stage, s.read, s.write} {
		if err := db.Close(); err != nil && first == nil {
			first = fmt.Errorf("closing the store: %w", err)
		}
	}
	return first
}
