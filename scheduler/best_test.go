package scheduler_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tebar/campaign"
	"tebar/scheduler"
)

// In cases small enough to try every schedule, none ends before the forecast.
func TestForecastIsTheBestPossible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		small := drawSmall(t)
		s, err := scheduler.New(small.rules)
		if err != nil {
			t.Skip(err)
		}
		usage := campaign.Usage{Spends: small.past}
		plan := s.Forecast(usage, small.now, len(small.costs), func(i int) int { return small.costs[i] })
		best, ok := small.search(nil, small.now)
		if ok != (plan.TooLate == 0) || ok && !best.Equal(plan.FinishAt) {
			t.Fatalf("the forecast ends %s (%s), the best schedule %s %v", plan.FinishAt, plan.Reason, best, ok)
		}
	})
}

// A smallCase has all its times on whole minutes: windows of 20 minutes and
// more are lengthened by one exactly.
type smallCase struct {
	rules scheduler.Rules
	check *checker
	now   time.Time
	past  []campaign.Spend
	costs []int
}

func drawSmall(t *rapid.T) smallCase {
	small := smallCase{now: time.Date(2027, 3, 28, 0, 30, 0, 0, time.UTC)} // London goes to summer time at 01:00
	for range rapid.IntRange(1, 2).Draw(t, "limits") {
		small.rules.Limits = append(small.rules.Limits, campaign.Limit{
			Max:    rapid.IntRange(2, 3).Draw(t, "max"),
			Window: time.Duration(rapid.IntRange(20, 29).Draw(t, "window")) * time.Minute,
		})
	}
	s := campaign.Schedule{Zone: "Europe/London", End: small.now.Add(70 * time.Minute)}
	if rapid.Bool().Draw(t, "has hours") {
		from := rapid.IntRange(30, 130).Draw(t, "from")
		s.Hours = []campaign.Hours{{From: from, To: from + 7}, {From: from + 15, To: from + 60}}
	}
	s.Pace.Min = time.Duration(rapid.IntRange(0, 3).Draw(t, "pace")) * time.Minute
	s.Pace.Max = s.Pace.Min
	small.rules.Schedule = s
	for ago := 20; ago > 0; ago -= 7 {
		if rapid.Bool().Draw(t, "spent") {
			small.past = append(small.past, campaign.Spend{At: small.now.Add(-time.Duration(ago) * time.Minute), N: 1})
		}
	}
	small.costs = rapid.SliceOfN(rapid.IntRange(1, 2), 1, 4).Draw(t, "costs")
	small.check = newChecker(small.rules)
	return small
}

// search tries every minute for every message, those that delay too, and gives
// the earliest finish.
func (c smallCase) search(sent []campaign.Spend, from time.Time) (best time.Time, ok bool) {
	if len(sent) == len(c.costs) {
		return sent[len(sent)-1].At, true
	}
	usage := campaign.Usage{Spends: append(c.past[:len(c.past):len(c.past)], sent...), Next: c.costs[len(sent)]}
	if len(sent) > 0 {
		usage.Last = sent[len(sent)-1].At
	}
	for at := from; at.Before(c.rules.Schedule.End); at = at.Add(time.Minute) {
		if ok && !at.Before(best) {
			break // it cannot end earlier
		}
		if !c.check.due(usage, at) {
			continue
		}
		next := append(sent[:len(sent):len(sent)], campaign.Spend{At: at, N: usage.Next})
		if end, done := c.search(next, at); done && (!ok || end.Before(best)) {
			best, ok = end, true
		}
	}
	return best, ok
}
