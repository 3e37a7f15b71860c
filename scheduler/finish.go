package scheduler

import (
	"fmt"
	"time"
)

// result closes the plan of a forecast.
func (f *forecast) result(messages int) Plan {
	f.closeDay()
	by := longest(f.whole)
	if by == byNothing {
		by = f.first
	}
	p := Plan{
		Messages: messages, Days: f.days, TooLate: messages - f.count,
		BoundBy: f.ruleName(by),
	}
	if len(p.Days) > 0 {
		p.StartAt, p.FinishAt = p.Days[0].First, f.now.in(f.cal.loc)
	}
	p.Reason = f.finish(&p)
	return p
}

// longest is the cause that was waited for longest.
func longest(waits []time.Duration) cause {
	best := byNothing
	for by, wait := range waits {
		if wait > waits[best] {
			best = cause(by)
		}
	}
	return best
}

// ruleName is a rule as a campaign file has it; "" is no rule.
func (f *forecast) ruleName(by cause) string {
	if by >= byLimit {
		return f.limits[by-byLimit].Words()
	}
	return f.ruleWords(by)
}

// finish is the plan in one sentence.
func (f *forecast) finish(p *Plan) string {
	switch {
	case p.Messages == 0:
		return "nothing to send"
	case f.small >= 0:
		return fmt.Sprintf("%s; message %d %s", f.done(p), f.count+1, tooBig(f.needs, f.limits[f.small], ""))
	case f.late && f.end == never:
		return fmt.Sprintf("%s; %d of %d cannot go: %s", f.done(p), p.TooLate, p.Messages, neverOpen)
	case f.late:
		return fmt.Sprintf("%s; %d of %d do not fit before the end, %s: set a later end",
			f.done(p), p.TooLate, p.Messages, fullDate(f.end.in(f.cal.loc)))
	}
	return f.done(p)
}

// done says how far the plan gets, when, and which rule makes it so long.
func (f *forecast) done(p *Plan) string {
	if f.count == 0 {
		return "no message can go"
	}
	on := "on one day"
	if n := len(p.Days); n > 1 {
		on = fmt.Sprintf("on %d days", n)
	}
	text := fmt.Sprintf("%d messages %s, the last %s", f.count, on, fullDate(p.FinishAt))
	if f.count == 1 {
		text = "1 message, " + fullDate(p.FinishAt)
	}
	if p.BoundBy != "" {
		text += ", bound by " + p.BoundBy
	}
	return text
}
