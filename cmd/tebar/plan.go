package main

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"tebar/campaign"
	"tebar/campaign/prepare"
	"tebar/scheduler"
	"tebar/store"
)

func (a *app) planCommand() *cli.Command {
	return &cli.Command{
		Name: "plan", Usage: "show the calendar: how many on which day, and when it will be finished", ArgsUsage: "FILE",
		Action: func(c *cli.Context) error {
			path, err := one(c, "FILE")
			if err != nil {
				return err
			}
			return a.plan(c.Context, path)
		},
	}
}

type planJSON struct {
	Messages int        `json:"messages"`
	StartAt  *time.Time `json:"start_at"`
	FinishAt *time.Time `json:"finish_at"`
	Days     []dayJSON  `json:"days"`
	BoundBy  string     `json:"bound_by"`
	TooLate  int        `json:"too_late"`
}

type dayJSON struct {
	Date    string     `json:"date"`
	Count   int        `json:"count"`
	First   *time.Time `json:"first"`
	Last    *time.Time `json:"last"`
	Total   int        `json:"total"`
	BoundBy string     `json:"bound_by"`
}

func (a *app) plan(ctx context.Context, arg string) error {
	st, err := a.storeIfThere(ctx)
	if err != nil {
		return err
	}
	if st != nil {
		defer st.Close()
	}
	c, plan, err := a.planOf(ctx, st, arg)
	if err != nil {
		return err
	}
	if a.json {
		a.printJSON(planToJSON(plan, c.Schedule.Location()))
		return nil
	}
	a.printPlan(c, plan)
	return nil
}

// planOf plans a file, or a campaign of the store by its name: what is left of
// it, if it has begun.
func (a *app) planOf(ctx context.Context, st *store.Store, arg string) (*campaign.Campaign, scheduler.Plan, error) {
	if !looksLikeFile(arg) {
		return a.planStored(ctx, st, arg)
	}
	p, err := a.load(ctx, arg, st)
	if err != nil {
		return nil, scheduler.Plan{}, err
	}
	r, err := a.checkOf(ctx, p)
	if err != nil {
		return nil, scheduler.Plan{}, err
	}
	if !r.OK() {
		return nil, scheduler.Plan{}, refused(arg, r.Problems)
	}
	messages, costs, err := a.left(ctx, st, p, r)
	if err != nil {
		return nil, scheduler.Plan{}, err
	}
	plan, err := a.forecast(ctx, st, p.Campaign, messages, costs)
	return p.Campaign, plan, err
}

// left is what a file has still to send: all of it, or what the store says.
func (a *app) left(ctx context.Context, st *store.Store, p *prepare.Prepared, r prepare.Report) (int, []int, error) {
	if st == nil {
		return r.Recipients, r.Costs, nil
	}
	messages, costs, err := st.Left(ctx, p.Campaign.Name)
	if errors.Is(err, campaign.ErrUnknown) {
		return r.Recipients, r.Costs, nil
	}
	return messages, costs, err
}

func (a *app) planStored(ctx context.Context, st *store.Store, name string) (*campaign.Campaign, scheduler.Plan, error) {
	if st == nil {
		return nil, scheduler.Plan{}, campaign.ErrUnknown
	}
	snapshot, _, err := st.Snapshot(ctx, name)
	if err != nil {
		return nil, scheduler.Plan{}, err
	}
	messages, costs, err := st.Left(ctx, name)
	if err != nil {
		return nil, scheduler.Plan{}, err
	}
	plan, err := a.forecast(ctx, st, &snapshot.Campaign, messages, costs)
	return &snapshot.Campaign, plan, err
}

func planToJSON(p scheduler.Plan, loc *time.Location) planJSON {
	out := planJSON{
		Messages: p.Messages, StartAt: timePointer(p.StartAt, loc), FinishAt: timePointer(p.FinishAt, loc),
		Days: []dayJSON{}, BoundBy: p.BoundBy, TooLate: p.TooLate,
	}
	for _, d := range p.Days {
		out.Days = append(out.Days, dayJSON{d.Date, d.Count, timePointer(d.First, loc), timePointer(d.Last, loc), d.Total, d.BoundBy})
	}
	return out
}

func (a *app) printPlan(c *campaign.Campaign, p scheduler.Plan) {
	loc := c.Schedule.Location()
	a.say("%s: %s by %s, times in %s", c.Name, plural(p.Messages, "message"), accountName(c.Account()), loc)
	if len(p.Days) > 0 {
		t := a.table("Day", "Messages", "First", "Last", "Total", "Bound by")
		for _, d := range p.Days {
			day, _ := time.Parse("2006-01-02", d.Date)
			t.AppendRow(table.Row{day.Format("Mon 2 Jan 2006"), d.Count, d.First.In(loc).Format("15:04:05"), d.Last.In(loc).Format("15:04:05"), d.Total, d.BoundBy})
		}
		t.Render()
	}
	if p.Reason != "" {
		a.say("%s", p.Reason)
	}
	if !p.FinishAt.IsZero() {
		a.say("  start       %s", clockText(p.StartAt, loc))
		a.say("  finish      %s", clockText(p.FinishAt, loc))
	}
	if p.TooLate > 0 {
		a.say("  too late    %s will not go before the end %s", plural(p.TooLate, "message"), clockText(c.Schedule.End, loc))
	}
}

// table is one without frame, as a terminal and a mail show it alike.
func (a *app) table(columns ...any) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(a.out)
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "  ", ""
	t.SetStyle(style)
	t.AppendHeader(table.Row(columns))
	return t
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
