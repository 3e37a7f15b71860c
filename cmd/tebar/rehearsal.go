package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tebar/campaign"
	"tebar/campaign/mailer"
	"tebar/campaign/mailer/sandbox"
	"tebar/campaign/prepare"
	"tebar/campaign/run"
	"tebar/store"
)

// A rehearsal is a campaign on a simulated clock: its own store, scheduler,
// renderer and mailer, through SMTP into the sandbox.
type rehearsal struct {
	app    *app // with the simulated clock
	clock  *run.Simulated
	opts   rehearseOptions
	faults faults

	session *session
	limits  []campaign.Limit // that hold: the campaign's and those of others on the account
	before  []campaign.Spend // what the account had sent
	record  []campaign.Spend // what the sandbox accepted, in order
	waits   waits
	late    int // messages that the end came before
	states  campaign.Counts
}

// rehearse plays the campaign to its end. st is the real store, only read; it
// may be nil.
func (r *rehearsal) rehearse(ctx context.Context, st *store.Store, p *prepare.Prepared) (run.Result, error) {
	folder, err := os.MkdirTemp("", "tebar-rehearsal-")
	if err != nil {
		return run.Result{}, err
	}
	defer os.RemoveAll(folder)
	scratch, err := store.Open(ctx, filepath.Join(folder, "tebar.db"), store.Options{
		Scratch: true, Now: r.clock.Now,
		Boot: func() (string, time.Duration, bool) { return "", 0, false },
	})
	if err != nil {
		return run.Result{}, err
	}
	defer scratch.Close()
	if err := r.seed(ctx, st, scratch, p); err != nil {
		return run.Result{}, err
	}
	proposal, err := r.app.propose(ctx, scratch, p, prepare.Report{})
	if err != nil {
		return run.Result{}, err
	}
	defer proposal.Discard()
	if _, err := proposal.Accept(ctx, r.app.who()); err != nil {
		return run.Result{}, err
	}
	r.session = &session{app: r.app, store: scratch}
	if err := r.session.load(ctx, p.Campaign.Name); err != nil {
		return run.Result{}, err
	}
	end, err := r.play(ctx)
	if err != nil {
		return end, err
	}
	info, err := scratch.Info(ctx, p.Campaign.Name)
	r.states = info.Counts
	return end, err
}

// seed brings what the real store knows of the account and of suppressed
// addresses into the scratch store, and other campaigns' limits into this one.
func (r *rehearsal) seed(ctx context.Context, st, scratch *store.Store, p *prepare.Prepared) error {
	c := p.Campaign
	r.limits = campaign.Union(c.EffectiveLimits())
	if st == nil {
		return nil
	}
	now := run.System{}.Now()
	usage, err := st.Usage(ctx, c.Account(), now, r.limits...)
	if err != nil {
		return err
	}
	r.limits = usage.Limits
	c.Limits, c.Reserve = r.limits, 0
	r.before = slices.Clone(usage.Spends)
	if usage.Pending > 0 {
		r.before = append(r.before, campaign.Spend{At: now, N: usage.Pending})
	}
	list, err := st.Suppressions(ctx)
	if err != nil {
		return err
	}
	if _, err := scratch.Suppress(ctx, list); err != nil {
		return err
	}
	return scratch.Seed(ctx, usage, now)
}

// play runs the loop; a runner that crashes is followed by another.
func (r *rehearsal) play(ctx context.Context) (run.Result, error) {
	server, err := r.server(ctx)
	if err != nil {
		return run.Result{}, err
	}
	defer r.session.sandbox.Close()
	crash := &crashes{at: slices.Sorted(slices.Values(r.faults.crashes)), draw: rand.New(rand.NewPCG(r.opts.seed, 0))}
	for {
		end, err := r.once(ctx, server, crash)
		if !errors.Is(err, run.ErrDied) {
			return end, err
		}
	}
}

func (r *rehearsal) once(ctx context.Context, server mailer.Server, crash *crashes) (run.Result, error) {
	c := r.session.campaign()
	runner, err := r.session.store.Runner(ctx, c.Name, r.clock.Now())
	if err != nil {
		return run.Result{}, err
	}
	end, err := run.Campaign(ctx, run.NewMortal(tardy{runner, &r.late}, crash.next), r.session, r.clock, run.Options{
		Decide: r.session.calendar.Next, Retry: c.Retry, StopWhen: c.StopWhen,
		NewSender: func() run.Sender { return mailer.New(server) },
		Slice:     simulatedSlice, Watch: r.watch,
	})
	if errors.Is(err, run.ErrDied) {
		return end, errors.Join(err, runner.Abandon())
	}
	return end, errors.Join(err, runner.Close())
}

// simulatedSlice is longer than any wait for a window: nobody can pause a
// rehearsal.
const simulatedSlice = 1000 * time.Hour

// server starts the sandbox with the trouble that was asked for.
func (r *rehearsal) server(ctx context.Context) (mailer.Server, error) {
	o := sandbox.Options{
		Outbox: r.opts.outbox, Rules: r.faults.rules, Seed: r.opts.seed, Delay: r.faults.slow,
		Now: r.clock.Now, Wait: r.clock.Pass, Each: r.accepted,
	}
	m := mailer.Server{Security: campaign.None, Auth: campaign.AuthNone, Name: heloName(r.session.campaign().From)}
	if r.faults.login {
		o.Username, o.Password, o.Rules = "rehearsal", "rehearsal", append(o.Rules, wrongLogin)
		m.Auth, m.Username = campaign.AuthPlain, o.Username
		m.Password = func(context.Context) (string, error) { return o.Password, nil }
	}
	var err error
	if r.session.sandbox, err = sandbox.Start(context.WithoutCancel(ctx), o); err != nil {
		return m, err
	}
	m.Host, m.Port = r.session.sandbox.Host(), r.session.sandbox.Port()
	return m, nil
}

// accepted is the sandbox's own word on what it took.
func (r *rehearsal) accepted(receipt sandbox.Receipt) {
	r.record = append(r.record, campaign.Spend{At: receipt.At, N: len(receipt.To)})
}

func (r *rehearsal) watch(e run.Event) {
	if e.Slot.Code != campaign.CodeNone {
		r.waits.add(e.Slot, e.At, r.session.campaign().Schedule.Location())
	}
}
