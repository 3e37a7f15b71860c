package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"tebar/campaign"
	"tebar/campaign/run"
)

// progress tells a person how a run goes: a line that is written over on a
// terminal, elsewhere a plain line every few seconds; always on stderr.
type progress struct {
	app    *app
	name   string
	loc    *time.Location
	acct   string
	bar    bool
	open   bool // a line without its end stands on the terminal
	said   time.Time
	waited string // the wait announced last

	mu     sync.Mutex
	counts campaign.Counts
}

// progressEvery is the least time between two plain lines.
const progressEvery = 3 * time.Second

func newProgress(a *app, c *campaign.Campaign, counts campaign.Counts) *progress {
	return &progress{
		app: a, name: c.Name, loc: c.Schedule.Location(), acct: accountName(c.Account()),
		bar: !a.json && !a.verbose && a.terminal(a.errs), counts: counts,
	}
}

// watch takes the loop's events; run calls it from one goroutine at a time.
func (p *progress) watch(e run.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case e.Claim.Message != 0:
		p.message(e)
	case e.Outcome.Verdict != "":
		p.line("connection: %s", e.Outcome.Reason)
	default:
		p.wait(e)
	}
}

// message counts an outcome and shows where the campaign stands.
func (p *progress) message(e run.Event) {
	p.waited = ""
	switch e.Outcome.Verdict {
	case campaign.Accepted:
		p.counts.Sent++
	case campaign.Fail:
		p.counts.Failed++
	case campaign.Uncertain:
		p.counts.Unconfirmed++
	}
	if p.app.verbose {
		p.line("%s %s: %s", e.Outcome.Verdict, e.Claim.Recipient.Address, e.Outcome.Describe())
		return
	}
	if e.Outcome.Verdict != campaign.Accepted && e.Outcome.Verdict != campaign.Requeue {
		p.line("%s %s: %s", e.Outcome.Verdict, e.Claim.Recipient.Address, e.Outcome.Describe())
	}
	p.tick(e.At)
}

func (p *progress) tick(at time.Time) {
	if p.app.quiet {
		return
	}
	if p.bar {
		fmt.Fprintf(p.app.errs, "\r\x1b[K%s", p.picture())
		p.open = true
		return
	}
	if at.Sub(p.said) >= progressEvery {
		p.said = at
		p.app.note("%s: %s", p.name, p.standing())
	}
}

// wait announces a wait that a person would wonder about, once.
func (p *progress) wait(e run.Event) {
	if e.Slot.At.Sub(e.At) < 2*time.Second || e.Slot.Reason == p.waited || e.Slot.Code == campaign.CodePace {
		return
	}
	if !p.bar && e.At.Sub(p.said) < progressEvery && e.Slot.At.Sub(e.At) < time.Minute {
		return
	}
	p.waited, p.said = e.Slot.Reason, e.At
	p.line("%s: %s; %s; goes on at %s", p.name, p.standing(), slotReason(e.Slot, p.acct), clockText(e.Slot.At, p.loc))
}

func (p *progress) line(format string, args ...any) {
	if p.app.quiet {
		return
	}
	if p.open {
		fmt.Fprint(p.app.errs, "\r\x1b[K")
		p.open = false
	}
	p.app.note(format, args...)
}

// done ends the line that stands open.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open {
		fmt.Fprintln(p.app.errs)
		p.open = false
	}
}

func (p *progress) standing() string { return standing(p.counts) }

func (p *progress) picture() string {
	const width = 30
	total := max(1, p.counts.Total-p.counts.Skipped)
	full := min(width, width*(p.counts.Sent+p.counts.Failed)/total)
	return fmt.Sprintf("%s [%s%s] %s", p.name, strings.Repeat("=", full), strings.Repeat(" ", width-full), p.standing())
}

// standing is "100 of 250 sent, 2 failed".
func standing(c campaign.Counts) string {
	parts := []string{fmt.Sprintf("%d of %d sent", c.Sent, c.Total-c.Skipped)}
	if c.Failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", c.Failed))
	}
	if c.Unconfirmed > 0 {
		parts = append(parts, fmt.Sprintf("%d unconfirmed", c.Unconfirmed))
	}
	return strings.Join(parts, ", ")
}

// slotReason words what a slot waits for.
func slotReason(s campaign.Slot, account string) string {
	if s.Code == campaign.CodeLimit && s.Limit.Max > 0 {
		return s.Limit.Words() + " of " + account
	}
	return s.Reason
}
