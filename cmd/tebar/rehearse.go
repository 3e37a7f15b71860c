package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"tebar/campaign"
	"tebar/campaign/prepare"
	"tebar/campaign/run"
	"tebar/store"
)

type rehearseOptions struct {
	start  time.Time // zero = now
	faults []string
	seed   uint64
	outbox string // absolute; "" = none
}

func (a *app) rehearseCommand() *cli.Command {
	return &cli.Command{
		Name: "rehearse", Usage: "the whole campaign on a simulated clock, into the sandbox, with or without trouble", ArgsUsage: "FILE",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "start", Usage: "the simulated clock begins at `TIME` (default now)"},
			&cli.StringSliceFlag{Name: "fault", Usage: "trouble: `SPEC` is 450@10%, 550@3%, drop@5, drop-after-dot@5, quota@100, crash@50, login, slow=2s; several by commas"},
			&cli.Uint64Flag{Name: "seed", Usage: "the same `N` makes the same trouble", Value: 1},
			&cli.StringFlag{Name: "o", Usage: "keep the messages in `DIR`"},
		},
		Action: func(c *cli.Context) error {
			path, err := one(c, "FILE")
			if err != nil {
				return err
			}
			o := rehearseOptions{faults: c.StringSlice("fault"), seed: c.Uint64("seed")}
			if text := c.String("start"); text != "" {
				if o.start, err = parseTime(text, a.clock.Now()); err != nil {
					return err
				}
			}
			if text := c.String("o"); text != "" {
				if o.outbox, err = filepath.Abs(text); err != nil {
					return err
				}
			}
			return a.rehearseVerb(c.Context, path, o)
		},
	}
}

// rehearseVerb checks the campaign as run would, rehearses it, and says what came of it.
func (a *app) rehearseVerb(ctx context.Context, arg string, o rehearseOptions) error {
	trouble, err := parseFaults(o.faults)
	if err != nil {
		return err
	}
	st, err := a.storeIfThere(ctx)
	if err != nil {
		return err
	}
	if st != nil {
		defer st.Close()
	}
	p, err := a.rehearsable(ctx, st, arg)
	if err != nil {
		return err
	}
	begun := a.clock.Now()
	if o.start.IsZero() {
		o.start = begun
	}
	r := &rehearsal{clock: run.NewSimulated(o.start), opts: o, faults: trouble}
	simulated := *a
	simulated.clock, simulated.quiet = r.clock, true
	r.app = &simulated
	end, err := r.rehearse(ctx, st, p)
	if err != nil {
		return fmt.Errorf("rehearsing %s: %w", p.Campaign.Name, err)
	}
	return a.rehearsed(r, end, a.clock.Now().Sub(begun))
}

// rehearsable loads a file, or the file of a campaign in the store, and
// refuses it where run would.
func (a *app) rehearsable(ctx context.Context, st *store.Store, arg string) (*prepare.Prepared, error) {
	path := arg
	if !looksLikeFile(arg) {
		if st == nil {
			return nil, campaign.ErrUnknown
		}
		snapshot, _, err := st.Snapshot(ctx, arg)
		if err != nil {
			return nil, err
		}
		path = snapshot.Origin
	}
	p, err := a.load(ctx, path, st)
	if err != nil {
		return nil, err
	}
	report, err := a.checkOf(ctx, p)
	if err != nil {
		return nil, err
	}
	if !report.OK() {
		return nil, refused(path, report.Problems)
	}
	return p, nil
}

// rehearsed prints the calendar, the states and the proof.
func (a *app) rehearsed(r *rehearsal, end run.Result, elapsed time.Duration) error {
	if end.End == run.Interrupted {
		return errInterrupted
	}
	out := r.result(elapsed)
	if a.json {
		a.printJSON(out)
	} else {
		a.printRehearsal(r, out, end)
	}
	for _, w := range out.Windows {
		if w.Most > w.max {
			return fmt.Errorf("the rehearsal shows %d accepted in a window of %s: this must never be; please report it", w.Most, w.Limit)
		}
	}
	if end.End == run.Person {
		if !a.json {
			fmt.Fprintf(a.errs, "tebar: error: the run would stop here: %s\n", visible(end.Reason))
		}
		return stopped(exitPerson)
	}
	return nil
}

func (a *app) printRehearsal(r *rehearsal, out rehearsalJSON, end run.Result) {
	c := r.session.campaign()
	loc := c.Schedule.Location()
	a.say("%s: %s rehearsed by SMTP into the sandbox, times in %s; nobody got anything", c.Name, plural(out.Messages, "message"), loc)
	if len(out.Days) > 0 {
		t := a.table("Day", "Accepted", "First", "Last", "Total", "Bound by")
		for _, d := range out.Days {
			day, _ := time.Parse(time.DateOnly, d.Date)
			t.AppendRow(table.Row{day.Format("Mon 2 Jan 2006"), d.Count, d.First.Format("15:04:05"), d.Last.Format("15:04:05"), d.Total, d.BoundBy})
		}
		t.Render()
	}
	a.say("  states      %s", statesWords(out.States))
	for _, w := range out.Windows {
		a.say("  %-11s at most %d of %d in any window, by what the sandbox accepted", w.Limit, w.Most, w.max)
	}
	if r.opts.outbox != "" {
		a.say("  messages    %s (%s)", relative(r.opts.outbox), plural(r.session.sandbox.Count(), "file"))
	}
	a.say("  simulated   %s in %.1f s", daysWords(out.Simulated), out.Elapsed)
	if end.End == run.Complete && out.FinishAt != nil {
		a.say("  finish      %s", clockText(*out.FinishAt, loc))
	}
}

// daysWords is a span of simulated seconds: "31 days 4 h".
func daysWords(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < 24*time.Hour {
		return d.Round(time.Second).String()
	}
	return fmt.Sprintf("%s %d h", plural(int(d/(24*time.Hour)), "day"), int(d%(24*time.Hour)/time.Hour))
}
