package main

import (
	"strconv"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"tebar/campaign"
	"tebar/store"
)

func (a *app) accountsCommand() *cli.Command {
	return &cli.Command{
		Name: "accounts", Usage: "each account: quota used and free, locks and why",
		Action: a.onStore(a.accountsList),
		Subcommands: []*cli.Command{
			{Name: "list", Usage: "the same", Action: a.onStore(a.accountsList)},
			{Name: "book", Usage: "book mail that was sent by hand", ArgsUsage: "ACCOUNT N", Action: a.onStore(a.accountsBook)},
		},
	}
}

func (a *app) accountsList(c *cli.Context, st *store.Store) error {
	if err := none(c); err != nil {
		return err
	}
	list, err := st.Accounts(c.Context, a.clock.Now())
	if err != nil {
		return err
	}
	if a.json {
		out := []campaign.AccountStatus{}
		for _, acct := range list {
			out = append(out, inZone(acct, time.Local))
		}
		a.printJSON(out)
		return nil
	}
	if len(list) == 0 {
		a.say("no account has sent anything from this store yet")
	}
	for _, acct := range list {
		a.say("%s", acct.Account)
		a.printAccount(acct, time.Local)
	}
	return nil
}

// printAccount shows an account's windows and its lock.
func (a *app) printAccount(acct campaign.AccountStatus, loc *time.Location) {
	if acct.LockedUntil != nil {
		a.say("  paused until %s: %s", clockText(*acct.LockedUntil, loc), acct.LockReason)
	}
	if acct.Future > 0 {
		a.say("  %s in the future: the clock went back; they count as sent now", plural(acct.Future, "entry"))
	}
	if len(acct.Limits) == 0 || a.json {
		return
	}
	t := a.table("Limit", "Used", "Free", "Next free at")
	for _, l := range acct.Limits {
		free := "now"
		if l.FreeAt != nil {
			free = clockText(*l.FreeAt, loc)
		}
		t.AppendRow(table.Row{l.Limit, l.Used, max(0, l.Max-l.Used), free})
	}
	t.Render()
}

func (a *app) accountsBook(c *cli.Context, st *store.Store) error {
	if c.NArg() != 2 {
		return usage("accounts book takes an ACCOUNT and a number of recipients")
	}
	n, err := strconv.Atoi(c.Args().Get(1))
	if err != nil || n < 1 {
		return usage("%q is not a whole number of 1 or more", c.Args().Get(1))
	}
	account, err := a.accountKey(c, st, c.Args().First())
	if err != nil {
		return err
	}
	if err := st.Book(c.Context, account, n, a.clock.Now()); err != nil {
		return err
	}
	a.counted("booked", n, "%s booked on %s as sent now", plural(n, "recipient"), account)
	return nil
}

// accountKey finds the account by its key, or by the login in it.
func (a *app) accountKey(c *cli.Context, st *store.Store, typed string) (string, error) {
	list, err := st.Accounts(c.Context, a.clock.Now())
	if err != nil {
		return "", err
	}
	var found []string
	known := map[string]bool{}
	for _, acct := range list {
		known[acct.Account] = true
		if acct.Account == typed {
			return typed, nil
		}
		if accountName(acct.Account) == typed {
			found = append(found, acct.Account)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	bad := usage("no account %q in this store", typed)
	if len(found) > 1 {
		bad = usage("%q is the login of several accounts: name one in full", typed)
	}
	bad.hint = "tebar accounts lists them"
	if guess := nearest(typed, known); guess != "" {
		bad.hint = "did you mean " + guess + "?"
	}
	return "", bad
}
