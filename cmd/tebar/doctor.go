package main

import (
	"context"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"tebar/campaign"
	"tebar/campaign/file"
	"tebar/campaign/mailer"
	"tebar/store"
)

func (a *app) doctorCommand() *cli.Command {
	return &cli.Command{
		Name: "doctor", Usage: "connect, log in, look at limits; say in words what is wrong", ArgsUsage: "[FILE|ACCOUNT]",
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return usage("doctor takes one FILE or ACCOUNT, or none")
			}
			return a.doctor(c.Context, c.Args().First())
		},
	}
}

// A finding is one thing that doctor looked at.
type finding struct {
	OK      bool   `json:"ok"`
	What    string `json:"what"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

type examination struct {
	app      *app
	findings []finding
}

func (e *examination) add(f finding) {
	e.findings = append(e.findings, f)
	mark := "ok   "
	if !f.OK {
		mark = "CROSS"
	}
	e.app.say("%s %s: %s", mark, f.What, f.Message)
	if f.Hint != "" {
		e.app.say("      hint: %s", f.Hint)
	}
}

func (e *examination) result(what string, err error, fine string) bool {
	if err != nil {
		e.add(finding{What: what, Message: err.Error(), Hint: hintOf(err)})
		return false
	}
	e.add(finding{OK: true, What: what, Message: fine})
	return true
}

func (a *app) doctor(ctx context.Context, arg string) error {
	e := &examination{app: a}
	st, err := a.openStore(ctx)
	if e.result("store", err, "opens") {
		defer st.Close()
		e.result("store", st.Check(ctx), st.Path()+" is sound")
	}
	if arg != "" {
		if err := a.examine(ctx, e, st, arg); err != nil {
			return err
		}
	}
	ok := true
	for _, f := range e.findings {
		ok = ok && f.OK
	}
	if a.json {
		a.printJSON(map[string]any{"ok": ok, "findings": e.findings})
	}
	if !ok {
		return stopped(exitPerson)
	}
	return nil
}

// examine looks at a campaign file, or at an account of accounts.yaml.
func (a *app) examine(ctx context.Context, e *examination, st *store.Store, arg string) error {
	if looksLikeFile(arg) && exists(arg) {
		p, err := a.load(ctx, arg, st)
		if err != nil {
			return err
		}
		if n := p.Problems.Errors(); n > 0 {
			a.printProblems(a.errs, p.Problems)
			e.add(finding{What: "campaign", Message: plural(n, "error") + " in " + arg, Hint: "tebar check " + shellWord(arg) + " lists them"})
			return nil
		}
		e.add(finding{OK: true, What: "campaign", Message: arg + " is well-formed"})
		return a.examineAccount(ctx, e, st, p.Campaign.Sender, p.Campaign.From, p.Campaign.Folder, p.Campaign.Account())
	}
	accounts, problems, err := file.LoadAccounts(accountsFile())
	if err != nil {
		return err
	}
	account, ok := accounts[arg]
	if !ok {
		a.printProblems(a.errs, problems)
		return usage("%q is neither a campaign file nor an account of %s", arg, accountsFile())
	}
	from := campaign.Address{Email: account.Sender.Username}
	return a.examineAccount(ctx, e, st, account.Sender, from, filepath.Dir(accountsFile()), account.Sender.AccountKey(from, arg))
}

func (a *app) examineAccount(ctx context.Context, e *examination, st *store.Store, s campaign.Sender, from campaign.Address, folder, key string) error {
	if s.Provider == campaign.Sandbox {
		e.add(finding{OK: true, What: "sandbox", Message: "needs no account: nobody gets mail"})
		return nil
	}
	sender := mailer.New(a.server(s, from, folder))
	defer sender.Close()
	o := sender.Open(ctx)
	if o.Verdict == campaign.Accepted {
		e.add(finding{OK: true, What: "server", Message: "connected to " + s.Host + ", the connection is secure and the login accepted"})
	} else {
		message := o.Reason
		if o.Code != 0 {
			message += " (the server said: " + o.Describe() + ")"
		}
		e.add(finding{What: "server", Message: message, Hint: o.Hint})
	}
	if st == nil {
		return ctx.Err()
	}
	return a.examineQuota(ctx, e, st, key)
}

func (a *app) examineQuota(ctx context.Context, e *examination, st *store.Store, key string) error {
	list, err := st.Accounts(ctx, a.clock.Now())
	for _, acct := range list {
		if acct.Account != key {
			continue
		}
		if acct.LockedUntil != nil {
			e.add(finding{What: "account", Message: "paused until " + acct.LockedUntil.Local().Format("Mon 2 Jan 15:04") + ": " + acct.LockReason})
		}
		a.printAccount(acct, a.clock.Now().Location())
	}
	return err
}
