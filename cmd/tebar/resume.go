package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/urfave/cli/v2"

	"tebar/campaign"
	"tebar/campaign/run"
	"tebar/store"
)

func (a *app) resumeCommand() *cli.Command {
	return &cli.Command{
		Name: "resume", Usage: "go on from the store alone", ArgsUsage: "[NAME...]",
		Flags: append(loopFlags(),
			&cli.BoolFlag{Name: "accept-changes", Usage: "take over what has changed in the files"},
			&cli.BoolFlag{Name: "as-stored", Usage: "go on as it was stored, whatever the files say now"},
			&cli.StringFlag{Name: "outbox", Usage: "where the sandbox puts its messages: a `FOLDER`"},
		),
		Action: func(c *cli.Context) error {
			limits, err := a.loopLimits(c)
			if err != nil {
				return err
			}
			o := resumeOptions{
				runOptions: runOptions{loopLimits: limits, accept: c.Bool("accept-changes"), outbox: c.String("outbox")},
				asStored:   c.Bool("as-stored"),
			}
			if o.accept && o.asStored {
				return usage("--accept-changes and --as-stored exclude each other")
			}
			return a.resume(c.Context, c.Args().Slice(), o)
		},
	}
}

type resumeOptions struct {
	runOptions
	asStored bool
}

// resume goes on with the named campaigns, or with all unfinished ones that
// are not paused, side by side.
func (a *app) resume(ctx context.Context, args []string, o resumeOptions) error {
	st, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	names, err := a.resumable(ctx, st, args)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		a.say("nothing to go on with: every campaign is complete, cancelled or paused")
		if a.json {
			a.printJSON([]campaignStatus{})
		}
		return nil
	}
	if len(args) == 1 {
		return a.resumeOne(ctx, st, names[0], o, true)
	}
	return a.resumeAll(ctx, st, names, o, len(args) > 0)
}

// resumable turns arguments into names; without any, all that can go on.
func (a *app) resumable(ctx context.Context, st *store.Store, args []string) ([]string, error) {
	var names []string
	for _, arg := range args {
		name, err := campaignName(arg)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	if len(args) > 0 {
		return names, nil
	}
	infos, err := st.List(ctx)
	for _, info := range infos {
		if !info.Paused && !info.Cancelled && !info.Forgotten && info.Counts.Left() > 0 {
			names = append(names, info.Name)
		}
	}
	return names, err
}

func (a *app) resumeOne(ctx context.Context, st *store.Store, name string, o resumeOptions, named bool) error {
	s, end, err := a.resumeNamed(ctx, st, name, o, named)
	if s != nil {
		defer s.close()
	}
	if err != nil {
		return err
	}
	return a.finish(ctx, s, end)
}

func (a *app) resumeNamed(ctx context.Context, st *store.Store, name string, o resumeOptions, named bool) (*session, run.Result, error) {
	s := &session{app: a, store: st, opts: o.runOptions}
	if _, err := st.Info(ctx, name); err != nil {
		return nil, run.Result{}, err
	}
	var err error
	if s.runner, err = st.Runner(ctx, name, a.clock.Now()); err != nil {
		return nil, run.Result{}, err
	}
	if err := a.guardStored(ctx, st, name); err != nil {
		return s, run.Result{}, err
	}
	if err := a.compareFiles(ctx, st, name, o); err != nil {
		return s, run.Result{}, err
	}
	if named && !o.once {
		if err := st.Unpause(ctx, name, a.who()); err != nil {
			return s, run.Result{}, err
		}
	}
	if err := s.load(ctx, name); err != nil {
		return s, run.Result{}, err
	}
	end, err := s.send(ctx)
	return s, end, err
}

// compareFiles looks whether the campaign's files, where they can be reached,
// still say what the store has.
func (a *app) compareFiles(ctx context.Context, st *store.Store, name string, o resumeOptions) error {
	stored, _, err := st.Snapshot(ctx, name)
	if err != nil || o.asStored || stored.Origin == "" {
		return err
	}
	if _, err := os.Stat(stored.Origin); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	p, err := a.load(ctx, stored.Origin, st)
	if err != nil {
		return nil //nolint:nilerr // not to be read: the store has all that is needed
	}
	switch {
	case !p.Usable():
		err = refused(stored.Origin, p.Problems)
	case p.Campaign.Name != name:
		err = usage("%s is the file of another campaign now: %s", stored.Origin, p.Campaign.Name)
	default:
		err = a.adopt(ctx, st, p, o.runOptions)
	}
	if errors.As(err, new(*problemsError)) || err != nil && p.Campaign != nil && p.Campaign.Name != name {
		err = &campaign.HintError{Err: err, Hint: "mend the files, or go on without them: tebar resume " + name + " --as-stored"}
	}
	return err
}

// guardStored looks at the guard beside the campaign's file, where that can
// still be reached: another store may have taken the campaign over.
func (a *app) guardStored(ctx context.Context, st *store.Store, name string) error {
	stored, _, err := st.Snapshot(ctx, name)
	if err != nil || stored.Origin == "" {
		return err
	}
	c := stored.Campaign
	c.File, c.Folder = stored.Origin, filepath.Dir(stored.Origin)
	return a.guard(ctx, st, &c, false)
}

// resumeAll runs several campaigns side by side; each is told of, and let go,
// when it ends. The exit code is the gravest.
func (a *app) resumeAll(ctx context.Context, st *store.Store, names []string, o resumeOptions, named bool) error {
	e := &endings{app: a, codes: make([]int, len(names)), statuses: make([]campaignStatus, len(names))}
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			s, end, err := a.resumeNamed(ctx, st, name, o, named)
			e.add(ctx, st, i, name, s, end, err)
		})
	}
	wg.Wait()
	if a.json {
		a.printJSON(e.statuses)
	}
	if e.interrupted {
		return errInterrupted
	}
	if code := firstCode(e.codes); code != exitOK {
		return stopped(code)
	}
	return nil
}

// endings are those of several campaigns.
type endings struct {
	app         *app
	mu          sync.Mutex // one tells its end at a time
	codes       []int
	statuses    []campaignStatus
	interrupted bool
}

// add tells the end of one campaign and lets another process run it.
func (e *endings) add(ctx context.Context, st *store.Store, i int, name string, s *session, end run.Result, failed error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s != nil {
		defer s.close()
	}
	e.interrupted = e.interrupted || end.End == run.Interrupted || errors.Is(failed, context.Canceled)
	status, err := e.app.status(context.WithoutCancel(ctx), st, name)
	if failed == nil {
		failed = err
	}
	if failed != nil {
		status.Campaign, status.Reason = name, failed.Error()
		if !e.app.json {
			e.app.fail(fmt.Errorf("%s: %w", name, failed))
		}
		e.statuses[i], e.codes[i] = status, exitCode(failed)
		return
	}
	status.ended(end, s.campaign())
	if !e.app.json {
		e.app.printEnd(s, end, status)
	}
	e.statuses[i], e.codes[i] = status, endCode(end, status.Counts)
}
