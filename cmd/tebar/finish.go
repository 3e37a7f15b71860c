package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"tebar/campaign"
	"tebar/campaign/run"
)

// errInterrupted ends a command that a signal has ended.
var errInterrupted = fmt.Errorf("interrupted: %w", context.Canceled)

// finish says where the campaign stands when its run has ended, what to type
// next, and with which code to exit.
func (a *app) finish(ctx context.Context, s *session, end run.Result) error {
	ctx = context.WithoutCancel(ctx)
	status, err := a.status(ctx, s.store, s.campaign().Name)
	if err != nil {
		return err
	}
	status.ended(end, s.campaign())
	code := endCode(end, status.Counts)
	if a.json {
		a.printJSON(status)
	} else {
		a.printEnd(s, end, status)
	}
	switch {
	case end.End == run.Interrupted:
		return errInterrupted
	case code == exitOK:
		return nil
	}
	return stopped(code)
}

func endCode(end run.Result, c campaign.Counts) int {
	switch end.End {
	case run.Complete, run.Cancelled:
		if c.Failed+c.Unconfirmed > 0 {
			return exitPartly
		}
		return exitOK
	case run.Person:
		return exitPerson
	case run.Unreachable:
		return exitFailure
	}
	return exitLeft
}

func (a *app) printEnd(s *session, end run.Result, status campaignStatus) {
	c := s.campaign()
	name := c.Name
	switch end.End {
	case run.Complete:
		a.say("%s: complete. %s.", name, sentence(status.Counts))
	case run.Cancelled:
		a.say("%s: cancelled. %s.", name, sentence(status.Counts))
	case run.Interrupted:
		a.say("%s: interrupted. %s.", name, standing(status.Counts))
	case run.Person, run.Unreachable:
		a.say("%s: stopped. %s.", name, standing(status.Counts))
		fmt.Fprintf(a.errs, "tebar: error: %s: %s\n", name, visible(end.Reason))
		if end.Hint != "" {
			named := strings.NewReplacer("NAME", name, "FILE", shellWord(relative(s.snapshot.Origin)))
			fmt.Fprintf(a.errs, "hint: %s\n", visible(named.Replace(end.Hint)))
		}
	default:
		a.say("%s: %s; %s", name, standing(status.Counts), whyStopped(end, status, c))
	}
	a.printNext(s, end, status)
}

// whyStopped is "daily limit 100/24h of school; goes on at Mon 23 Nov 2026 09:00:00 WIB".
func whyStopped(end run.Result, status campaignStatus, c *campaign.Campaign) string {
	text := end.Reason
	if l := status.bound; end.Code == campaign.CodeLimit && l.Max > 0 {
		text = l.Words() + " of " + accountName(c.Account())
	}
	if at := end.NextAt; !at.IsZero() && end.Code != campaign.CodeFlag {
		text += "; goes on at " + clockText(at, c.Schedule.Location())
	}
	return text
}

// printNext says what to type.
func (a *app) printNext(s *session, end run.Result, status campaignStatus) {
	name := s.campaign().Name
	if s.sandbox != nil && status.Sent > 0 {
		a.say("  messages    %s (%s)", relative(s.outbox()), plural(s.sandbox.Count(), "file")+" written now")
	}
	if end.End == run.Complete || end.End == run.Cancelled {
		if status.Unconfirmed > 0 {
			a.say("  unconfirmed tebar settle %s", name)
		}
		a.say("  report      tebar report %s -o %s-report.xlsx", name, name)
		return
	}
	a.say("  go on       tebar resume %s", name)
	if file := s.snapshot.Origin; file != "" {
		file = shellWord(relative(file))
		a.say("  correct it  edit, then: tebar check %s && tebar run %s --accept-changes", file, file)
	}
}

// sentence is "60 of 60 sent, 2 failed; 3 skipped".
func sentence(c campaign.Counts) string {
	text := standing(c)
	if c.Skipped > 0 {
		text += fmt.Sprintf("; %d skipped", c.Skipped)
	}
	return text
}

// relative is a path as seen from here, where that is shorter.
func relative(path string) string {
	here, err := filepath.Abs(".")
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}

func firstCode(codes []int) int {
	for _, first := range []int{exitFailure, exitPerson, exitTaken, exitUsage, exitPartly, exitLeft} {
		for _, c := range codes {
			if c == first {
				return c
			}
		}
	}
	return exitOK
}
