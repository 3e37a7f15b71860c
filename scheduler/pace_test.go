package scheduler_test

import (
	"slices"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/scheduler"
)

// The pause is drawn from account and Seq, from Min to Max, evenly: both ends
// and every tenth of the range get their share.
func TestPaceIsDrawnEvenly(t *testing.T) {
	now := jakarta(t)
	pace := campaign.Pace{Min: 5 * time.Second, Max: 15 * time.Second}
	s := compile(t, scheduler.Rules{Schedule: campaign.Schedule{Pace: pace}})
	pause := func(account string, seq int64) time.Duration {
		return s.Next(campaign.Usage{Account: account, Seq: seq, Last: now}, now).At.Sub(now)
	}
	var tenths [10]int
	for seq := range int64(10_000) {
		p := pause("rina@example.org", seq)
		if p < pace.Min || p > pace.Max {
			t.Fatalf("pause %s", p)
		}
		if p != pause("rina@example.org", seq) {
			t.Fatal("the same state draws another pause")
		}
		tenths[min(9, (p-pace.Min)/time.Second)]++
	}
	// 1,000 are expected in each; 6 standard deviations are 180.
	if slices.Min(tenths[:]) < 820 || slices.Max(tenths[:]) > 1180 {
		t.Errorf("drawn %v", tenths)
	}
	if pause("rina@example.org", 1) == pause("budi@example.org", 1) {
		t.Error("two accounts draw alike")
	}
}

// A clock that went back does not stop the account until it has caught up;
// two claims at once do not undercut the pause.
func TestLastInTheFuture(t *testing.T) {
	now := jakarta(t)
	s := compile(t, scheduler.Rules{Schedule: campaign.Schedule{Pace: campaign.Pace{Min: 10 * time.Second}}})
	if slot := s.Next(campaign.Usage{Last: now.Add(24 * time.Hour)}, now); !slot.Due(now) {
		t.Errorf("a day ahead: %s", slot.Reason)
	}
	want := now.Add(11 * time.Second)
	if slot := s.Next(campaign.Usage{Last: now.Add(time.Second)}, now); !slot.At.Equal(want) {
		t.Errorf("a second ahead: due %s, want %s", slot.At, want)
	}
}

// Spread puts a day's quota evenly over its open time.
func TestSpread(t *testing.T) {
	now := jakarta(t)
	daily := func(n int) []campaign.Limit { return []campaign.Limit{{Max: n, Window: 24 * time.Hour}} }
	tests := []struct {
		name   string
		limits []campaign.Limit
		hours  []campaign.Hours
		cost   int
		want   time.Duration
	}{
		{"8 hours of 16", daily(16), hours(9, 17), 1, 30 * time.Minute},
		{"a message of two takes two shares", daily(16), hours(9, 17), 2, time.Hour},
		{"two spans", daily(16), []campaign.Hours{{From: 540, To: 600}, {From: 900, To: 960}}, 1, 7*time.Minute + 30*time.Second},
		{"around midnight", daily(16), hours(22, 14), 1, time.Hour},
		{"the whole day", daily(24), nil, 1, time.Hour},
		{"an hourly limit", []campaign.Limit{{Max: 10, Window: time.Hour}}, hours(9, 17), 1, 6*time.Minute + 6*time.Second},
		{"the longest up to a day", append(daily(16), campaign.Limit{Max: 10, Window: time.Hour}), hours(9, 17), 1, 30 * time.Minute},
		{"with a month's, the day's", append(daily(16), campaign.Limit{Max: 100, Window: campaign.Month}), hours(9, 17), 1, 30 * time.Minute},
		{"a week's alone", []campaign.Limit{{Max: 70, Window: 7 * 24 * time.Hour}}, hours(9, 17), 1, 48*time.Minute + 285715*time.Microsecond},
		{"without a limit", nil, hours(9, 17), 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			schedule := campaign.Schedule{Zone: "Asia/Jakarta", Hours: tt.hours, Spread: true}
			s := compile(t, scheduler.Rules{Limits: tt.limits, Schedule: schedule})
			slot := s.Next(campaign.Usage{Last: now, Next: tt.cost}, now)
			if tt.want == 0 {
				if !slot.Due(now) {
					t.Fatalf("not due: %s", slot.Reason)
				}
				return
			}
			if got := slot.At.Sub(now); got != tt.want || slot.Code != campaign.CodePace {
				t.Fatalf("wait %s (%s), want %s", got, slot.Reason, tt.want)
			}
		})
	}
}

// The share is that of the date on which the message goes: dates of other
// lengths, by the clocks or by the night before, have other shares.
func TestSpreadByDate(t *testing.T) {
	fri := []time.Weekday{time.Friday}
	tests := []struct {
		name, zone string
		days       []time.Weekday
		hours      []campaign.Hours
		max        int
		last, want string
	}{
		{"25 hours", "America/New_York", nil, []campaign.Hours{{From: 30, To: 180}}, 7, "2027-11-07T00:30:00-04:00", "2027-11-07 01:00 -04:00"},
		{"23 hours", "America/New_York", nil, hours(1, 4), 4, "2027-03-14T01:00:00-05:00", "2027-03-14 01:30 -05:00"},
		{"24.5 hours", "Australia/Lord_Howe", nil, hours(1, 3), 5, "2027-04-04T01:00:00+11:00", "2027-04-04 01:30 +11:00"},
		{"friday", "UTC", fri, hours(20, 2), 4, "2027-03-05T20:30:00Z", "2027-03-05 21:30 +00:00"},
		{"its night, half as long", "UTC", fri, hours(20, 2), 4, "2027-03-05T23:50:00Z", "2027-03-06 00:20 +00:00"},
		{"midnight, when the share has passed by then", "UTC", fri, hours(20, 2), 4, "2027-03-05T23:20:00Z", "2027-03-06 00:00 +00:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			last := parse(t, tt.last)
			s := compile(t, scheduler.Rules{
				Limits:   []campaign.Limit{{Max: tt.max, Window: 24 * time.Hour}},
				Schedule: campaign.Schedule{Zone: tt.zone, Days: tt.days, Hours: tt.hours, Spread: true},
			})
			slot := s.Next(campaign.Usage{Last: last}, last)
			if got := slot.At.Format(wall); got != tt.want {
				t.Errorf("next %s (%s), want %s", got, slot.Reason, tt.want)
			}
		})
	}
}

// The day's quota fits into the day: N messages, the last a share before the end.
func TestSpreadFillsTheDay(t *testing.T) {
	now := jakarta(t)
	schedule := campaign.Schedule{Zone: "Asia/Jakarta", Hours: hours(9, 17), Spread: true}
	s := compile(t, scheduler.Rules{Limits: []campaign.Limit{{Max: 16, Window: 24 * time.Hour}}, Schedule: schedule})
	plan := s.Forecast(campaign.Usage{}, now, 16, nil)
	if want := now.Add(7*time.Hour + 30*time.Minute); !plan.FinishAt.Equal(want) || plan.BoundBy != "spread" {
		t.Errorf("%s, want %s", plan.Reason, want)
	}
}
