package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"tebar/campaign"
	"tebar/campaign/run"
	"tebar/store"
)

// campaignStatus is the JSON of run, resume and status.
type campaignStatus struct {
	Campaign string          `json:"campaign"`
	State    campaign.Status `json:"state"`
	campaign.Counts
	NextAt     *time.Time               `json:"next_at"`
	FinishAt   *time.Time               `json:"finish_at"`
	Reason     string                   `json:"reason"`
	ReasonCode campaign.Code            `json:"reason_code"`
	Accounts   []campaign.AccountStatus `json:"accounts"`

	bound campaign.Limit // the limit that binds, with reason_code limit
	loc   *time.Location
	acct  string
}

func (a *app) statusCommand() *cli.Command {
	return &cli.Command{
		Name: "status", Usage: "where each campaign stands, why it waits and until when", ArgsUsage: "[NAME]",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "watch", Aliases: []string{"w"}, Usage: "show it again every two seconds"}},
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return usage("status takes one NAME or none")
			}
			return a.statusVerb(c.Context, c.Args().First(), c.Bool("watch"))
		},
	}
}

func (a *app) statusVerb(ctx context.Context, arg string, watch bool) error {
	st, err := a.openStore(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	for {
		if watch && a.terminal(a.out) {
			fmt.Fprint(a.out, "\x1b[H\x1b[2J")
		}
		if err := a.showStatus(ctx, st, arg); err != nil || !watch {
			return err
		}
		if err := a.clock.Wait(ctx, a.clock.Now().Add(2*time.Second)); err != nil {
			return err
		}
	}
}

func (a *app) showStatus(ctx context.Context, st *store.Store, arg string) error {
	if arg != "" {
		name, err := campaignName(arg)
		if err != nil {
			return err
		}
		s, err := a.status(ctx, st, name)
		if err != nil {
			return err
		}
		a.printStatus(s)
		return nil
	}
	infos, err := st.List(ctx)
	if err != nil {
		return err
	}
	all := []campaignStatus{}
	for _, info := range infos {
		if info.Forgotten {
			continue
		}
		s, err := a.status(ctx, st, info.Name)
		if err != nil {
			return err
		}
		all = append(all, s)
	}
	if a.json {
		a.printJSON(all)
		return nil
	}
	if len(all) == 0 {
		a.say("no campaign in this store yet; `tebar init` writes one to begin with")
	}
	for _, s := range all {
		a.printStatus(s)
	}
	return nil
}

// status derives where a campaign stands from the ledger alone.
func (a *app) status(ctx context.Context, st *store.Store, name string) (campaignStatus, error) {
	info, err := st.Info(ctx, name)
	if err != nil {
		return campaignStatus{}, err
	}
	snapshot, _, err := st.Snapshot(ctx, name)
	if err != nil {
		return campaignStatus{}, err
	}
	c := &snapshot.Campaign
	s := campaignStatus{
		Campaign: name, Counts: info.Counts, Accounts: []campaign.AccountStatus{},
		loc: c.Schedule.Location(), acct: accountName(c.Account()),
	}
	if err := a.statusAccount(ctx, st, &s, c.Account()); err != nil {
		return s, err
	}
	s.State = stateOf(info)
	if s.State == campaign.StatusComplete || s.State == campaign.StatusCancelled {
		return s, nil
	}
	return s, a.statusNext(ctx, st, &s, c, info)
}

func (a *app) statusAccount(ctx context.Context, st *store.Store, s *campaignStatus, account string) error {
	accounts, err := st.Accounts(ctx, a.clock.Now())
	for _, acct := range accounts {
		if acct.Account == account {
			s.Accounts = append(s.Accounts, inZone(acct, s.loc))
		}
	}
	return err
}

func stateOf(info store.Info) campaign.Status {
	switch {
	case info.Cancelled:
		return campaign.StatusCancelled
	case info.Counts.Left() == 0:
		return campaign.StatusComplete
	case info.Paused:
		return campaign.StatusPaused
	case info.Running != nil:
		return campaign.StatusRunning
	case info.Counts.Sent+info.Counts.Failed+info.Counts.Unconfirmed+info.Counts.Deferred+info.Counts.Sending == 0:
		return campaign.StatusNew
	}
	return campaign.StatusStopped
}

// statusNext says when the next message may go and when the last will have gone.
func (a *app) statusNext(ctx context.Context, st *store.Store, s *campaignStatus, c *campaign.Campaign, info store.Info) error {
	calendar, err := newCalendar(c)
	if err != nil {
		return err
	}
	now := a.clock.Now()
	usage, err := st.Usage(ctx, c.Account(), now)
	if err != nil {
		return err
	}
	slot := calendar.Next(usage, now)
	if info.Counts.Queued == 0 && info.NextRetry.After(now) && info.NextRetry.After(slot.At) {
		slot = campaign.Slot{At: info.NextRetry, Code: campaign.CodeRetry, Reason: "deferred messages are tried again"}
	}
	if !slot.Due(now) && !slot.Never && slot.Code != campaign.CodePace {
		s.NextAt = timePointer(slot.At, s.loc)
		s.Reason, s.ReasonCode, s.bound = slotReason(slot, s.acct), slot.Code, slot.Limit
		if s.State == campaign.StatusRunning {
			s.State = campaign.StatusWaiting
		}
	}
	if s.State == campaign.StatusStopped || s.State == campaign.StatusNew {
		code, reason, err := st.LastStop(ctx, s.Campaign)
		if err != nil {
			return err
		}
		if code != campaign.CodeNone {
			s.State, s.ReasonCode, s.Reason = campaign.StatusStopped, code, reason
		}
	}
	if s.State == campaign.StatusPaused {
		s.Reason, s.ReasonCode = "paused by a person; tebar resume "+s.Campaign+" lifts it", campaign.CodePaused
	}
	plan := calendar.Forecast(usage, now, info.Counts.Left(), nil)
	finish := plan.FinishAt
	if slot.At.After(finish) && !finish.IsZero() {
		finish = slot.At
	}
	s.FinishAt = timePointer(finish, s.loc)
	return nil
}

// ended puts the reason of a run's end into its status.
func (s *campaignStatus) ended(end run.Result, c *campaign.Campaign) {
	if end.Code != "" {
		s.ReasonCode, s.Reason = publicCode(end.Code), end.Reason
	}
	if end.Code == campaign.CodeLimit && s.bound.Max > 0 {
		s.Reason = s.bound.Words() + " of " + accountName(c.Account())
	}
	if !end.NextAt.IsZero() {
		s.NextAt = timePointer(end.NextAt, s.loc)
	}
	if s.State == campaign.StatusRunning || s.State == campaign.StatusWaiting {
		s.State = campaign.StatusStopped // the runner ends with this line
	}
}

// publicCode maps codes that CLI.md does not list.
func publicCode(c campaign.Code) campaign.Code {
	switch c {
	case campaign.CodePace, campaign.CodeBusy:
		return campaign.CodeOnce
	case campaign.CodeFault:
		return campaign.CodeFailures
	}
	return c
}

func inZone(acct campaign.AccountStatus, loc *time.Location) campaign.AccountStatus {
	if acct.LockedUntil != nil {
		acct.LockedUntil = timePointer(*acct.LockedUntil, loc)
	}
	for i, l := range acct.Limits {
		if l.FreeAt != nil {
			acct.Limits[i].FreeAt = timePointer(*l.FreeAt, loc)
		}
	}
	return acct
}

func (a *app) printStatus(s campaignStatus) {
	if a.json {
		a.printJSON(s)
		return
	}
	a.say("%s: %s. %s.", s.Campaign, s.State, sentence(s.Counts))
	if s.Sending > 0 && s.State == campaign.StatusStopped {
		a.say("  in hand     %s when the run was ended by force; tebar resume or settle looks into it", plural(s.Sending, "message"))
	}
	if s.Deferred > 0 {
		a.say("  deferred    %s to be tried again", plural(s.Deferred, "message"))
	}
	if s.Reason != "" {
		a.say("  why         %s", s.Reason)
	}
	if s.NextAt != nil {
		a.say("  goes on at  %s", clockText(*s.NextAt, s.loc))
	}
	if s.FinishAt != nil {
		a.say("  finish      %s", clockText(*s.FinishAt, s.loc))
	}
	for _, acct := range s.Accounts {
		a.printAccount(acct, s.loc)
	}
}
