package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/urfave/cli/v2"

	"tebar/campaign"
	"tebar/campaign/mailer"
	"tebar/campaign/prepare"
	"tebar/campaign/recipients"
	"tebar/scheduler"
	"tebar/store"
)

func (a *app) testCommand() *cli.Command {
	return &cli.Command{
		Name: "test", Usage: "really send one row's message to one address alone", ArgsUsage: "FILE",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "to", Usage: "the `ADDRESS` that gets it"},
			&cli.IntFlag{Name: "row", Usage: "the row that fills it, as a spreadsheet numbers it (default: the first)"},
			&cli.StringFlag{Name: "outbox", Usage: "where the sandbox puts its messages: a `FOLDER`"},
		},
		Action: func(c *cli.Context) error {
			path, err := one(c, "FILE")
			if err != nil {
				return err
			}
			if c.String("to") == "" {
				return usage("test needs --to ADDRESS")
			}
			to, err := recipients.Address(c.String("to"))
			if err != nil {
				return usage("--to %s: %v", c.String("to"), err)
			}
			return a.test(c.Context, path, to, c.Int("row"), c.String("outbox"))
		},
	}
}

// test ignores hours and pace, keeps limits and locks, and changes no
// message's state.
func (a *app) test(ctx context.Context, path, to string, row int, outbox string) error {
	st, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	p, err := a.load(ctx, path, st)
	if err != nil {
		return err
	}
	if !p.Usable() || p.Problems.Errors() > 0 {
		return refused(path, p.Problems)
	}
	envelope, err := a.testMessage(ctx, st, p, to, row)
	if err != nil {
		return err
	}
	s := &session{app: a, store: st, opts: runOptions{outbox: outbox}}
	s.snapshot.Campaign, s.snapshot.Origin = *p.Campaign, p.Campaign.File
	defer s.close()
	o, err := a.sendTest(ctx, s, envelope)
	if err != nil {
		return err
	}
	return a.testDone(o, to)
}

// testMessage fills the row's message, readdressed and marked.
func (a *app) testMessage(ctx context.Context, st *store.Store, p *prepare.Prepared, to string, row int) (campaign.Envelope, error) {
	r, files, err := p.Find(ctx, row)
	if err != nil {
		return campaign.Envelope{}, err
	}
	filled, err := p.Fill(ctx, r)
	if err != nil {
		return campaign.Envelope{}, usage("row %d: %v", r.Number, err)
	}
	filled.To = campaign.Address{Name: filled.To.Name, Email: to}
	filled.Cc, filled.Bcc = nil, nil
	filled.Subject = "[TEST] " + filled.Subject
	m := message(p.Campaign.From, filled, attachments(files))
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	m.MessageID = hex.EncodeToString(id[:]) + "@" + heloName(p.Campaign.From)
	m.Date = a.clock.Now().In(p.Campaign.Schedule.Location())
	return mailer.Build(m)
}

// sendTest reserves, sends and settles.
func (a *app) sendTest(ctx context.Context, s *session, e campaign.Envelope) (campaign.Outcome, error) {
	c := s.campaign()
	limits, err := scheduler.New(scheduler.Rules{Limits: c.EffectiveLimits(), Schedule: campaign.Schedule{Zone: c.Schedule.Zone}})
	if err != nil {
		return campaign.Outcome{}, err
	}
	server, err := s.server(ctx)
	if err != nil {
		return campaign.Outcome{}, err
	}
	now := a.clock.Now()
	id, slot, err := s.store.ReserveTest(ctx, c.Account(), c.Name, c.EffectiveLimits(), len(e.To), now, limits.Next)
	if err != nil {
		return campaign.Outcome{}, err
	}
	if !slot.Due(now) {
		a.say("%s; free at %s; nothing was sent", slotReason(slot, accountName(c.Account())), clockText(slot.At, c.Schedule.Location()))
		return campaign.Outcome{}, stopped(exitLeft)
	}
	sender := mailer.New(server)
	defer sender.Close()
	hand := context.WithoutCancel(ctx)
	o := sender.Open(ctx)
	if o.Verdict == campaign.Accepted {
		o = sender.Send(hand, e, func(context.Context) error { return nil }) // the reservation is marked already
	}
	return o, s.store.SettleTest(hand, id, o, a.clock.Now())
}

func (a *app) testDone(o campaign.Outcome, to string) error {
	if a.json {
		a.printJSON(map[string]any{"to": to, "verdict": o.Verdict, "code": o.Code, "enhanced_code": o.Enhanced, "response": o.Response, "reason": o.Reason})
	}
	switch o.Verdict {
	case campaign.Accepted:
		a.say("accepted for %s: %s", to, strings.TrimSpace(o.Describe()))
		return nil
	case campaign.Uncertain:
		a.say("the server gave no answer: look whether %s got it", to)
		return stopped(exitPartly)
	case campaign.Stop, campaign.Fault, campaign.Fail, campaign.Pause:
		return a.testRefused(o, exitPerson)
	}
	return a.testRefused(o, exitFailure)
}

func (a *app) testRefused(o campaign.Outcome, code int) error {
	if !a.json {
		err := &campaign.HintError{Err: errors.New("not sent: " + o.Reason + ": " + o.Describe()), Hint: o.Hint}
		a.fail(err)
	}
	return stopped(code)
}
