package file

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	dateLayout  = "2006-01-02"
	wallLayouts = []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05"}
	zoneLayouts = []string{"2006-01-02T15:04Z07:00", time.RFC3339, "2006-01-02 15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z0700", "2006-01-02T15:04:05Z0700"}
	clockText   = regexp.MustCompile(`^[0-9]{2}:[0-9]{2}$`)
	dayFirst    = regexp.MustCompile(`^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})\b(.*)$`)
)

// instant reads a time of the schedule: 2027-03-01T09:00 by the clocks of loc,
// the same with an offset, or a date alone: the start of that day, or for an
// end the start of the next.
func (r *reader) instant(n *node, loc *time.Location, end bool) (time.Time, bool) {
	text, ok := r.text(n)
	if !ok {
		return time.Time{}, false
	}
	for _, layout := range zoneLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return r.yearOK(n, t)
		}
	}
	if t, err := time.Parse(dateLayout, text); err == nil {
		if end {
			t = t.AddDate(0, 0, 1)
		}
		at, _ := wallTime(t, loc)
		return r.yearOK(n, at)
	}
	for _, layout := range wallLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			at, odd := wallTime(t, loc)
			r.oddWall(n, t, at, odd, loc)
			return r.yearOK(n, at)
		}
	}
	r.badInstant(n, text)
	return time.Time{}, false
}

func (r *reader) yearOK(n *node, t time.Time) (time.Time, bool) {
	if t.Year() < 2000 || t.Year() > 2200 {
		r.fail(n, "look at the year", "%s: the year %d cannot be meant", n.path, t.Year())
		return time.Time{}, false
	}
	return t, true
}

// badInstant says what a date could mean and how to write it.
func (r *reader) badInstant(n *node, text string) {
	if m := dayFirst.FindStringSubmatch(text); m != nil {
		r.ambiguous(n, text, m)
		return
	}
	hint := "write it like 2027-03-01T09:00, or a date alone like 2027-03-01"
	r.fail(n, hint, "%s: %q is not a date and time", n.path, shorten(text))
}

// ambiguous names both readings of 01/03/2027, or the one that is a date.
func (r *reader) ambiguous(n *node, text string, m []string) {
	year := m[3]
	if len(year) == 2 {
		year = "20" + year
	}
	var words, written []string
	clock := ""
	if t := strings.TrimLeft(m[4], " T"); clockText.MatchString(t) {
		clock = "T" + t
	}
	for _, dm := range [][2]string{{m[1], m[2]}, {m[2], m[1]}} {
		day, _ := strconv.Atoi(dm[0])
		month, _ := strconv.Atoi(dm[1])
		iso := fmt.Sprintf("%s-%02d-%02d", year, month, day)
		if t, err := time.Parse(dateLayout, iso); err == nil && !contains(written, iso+clock) {
			words, written = append(words, t.Format("2 January 2006")), append(written, iso+clock)
		}
	}
	switch len(words) {
	case 2:
		r.fail(n, "write "+written[0]+" or "+written[1], "%s: %q is ambiguous: %s or %s", n.path, shorten(text), words[0], words[1])
	case 1:
		r.fail(n, "write "+written[0], "%s: %q is not written year first", n.path, shorten(text))
	default:
		r.fail(n, "write it like 2027-03-01", "%s: %q is not a date", n.path, shorten(text))
	}
}

// oddity is what the clocks do at a wall time.
type oddity int

const (
	ordinary oddity = iota
	skipped         // the clocks jump over it
	twice           // the clocks go back over it
)

// wallTime finds the instant at which the clocks of loc show the date and time
// of w. A time that the clocks jump over is the moment of the jump; of a time
// that they show twice it is the first.
func wallTime(w time.Time, loc *time.Location) (time.Time, oddity) {
	t := time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), 0, loc)
	begin, end := t.ZoneBounds()
	shown := asUTC(t)
	switch {
	case shown.After(w): // Go has gone on by the jump: the jump lies behind
		return begin, skipped
	case shown.Before(w):
		return end, skipped
	}
	if other := t.Add(-offsetChange(begin)); !begin.IsZero() && other.Before(begin) && asUTC(other.In(loc)).Equal(w) {
		return other, twice
	}
	if other := t.Add(offsetChange(end)); !end.IsZero() && !other.Before(end) && asUTC(other.In(loc)).Equal(w) {
		return t, twice
	}
	return t, ordinary
}

// offsetChange is by how much the clocks go back at a change (negative: forward).
func offsetChange(at time.Time) time.Duration {
	if at.IsZero() {
		return 0
	}
	_, before := at.Add(-time.Nanosecond).Zone()
	_, after := at.Zone()
	return time.Duration(before-after) * time.Second
}

// asUTC is what the clocks show at t, as a time of UTC, to compare walls.
func asUTC(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

func (r *reader) oddWall(n *node, wall, at time.Time, odd oddity, loc *time.Location) {
	switch odd {
	case skipped:
		r.warn(n, "write another time, or one with an offset", "%s: there is no %s in %s, where the clocks are put forward then; %s is taken",
			n.path, wall.Format("2006-01-02 15:04"), loc, at.In(loc).Format("15:04 on 2006-01-02"))
	case twice:
		r.warn(n, "write it with an offset to choose: "+at.In(loc).Format("2006-01-02T15:04Z07:00"),
			"%s: the clocks of %s show %s twice; the first is taken", n.path, loc, wall.Format("2006-01-02 15:04"))
	}
}
