package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// An OS lock says that a runner lives: the kernel drops it when its process
// ends, however it ends. The files stand in a folder beside the store and are
// never removed, since a file that is removed and made again is another lock.
// Who holds it is in the campaign's row.

const lockPoll = 10 * time.Millisecond

func lockFile(path, name string) string {
	return filepath.Join(path+".locks", name+".lock")
}

// lockTries is how often a lock is tried that isLocked may hold for a moment.
const lockTries = 10

// tryLock takes the lock, or gives nil where somebody else has it.
func (s *Store) tryLock(name string, tries int) (*flock.Flock, error) {
	if err := os.MkdirAll(s.path+".locks", 0o700); err != nil {
		return nil, fmt.Errorf("locking: %w", explain(s.path, err))
	}
	lock := flock.New(lockFile(s.path, name))
	for i := range tries {
		if i > 0 {
			time.Sleep(lockPoll)
		}
		ok, err := lock.TryLock()
		if err != nil {
			return nil, fmt.Errorf("locking: %w", explain(s.path, err))
		}
		if ok {
			return lock, nil
		}
	}
	return nil, nil
}

// lockCampaigns takes the locks of all campaigns that were ever sent, or gives
// ErrOlder where one is being sent.
func lockCampaigns(path string) (unlock func(), err error) {
	files, err := os.ReadDir(path + ".locks")
	if err != nil {
		return nil, fmt.Errorf("locking: %w", err)
	}
	var held []*flock.Flock
	unlock = func() {
		for _, lock := range held {
			_ = lock.Unlock()
		}
	}
	for _, file := range files {
		name, is := strings.CutSuffix(file.Name(), ".lock")
		if !is || strings.HasPrefix(name, "_") {
			continue // no campaign's
		}
		lock := flock.New(lockFile(path, name))
		ok, err := lock.TryLock()
		switch {
		case err != nil:
			unlock()
			return nil, fmt.Errorf("locking: %w", err)
		case !ok:
			unlock()
			return nil, refused(fmt.Errorf("%w: campaign %s", ErrOlder, name),
				"let it come to its end, or stop it with Ctrl-C; then go on with this Tebar")
		}
		held = append(held, lock)
	}
	return unlock, nil
}

// isLocked says whether a runner holds the campaign's lock.
func (s *Store) isLocked(name string) (bool, error) {
	lock := flock.New(lockFile(s.path, name), flock.SetFlag(os.O_RDONLY))
	ok, err := lock.TryRLock()
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("looking at the lock: %w", explain(s.path, err))
	}
	if ok {
		return false, lock.Unlock()
	}
	return true, nil
}

// waitLock takes a lock that is held for moments only.
func waitLock(ctx context.Context, path, name string) (unlock func(), err error) {
	if err := os.MkdirAll(path+".locks", 0o700); err != nil {
		return nil, fmt.Errorf("locking: %w", err)
	}
	lock := flock.New(lockFile(path, name))
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
		return nil, fmt.Errorf("locking: %w", err)
	}
	return func() { _ = lock.Unlock() }, nil
}
