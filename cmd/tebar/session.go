package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"

	"tebar/campaign"
	"tebar/campaign/mailer"
	"tebar/campaign/mailer/sandbox"
	"tebar/campaign/prepare"
	"tebar/campaign/run"
	"tebar/campaign/secret"
	"tebar/scheduler"
	"tebar/store"
)

// session is one campaign being run by this process.
type session struct {
	app    *app
	store  *store.Store
	runner *store.Runner
	opts   runOptions

	snapshot campaign.Snapshot
	prepared *prepare.Prepared
	calendar *scheduler.Scheduler
	sandbox  *sandbox.Server
	blobs    blobCache
	progress *progress
}

// load reads the campaign back from the store: what is sent is what the store
// has, whatever the files say meanwhile.
func (s *session) load(ctx context.Context, name string) error {
	var err error
	if s.snapshot, _, err = s.store.Snapshot(ctx, name); err != nil {
		return err
	}
	if s.prepared, err = prepare.Stored(s.snapshot); err != nil {
		return err
	}
	s.calendar, err = newCalendar(&s.snapshot.Campaign)
	return err
}

func (s *session) campaign() *campaign.Campaign { return &s.snapshot.Campaign }

// close lets another process run the campaign.
func (s *session) close() {
	if s.runner != nil {
		if err := s.runner.Close(); err != nil {
			s.app.note("warning: closing %s: %v", s.snapshot.Campaign.Name, err)
		}
	}
	if s.sandbox != nil {
		_ = s.sandbox.Close() // every message it took is on disk
	}
}

// send runs the loop to one of its ends.
func (s *session) send(ctx context.Context) (run.Result, error) {
	server, err := s.server(ctx)
	if err != nil {
		return run.Result{}, err
	}
	info, err := s.store.Info(ctx, s.campaign().Name)
	if err != nil {
		return run.Result{}, err
	}
	defer collect(sendingPercent)()
	s.progress = newProgress(s.app, s.campaign(), info.Counts)
	defer s.progress.done()
	var rest rest
	end, err := run.Campaign(ctx, s.runner, s, s.app.clock, run.Options{
		Decide: s.calendar.Next, Retry: s.campaign().Retry, StopWhen: s.campaign().StopWhen,
		Connections: s.connections(), NewSender: func() run.Sender { return mailer.New(server) },
		Once: s.opts.once, Until: s.opts.until, Limit: s.opts.limit,
		Watch: func(e run.Event) { s.progress.watch(e); rest.watch(e) },
	})
	if err == nil && worthKeeping(end) {
		err = s.runner.Stopped(context.WithoutCancel(ctx), publicCode(end.Code), end.Reason, s.app.who())
	}
	return end, err
}

// worthKeeping says whether the ledger would not show why a run ended.
func worthKeeping(end run.Result) bool {
	switch end.End {
	case run.Person, run.Unreachable:
		return true
	}
	return end.End == run.Stopped && (end.Code == campaign.CodeFlag || end.Code == campaign.CodeUntil)
}

// connections is 1 where a pause between messages makes more useless.
func (s *session) connections() int {
	if s.campaign().Schedule.Pace.Max > 0 {
		return 1
	}
	return s.campaign().Sender.Connections
}

// server is where the mail goes: the account's, or the sandbox in this process.
func (s *session) server(ctx context.Context) (mailer.Server, error) {
	c := s.campaign()
	if c.Sender.Provider != campaign.Sandbox {
		return s.app.server(c.Sender, c.From, s.folder()), nil
	}
	var err error
	if s.sandbox, err = sandbox.Start(context.WithoutCancel(ctx), sandbox.Options{Outbox: s.outbox(), Now: s.app.clock.Now}); err != nil {
		return mailer.Server{}, fmt.Errorf("starting the sandbox: %w", err)
	}
	return mailer.Server{Host: s.sandbox.Host(), Port: s.sandbox.Port(), Security: campaign.None, Auth: campaign.AuthNone}, nil
}

// server describes a real account's server; its password is asked for at the
// first login and kept in memory only.
func (a *app) server(sender campaign.Sender, from campaign.Address, folder string) mailer.Server {
	m := mailer.Server{
		Host: sender.Host, Port: sender.Port, Security: sender.Security, Auth: sender.Auth, Username: sender.Username,
		Name: heloName(from),
	}
	if sender.Password != "" {
		m.Password = a.password(sender.Password, folder)
	}
	return m
}

func (a *app) password(ref, folder string) func(context.Context) (string, error) {
	var mu sync.Mutex // several connections log in at once; a person is asked once
	var known string
	return func(ctx context.Context) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if known != "" {
			return known, nil
		}
		var err error
		known, err = secret.Resolve(ctx, ref, folder, a.prompt(ctx))
		return known, err
	}
}

func (s *session) folder() string { return filepath.Dir(s.snapshot.Origin) }

func (s *session) outbox() string {
	if s.opts.outbox != "" {
		return s.opts.outbox
	}
	return filepath.Join(s.folder(), "outbox")
}
