package main

import (
	"context"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"tebar/store"
)

// openStore opens the ledger that --store, TEBAR_STORE or the default names.
func (a *app) openStore(ctx context.Context) (*store.Store, error) {
	where, err := a.storeLocation()
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, where, store.Options{})
}

// onStore opens the ledger for a verb and closes it behind it.
func (a *app) onStore(act func(*cli.Context, *store.Store) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		st, err := a.openStore(c.Context)
		if err != nil {
			return err
		}
		defer st.Close()
		return act(c, st)
	}
}

func (a *app) storeLocation() (string, error) {
	at := a.storeAt
	if scheme, _, ok := strings.Cut(at, "://"); ok {
		return "", usage("a %s store is not there yet; --store takes a path", scheme)
	}
	if at != "" {
		return filepath.Abs(at)
	}
	state, err := stateFolder()
	if err != nil {
		return "", err
	}
	return filepath.Join(state, "tebar", "tebar.db"), nil
}

// stateFolder is $XDG_STATE_HOME, else ~/.local/state; %LocalAppData% on Windows.
func stateFolder() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	if dir := os.Getenv("LocalAppData"); runtime.GOOS == "windows" && dir != "" {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", usage("no home folder is known for the store: name one with --store PATH or TEBAR_STORE")
	}
	return filepath.Join(home, ".local", "state"), nil
}

// accountsFile is the path of accounts.yaml, or "" where no folder is known.
func accountsFile() string {
	if dir := os.Getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "tebar", "accounts.yaml")
	}
	if dir := os.Getenv("AppData"); runtime.GOOS == "windows" && dir != "" {
		return filepath.Join(dir, "tebar", "accounts.yaml")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".config", "tebar", "accounts.yaml")
}

func hasPassword(location string) bool {
	u, err := url.Parse(location)
	if err != nil {
		return strings.Contains(location, "@")
	}
	_, set := u.User.Password()
	return set
}

// who is the person at this machine, for the store's record.
func (a *app) who() store.Who {
	host, _ := os.Hostname()
	name := os.Getenv("USER")
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return store.Who{Host: host, User: name, At: a.clock.Now()}
}

// machineZone is the machine's time zone by its IANA name.
func machineZone() string {
	if tz := strings.TrimPrefix(os.Getenv("TZ"), ":"); tz != "" {
		if _, err := time.LoadLocation(tz); err == nil {
			return tz
		}
	}
	if name := time.Local.String(); name != "Local" {
		return name
	}
	if target, err := filepath.EvalSymlinks("/etc/localtime"); err == nil {
		if _, name, ok := strings.Cut(target, "zoneinfo/"); ok {
			return name
		}
	}
	return "UTC"
}
