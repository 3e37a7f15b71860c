package main

import (
	"context"

	"github.com/urfave/cli/v2"

	"tebar/store"
)

func (a *app) pauseCommand() *cli.Command {
	return &cli.Command{
		Name: "pause", Usage: "stop a campaign before its next message, until it is resumed", ArgsUsage: "NAME",
		Action: a.onNamed(func(ctx context.Context, st *store.Store, name string) error {
			if err := st.Pause(ctx, name, a.who()); err != nil {
				return err
			}
			a.done(name, "paused", "tebar resume "+name+" goes on")
			return nil
		}),
	}
}

func (a *app) cancelCommand() *cli.Command {
	var yes bool
	return &cli.Command{
		Name: "cancel", Usage: "end a campaign for good: what is queued becomes skipped", ArgsUsage: "NAME",
		Flags: []cli.Flag{yesFlag(&yes)},
		Action: a.onNamed(func(ctx context.Context, st *store.Store, name string) error {
			if err := a.takeOver(ctx, st, name); err != nil {
				return err
			}
			info, err := st.Info(ctx, name)
			if err != nil {
				return err
			}
			if ok, err := a.sure(ctx, "Cancel "+name+" for good? "+plural(info.Counts.Left(), "message")+" will not be sent.", yes); !ok {
				return err
			}
			n, err := st.Cancel(ctx, name, a.who())
			if err != nil {
				return err
			}
			a.done(name, "cancelled", plural(n, "message")+" skipped; tebar report "+name+" says who got it")
			return nil
		}),
	}
}

func (a *app) forgetCommand() *cli.Command {
	var yes bool
	return &cli.Command{
		Name: "forget", Usage: "delete a finished campaign and its personal data", ArgsUsage: "NAME",
		Flags: []cli.Flag{yesFlag(&yes)},
		Action: a.onNamed(func(ctx context.Context, st *store.Store, name string) error {
			if err := a.takeOver(ctx, st, name); err != nil {
				return err
			}
			if ok, err := a.sure(ctx, "Delete "+name+", its list and its report? The account's used quota is kept.", yes); !ok {
				return err
			}
			if err := st.Forget(ctx, name, a.who()); err != nil {
				return err
			}
			if err := a.unremember(name); err != nil {
				return err
			}
			a.done(name, "forgotten", "its name cannot be used again in this store")
			return nil
		}),
	}
}

func yesFlag(to *bool) cli.Flag {
	return &cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "do not ask", Destination: to}
}

// onNamed opens the store and finds the campaign that the only argument names.
func (a *app) onNamed(act func(context.Context, *store.Store, string) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		arg, err := one(c, "NAME")
		if err != nil {
			return err
		}
		name, err := campaignName(arg)
		if err != nil {
			return err
		}
		st, err := a.openStore(c.Context)
		if err != nil {
			return err
		}
		defer st.Close()
		return act(c.Context, st, name)
	}
}

// sure asks before something final; without a terminal it needs --yes.
func (a *app) sure(ctx context.Context, question string, yes bool) (bool, error) {
	if yes {
		return true, nil
	}
	if !a.asks() {
		err := usage("this is final and nobody can be asked here; nothing was done")
		err.hint = "add --yes"
		return false, err
	}
	ok, err := a.confirm(ctx, question)
	if err == nil && !ok {
		a.say("nothing was done")
	}
	return ok, err
}

// done tells the result of a verb that changes one thing.
func (a *app) done(name, state, detail string) {
	if a.json {
		a.printJSON(map[string]string{"campaign": name, "state": state})
		return
	}
	a.say("%s: %s; %s", name, state, detail)
}
