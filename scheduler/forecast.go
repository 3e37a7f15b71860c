package scheduler

import (
	"time"

	"tebar/campaign"
)

// A Day is one date of a plan on which something is sent.
type Day struct {
	Date    string    `json:"date"` // in the campaign's zone, 2006-01-02
	Count   int       `json:"count"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
	Total   int       `json:"total"`    // messages up to and with this day
	BoundBy string    `json:"bound_by"` // the rule that messages waited for longest from this day on: "daily limit 100/24h"; "" if none
}

// A Plan is what a campaign's calendar will be if every message is accepted at
// once and the account sends nothing else. Times are in the campaign's zone.
type Plan struct {
	Messages int       `json:"messages"`          // asked for, those too late among them
	StartAt  time.Time `json:"start_at,omitzero"` // of the first message; zero if none can go
	FinishAt time.Time `json:"finish_at,omitzero"`
	Days     []Day     `json:"days"`
	BoundBy  string    `json:"bound_by"` // the rule that messages waited for longest between first and last
	TooLate  int       `json:"too_late"` // messages that get no time before the end, or none at all
	Reason   string    `json:"reason"`   // one sentence on the finish
}

// Forecast plans messages in their order from now on, each at the time that
// Next gives it when the ones before it were sent and answered at theirs, with
// Usage.Seq counting up by one a message. cost tells the recipients of message
// i (0..messages-1; 0 reads as 1); nil is 1 for all. Messages without an answer
// (u.Pending) are taken as answered now. u.Next is not looked at.
//
// It takes one pass; its memory grows with the days and the largest limit, not
// with the messages. Messages alike that go at one instant are one step. The
// first message that gets no time ends the plan: those behind it would come
// later still.
func (s *Scheduler) Forecast(u campaign.Usage, now time.Time, messages int, cost func(i int) int) Plan {
	f := s.forecast(u, now)
	messages = max(0, messages)
	for i := 0; i < messages; {
		n, alike := 1, messages-i
		if cost != nil {
			n, alike = run(cost, i, messages)
		}
		if !f.addAlike(n, alike) {
			break
		}
		i += alike
	}
	return f.result(messages)
}

// run is the cost of message i, and how many from it on have the same.
func run(cost func(i int) int, i, messages int) (n, alike int) {
	n = max(1, cost(i))
	for alike = 1; i+alike < messages && max(1, cost(i+alike)) == n; alike++ {
	}
	return n, alike
}

// A forecast is a plan in the making.
type forecast struct {
	*Scheduler
	limits  []campaign.Limit
	windows *windows
	share   share
	seed    uint64
	cursor  cursor
	now     instant // time of the last planned message; before the first, now of the caller
	last    instant // of the account, 0 = none
	seq     int64
	locked  time.Time
	count   int
	small   int  // index of a limit that a message is too big for, or -1
	needs   int  // recipients of that message
	late    bool // a message comes after the end
	first   cause
	days    []Day
	date    day             // of the last entry of days
	today   []time.Duration // waited for each cause, by messages after the first of today
	whole   []time.Duration // the same of the whole plan
}

func (s *Scheduler) forecast(u campaign.Usage, now time.Time) *forecast {
	f := &forecast{
		Scheduler: s, limits: s.joined(u.Limits), seed: seed(u.Account), cursor: cursor{cal: s.cal},
		now: instantOf(now), seq: u.Seq, locked: u.LockedUntil, small: -1, days: []Day{},
	}
	f.last = lastOf(&u, f.now)
	f.windows = newWindows(f.limits, &u, f.now)
	f.share = s.share(f.limits)
	f.today = make([]time.Duration, int(byLimit)+len(f.limits))
	f.whole = make([]time.Duration, len(f.today))
	return f
}

// add plans one message of n recipients, unless there is no time for it.
func (f *forecast) add(n int) bool {
	if f.small = f.windows.small(n); f.small >= 0 {
		f.needs = n
		return false
	}
	rule := f.windows.free(bound{f.now, byNothing}, n)
	rule = f.thresholds(rule, f.locked, f.last.plus(f.pause(f.seed, f.seq)))
	at := f.place(&f.cursor, rule, f.last, n, f.share)
	f.waited(rule, at)
	if at.when >= f.end {
		f.late = true
		return false
	}
	f.windows.spend(at.when, n)
	f.now, f.last = at.when, at.when
	f.count++
	f.seq++
	f.enter(at.when)
	return true
}

// addAlike plans messages of n recipients each, until there is no time for one.
func (f *forecast) addAlike(n, messages int) bool {
	for messages > 0 {
		if !f.add(n) {
			return false
		}
		together := f.together(n, messages-1)
		f.windows.spend(f.now, together*n)
		f.count += together
		f.seq += int64(together)
		f.days[len(f.days)-1].Count += together
		f.days[len(f.days)-1].Total = f.count
		messages -= 1 + together
	}
	return true
}

// together is how many more messages, up to most, go at the very instant of the
// last one: no rule but the limits can part them, and these have room.
func (f *forecast) together(n, most int) int {
	if f.spread || f.pace.Min > 0 || f.pace.Max > 0 {
		return 0
	}
	return f.windows.room(n, most)
}

// waited notes what the message waited for: first the rules, then the calendar
// or spread. The wait for the first message is not part of the plan.
func (f *forecast) waited(rule, at bound) {
	if f.count == 0 {
		f.first = at.by
		return
	}
	f.today[rule.by] += time.Duration(rule.when - f.now)
	f.whole[rule.by] += time.Duration(rule.when - f.now)
	f.today[at.by] += time.Duration(at.when - rule.when)
	f.whole[at.by] += time.Duration(at.when - rule.when)
}

// enter writes a message into its day.
func (f *forecast) enter(t instant) {
	d := f.cursor.date(t)
	if len(f.days) == 0 || d != f.date {
		f.closeDay()
		f.date = d
		f.days = append(f.days, Day{Date: d.String(), First: t.in(f.cal.loc)})
	}
	today := &f.days[len(f.days)-1]
	today.Count++
	today.Total = f.count
	today.Last = t.in(f.cal.loc)
}

// closeDay names the rule that bound the last day of the plan so far.
func (f *forecast) closeDay() {
	if len(f.days) > 0 {
		f.days[len(f.days)-1].BoundBy = f.ruleName(longest(f.today))
	}
	clear(f.today)
}
