package main

import (
	"context"
	"strings"

	"tebar/campaign/prepare"
	"tebar/store"
)

// confirmStart shows what a real provider is about to send, and asks.
func (a *app) confirmStart(ctx context.Context, st *store.Store, p *prepare.Prepared, r prepare.Report, yes bool) error {
	c := p.Campaign
	if !c.Sender.Real() || yes {
		return nil
	}
	if !a.asks() {
		err := usage("starting %s sends %s for real; nothing was sent", c.Name, plural(r.Recipients, "message"))
		err.hint = "tebar plan " + shellWord(c.File) + " shows the calendar; tebar run " + shellWord(c.File) + " --yes starts it"
		return err
	}
	if err := a.showStart(ctx, st, p, r); err != nil {
		return err
	}
	ok, err := a.confirm(ctx, "Send?")
	if err != nil {
		return err
	}
	if !ok {
		a.say("nothing was sent")
		return stopped(exitUsage)
	}
	return nil
}

func (a *app) showStart(ctx context.Context, st *store.Store, p *prepare.Prepared, r prepare.Report) error {
	c := p.Campaign
	a.note("%s: %s", c.Name, plural(r.Recipients, "message"))
	a.note("  from     %s", c.From)
	a.note("  account  %s", accountName(c.Account()))
	a.note("  to       %s ...", strings.Join(r.First, ", "))
	a.note("  subject  %s", r.Subject)
	plan, err := a.forecast(ctx, st, c, r.Recipients, r.Costs)
	if err != nil {
		return err
	}
	if !plan.FinishAt.IsZero() {
		a.note("  finish   %s", clockText(plan.FinishAt, c.Schedule.Location()))
	}
	return nil
}

// accountName is an account's key as people say it: the login.
func accountName(key string) string {
	name, _, _ := strings.Cut(key, "/")
	return strings.TrimPrefix(name, "sandbox:")
}
