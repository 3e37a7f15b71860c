package store

import (
	"slices"
	"sort"
	"time"

	"tebar/campaign"
)

// A timeline has the spends at the times from which they count by the present
// wall clock. While the clocks agree these never change: a spend's age grows
// with the time. Where they do not (the wall clock was set back a while ago, or
// a spend lies ahead), there is no timeline, and each age is taken anew.
type timeline struct {
	list  []campaign.Spend // oldest first
	drawn bool
	read  int       // entries that are in the list
	loose []entry   // that are in the list
	boot  string    // of the clock
	epoch time.Time // when the boot clock was zero, by the wall clock
}

const (
	// drift is how far the clocks go apart before the line is drawn anew: far
	// less than the margin of any limit.
	drift = time.Millisecond
	// jitter is how far two looks at the clocks may lie apart.
	jitter = time.Second
)

// draw brings the line up to date, or says that there is none.
func (l *timeline) draw(now, steady moment, entries, loose []entry) bool {
	epoch := steady.at.Add(-steady.up)
	if now.boot != steady.boot || now.boot != "" && now.at.Add(-now.up).Sub(epoch).Abs() > jitter {
		l.drawn = false
		return false
	}
	stays := l.drawn && l.boot == now.boot && l.read <= len(entries) && slices.Equal(l.loose, loose) &&
		(now.boot == "" || l.epoch.Sub(epoch).Abs() <= drift)
	if !stays {
		*l = timeline{list: l.list[:0], boot: now.boot, epoch: epoch, loose: slices.Clone(loose)}
	}
	l.drawn = (stays || l.place(now, loose)) && l.place(now, entries[l.read:])
	l.read = len(entries)
	return l.drawn
}

// place puts entries where they belong, or says that one has no place that
// stays.
func (l *timeline) place(now moment, entries []entry) bool {
	sorted := true
	for _, e := range entries {
		at, ok := l.at(now, e.moment)
		if !ok {
			return false
		}
		n := len(l.list)
		sorted = sorted && (n == 0 || !at.Before(l.list[n-1].At))
		l.list = append(l.list, campaign.Spend{At: at, N: e.n})
	}
	if !sorted {
		slices.SortStableFunc(l.list, byTime)
	}
	return true
}

// at is when a moment was by the present wall clock: the later of what the two
// clocks say, as its age is the smaller. It says false where the age does not
// grow with the time.
func (l *timeline) at(now, then moment) (time.Time, bool) {
	wall, at := now.at.Sub(then.at), then.at
	if now.boot == "" || now.boot != then.boot {
		return at, wall > -jitter
	}
	up := now.up - then.up
	if by := l.epoch.Add(then.up); by.After(at) {
		at = by
	}
	return at, min(wall, up) > -jitter && wall > up-up/tooFast-jitter
}

// older counts the spends that are older than a span.
func (l *timeline) older(now time.Time, span time.Duration) int {
	return sort.Search(len(l.list), func(i int) bool { return now.Sub(l.list[i].At) <= span })
}
