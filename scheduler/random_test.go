package scheduler_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tebar/campaign"
	"tebar/scheduler"
)

// changes are places and days at which the clocks do something.
var changes = []struct{ zone, day string }{
	{"UTC", "2028-02-28"},
	{"Asia/Jakarta", "2027-03-01"},
	{"America/New_York", "2027-03-14"},
	{"America/New_York", "2027-11-07"},
	{"Europe/London", "2027-03-28"},
	{"Europe/London", "2027-10-31"},
	{"Australia/Lord_Howe", "2027-04-04"},
	{"Australia/Lord_Howe", "2027-10-03"},
	{"Pacific/Apia", "2011-12-30"},
	{"America/Havana", "2027-11-07"}, // put back at 01:00 to midnight
	{"Africa/Cairo", "2027-04-30"},   // put forward at midnight
	{"Africa/Cairo", "2027-10-28"},   // put back at midnight to the day before
}

// A world is a random case: rules, the account's past, and now.
type world struct {
	rules scheduler.Rules
	usage campaign.Usage
	now   time.Time
}

func drawWorld(t *rapid.T) world {
	place := rapid.SampledFrom(changes).Draw(t, "place")
	loc, err := time.LoadLocation(place.zone)
	if err != nil {
		t.Fatal(err)
	}
	day, _ := time.ParseInLocation(time.DateOnly, place.day, loc)
	now := day.Add(time.Duration(rapid.IntRange(-3*1440, 2*1440).Draw(t, "minute")) * time.Minute)
	w := world{now: now.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 59_999_999}).Draw(t, "µs")) * time.Microsecond)}
	w.rules = scheduler.Rules{Limits: drawLimits(t, "limits"), Schedule: drawSchedule(t, place.zone, day, now)}
	w.usage = drawUsage(t, w.now)
	return w
}

func drawLimits(t *rapid.T, label string) []campaign.Limit {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) campaign.Limit {
		windows := []time.Duration{10 * time.Second, 10 * time.Minute, time.Hour, 24 * time.Hour, 50 * time.Hour}
		return campaign.Limit{Max: rapid.IntRange(1, 7).Draw(t, "max"), Window: rapid.SampledFrom(windows).Draw(t, "window")}
	}), 0, 3).Draw(t, label)
}

func drawSchedule(t *rapid.T, zone string, day, now time.Time) campaign.Schedule {
	s := campaign.Schedule{Zone: zone}
	minute := rapid.IntRange(0, 1439)
	if rapid.Bool().Draw(t, "has hours") {
		s.Hours = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) campaign.Hours {
			return campaign.Hours{From: minute.Draw(t, "from"), To: rapid.IntRange(0, 1440).Draw(t, "to")}
		}), 1, 3).Draw(t, "hours")
	}
	if rapid.Bool().Draw(t, "has days") {
		s.Days = rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) time.Weekday {
			return time.Weekday(rapid.IntRange(0, 6).Draw(t, "day"))
		}), 1, 7, rapid.ID).Draw(t, "days")
	}
	if rapid.Bool().Draw(t, "skips") {
		from := day.AddDate(0, 0, rapid.IntRange(-2, 3).Draw(t, "skip from"))
		to := from.AddDate(0, 0, rapid.IntRange(0, 2).Draw(t, "skip for"))
		s.Skip = []campaign.DateRange{{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly)}}
	}
	if rapid.Bool().Draw(t, "starts") {
		s.Start = now.Add(time.Duration(rapid.IntRange(-600, 3000).Draw(t, "start")) * time.Minute)
	}
	if rapid.Bool().Draw(t, "ends") {
		s.End = now.Add(time.Duration(rapid.IntRange(-60, 9000).Draw(t, "end")) * time.Minute)
	}
	pause := time.Duration(rapid.SampledFrom([]int{0, 0, 7, 900}).Draw(t, "pace")) * time.Second
	s.Pace = campaign.Pace{Min: pause, Max: pause}
	s.Spread = rapid.IntRange(0, 3).Draw(t, "spread") == 0
	return s
}

func drawUsage(t *rapid.T, now time.Time) campaign.Usage {
	u := campaign.Usage{Account: "rina@example.org/smtp.example.org", Seq: 3, Next: rapid.IntRange(0, 2).Draw(t, "next")}
	u.Limits = drawLimits(t, "limits of others")
	u.Pending = rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "pending")
	for range rapid.IntRange(0, 12).Draw(t, "spends") {
		ago := time.Duration(rapid.IntRange(-60, 60*60).Draw(t, "ago")) * time.Minute
		u.Spends = append(u.Spends, campaign.Spend{At: now.Add(-ago), N: rapid.IntRange(1, 3).Draw(t, "n")})
	}
	slices.SortFunc(u.Spends, func(a, b campaign.Spend) int { return a.At.Compare(b.At) })
	if rapid.Bool().Draw(t, "has last") {
		u.Last = now.Add(-time.Duration(rapid.IntRange(0, 2000).Draw(t, "last")) * time.Second)
	}
	if rapid.IntRange(0, 4).Draw(t, "locked") == 0 {
		u.LockedUntil = now.Add(time.Duration(rapid.IntRange(-60, 600).Draw(t, "lock")) * time.Minute)
	}
	return u
}

// scheduler compiles the rules; a case that New refuses is no case.
func (w world) scheduler(t *rapid.T) *scheduler.Scheduler {
	s, err := scheduler.New(w.rules)
	if err != nil {
		t.Skip(err)
	}
	return s
}

// A message may go at the time that Next names, and at no time before it.
func TestNextIsTheEarliestTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		s, c := w.scheduler(t), newChecker(w.rules)
		slot := s.Next(w.usage, w.now)
		if slot.Due(w.now) {
			if slot != (campaign.Slot{}) || !c.due(w.usage, w.now) {
				t.Fatalf("due at %s, and is not allowed", w.now)
			}
			return
		}
		if slot.Code == campaign.CodeNone || slot.Reason == "" {
			t.Fatalf("a wait without a reason: %+v", slot)
		}
		if slot.Never && w.usage.Pending > 0 {
			answered := w.usage
			answered.Pending = 0
			if !s.Next(answered, w.now).Never {
				t.Fatalf("given up, but an answer may make room: %s", slot.Reason)
			}
		}
		if !slot.Never && !waitsForAnswer(w, slot) && (!c.due(w.usage, slot.At) || !s.Next(w.usage, slot.At).Due(slot.At)) {
			t.Fatalf("not due at %s: %s; then %+v", slot.At, slot.Reason, s.Next(w.usage, slot.At))
		}
		for _, at := range samples(t, w.now, lastBefore(slot, w)) {
			if c.due(w.usage, at) || s.Next(w.usage, at).Due(at) {
				t.Fatalf("due at %s already, before %+v", at, slot)
			}
		}
	})
}

// lastBefore is up to when nothing may be due. Shares of spread are rounded up,
// so the last two microseconds before them are nobody's.
func lastBefore(slot campaign.Slot, w world) time.Time {
	switch {
	case slot.Never:
		return w.now.Add(100 * time.Hour)
	case w.rules.Schedule.Spread:
		return slot.At.Add(-2 * time.Microsecond)
	}
	return slot.At
}

// waitsForAnswer: what is on its way fills a limit or leaves room only after the
// end, so no time is known.
func waitsForAnswer(w world, slot campaign.Slot) bool {
	if w.usage.Pending > 0 && slot.Code == campaign.CodeLimit && slot.At.Sub(w.now) == time.Second {
		return true
	}
	return slices.ContainsFunc(slices.Concat(w.rules.Limits, w.usage.Limits), func(l campaign.Limit) bool {
		return w.usage.Pending+max(1, w.usage.Next) > l.Max
	})
}

// samples are instants from first to before last: both edges, where the spends
// leave and the clocks tick over to a quarter, and some at random.
func samples(t *rapid.T, first, last time.Time) []time.Time {
	times := []time.Time{first, last.Add(-1)}
	step := max(15*time.Minute, last.Sub(first)/300)
	for at := first.Truncate(15 * time.Minute); at.Before(last); at = at.Add(step) {
		times = append(times, at)
	}
	for range 20 {
		times = append(times, first.Add(time.Duration(rapid.Int64Range(0, max(0, int64(last.Sub(first)))).Draw(t, "sample"))))
	}
	return slices.DeleteFunc(times, func(at time.Time) bool { return at.Before(first) || !at.Before(last) })
}

// The forecast is what happens when every message goes at the time that Next
// gives it.
func TestForecastFollowsNext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		w.rules.Schedule.Pace.Max += time.Duration(rapid.SampledFrom([]int{0, 0, 60}).Draw(t, "range")) * time.Second
		s := w.scheduler(t)
		var costs []int
		for _, n := range rapid.SliceOfN(rapid.IntRange(1, 3), 0, 15).Draw(t, "costs") {
			costs = append(costs, slices.Repeat([]int{n}, rapid.SampledFrom([]int{1, 1, 2, 9}).Draw(t, "alike"))...)
		}
		plan := s.Forecast(w.usage, w.now, len(costs), func(i int) int { return costs[i] })
		sent := step(s, w, costs)
		if got := plan.Messages - plan.TooLate; got != len(sent) {
			t.Fatalf("the forecast plans %d, %d go", got, len(sent))
		}
		if want := daysOf(sent, w.rules.Schedule.Location()); !slices.EqualFunc(plan.Days, want, sameDay) {
			t.Fatalf("the forecast has\n%+v\nbut it is\n%+v", plan.Days, want)
		}
	})
}

// step sends message by message until one never goes, waits for answers taking
// no time.
func step(s *scheduler.Scheduler, w world, costs []int) []campaign.Spend {
	u, now := w.usage, w.now
	u.Spends = slices.Clone(u.Spends)
	if u.Pending > 0 {
		u.Spends = insert(u.Spends, campaign.Spend{At: now, N: u.Pending})
		u.Pending = 0
	}
	var sent []campaign.Spend
	for _, n := range costs {
		u.Next = n
		slot := s.Next(u, now)
		if slot.Never {
			break
		}
		if slot.At.After(now) {
			now = slot.At
		}
		u.Spends = insert(u.Spends, campaign.Spend{At: now, N: n})
		u.Last = now
		u.Seq++
		sent = append(sent, campaign.Spend{At: now, N: n})
	}
	return sent
}

func insert(spends []campaign.Spend, s campaign.Spend) []campaign.Spend {
	i := slices.IndexFunc(spends, func(o campaign.Spend) bool { return o.At.After(s.At) })
	if i < 0 {
		return append(spends, s)
	}
	return slices.Insert(spends, i, s)
}

func daysOf(sent []campaign.Spend, loc *time.Location) []scheduler.Day {
	var days []scheduler.Day
	for i, s := range sent {
		date := s.At.In(loc).Format(time.DateOnly)
		if len(days) == 0 || days[len(days)-1].Date != date {
			days = append(days, scheduler.Day{Date: date, First: s.At})
		}
		today := &days[len(days)-1]
		today.Count++
		today.Total, today.Last = i+1, s.At
	}
	return days
}

func sameDay(a, b scheduler.Day) bool {
	return a.Date == b.Date && a.Count == b.Count && a.Total == b.Total && a.First.Equal(b.First) && a.Last.Equal(b.Last)
}

// Whatever the rules: no window of any limit, and no calendar month, is ever
// over, and nothing goes while it is closed.
func TestNoWindowIsEverOver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		w.usage.Spends, w.usage.Pending = nil, 0
		monthly := rapid.IntRange(3, 40).Draw(t, "a month")
		w.rules.Limits = append(w.rules.Limits, campaign.Limit{Max: monthly, Window: campaign.Month})
		w.rules.Schedule.End = time.Time{}
		s, c := w.scheduler(t), newChecker(w.rules)
		costs := rapid.SliceOfN(rapid.IntRange(1, 2), 1, 80).Draw(t, "costs")
		sent := step(s, w, costs)
		for _, l := range slices.Concat(w.rules.Limits, w.usage.Limits) {
			if n := worst(sent, l.Window); n > l.Max {
				t.Fatalf("%d in a window of %s", n, l)
			}
		}
		for month, n := range months(sent, c.loc) {
			if n > monthly {
				t.Fatalf("%d in %s, more than %d", n, month, monthly)
			}
		}
		for _, at := range sent {
			if !c.isOpen(at.At) || at.At.Before(w.rules.Schedule.Start) {
				t.Fatalf("sent at %s, when it is closed", at.At.In(c.loc))
			}
		}
	})
}
