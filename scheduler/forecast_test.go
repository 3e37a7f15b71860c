package scheduler_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/scheduler"
)

var gmail = []campaign.Limit{{Max: 100, Window: 24 * time.Hour}, {Max: 3000, Window: campaign.Month}}

// jakarta is 1 March 2027, 09:00, in Jakarta.
func jakarta(t testing.TB) time.Time { return parse(t, "2027-03-01T09:00:00+07:00") }

// A month's mail of a Gmail account, begun on the 1st, is out on day 30: 100 a
// day, each day a minute later (the margin of the daily window).
func TestMonthOfGmail(t *testing.T) {
	now := jakarta(t)
	s := compile(t, scheduler.Rules{Limits: gmail, Schedule: campaign.Schedule{Zone: "Asia/Jakarta", Start: now}})
	plan := s.Forecast(campaign.Usage{}, now.Add(-36*time.Hour), 3000, nil)
	if len(plan.Days) != 30 || plan.TooLate != 0 || plan.BoundBy != "daily limit 100/24h" {
		t.Fatalf("%d days, %d too late, bound by %q", len(plan.Days), plan.TooLate, plan.BoundBy)
	}
	for i, d := range plan.Days {
		at := now.Add(time.Duration(i) * (24*time.Hour + time.Minute))
		bound := "daily limit 100/24h"
		if i == 29 {
			bound = ""
		}
		want := scheduler.Day{Date: fmt.Sprintf("2027-03-%02d", i+1), Count: 100, First: at, Last: at, Total: (i + 1) * 100, BoundBy: bound}
		if !sameDay(d, want) || d.BoundBy != want.BoundBy {
			t.Errorf("have %+v, want %+v", d, want)
		}
	}
	if want := "3000 messages on 30 days, the last Tue 30 Mar 2027 09:29, bound by daily limit 100/24h"; plan.Reason != want {
		t.Errorf("reason %q, want %q", plan.Reason, want)
	}
}

// The 3,001st has to wait until the month's window has let the first go: 746
// hours and a minute, into April.
func TestMonthlyLimitBinds(t *testing.T) {
	now := jakarta(t)
	s := compile(t, scheduler.Rules{Limits: gmail, Schedule: campaign.Schedule{Zone: "Asia/Jakarta"}})
	plan := s.Forecast(campaign.Usage{}, now, 3001, nil)
	if want := now.Add(746*time.Hour + time.Minute); !plan.FinishAt.Equal(want) {
		t.Errorf("finish %s, want %s", plan.FinishAt, want)
	}
	if got := plan.Days[29].BoundBy; got != "monthly limit 3000/month" {
		t.Errorf("day 30 is bound by %q", got)
	}
}

// 10,000 recipients under Gmail's limits: message k (from 0) cannot go before
// as many whole months and days as have to lie before it, whatever one does.
func TestTenThousand(t *testing.T) {
	now := jakarta(t)
	s := compile(t, scheduler.Rules{Limits: gmail, Schedule: campaign.Schedule{Zone: "Asia/Jakarta"}})
	plan := s.Forecast(campaign.Usage{}, now, 10_000, nil)
	months, days := 9_999/3000, 9_999%3000/100
	want := now.Add(time.Duration(months)*(746*time.Hour+time.Minute) + time.Duration(days)*(24*time.Hour+time.Minute))
	if !plan.FinishAt.Equal(want) || plan.TooLate != 0 {
		t.Fatalf("finish %s, want %s; %s", plan.FinishAt, want, plan.Reason)
	}
}

// No calendar month holds more than a month's limit, however often the sender
// comes back, in months of 28 to 31 days and in each of the zones.
func TestCalendarMonths(t *testing.T) {
	daily := []campaign.Limit{{Max: 100, Window: 24 * time.Hour}, {Max: 2800, Window: campaign.Month}}
	for _, zone := range []string{"UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"} {
		schedule := campaign.Schedule{Zone: zone}
		s := compile(t, scheduler.Rules{Limits: daily, Schedule: schedule})
		now := time.Date(2027, 1, 1, 0, 0, 0, 0, schedule.Location())
		plan := s.Forecast(campaign.Usage{}, now, 40_000, nil)
		var sent []campaign.Spend
		for _, d := range plan.Days {
			if !d.First.Equal(d.Last) {
				sent = append(sent, campaign.Spend{At: d.First, N: d.Count - 1}, campaign.Spend{At: d.Last, N: 1})
				continue
			}
			sent = append(sent, campaign.Spend{At: d.First, N: d.Count})
		}
		for month, n := range months(sent, schedule.Location()) {
			if n > 2800 {
				t.Errorf("%s: %d in %s", zone, n, month)
			}
		}
	}
}

// A long campaign against the plainest recurrence: a message goes a pause after
// the last one, and a window after the one that lies as far back as the limit.
func TestLongForecast(t *testing.T) {
	now := jakarta(t)
	limits := []campaign.Limit{{Max: 6000, Window: 10 * time.Second}, {Max: 7, Window: time.Minute}, {Max: 2500, Window: 24 * time.Hour}, {Max: 4000, Window: 50 * time.Hour}}
	s := compile(t, scheduler.Rules{Limits: limits, Schedule: campaign.Schedule{Pace: campaign.Pace{Min: time.Second}}})
	at := make([]time.Time, 30_000)
	for i := range at {
		at[i] = now
		if i > 0 {
			at[i] = at[i-1].Add(time.Second)
		}
		for _, l := range limits {
			if i >= l.Max {
				at[i] = later(at[i], at[i-l.Max].Add(l.Span()))
			}
		}
		if i%9973 == 0 || i == len(at)-1 {
			if plan := s.Forecast(campaign.Usage{}, now, i+1, nil); !plan.FinishAt.Equal(at[i]) {
				t.Fatalf("message %d at %s, want %s", i, plan.FinishAt, at[i])
			}
		}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// What does not fit before the end is counted, and the finish says so.
func TestTooLate(t *testing.T) {
	now := jakarta(t)
	schedule := campaign.Schedule{Zone: "Asia/Jakarta", End: now.Add(48*time.Hour + 2*time.Minute)}
	s := compile(t, scheduler.Rules{Limits: gmail, Schedule: schedule})
	plan := s.Forecast(campaign.Usage{}, now, 250, nil)
	want := "200 messages on 2 days, the last Tue 2 Mar 2027 09:01, bound by daily limit 100/24h; " +
		"50 of 250 do not fit before the end, Wed 3 Mar 2027 09:02: set a later end"
	if plan.TooLate != 50 || plan.Messages != 250 || plan.Reason != want {
		t.Errorf("%d too late: %s", plan.TooLate, plan.Reason)
	}
	schedule.End = schedule.End.Add(1)
	s = compile(t, scheduler.Rules{Limits: gmail, Schedule: schedule})
	if plan = s.Forecast(campaign.Usage{}, now, 250, nil); plan.TooLate != 0 {
		t.Errorf("a nanosecond more, and still %s", plan.Reason)
	}
	if plan = s.Forecast(campaign.Usage{}, schedule.End, 250, nil); plan.TooLate != 250 || !plan.StartAt.IsZero() {
		t.Errorf("after the end: %s", plan.Reason)
	}
}

// Each sentence on a finish, and the rule that bound the plan.
func TestFinish(t *testing.T) {
	now := jakarta(t)
	pace := campaign.Pace{Min: 10 * time.Second, Max: 30 * time.Second}
	tests := []struct {
		name     string
		limits   []campaign.Limit
		schedule campaign.Schedule
		messages int
		cost     int
		want     string
	}{
		{"nothing", gmail, campaign.Schedule{}, 0, 1, "nothing to send"},
		{"one", gmail, campaign.Schedule{}, 1, 1, "1 message, Mon 1 Mar 2027 09:00"},
		{"at once", gmail, campaign.Schedule{}, 60, 1, "60 messages on one day, the last Mon 1 Mar 2027 09:00"},
		{"copies count", gmail, campaign.Schedule{}, 60, 2, "60 messages on 2 days, the last Tue 2 Mar 2027 09:01, bound by daily limit 100/24h"},
		{"too many copies", gmail, campaign.Schedule{}, 60, 101, "no message can go; message 1 counts for 101 recipients, more than the daily limit 100/24h ever allows; raise the limit, or take off cc and bcc"},
		{"pace", nil, campaign.Schedule{Pace: pace}, 60, 1, "60 messages on one day, the last Mon 1 Mar 2027 09:21, bound by pace 10s-30s"},
		{"hours", nil, campaign.Schedule{Pace: campaign.Pace{Min: time.Hour}, Hours: []campaign.Hours{{From: 540, To: 660}}}, 5, 1, "5 messages on 3 days, the last Wed 3 Mar 2027 09:00, bound by hours 09:00-11:00"},
		{"days", gmail, campaign.Schedule{Days: []time.Weekday{1, 2, 6}}, 300, 1, "300 messages on 3 days, the last Sat 6 Mar 2027 00:00, bound by days mon-tue, sat"},
		{"skipped for ever", gmail, campaign.Schedule{Skip: []campaign.DateRange{{From: "2027-03-02", To: "9999-12-31"}}}, 250, 1, "100 messages on one day, the last Mon 1 Mar 2027 09:00, bound by skip_dates; 150 of 250 cannot go: days, hours and skip_dates leave no time any more; open some"},
		{"start", gmail, campaign.Schedule{Start: now.Add(time.Hour)}, 60, 1, "60 messages on one day, the last Mon 1 Mar 2027 10:00, bound by start"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.schedule.Zone = "Asia/Jakarta"
			s := compile(t, scheduler.Rules{Limits: tt.limits, Schedule: tt.schedule})
			plan := s.Forecast(campaign.Usage{Seq: 7}, now, tt.messages, func(int) int { return tt.cost })
			if plan.Reason != tt.want {
				t.Errorf("%q, want %q", plan.Reason, tt.want)
			}
		})
	}
}

// A forecast leaves what it was given as it was.
func TestForecastChangesNothing(t *testing.T) {
	now := jakarta(t)
	u := campaign.Usage{Limits: slices.Clone(gmail), Pending: 2}
	for i := range 50 {
		u.Spends = append(u.Spends, campaign.Spend{At: now.Add(time.Duration(i-60) * time.Hour), N: 2})
	}
	before := slices.Clone(u.Spends)
	s := compile(t, scheduler.Rules{})
	first := s.Forecast(u, now, 500, nil)
	if again := s.Forecast(u, now, 500, nil); !slices.EqualFunc(first.Days, again.Days, sameDay) {
		t.Error("the second forecast differs from the first")
	}
	if !slices.Equal(u.Spends, before) {
		t.Error("the history was changed")
	}
}
