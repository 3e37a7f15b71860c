package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tebar/campaign"
	"tebar/store"
)

// A guard stands beside the campaign file and says which store the campaign
// lives in, so that a second store does not mail everybody again.
type guard struct {
	Store string    `json:"store_id"`
	Path  string    `json:"store"`
	Host  string    `json:"host"`
	At    time.Time `json:"at"`
}

func guardPath(c *campaign.Campaign) string {
	return filepath.Join(c.Folder, ".tebar-"+c.Name+".json")
}

// guarded says whether a campaign needs one: the sandbox and loopback mail nobody.
func guarded(c *campaign.Campaign) bool {
	return c.Sender.Real() && !isLoopback(c.Sender.Host)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// guard refuses a campaign that lives in another store, or in the original of
// a copy.
func (a *app) guard(ctx context.Context, st *store.Store, c *campaign.Campaign, newStore bool) error {
	if newStore || !guarded(c) {
		return nil
	}
	g, err := readGuard(guardPath(c))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && g.Store == st.ID():
		return a.twin(ctx, st, c, g)
	case err != nil:
		e := usage("%s cannot be read: %v", guardPath(c), err)
		e.hint = "it says which store the campaign lives in: if that is this one, or none, remove it and run this again; else go on there, with --store"
		return e
	}
	e := usage("%s lives in another store: %s on %s, since %s", c.Name, g.Path, g.Host, g.At.Local().Format("2006-01-02 15:04"))
	e.hint = "go on there, with --store; --new-store starts here and may mail everybody again"
	return e
}

// twin refuses a copy of the store while the file that it was made from is
// still there: each of them would send what the other has sent. A store that
// was moved, or whose old place another store has taken, is none.
func (a *app) twin(ctx context.Context, st *store.Store, c *campaign.Campaign, g guard) error {
	if g.Path == st.Path() || g.Host != a.who().Host {
		return nil
	}
	if sameFile(g.Path, st.Path()) {
		return nil
	}
	switch id, err := store.IDAt(ctx, g.Path); {
	case errors.Is(err, fs.ErrNotExist), err == nil && id != st.ID():
		return nil
	case err != nil: // it may be the store: what it has sent is not known
		e := usage("%s lives in %s, which cannot be read: %v", c.Name, g.Path, err)
		e.hint = "mend it and go on there, with --store; or move that file away if this one has taken its place"
		return e
	}
	e := usage("%s lives in %s, and %s is a copy of it", c.Name, g.Path, st.Path())
	e.hint = "go on there, with --store; or move that file away, or start with --new-store, if this copy is the one that has sent last"
	return e
}

func sameFile(one, other string) bool {
	a, err := os.Stat(one)
	if err != nil {
		return false
	}
	b, err := os.Stat(other)
	return err == nil && os.SameFile(a, b)
}

// maxGuard is far beyond what a guard has, in bytes.
const maxGuard = 64 << 10

// readGuard reads the guard, which anybody may have put there who can write
// into the folder: a pipe would be waited for, a device never ends, and a
// symlink to nothing would pass for no guard.
func readGuard(path string) (g guard, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return g, err
	}
	if !info.Mode().IsRegular() {
		return g, errors.New("it is not an ordinary file")
	}
	f, err := os.Open(path)
	if err != nil {
		return g, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxGuard))
	if err != nil {
		return g, err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return g, errors.New("it is empty")
	}
	if json.Unmarshal(text, &g) != nil || g.Store == "" {
		return g, errors.New("it is damaged, or written in part only")
	}
	return g, nil
}

// leaveGuard writes the guard before the first message, unless another store's
// has come meanwhile. A read-only folder is a warning: the campaign can be
// sent from there.
func (a *app) leaveGuard(ctx context.Context, st *store.Store, c *campaign.Campaign, newStore bool) error {
	if !guarded(c) {
		return nil
	}
	who := a.who()
	text, err := json.MarshalIndent(guard{Store: st.ID(), Path: st.Path(), Host: who.Host, At: who.At.UTC()}, "", "  ")
	if err != nil {
		return err
	}
	failed := putFile(guardPath(c), append(text, '\n'), newStore)
	if failed == nil {
		return nil
	}
	if err := a.guard(ctx, st, c, false); err != nil { // what stands there would stop the next resume
		if newStore {
			e := usage("%s cannot be replaced: %v", guardPath(c), failed)
			e.hint = "remove it, and run this again"
			return e
		}
		return err
	}
	if !errors.Is(failed, fs.ErrExist) {
		a.note("warning: %v: a second store could not be told from this one", failed)
	}
	return nil
}

// putFile writes a file whole or not at all, whenever it is broken off. Unless
// it may replace one, there must be none yet.
func putFile(path string, text []byte, replace bool) error {
	folder, name := filepath.Split(path)
	f, err := os.CreateTemp(folder, strings.TrimSuffix(name, ".json")+".*.json") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := fill(f, text); err != nil {
		return err
	}
	if replace {
		err = os.Rename(f.Name(), path)
	} else if err = os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		err = createFile(path, text) // a file system without links: FAT, say
	}
	if err != nil {
		return err
	}
	if d, err := os.Open(filepath.Dir(path)); err == nil {
		_ = d.Sync() // not every system can
		_ = d.Close()
	}
	return nil
}

// fill writes a file to the disk and closes it.
func fill(f *os.File, text []byte) error {
	_, err := f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// createFile writes a file that must not be there yet.
func createFile(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = fill(f, text)
	if err != nil {
		_ = os.Remove(path)
	}
	return err
}
