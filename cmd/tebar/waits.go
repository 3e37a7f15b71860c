package main

import (
	"time"

	"tebar/campaign"
)

// waits is what a rehearsal waited for, by day and in all.
type waits struct {
	days  map[string]map[string]time.Duration
	whole map[string]time.Duration
}

// add notes a wait at its first day.
func (w *waits) add(s campaign.Slot, at time.Time, loc *time.Location) {
	if w.days == nil {
		w.days, w.whole = map[string]map[string]time.Duration{}, map[string]time.Duration{}
	}
	date := at.In(loc).Format(time.DateOnly)
	if w.days[date] == nil {
		w.days[date] = map[string]time.Duration{}
	}
	w.days[date][causeOf(s)] += s.At.Sub(at)
	w.whole[causeOf(s)] += s.At.Sub(at)
}

// causeOf names what a slot waits for, as the campaign file has it.
func causeOf(s campaign.Slot) string {
	switch {
	case s.Code == campaign.CodeLimit && s.Limit.Max > 0:
		return s.Limit.Words()
	case s.Code == campaign.CodeLocked:
		return "lock of the account"
	}
	return string(s.Code)
}

// longestOf is the cause that was waited for longest; "" is none.
func longestOf(waited map[string]time.Duration) string {
	best := ""
	for cause, d := range waited {
		if best == "" || d > waited[best] || d == waited[best] && cause < best {
			best = cause
		}
	}
	return best
}
