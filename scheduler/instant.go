package scheduler

import "time"

// An instant is nanoseconds since 1970-01-01 UTC. Arithmetic on it is what
// makes a forecast of a million messages quick. The zero instant is "none".
type instant int64

// never is later than anything that can be asked for: the year 2200.
const never = instant(7258118400 * int64(time.Second))

// longestWait is what a window or a pause may be at most.
const longestWait = 10 * 365 * 24 * time.Hour

// instantOf gives a time as an instant, kept within 1..never.
func instantOf(t time.Time) instant {
	sec := t.Unix()
	if sec >= int64(never)/int64(time.Second) {
		return never
	}
	if sec <= 0 {
		return 1
	}
	return instant(sec*int64(time.Second)) + instant(t.Nanosecond())
}

func (i instant) in(loc *time.Location) time.Time { return time.Unix(0, int64(i)).In(loc) }

// plus adds a wait of at most ten years; nothing plus a wait is nothing.
func (i instant) plus(d time.Duration) instant {
	if i == 0 {
		return 0
	}
	return i + instant(d)
}

// A bound is the earliest instant that the rules looked at so far allow, and
// which of them made it so late.
type bound struct {
	when instant
	by   cause
}

// or keeps the later of two bounds, the first where they are equal.
func (b bound) or(when instant, by cause) bound {
	if when > b.when {
		return bound{when, by}
	}
	return b
}

// A cause is the rule behind a bound.
type cause int

// The causes. byLimit+i is limit i of the joined limits.
const (
	byNothing cause = iota
	byStart
	byLock
	byPace
	bySpread
	byHours
	byDays
	byDates
	byLimit
)
