package scheduler

import "time"

// A stretch is time in which the zone's offset from UTC stays the same, so
// that wall clock and instant run alike. At its ends the clocks change. All
// calendar arithmetic happens inside one stretch: that is what makes hours that
// are left out or come twice, and days of 23, 24.5 or 25 hours, come out right.
type stretch struct {
	from, to instant
	offset   time.Duration // of the wall clock, east of UTC
}

func (c *calendar) stretch(t instant) stretch {
	at := t.in(c.loc)
	_, offset := at.Zone()
	st := stretch{0, never + 1, time.Duration(offset) * time.Second}
	from, to := at.ZoneBounds()
	if !from.IsZero() {
		st.from = instantOf(from)
	}
	if !to.IsZero() {
		st.to = instantOf(to)
	}
	return st
}

// day is the date on the calendar at t.
func (s stretch) day(t instant) day {
	local := time.Duration(t) + s.offset
	d := day(local / dayLength)
	if local < 0 && local%dayLength != 0 {
		d--
	}
	return d
}

// midnight is when the date begins, if the wall clock ran in this stretch. Dates
// may be far off (skip_dates to the year 9999): those are after never.
func (s stretch) midnight(d day) instant {
	d = min(d, day(time.Duration(never)/dayLength)+2)
	return instant(time.Duration(d)*dayLength - s.offset)
}

// cut gives a span of a date as instants within the stretch; from >= to is
// nothing.
func (s stretch) cut(d day, sp span) (from, to instant) {
	midnight := s.midnight(d)
	return max(s.from, midnight+instant(sp.from)), min(s.to, midnight+instant(sp.to))
}

// open is the first open time from t on: from is t or later, and it is open
// until to, at least. Not ok: never again before the year 2200.
func (c *calendar) open(t instant) (from, to instant, ok bool) {
	if c.always {
		return t, never, t < never
	}
	for t < never {
		st := c.stretch(t)
		if from, to, ok = c.openIn(st, t); ok {
			return from, to, true
		}
		t = st.to
	}
	return 0, 0, false
}

func (c *calendar) openIn(st stretch, t instant) (from, to instant, ok bool) {
	for d := st.day(t); st.midnight(d) < st.to; d = c.after(d) {
		for _, sp := range c.spans(d) {
			from, to = st.cut(d, sp)
			if from = max(from, t); from < to {
				return from, to, true
			}
		}
	}
	return 0, 0, false
}

// after is the next date that may be open; the rest of skip_dates is jumped over.
func (c *calendar) after(d day) day {
	if to, ok := c.skipped(d); ok {
		return to + 1
	}
	return d + 1
}

// openTime is how long a date is open in all.
func (c *calendar) openTime(d day) time.Duration {
	var sum time.Duration
	begin := stretch{}.midnight(d)
	// No zone is more than 26 h from UTC, and a date may come back after a change.
	for t := begin - instant(26*time.Hour); t < begin+instant(50*time.Hour); {
		st := c.stretch(t)
		for _, sp := range c.spans(d) {
			if from, to := st.cut(d, sp); from < to {
				sum += time.Duration(to - from)
			}
		}
		t = st.to
	}
	return sum
}

// A cursor walks a calendar forwards and keeps what it found last. A fresh one
// is cursor{cal: c}; it belongs to one goroutine.
type cursor struct {
	cal      *calendar
	from, to instant // an open time
	closedBy cause   // why the last instant asked for was not open
	day      day     // the date of the last instant asked for
	dayBegin instant // the part of that date without a change of clocks
	dayEnd   instant
	counted  day // the date of sum
	sum      time.Duration
}

// open is the first open instant from t on.
func (c *cursor) open(t instant) (instant, bool) {
	if c.from <= t && t < c.to {
		return t, true
	}
	from, to, ok := c.cal.open(t)
	if !ok {
		return 0, false
	}
	if from > t {
		c.closedBy = c.cal.closedBy(t)
	}
	c.from, c.to = from, to
	return from, true
}

// date is the calendar's date at t.
func (c *cursor) date(t instant) day {
	if t < c.dayBegin || t >= c.dayEnd {
		st := c.cal.stretch(t)
		c.day = st.day(t)
		c.dayBegin, c.dayEnd = st.cut(c.day, span{0, dayLength})
	}
	return c.day
}

// openTime is how long the date of t is open in all.
func (c *cursor) openTime(t instant) time.Duration {
	if d := c.date(t); d != c.counted || c.sum == 0 {
		c.counted, c.sum = d, c.cal.openTime(d)
	}
	return c.sum
}
