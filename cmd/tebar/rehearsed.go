package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tebar/campaign"
)

// rehearsalJSON is plan's keys, of what happened, and the proof.
type rehearsalJSON struct {
	planJSON
	Accepted  int             `json:"accepted"` // messages, by the sandbox's own record
	States    campaign.Counts `json:"states"`
	Windows   []windowJSON    `json:"windows"`
	Simulated float64         `json:"simulated"` // seconds of the simulated clock
	Elapsed   float64         `json:"elapsed"`   // seconds that it took
}

// windowJSON is the worst window of a limit: recipients accepted in it, with
// those that the account had sent before the rehearsal.
type windowJSON struct {
	Limit string `json:"limit"`
	Most  int    `json:"max_in_any_window"`
	max   int
}

func (r *rehearsal) result(elapsed time.Duration) rehearsalJSON {
	out := rehearsalJSON{
		Accepted: len(r.record), States: r.states, Windows: r.worst(),
		Simulated: r.clock.Now().Sub(r.opts.start).Round(time.Millisecond).Seconds(), Elapsed: elapsed.Round(time.Millisecond).Seconds(),
	}
	loc := r.session.campaign().Schedule.Location()
	out.Messages, out.TooLate = r.states.Total-r.states.Skipped+r.late, r.late
	out.BoundBy, out.Days = longestOf(r.waits.whole), r.days(loc)
	if n := len(r.record); n > 0 {
		out.StartAt, out.FinishAt = timePointer(r.record[0].At, loc), timePointer(r.record[n-1].At, loc)
	}
	return out
}

// days is the calendar of what was accepted.
func (r *rehearsal) days(loc *time.Location) []dayJSON {
	days := []dayJSON{}
	for i, spend := range r.record {
		date := spend.At.In(loc).Format(time.DateOnly)
		if len(days) == 0 || days[len(days)-1].Date != date {
			days = append(days, dayJSON{Date: date, First: timePointer(spend.At, loc), BoundBy: longestOf(r.waits.days[date])})
		}
		today := &days[len(days)-1]
		today.Count++
		today.Total, today.Last = i+1, timePointer(spend.At, loc)
	}
	return days
}

// worst counts, for each limit, every window that ends with an accepted
// message, both ends within it; nothing here knows how the scheduler counts.
func (r *rehearsal) worst() []windowJSON {
	out := []windowJSON{}
	for _, l := range r.limits {
		w := windowJSON{Limit: l.String(), max: l.Max}
		for _, sum := range r.windows(l.Window) {
			w.Most = max(w.Most, sum)
		}
		out = append(out, w)
	}
	return out
}

// windows are the recipients in each window of that length that ends with an
// accepted message.
func (r *rehearsal) windows(length time.Duration) []int {
	before := slices.SortedFunc(slices.Values(r.before), func(a, b campaign.Spend) int { return a.At.Compare(b.At) })
	sums := make([]int, 0, len(r.record))
	sum, first, entered, left := 0, 0, 0, 0
	for _, spend := range r.record {
		sum += spend.N
		for ; spend.At.Sub(r.record[first].At) > length; first++ {
			sum -= r.record[first].N
		}
		for ; entered < len(before) && !before[entered].At.After(spend.At); entered++ {
			sum += before[entered].N
		}
		for ; left < entered && spend.At.Sub(before[left].At) > length; left++ {
			sum -= before[left].N
		}
		sums = append(sums, sum)
	}
	return sums
}

// statesWords is "58 sent, 2 failed".
func statesWords(c campaign.Counts) string {
	var parts []string
	for _, s := range []struct {
		n    int
		word string
	}{
		{c.Sent, "sent"},
		{c.Failed, "failed"},
		{c.Unconfirmed, "unconfirmed"},
		{c.Deferred, "deferred"},
		{c.Queued, "queued"},
		{c.Skipped, "skipped"},
	} {
		if s.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", s.n, s.word))
		}
	}
	return strings.Join(parts, ", ")
}
