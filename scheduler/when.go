package scheduler

import "time"

// When words a time in the campaign's zone, as seen from now: "15:04" today,
// "Tue 15:04" within the next six days, else "Tue 2 Mar 15:04", with the year
// where it is another one. It is rounded up to the minute, so that it is never
// too early; up to the second if it comes within ten minutes. In the hours
// around a change of clocks that come twice, the zone's letters say which.
func (s *Scheduler) When(t, now time.Time) string {
	c := s.cal
	t, now = t.In(c.loc), now.In(c.loc)
	clock := "15:04"
	if wait := t.Sub(now); wait > 0 && wait < 10*time.Minute {
		t = roundUp(t, time.Second)
		if t.Second() != 0 {
			clock = "15:04:05"
		}
	} else {
		t = roundUp(t, time.Minute)
	}
	if c.twice(t) {
		clock += " MST"
	}
	return t.Format(dateBefore(c.dayOf(t)-c.dayOf(now), t.Year() == now.Year()) + clock)
}

// dateBefore is the layout of the date in front of the clock.
func dateBefore(days day, sameYear bool) string {
	switch {
	case days == 0:
		return ""
	case 0 < days && days < 7:
		return "Mon "
	case sameYear:
		return "Mon 2 Jan "
	}
	return "Mon 2 Jan 2006 "
}

// roundUp works on the wall clock, whose offset may have odd minutes.
func roundUp(t time.Time, unit time.Duration) time.Time {
	past := time.Duration(t.Nanosecond())
	if unit == time.Minute {
		past += time.Duration(t.Second()) * time.Second
	}
	if past == 0 {
		return t
	}
	return t.Add(unit - past)
}

func (c *calendar) dayOf(t time.Time) day {
	i := instantOf(t)
	return c.stretch(i).day(i)
}

// twice says whether the wall clock reads what it reads at t at another instant
// too, because it was or will be put back.
func (c *calendar) twice(t time.Time) bool {
	i := instantOf(t)
	st := c.stretch(i)
	if st.from > 1 && time.Duration(i-st.from) < c.stretch(st.from-1).offset-st.offset {
		return true
	}
	return st.to < never && time.Duration(st.to-i) <= st.offset-c.stretch(st.to).offset
}
