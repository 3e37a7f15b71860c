package scheduler

import (
	"fmt"
	"strings"
	"time"

	"tebar/campaign"
)

// poll is when to look again while an answer is outstanding.
const poll = time.Second

func (c cause) code() campaign.Code {
	switch c {
	case byNothing:
		return campaign.CodeNone
	case byStart:
		return campaign.CodeStart
	case byLock:
		return campaign.CodeLocked
	case byPace, bySpread:
		return campaign.CodePace
	case byHours, byDays, byDates:
		return campaign.CodeHours
	}
	return campaign.CodeLimit
}

func (d *decision) slot() campaign.Slot {
	slot := campaign.Slot{
		At: d.at.when.in(d.cal.loc), Code: d.at.by.code(), Reason: d.words(d.at),
	}
	if i := int(d.at.by - byLimit); i >= 0 {
		slot.Limit = d.limits[i]
	}
	if d.at.by != d.rule.by && d.rule.when > d.now && d.rule.by != byPace {
		slot.Reason = d.words(d.rule) + "; " + slot.Reason // what made it wait until the calendar closed
	}
	return slot
}

func (d *decision) pendingSlot() campaign.Slot {
	l := d.limits[d.pending]
	return campaign.Slot{
		At: d.now.plus(poll).in(d.cal.loc), Code: campaign.CodeLimit, Limit: l,
		Reason: d.count(l) + ", waiting for an answer from the server",
	}
}

// smallSlot: a limit that can never hold the message.
func (d *decision) smallSlot() campaign.Slot {
	l := d.limits[d.small]
	slot := campaign.Slot{Never: true, Code: campaign.CodeLimit, Limit: l}
	slot.Reason = "the message " + tooBig(d.n, l, d.account())
	return slot
}

// tooBig ends a sentence on a message of n recipients.
func tooBig(n int, l campaign.Limit, account string) string {
	if l.Max < 1 {
		return fmt.Sprintf("can never go: the %s%s leaves nothing; lower the reserve or raise the limit", l.Words(), account)
	}
	return fmt.Sprintf("counts for %d recipients, more than the %s%s ever allows; raise the limit, or take off cc and bcc",
		n, l.Words(), account)
}

func (d *decision) endSlot() campaign.Slot {
	slot := campaign.Slot{Never: true, Code: campaign.CodeEnd}
	end := d.end.in(d.cal.loc)
	if d.now >= d.end {
		slot.Reason = fmt.Sprintf("the end, %s, has passed: set a later end", fullDate(end))
		return slot
	}
	if d.end == never {
		slot.Reason = neverOpen
		return slot
	}
	slot.Reason = fmt.Sprintf("the end, %s, comes before the next free time (%s): set a later end",
		fullDate(end), d.slot().Reason)
	return slot
}

// neverOpen: without an end, only the calendar (skip_dates) can leave no time.
const neverOpen = "days, hours and skip_dates leave no time any more; open some"

// fullDate is a time that is read long after it was written.
func fullDate(t time.Time) string {
	return roundUp(t, time.Minute).Format("Mon 2 Jan 2006 15:04")
}

// words are the reason for a bound.
func (d *decision) words(b bound) string {
	at := d.When(b.when.in(d.cal.loc), d.now.in(d.cal.loc))
	switch b.by {
	case byStart:
		return fmt.Sprintf("starts %s (%s)", fullDate(d.start.in(d.cal.loc)), d.cal.loc)
	case byLock:
		return d.lockWords(at)
	case byPace:
		return "pause between messages until " + at
	case bySpread:
		return "spread over the day, next at " + at
	case byDates:
		return "a date of skip_dates, opens " + at
	case byHours, byDays:
		return "outside the " + d.ruleWords(b.by) + ", opens " + at
	}
	return d.count(d.limits[b.by-byLimit]) + ", free at " + at
}

func (d *decision) lockWords(at string) string {
	why := d.u.LockReason
	if why == "" {
		why = "the account is paused"
	}
	return why + ", locked until " + at
}

// count tells how full a limit is: "daily limit 100/100 of rina@gmail.com".
func (d *decision) count(l campaign.Limit) string {
	name, full := strings.CutSuffix(l.Words(), l.String())
	in := ""
	if full && name == "limit " { // a window without a name of its own
		_, window, _ := strings.Cut(l.String(), "/")
		in = " in " + window
	}
	text := fmt.Sprintf("%s%d/%d%s%s", name, used(l, d.u, d.now), l.Max, in, d.account())
	if d.n > 1 {
		text += fmt.Sprintf(" (the message needs %d)", d.n)
	}
	return text
}

func (d *decision) account() string { return ofAccount(d.u.Account) }

func ofAccount(key string) string {
	if key == "" {
		return ""
	}
	return " of " + accountName(key)
}

// accountName is an account's key as people say it: without the server behind
// a login that is an address; a sandbox is the sandbox.
func accountName(key string) string {
	if strings.HasPrefix(key, "sandbox:") {
		return "the sandbox"
	}
	if login, _, ok := strings.Cut(key, "/"); ok && strings.Contains(login, "@") {
		return login
	}
	return key
}

// ruleWords names a rule that is no limit, as a campaign file has it.
func (s *Scheduler) ruleWords(by cause) string {
	switch by {
	case byStart:
		return "start"
	case byLock:
		return "lock of the account"
	case byPace:
		return "pace " + paceText(s.pace)
	case bySpread:
		return "spread"
	case byHours:
		return "hours " + s.cal.hoursWords()
	case byDays:
		return "days " + s.cal.daysWords()
	case byDates:
		return "skip_dates"
	}
	return ""
}

func paceText(p campaign.Pace) string {
	if p.Max <= p.Min {
		return durationText(p.Min)
	}
	return durationText(p.Min) + "-" + durationText(p.Max)
}

// durationText leaves out the zeros at the end: "1h", not "1h0m0s".
func durationText(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func (c *calendar) hoursWords() string {
	var texts []string
	for _, h := range c.hours {
		texts = append(texts, hoursText(h))
	}
	return strings.Join(texts, ", ")
}

func hoursText(h campaign.Hours) string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", h.From/60, h.From%60, h.To/60, h.To%60)
}

// daysWords writes runs of days, the week beginning on Monday: "mon-fri, sun".
func (c *calendar) daysWords() string {
	var runs []string
	for i := 0; i < 7; i++ {
		first := i
		for i < 7 && c.days[(i+1)%7] {
			i++
		}
		switch i - first {
		case 0:
		case 1:
			runs = append(runs, dayText(first))
		default:
			runs = append(runs, dayText(first)+"-"+dayText(i-1))
		}
	}
	return strings.Join(runs, ", ")
}

// dayText is day i of a week that begins on Monday, as a file has it.
func dayText(i int) string {
	return strings.ToLower(time.Weekday((i + 1) % 7).String()[:3])
}
