package scheduler_test

// The checker says what is allowed, by reading a definition literally and
// counting everything. It shares no code with the scheduler.

import (
	"slices"
	"time"
	_ "time/tzdata"

	"tebar/campaign"
	"tebar/scheduler"
)

type checker struct {
	rules scheduler.Rules
	loc   *time.Location
	open  map[string]time.Duration // of dates counted before
}

func newChecker(r scheduler.Rules) *checker {
	return &checker{r, r.Schedule.Location(), map[string]time.Duration{}}
}

// due says whether all rules allow a message of u.Next recipients at now. The
// pause must be a fixed one.
func (c *checker) due(u campaign.Usage, now time.Time) bool {
	s := c.rules.Schedule
	n := max(1, u.Next)
	for _, l := range slices.Concat(c.rules.Limits, u.Limits) {
		if n+u.Pending+inWindow(u.Spends, l.Span(), now) > l.Max {
			return false
		}
	}
	switch {
	case now.Before(s.Start), !s.End.IsZero() && !now.Before(s.End), now.Before(u.LockedUntil):
		return false
	case !u.Last.IsZero() && now.Before(u.Last.Add(s.Pace.Min)):
		return false
	case !u.Last.IsZero() && s.Spread && now.Before(u.Last.Add(c.shareOf(now, n, u.Limits))):
		return false
	}
	return c.isOpen(now)
}

// inWindow counts the recipients whose spend is younger than the span.
func inWindow(spends []campaign.Spend, span time.Duration, now time.Time) int {
	sum := 0
	for _, s := range spends {
		if s.At.Add(span).After(now) {
			sum += s.N
		}
	}
	return sum
}

func (c *checker) isOpen(t time.Time) bool {
	s := c.rules.Schedule
	minute := minuteOfDay(t.In(c.loc))
	hours := s.Hours
	if len(hours) == 0 {
		hours = []campaign.Hours{{From: 0, To: 24 * 60}}
	}
	for _, h := range hours {
		if h.From < h.To {
			if h.From <= minute && minute < h.To && c.sends(t) {
				return true
			}
			continue
		}
		if minute >= h.From && c.sends(t) || minute < h.To && c.sends(c.dayBefore(t)) {
			return true
		}
	}
	return false
}

func minuteOfDay(t time.Time) int { return t.Hour()*60 + t.Minute() }

// sends says whether days and skip_dates allow the date of t.
func (c *checker) sends(t time.Time) bool {
	date := t.In(c.loc).Format(time.DateOnly)
	for _, r := range c.rules.Schedule.Skip {
		if r.From <= date && date <= r.To {
			return false
		}
	}
	days := c.rules.Schedule.Days
	return len(days) == 0 || slices.Contains(days, t.In(c.loc).Weekday())
}

// dayBefore walks back to the date that was lived before that of t.
func (c *checker) dayBefore(t time.Time) time.Time {
	for date := t.In(c.loc).Day(); t.In(c.loc).Day() == date; {
		t = t.Add(-10 * time.Minute)
	}
	return t
}

// openTime counts the open minutes of the date of t.
func (c *checker) openTime(t time.Time) time.Duration {
	date := t.In(c.loc).Format(time.DateOnly)
	if known, ok := c.open[date]; ok {
		return known
	}
	var sum time.Duration
	first := t.Truncate(time.Minute).Add(-30 * time.Hour)
	for m := first; m.Before(first.Add(60 * time.Hour)); m = m.Add(time.Minute) {
		if m.In(c.loc).Format(time.DateOnly) == date && c.isOpen(m) {
			sum += time.Minute
		}
	}
	c.open[date] = sum
	return sum
}

// shareOf is the wait that spread asks for, within a microsecond.
func (c *checker) shareOf(now time.Time, n int, more []campaign.Limit) time.Duration {
	limits := campaign.Union(c.rules.Limits, more)
	if len(limits) == 0 {
		return 0
	}
	l := limits[0] // the shortest, unless others are up to a day long
	for _, other := range limits {
		if other.Window <= 24*time.Hour {
			l = other
		}
	}
	perDay, open := float64(l.Max), c.openTime(now)
	if l.Window > 24*time.Hour {
		perDay *= 24 / l.Span().Hours()
	} else {
		open = min(open, l.Span())
	}
	return time.Duration(open.Seconds() * float64(n) / perDay * 1e9).Truncate(time.Microsecond)
}

// worst is the greatest number of recipients in any window of that length,
// both ends counted.
func worst(spends []campaign.Spend, window time.Duration) int {
	greatest, sum, oldest := 0, 0, 0
	for _, s := range spends {
		sum += s.N
		for s.At.Sub(spends[oldest].At) > window {
			sum -= spends[oldest].N
			oldest++
		}
		greatest = max(greatest, sum)
	}
	return greatest
}

// months counts recipients by calendar month in a zone.
func months(spends []campaign.Spend, loc *time.Location) map[string]int {
	sums := map[string]int{}
	for _, s := range spends {
		sums[s.At.In(loc).Format("2006-01")] += s.N
	}
	return sums
}
