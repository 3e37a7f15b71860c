package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"tebar/campaign"
	"tebar/campaign/prepare"
	"tebar/store"
)

// outlook adds to a report what the campaign file alone cannot tell: messages
// that come too late, limits of other campaigns on the account, and a password
// that is not there. st may be nil.
func (a *app) outlook(ctx context.Context, st *store.Store, p *prepare.Prepared, r *prepare.Report) error {
	if p.Campaign == nil || p.Problems.Errors() > 0 {
		return nil
	}
	add := func(severity campaign.Severity, field, hint, format string, args ...any) {
		r.Problems = append(r.Problems, campaign.Problem{
			Severity: severity, File: relative(p.Campaign.File), Field: field, Message: fmt.Sprintf(format, args...), Hint: hint,
		})
	}
	password(p.Campaign, add)
	if err := a.otherLimits(ctx, st, p.Campaign, add); err != nil {
		return err
	}
	return a.tooLate(ctx, st, p.Campaign, r, add)
}

type addProblem func(severity campaign.Severity, field, hint, format string, args ...any)

// password warns of a reference that leads nowhere on this machine; it
// resolves nothing.
func password(c *campaign.Campaign, add addProblem) {
	kind, name, _ := strings.Cut(c.Sender.Password, ":")
	switch {
	case kind == "env" && os.Getenv(name) == "":
		add(campaign.Warning, "sender.password", "set it before `tebar run`", "the environment variable %s is not set here", name)
	case kind == "file" && !exists(c.Path(name)):
		add(campaign.Warning, "sender.password", "write the password into it, with chmod 600, before `tebar run`", "the file %s is not there", name)
	}
}

// otherLimits warns where campaigns of the store keep the account lower.
func (a *app) otherLimits(ctx context.Context, st *store.Store, c *campaign.Campaign, add addProblem) error {
	if st == nil {
		return nil
	}
	usage, err := st.Usage(ctx, c.Account(), a.clock.Now())
	if err != nil {
		return err
	}
	own := c.EffectiveLimits()
	for _, l := range campaign.Union(own, usage.Limits) {
		if !slices.Contains(own, l) {
			add(campaign.Warning, "limits", "all mail of an account keeps the limits of every unfinished campaign on it",
				"another campaign keeps %s to %s, which this file does not say", accountName(c.Account()), l)
		}
	}
	return nil
}

// tooLate warns of messages that find no room before the end; nobody in time
// is an error.
func (a *app) tooLate(ctx context.Context, st *store.Store, c *campaign.Campaign, r *prepare.Report, add addProblem) error {
	if c.Schedule.End.IsZero() || r.Recipients == 0 || !r.OK() {
		return nil
	}
	plan, err := a.forecast(ctx, st, c, r.Recipients, r.Costs)
	if err != nil || plan.TooLate == 0 {
		return err
	}
	severity := campaign.Warning
	if plan.TooLate == r.Recipients {
		severity = campaign.Error
	}
	add(severity, "schedule.end", "move the end, or widen the hours; tebar plan shows the calendar",
		"%d of %s come too late for the end %s and would be skipped", plan.TooLate, plural(r.Recipients, "message"),
		clockText(c.Schedule.End, c.Schedule.Location()))
	return nil
}
