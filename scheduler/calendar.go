package scheduler

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"tebar/campaign"
)

// A day is a date on the zone's calendar: days since 1970-01-01.
type day int64

const dayLength = 24 * time.Hour

func (d day) String() string {
	return time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly)
}

// weekday of a date; 1970-01-01 was a Thursday.
func (d day) weekday() time.Weekday { return time.Weekday(((int64(d)+4)%7 + 7) % 7) }

// A calendar says which instants are open, by the wall clock of its zone.
type calendar struct {
	loc     *time.Location
	always  bool // every instant is open
	days    [7]bool
	hours   []campaign.Hours
	dates   [][2]day // skipped, first and last, sorted
	crosses bool     // some hours go on after midnight
	kinds   [4][]span
}

func newCalendar(s campaign.Schedule) (*calendar, error) {
	loc, err := time.LoadLocation(s.Zone)
	if err != nil {
		loc, err = time.UTC, fmt.Errorf("timezone %q is not known: write an IANA name like Asia/Jakarta", s.Zone)
	}
	c := &calendar{loc: loc, hours: s.Hours}
	c.always = len(s.Days) == 0 && len(s.Hours) == 0 && len(s.Skip) == 0
	err = errors.Join(err, c.readDays(s.Days), c.readHours(s.Hours), c.readDates(s.Skip))
	return c, err
}

func (c *calendar) readDays(days []time.Weekday) error {
	if len(days) == 0 {
		c.days = [7]bool{true, true, true, true, true, true, true}
	}
	var problems []error
	for _, d := range days {
		if d < time.Sunday || d > time.Saturday {
			problems = append(problems, fmt.Errorf("day %d is no weekday: want 0 (Sunday) to 6", d))
			continue
		}
		c.days[d] = true
	}
	return errors.Join(problems...)
}

func (c *calendar) readDates(ranges []campaign.DateRange) error {
	var problems []error
	for _, r := range ranges {
		from, err1 := parseDay(r.From)
		to, err2 := parseDay(r.To)
		if err1 == nil && err2 == nil && from > to {
			err1 = fmt.Errorf("skip_dates %s..%s: want the earlier date first", r.From, r.To)
		}
		if err := errors.Join(err1, err2); err != nil {
			problems = append(problems, err)
			continue
		}
		c.dates = append(c.dates, [2]day{from, to})
	}
	slices.SortFunc(c.dates, func(a, b [2]day) int { return int(a[0] - b[0]) })
	return errors.Join(problems...)
}

func parseDay(text string) (day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("skip_dates: %q is no date: write it like 2027-03-11", text)
	}
	return day(t.Unix() / 86400), nil
}

// skipped gives the range of skip_dates that holds the date, reaching farthest.
func (c *calendar) skipped(d day) (to day, ok bool) {
	for _, r := range c.dates {
		if r[0] > d {
			break
		}
		if r[1] >= d && (!ok || r[1] > to) {
			to, ok = r[1], true
		}
	}
	return to, ok
}

// begins says whether hours may begin on the date.
func (c *calendar) begins(d day) bool {
	_, skip := c.skipped(d)
	return !skip && c.days[d.weekday()]
}

// before is the date that was lived before d: a day that the zone left out
// (Apia, 2011-12-30) is passed over.
func (c *calendar) before(d day) day {
	for d--; ; d-- {
		noon := time.Unix(int64(d)*86400, 0).UTC()
		if time.Date(noon.Year(), noon.Month(), noon.Day(), 12, 0, 0, 0, c.loc).Day() == noon.Day() {
			return d
		}
	}
}

// spans are the open times of a date, as the wall clock reads them.
func (c *calendar) spans(d day) []span {
	i := 0
	if c.begins(d) {
		i |= ownHours
	}
	if c.crosses && c.begins(c.before(d)) {
		i |= hoursOfNight
	}
	return c.kinds[i]
}

// closedBy says why the instant is not open.
func (c *calendar) closedBy(t instant) cause {
	d := c.stretch(t).day(t)
	if _, skip := c.skipped(d); skip {
		return byDates
	}
	if !c.days[d.weekday()] {
		return byDays
	}
	return byHours
}
