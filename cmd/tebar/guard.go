package main

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
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

// guard refuses a campaign that lives in another store.
func (a *app) guard(st *store.Store, c *campaign.Campaign, newStore bool) error {
	if newStore || !guarded(c) {
		return nil
	}
	text, err := readGuard(guardPath(c))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var g guard
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err == nil && g.Store == st.ID() {
		return nil
	}
	e := usage("%s lives in another store: %s on %s, since %s", c.Name, g.Path, g.Host, g.At.Local().Format("2006-01-02 15:04"))
	if err != nil {
		e = usage("%s cannot be read: %v", guardPath(c), err)
	}
	e.hint = "go on there, with --store; --new-store starts here and may mail everybody again"
	return e
}

// maxGuard is far beyond what a guard has, in bytes.
const maxGuard = 64 << 10

// readGuard reads the guard, which anybody may have put there who can write
// into the folder: a pipe would be waited for, and a device never ends.
func readGuard(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not an ordinary file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxGuard))
}

// leaveGuard writes the guard before the first message, unless another store's
// has come meanwhile. A read-only folder is a warning: the campaign can be
// sent from there.
func (a *app) leaveGuard(st *store.Store, c *campaign.Campaign, newStore bool) error {
	if !guarded(c) {
		return nil
	}
	if newStore {
		_ = os.Remove(guardPath(c)) // what stays is seen below
	}
	who := a.who()
	text, err := json.MarshalIndent(guard{Store: st.ID(), Path: st.Path(), Host: who.Host, At: who.At.UTC()}, "", "  ")
	if err != nil {
		return err
	}
	err = createFile(guardPath(c), append(text, '\n'))
	if errors.Is(err, fs.ErrExist) {
		return a.guard(st, c, false)
	}
	if err != nil {
		a.note("warning: %v: a second store could not be told from this one", err)
	}
	return nil
}

// createFile writes a file that must not be there yet.
func createFile(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
