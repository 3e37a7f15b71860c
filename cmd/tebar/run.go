package main

import (
	"context"
	"errors"
	"time"

	"github.com/urfave/cli/v2"

	"tebar/campaign"
	"tebar/campaign/prepare"
	"tebar/campaign/recipients"
	"tebar/store"
)

func (a *app) runCommand() *cli.Command {
	return &cli.Command{
		Name: "run", Usage: "start a campaign or go on with it, until it is complete", ArgsUsage: "FILE",
		Flags: append(loopFlags(),
			&cli.BoolFlag{Name: "accept-changes", Usage: "go on with the file as it is now"},
			&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "do not ask before the first message"},
			&cli.BoolFlag{Name: "new-store", Usage: "start although the campaign lives in another store"},
			&cli.StringFlag{Name: "outbox", Usage: "where the sandbox puts its messages: a `FOLDER` (default outbox beside the file)"},
		),
		Action: func(c *cli.Context) error {
			path, err := one(c, "FILE")
			if err != nil {
				return err
			}
			limits, err := a.loopLimits(c)
			if err != nil {
				return err
			}
			return a.runFile(c.Context, path, runOptions{
				loopLimits: limits, accept: c.Bool("accept-changes"), yes: c.Bool("yes"),
				newStore: c.Bool("new-store"), outbox: c.String("outbox"),
			})
		},
	}
}

func loopFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "once", Usage: "leave at a wait of more than a minute (for cron)"},
		&cli.StringFlag{Name: "until", Usage: "leave at `TIME` (2027-03-01T17:00 or 17:00)"},
		&cli.IntFlag{Name: "limit", Usage: "send at most `N` messages"},
	}
}

// loopLimits are the flags that run and resume share.
type loopLimits struct {
	once  bool
	until time.Time
	limit int
}

func (a *app) loopLimits(c *cli.Context) (loopLimits, error) {
	l := loopLimits{once: c.Bool("once"), limit: c.Int("limit")}
	if c.IsSet("limit") && l.limit < 1 {
		return l, usage("--limit takes a whole number of 1 or more")
	}
	if text := c.String("until"); text != "" {
		var err error
		if l.until, err = parseTime(text, a.clock.Now()); err != nil {
			return l, err
		}
		if !l.until.After(a.clock.Now()) {
			return l, usage("--until %s has passed", text)
		}
	}
	return l, nil
}

// parseTime reads a time in the machine's zone, or with an offset; a clock
// time alone is the next one.
func parseTime(text string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse("15:04", text); err == nil {
		at := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), 0, 0, time.Local)
		if !at.After(now) {
			at = at.AddDate(0, 0, 1)
		}
		return at, nil
	}
	return time.Time{}, usage("%q is no time: want 2027-03-01T17:00, with an offset if you like, or 17:00", text)
}

type runOptions struct {
	loopLimits
	accept, yes, newStore bool
	outbox                string
}

// runFile starts or goes on with the campaign of a file.
func (a *app) runFile(ctx context.Context, path string, o runOptions) error {
	st, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	p, err := a.load(ctx, path, st)
	if err != nil {
		return err
	}
	if !p.Usable() {
		return refused(path, p.Problems)
	}
	s, err := a.admit(ctx, st, p, o)
	if err != nil {
		return err
	}
	defer s.close()
	end, err := s.send(ctx)
	if err != nil {
		return err
	}
	return a.finish(ctx, s, end)
}

// admit brings the file and the store together: a new campaign is checked,
// confirmed and taken in; a known one must not have changed, or be accepted.
func (a *app) admit(ctx context.Context, st *store.Store, p *prepare.Prepared, o runOptions) (*session, error) {
	if err := a.guard(ctx, st, p.Campaign, o.newStore); err != nil {
		return nil, err
	}
	_, err := st.Info(ctx, p.Campaign.Name)
	isNew := errors.Is(err, campaign.ErrUnknown)
	if err != nil && !isNew {
		return nil, err
	}
	if isNew {
		if isNew, err = a.enrol(ctx, st, p, o); err != nil {
			return nil, err
		}
	}
	if o.newStore {
		if err := st.TrustCopy(ctx, p.Campaign.Name); err != nil {
			return nil, err
		}
	}
	s := &session{app: a, store: st, opts: o}
	if s.runner, err = st.Runner(ctx, p.Campaign.Name, a.clock.Now()); err != nil {
		return nil, err
	}
	if !isNew {
		err = a.adopt(ctx, st, p, o)
		if err == nil && o.newStore { // one that is new has left its guard
			err = a.leaveGuard(ctx, st, p.Campaign, true)
		}
	}
	if err == nil {
		err = s.load(ctx, p.Campaign.Name)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// enrol takes a new campaign into the store. It says false where another
// process has just done so.
func (a *app) enrol(ctx context.Context, st *store.Store, p *prepare.Prepared, o runOptions) (bool, error) {
	defer collect(taking(p.ListBytes()))()
	report, err := a.checkOf(ctx, p)
	if err == nil {
		err = a.outlook(ctx, st, p, &report)
	}
	if err != nil {
		return false, err
	}
	if !report.OK() {
		return false, refused(p.Campaign.File, report.Problems)
	}
	if !a.quiet && !a.json {
		a.printProblems(a.errs, report.Problems)
	}
	if err := a.confirmStart(ctx, st, p, report, o.yes); err != nil {
		return false, err
	}
	err = a.takeIn(ctx, st, p, report, o.newStore)
	if errors.Is(err, store.ErrStale) {
		return false, nil
	}
	return err == nil, err
}

// takeIn reads the list into the store.
func (a *app) takeIn(ctx context.Context, st *store.Store, p *prepare.Prepared, r prepare.Report, newStore bool) error {
	proposal, err := a.propose(ctx, st, p, r)
	if err != nil {
		return err
	}
	defer proposal.Discard()
	if !proposal.New() {
		return store.ErrStale
	}
	if err := a.leaveGuard(ctx, st, p.Campaign, newStore); err != nil {
		return err
	}
	_, err = proposal.Accept(ctx, a.who())
	return err
}

// snapshot is what the store keeps of a campaign beside its rows, its own
// attachments put there.
func (a *app) snapshot(ctx context.Context, st *store.Store, p *prepare.Prepared) (campaign.Snapshot, error) {
	sources, sha, err := p.Sources(ctx)
	if err != nil {
		return campaign.Snapshot{}, err
	}
	snapshot, err := p.Snapshot(sources, sha)
	if err != nil {
		return campaign.Snapshot{}, err
	}
	return snapshot, p.KeepStatic(keeper(ctx, st))
}

func keeper(ctx context.Context, st *store.Store) prepare.Blobs {
	return func(sha256 string, data []byte) error { return st.PutBlob(ctx, sha256, data) }
}

// sameList refuses a list that is not the one whose digest was taken.
func sameList(result recipients.Result, snapshot campaign.Snapshot, err error) error {
	if err == nil && result.ListSHA256 != snapshot.ListSHA256 {
		err = usage("a list changed while it was read; run it again")
	}
	return err
}

// propose stages the campaign's rows beside what the store has. r is the report
// of their check, empty where they were not checked: no other rows are taken.
func (a *app) propose(ctx context.Context, st *store.Store, p *prepare.Prepared, r prepare.Report) (*store.Proposal, error) {
	snapshot, err := a.snapshot(ctx, st, p)
	if err != nil {
		return nil, err
	}
	if r.ListSHA256 != "" && r.ListSHA256 != snapshot.ListSHA256 {
		return nil, usage("a list changed since it was checked; run it again")
	}
	distinct := p.Straight() && r.Duplicates == 0 && r.ListSHA256 == snapshot.ListSHA256
	return st.Propose(ctx, snapshot, func(add func(campaign.Entry) error) error {
		result, err := p.Entries(ctx, keeper(ctx, st), distinct, add)
		return sameList(result, snapshot, err)
	})
}

// refused lists the problems that keep a campaign from starting.
func refused(path string, problems campaign.Problems) error {
	n := problems.Errors()
	return &problemsError{Problems: problems, message: path + ": " + plural(n, "error") + " to mend; nothing was sent"}
}
