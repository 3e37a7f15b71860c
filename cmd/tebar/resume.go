package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
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
	if !p.Usable() || p.Campaign.Name != name {
		err := refused(stored.Origin, p.Problems)
		return &campaign.HintError{Err: err, Hint: "tebar resume " + name + " --as-stored goes on without the files"}
	}
	return a.adopt(ctx, st, p, o.runOptions)
}

// resumeAll runs several campaigns side by side; the exit code is the gravest.
func (a *app) resumeAll(ctx context.Context, st *store.Store, names []string, o resumeOptions, named bool) error {
	type ending struct {
		session *session
		end     run.Result
		err     error
	}
	endings := make([]ending, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			s, end, err := a.resumeNamed(ctx, st, name, o, named)
			endings[i] = ending{s, end, err}
		})
	}
	wg.Wait()
	var codes []int
	statuses := []campaignStatus{}
	interrupted := false
	for i, e := range endings {
		if e.session != nil {
			defer e.session.close()
		}
		status, code, err := a.account(ctx, st, names[i], e.session, e.end, e.err)
		if err != nil {
			return err
		}
		statuses, codes = append(statuses, status), append(codes, code)
		interrupted = interrupted || e.end.End == run.Interrupted
	}
	if a.json {
		a.printJSON(statuses)
	}
	if interrupted {
		return errInterrupted
	}
	if code := firstCode(codes); code != exitOK {
		return stopped(code)
	}
	return nil
}

// account is the ending of one of several campaigns.
func (a *app) account(ctx context.Context, st *store.Store, name string, s *session, end run.Result, failed error) (campaignStatus, int, error) {
	status, err := a.status(context.WithoutCancel(ctx), st, name)
	if failed != nil {
		if !a.json {
			a.fail(fmt.Errorf("%s: %w", name, failed))
		} else {
			status.Reason = failed.Error()
		}
		return status, exitCode(failed), nil
	}
	if err != nil {
		return status, exitFailure, err
	}
	status.ended(end, s.campaign())
	if !a.json {
		a.printEnd(s, end, status)
	}
	return status, endCode(end, status.Counts), nil
}
