package scheduler

import (
	"errors"
	"fmt"
	"time"

	"tebar/campaign"
)

// Rules are what a campaign asks of the scheduler.
type Rules struct {
	Limits   []campaign.Limit // effective (reserve taken off); joined with Usage.Limits by campaign.Union
	Schedule campaign.Schedule
}

// A Scheduler is a compiled set of rules. Make it with New.
type Scheduler struct {
	limits []campaign.Limit // sorted by window, one for each window
	zone   string           // as the file has it
	cal    *calendar
	start  instant // 0 = none
	end    instant // never = none
	pace   campaign.Pace
	spread bool
}

// New prepares the calendar: it loads the zone (an empty one is UTC) and reads
// the dates. The error joins everything that is impossible: an unknown zone, a
// date that is none, hours outside 0..1440, an end before the start, a calendar
// without any open time.
func New(r Rules) (*Scheduler, error) {
	cal, err := newCalendar(r.Schedule)
	s := &Scheduler{
		limits: campaign.Union(r.Limits),
		zone:   r.Schedule.Zone, cal: cal,
		end:  never,
		pace: r.Schedule.Pace, spread: r.Schedule.Spread,
	}
	if !r.Schedule.Start.IsZero() {
		s.start = instantOf(r.Schedule.Start)
	}
	if !r.Schedule.End.IsZero() {
		s.end = instantOf(r.Schedule.End)
	}
	if err = errors.Join(err, s.check()); err == nil {
		err = s.checkOpen()
	}
	if err != nil {
		return nil, fmt.Errorf("reading the schedule: %w", err)
	}
	return s, nil
}

// check looks at what does not need the calendar.
func (s *Scheduler) check() error {
	var problems []error
	for _, l := range s.limits {
		if l.Max < 0 || l.Window <= 0 || l.Window > longestWait {
			problems = append(problems, fmt.Errorf("limit %s: want N/window, like 100/24h, with a window of at most ten years", l))
		}
	}
	if p := s.pace; p.Min < 0 || p.Max < 0 || max(p.Min, p.Max) > longestWait || p.Max > 0 && p.Max < p.Min {
		problems = append(problems, fmt.Errorf("pace %s-%s: want the shorter pause first, like 5s-15s, and at most ten years", p.Min, p.Max))
	}
	if s.end <= s.start {
		problems = append(problems, errors.New("end is not after start: set a later end"))
	}
	return errors.Join(problems...)
}

// checkOpen refuses a calendar that leaves no time to send.
func (s *Scheduler) checkOpen() error {
	from, _, ok := s.cal.open(s.start)
	switch {
	case !ok:
		return errors.New("days, hours and skip_dates leave no time to send: open some")
	case s.start > 0 && from >= s.end:
		return errors.New("days, hours and skip_dates leave no time between start and end: open some, or set a later end")
	}
	return nil
}

// joined are the limits that hold: the campaign's and the account's.
func (s *Scheduler) joined(more []campaign.Limit) []campaign.Limit {
	if len(more) == 0 {
		return s.limits
	}
	return campaign.Union(s.limits, more)
}

// Next says when the next message, of u.Next recipients, may go. The zero Slot
// is due: every rule holds at now. Otherwise At is the earliest time at which
// all rules hold if nothing else is sent until then, the reason names the rule
// that made it the latest, and Next at At is due. Two exceptions:
//   - Never: the end has passed or comes before At (code end), or a limit is
//     smaller than the message (code limit);
//   - messages without an answer fill a limit, or alone keep the message from
//     going before the end: one that is refused gives its room back. Where all
//     else allows it, At is now + 1 s, to look again.
//
// It is a campaign.Decide.
func (s *Scheduler) Next(u campaign.Usage, now time.Time) campaign.Slot {
	d := s.decide(&u, now)
	switch {
	case d.now >= s.end:
		return d.endSlot()
	case d.small >= 0:
		return d.smallSlot()
	case d.at.when >= s.end && d.roomMayCome(now):
		return d.pendingSlot()
	case d.at.when >= s.end:
		return d.endSlot()
	case d.at.when > d.now:
		return d.slot()
	case d.pending >= 0:
		return d.pendingSlot()
	}
	return campaign.Slot{}
}

// A decision is everything that Next found out, for the reason to be told.
type decision struct {
	*Scheduler
	u       *campaign.Usage
	now     instant
	n       int
	limits  []campaign.Limit
	small   int   // index of a limit that is smaller than the message, or -1
	pending int   // index of a limit that unanswered messages fill, or -1
	rule    bound // the latest of all rules but calendar and spread
	at      bound // the earliest time that all rules allow
}

func (s *Scheduler) decide(u *campaign.Usage, now time.Time) *decision {
	d := &decision{
		Scheduler: s, u: u, now: instantOf(now), n: max(1, u.Next),
		limits: s.joined(u.Limits), small: -1, pending: -1,
	}
	d.rule = bound{d.now, byNothing}
	for i := len(d.limits) - 1; i >= 0; i-- { // of two that free at once, the longer window is named
		l := d.limits[i]
		switch {
		case l.Max < d.n:
			d.small = i
		case l.Max < d.n+u.Pending:
			d.pending = i
		default:
			d.rule = d.rule.or(free(l, u, d.n, d.now), byLimit+cause(i))
		}
	}
	last := lastOf(u, d.now)
	d.rule = s.thresholds(d.rule, u.LockedUntil, last.plus(s.pause(seed(u.Account), u.Seq)))
	d.at = s.place(&cursor{cal: s.cal}, d.rule, last, d.n, s.share(d.limits))
	return d
}

// roomMayCome says whether the message could go before the end if those without
// an answer were refused: too late is final, so it must not be said too soon.
func (d *decision) roomMayCome(now time.Time) bool {
	if d.u.Pending == 0 || d.rule.by < byLimit {
		return false
	}
	d.pending = int(d.rule.by - byLimit)
	u := *d.u
	u.Pending = 0
	return d.decide(&u, now).at.when < d.end
}

// thresholds are the rules that name one instant. paced is the end of the
// pause, 0 for none.
func (s *Scheduler) thresholds(b bound, locked time.Time, paced instant) bound {
	b = b.or(s.start, byStart)
	if !locked.IsZero() {
		b = b.or(instantOf(locked), byLock)
	}
	return b.or(paced, byPace)
}

// place is the first time from b on that calendar and spread allow.
func (s *Scheduler) place(c *cursor, b bound, last instant, n int, sh share) bound {
	for {
		open, ok := c.open(b.when)
		if !ok {
			return b.or(never, c.cal.closedBy(b.when))
		}
		b = b.or(open, c.closedBy)
		if !s.spread || last == 0 || sh.max == 0 {
			return b
		}
		next := last.plus(sh.wait(c.openTime(open), n))
		if next <= open {
			return b
		}
		b = b.or(min(next, c.dayEnd), bySpread) // another day has another share
	}
}
