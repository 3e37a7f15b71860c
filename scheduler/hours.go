package scheduler

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"tebar/campaign"
)

// A span is a part of a date by the wall clock, after midnight, the end
// excluded.
type span struct{ from, to time.Duration }

// What a date's open time is made of; bits of an index into calendar.kinds.
const (
	ownHours     = 1 << iota // hours that begin on the date
	hoursOfNight             // those that began the day before and cross midnight
)

const lastMinute = 24 * 60

// readHours prepares the open times of the four kinds of date. No hours at
// all are the whole day.
func (c *calendar) readHours(hours []campaign.Hours) error {
	if len(hours) == 0 {
		hours = []campaign.Hours{{From: 0, To: lastMinute}}
	}
	var problems []error
	var own, night []span
	for _, h := range hours {
		if h.From < 0 || h.From >= lastMinute || h.To < 0 || h.To > lastMinute {
			problems = append(problems, fmt.Errorf("hours %s: want times from 00:00 to 24:00, like 09:00-17:00", hoursText(h)))
			continue
		}
		to := h.To
		if to <= h.From {
			night = append(night, span{0, minutes(to)})
			to = lastMinute
		}
		own = append(own, span{minutes(h.From), minutes(to)})
	}
	c.crosses = len(night) > 0
	c.kinds[ownHours] = merge(own)
	c.kinds[hoursOfNight] = merge(night)
	c.kinds[ownHours|hoursOfNight] = merge(slices.Concat(own, night))
	return errors.Join(problems...)
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// merge sorts spans, joins those that touch, and drops empty ones.
func merge(spans []span) []span {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var out []span
	for _, s := range spans {
		switch last := len(out) - 1; {
		case s.from >= s.to:
		case last >= 0 && s.from <= out[last].to:
			out[last].to = max(out[last].to, s.to)
		default:
			out = append(out, s)
		}
	}
	return out
}
