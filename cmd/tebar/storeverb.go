package main

import (
	"github.com/urfave/cli/v2"

	"tebar/store"
)

func (a *app) storeCommand() *cli.Command {
	return &cli.Command{
		Name: "store", Usage: "copy the ledger, or look at its health",
		Subcommands: []*cli.Command{
			{Name: "backup", Usage: "copy the store while it is in use", ArgsUsage: "FILE", Action: a.onStore(a.storeBackup)},
			{Name: "check", Usage: "look for damage", Action: a.onStore(a.storeCheck)},
		},
	}
}

func (a *app) storeBackup(c *cli.Context, st *store.Store) error {
	path, err := one(c, "FILE")
	if err != nil {
		return err
	}
	if exists(path) {
		return usage("%s exists; a backup never overwrites", path)
	}
	if err := st.Backup(c.Context, path); err != nil {
		return err
	}
	if a.json {
		a.printJSON(map[string]string{"written": path})
		return nil
	}
	a.say("written: %s", path)
	return nil
}

func (a *app) storeCheck(c *cli.Context, st *store.Store) error {
	if err := none(c); err != nil {
		return err
	}
	if err := st.Check(c.Context); err != nil {
		return err
	}
	if a.json {
		a.printJSON(map[string]any{"store": st.Path(), "ok": true})
		return nil
	}
	a.say("%s: sound", st.Path())
	return nil
}
