package file

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tebar/campaign"
)

var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// readDays reads mon-fri, "mon,wed", or a list of such; sat-mon goes over the
// end of the week.
func readDays(r *reader, n *node, d *draft) {
	var on [7]bool
	r.texts(n, func(n *node) (string, bool) {
		text, ok := r.text(n)
		if !ok {
			return "", false
		}
		for _, part := range strings.Split(text, ",") {
			r.daySpan(n, strings.TrimSpace(part), &on)
		}
		return text, true
	})
	for i, yes := range on {
		if yes {
			d.Schedule.Days = append(d.Schedule.Days, time.Weekday((i+1)%7))
		}
	}
}

func (r *reader) daySpan(n *node, text string, on *[7]bool) {
	first, last, ranged := strings.Cut(text, "-")
	if !ranged {
		last = first
	}
	from, to := dayIndex(first), dayIndex(last)
	if from < 0 || to < 0 {
		hint := "write days like mon-fri, or a list like [mon, wed, fri]"
		for _, word := range []string{first, last} {
			if meant := nearest(word, weekdays); meant != "" && dayIndex(word) < 0 {
				hint = "did you mean " + meant + "? " + hint
				break
			}
		}
		r.fail(n, hint, "%s: %q is not a day of the week", n.path, shorten(text))
		return
	}
	for i := from; ; i = (i + 1) % 7 {
		on[i] = true
		if i == to {
			return
		}
	}
}

// dayIndex takes mon and monday, in any case; 0 is Monday, -1 no day.
func dayIndex(text string) int {
	text = strings.ToLower(strings.TrimSpace(text))
	for i, name := range weekdays {
		long := strings.ToLower(time.Weekday((i + 1) % 7).String())
		if text == name || text == long {
			return i
		}
	}
	return -1
}

var hoursText = regexp.MustCompile(`^([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})$`)

const (
	dayMinutes  = 24 * 60
	wantedHours = `write hours like "09:00-17:00", or a list of such`
)

// readHours reads "09:00-17:00" or a list. The spans come out in the order of
// the day and do not overlap.
func readHours(r *reader, n *node, d *draft) {
	var spans []given[campaign.Hours]
	r.texts(n, func(n *node) (string, bool) {
		text, ok := r.text(n)
		if !ok {
			return "", false
		}
		h, why := parseHours(text)
		if why != "" {
			r.fail(n, wantedHours, "%s: %q %s", n.path, shorten(text), why)
			return "", false
		}
		for _, s := range spans {
			if overlap(s.value, h) {
				r.fail(n, "join the two", "%s: %s overlaps with hours before it", n.path, shorten(text))
			}
		}
		spans = append(spans, given[campaign.Hours]{n, h})
		return text, true
	})
	slices.SortFunc(spans, func(a, b given[campaign.Hours]) int { return a.value.From - b.value.From })
	for _, s := range spans {
		d.Schedule.Hours = append(d.Schedule.Hours, s.value)
	}
}

// parseHours reads one span; why is "" where it was understood. An end of
// 00:00 is midnight at the day's end.
func parseHours(text string) (h campaign.Hours, why string) {
	m := hoursText.FindStringSubmatch(text)
	if m == nil {
		return h, "is not a span of hours"
	}
	var v [4]int
	for i := range v {
		v[i], _ = strconv.Atoi(m[i+1])
	}
	h = campaign.Hours{From: v[0]*60 + v[1], To: v[2]*60 + v[3]}
	switch {
	case v[1] > 59 || v[3] > 59 || h.From >= dayMinutes || h.To > dayMinutes:
		return h, "is not a time of the day"
	case h.From == h.To:
		return h, "begins and ends at the same time; for the whole day leave hours out"
	case h.To == 0:
		h.To = dayMinutes
	}
	return h, ""
}

// overlap compares two spans on the circle of the day.
func overlap(a, b campaign.Hours) bool {
	return within(a.From, b) || within(b.From, a)
}

func within(minute int, h campaign.Hours) bool {
	if h.From < h.To {
		return minute >= h.From && minute < h.To
	}
	return minute >= h.From || minute < h.To
}

// readSkipDates reads 2027-03-11, or 2027-03-20..2027-03-24, both included, or
// a list of such.
func readSkipDates(r *reader, n *node, d *draft) {
	r.texts(n, func(n *node) (string, bool) {
		text, ok := r.text(n)
		if !ok {
			return "", false
		}
		span, err := parseDates(text)
		if err != nil {
			r.badDates(n, text, err)
			return "", false
		}
		d.Schedule.Skip = append(d.Schedule.Skip, span)
		return text, true
	})
}

func parseDates(text string) (campaign.DateRange, error) {
	from, to, ranged := strings.Cut(text, "..")
	if !ranged {
		to = from
	}
	from, to = strings.TrimSpace(from), strings.TrimSpace(to)
	for _, date := range []string{from, to} {
		if _, err := time.Parse(dateLayout, date); err != nil {
			return campaign.DateRange{}, fmt.Errorf("%q is not a date", shorten(date))
		}
	}
	if to < from {
		return campaign.DateRange{}, fmt.Errorf("%q ends before it begins", shorten(text))
	}
	return campaign.DateRange{From: from, To: to}, nil
}

func (r *reader) badDates(n *node, text string, err error) {
	if m := dayFirst.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
		r.ambiguous(n, text, m)
		return
	}
	r.fail(n, "write 2027-03-11, or 2027-03-20..2027-03-24", "%s: %s", n.path, err)
}
