package scheduler_test

import (
	"testing"
	"time"

	"tebar/campaign"
	"tebar/scheduler"
)

// full is n spends of one, the first at, each a minute after the other.
func full(at time.Time, n int) []campaign.Spend {
	var spends []campaign.Spend
	for i := range n {
		spends = append(spends, campaign.Spend{At: at.Add(time.Duration(i) * time.Minute), N: 1})
	}
	return spends
}

// The words of every reason, as plan, status, log and report show them.
func TestReasons(t *testing.T) {
	now := jakarta(t) // Monday
	day := 24 * time.Hour
	daily := campaign.Limit{Max: 5, Window: day}
	weekdays := []time.Weekday{1, 2, 3, 4, 5}
	tests := []struct {
		name     string
		limits   []campaign.Limit
		schedule campaign.Schedule
		usage    campaign.Usage
		code     campaign.Code
		want     string
	}{
		{"tomorrow", []campaign.Limit{daily}, campaign.Schedule{}, campaign.Usage{Spends: full(now.Add(-5*time.Minute), 5)}, campaign.CodeLimit, "daily limit 5/5 of rina@example.org, free at Tue 08:56"},
		{"today", []campaign.Limit{daily}, campaign.Schedule{}, campaign.Usage{Spends: full(now.Add(-20*time.Hour), 5)}, campaign.CodeLimit, "daily limit 5/5 of rina@example.org, free at 13:01"},
		{"in three weeks", []campaign.Limit{{Max: 3, Window: campaign.Month}}, campaign.Schedule{}, campaign.Usage{Spends: full(now.Add(-10*day), 3)}, campaign.CodeLimit, "monthly limit 3/3 of rina@example.org, free at Mon 22 Mar 11:01"},
		{"soon", []campaign.Limit{{Max: 3, Window: 10 * time.Second}}, campaign.Schedule{}, campaign.Usage{Spends: []campaign.Spend{{At: now, N: 3}}}, campaign.CodeLimit, "limit 3/3 in 10s of rina@example.org, free at 09:00:11"},
		{"the stricter account's", []campaign.Limit{daily}, campaign.Schedule{}, campaign.Usage{Spends: full(now.Add(-time.Hour), 2), Limits: []campaign.Limit{{Max: 2, Window: day}}}, campaign.CodeLimit, "daily limit 2/2 of rina@example.org, free at Tue 08:01"},
		{"room for one, two wanted", []campaign.Limit{daily}, campaign.Schedule{}, campaign.Usage{Spends: full(now.Add(-time.Hour), 4), Next: 2}, campaign.CodeLimit, "daily limit 4/5 of rina@example.org (the message needs 2), free at Tue 08:01"},
		{"waiting", []campaign.Limit{daily}, campaign.Schedule{}, campaign.Usage{Pending: 5}, campaign.CodeLimit, "daily limit 5/5 of rina@example.org, waiting for an answer from the server"},
		{"an answer may make room", []campaign.Limit{daily}, campaign.Schedule{End: now.Add(time.Hour)}, campaign.Usage{Pending: 1, Spends: full(now.Add(-time.Hour), 4)}, campaign.CodeLimit, "daily limit 5/5 of rina@example.org, waiting for an answer from the server"},
		{"too big", []campaign.Limit{daily}, campaign.Schedule{}, campaign.Usage{Next: 6}, campaign.CodeLimit, "the message counts for 6 recipients, more than the daily limit 5/24h of rina@example.org ever allows; raise the limit, or take off cc and bcc"},
		{"all reserved", []campaign.Limit{{Max: 0, Window: day}}, campaign.Schedule{}, campaign.Usage{}, campaign.CodeLimit, "the message can never go: the daily limit 0/24h of rina@example.org leaves nothing; lower the reserve or raise the limit"},
		{"start", nil, campaign.Schedule{Start: now.Add(14 * day)}, campaign.Usage{}, campaign.CodeStart, "starts Mon 15 Mar 2027 09:00 (Asia/Jakarta)"},
		{"hours today", nil, campaign.Schedule{Hours: hours(10, 17)}, campaign.Usage{}, campaign.CodeHours, "outside the hours 10:00-17:00, opens 10:00"},
		{"hours tomorrow", nil, campaign.Schedule{Hours: []campaign.Hours{{From: 60, To: 120}, {From: 1320, To: 1440}}}, campaign.Usage{}, campaign.CodeHours, "outside the hours 01:00-02:00, 22:00-24:00, opens 22:00"},
		{"days", nil, campaign.Schedule{Days: []time.Weekday{0, 6, 3}}, campaign.Usage{}, campaign.CodeHours, "outside the days wed, sat-sun, opens Wed 00:00"},
		{"dates", nil, campaign.Schedule{Skip: []campaign.DateRange{{From: "2027-02-20", To: "2027-03-09"}}}, campaign.Usage{}, campaign.CodeHours, "a date of skip_dates, opens Wed 10 Mar 00:00"},
		{"a limit, then the weekend", []campaign.Limit{{Max: 2, Window: 5 * day}}, campaign.Schedule{Days: weekdays}, campaign.Usage{Spends: full(now, 2)}, campaign.CodeHours, "limit 2/2 in 5d of rina@example.org, free at Sat 09:01; outside the days mon-fri, opens Mon 8 Mar 00:00"},
		{"pace", nil, campaign.Schedule{Pace: campaign.Pace{Min: 12 * time.Second}}, campaign.Usage{Last: now}, campaign.CodePace, "pause between messages until 09:00:12"},
		{"pace, then the night", nil, campaign.Schedule{Pace: campaign.Pace{Min: 9 * time.Hour}, Hours: hours(9, 17)}, campaign.Usage{Last: now}, campaign.CodeHours, "outside the hours 09:00-17:00, opens Tue 09:00"},
		{"spread", []campaign.Limit{daily}, campaign.Schedule{Spread: true}, campaign.Usage{Last: now}, campaign.CodePace, "spread over the day, next at 13:48"},
		{"locked", nil, campaign.Schedule{}, campaign.Usage{LockedUntil: now.Add(day), LockReason: "550 5.4.5 Daily user sending limit exceeded"}, campaign.CodeLocked, "550 5.4.5 Daily user sending limit exceeded, locked until Tue 09:00"},
		{"the end has passed", nil, campaign.Schedule{End: now}, campaign.Usage{}, campaign.CodeEnd, "the end, Mon 1 Mar 2027 09:00, has passed: set a later end"},
		{"it has passed for what is too big, too", []campaign.Limit{daily}, campaign.Schedule{End: now}, campaign.Usage{Next: 6}, campaign.CodeEnd, "the end, Mon 1 Mar 2027 09:00, has passed: set a later end"},
		{"the end is when it is free", []campaign.Limit{daily}, campaign.Schedule{End: now.Add(time.Minute)}, campaign.Usage{Spends: []campaign.Spend{{At: now.Add(-day), N: 5}}}, campaign.CodeEnd, "the end, Mon 1 Mar 2027 09:01, comes before the next free time (daily limit 5/5 of rina@example.org, free at 09:01): set a later end"},
		{"skipped for ever", nil, campaign.Schedule{Skip: []campaign.DateRange{{From: "2027-03-01", To: "9999-12-31"}}}, campaign.Usage{}, campaign.CodeEnd, "days, hours and skip_dates leave no time any more; open some"},
		{"the end is before", []campaign.Limit{daily}, campaign.Schedule{End: now.Add(time.Hour)}, campaign.Usage{Spends: full(now.Add(-time.Hour), 5)}, campaign.CodeEnd, "the end, Mon 1 Mar 2027 10:00, comes before the next free time (daily limit 5/5 of rina@example.org, free at Tue 08:01): set a later end"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.schedule.Zone = "Asia/Jakarta"
			tt.usage.Account = "rina@example.org/smtp.example.org"
			slot := compile(t, scheduler.Rules{Limits: tt.limits, Schedule: tt.schedule}).Next(tt.usage, now)
			if slot.Reason != tt.want || slot.Code != tt.code {
				t.Errorf("%s: %q\nwant %s: %q", slot.Code, slot.Reason, tt.code, tt.want)
			}
			if named := slot.Limit != (campaign.Limit{}); named != (tt.code == campaign.CodeLimit) {
				t.Errorf("limit %v with code %s", slot.Limit, slot.Code)
			}
		})
	}
}

// An account is called what its owner calls it.
func TestAccountInReasons(t *testing.T) {
	now := jakarta(t)
	s := compile(t, scheduler.Rules{Limits: []campaign.Limit{{Max: 1, Window: 24 * time.Hour}}})
	tests := []struct{ key, want string }{
		{"rina@example.org/smtp.example.org", "daily limit 1/1 of rina@example.org, free at Tue 02:01"},
		{"apikey/smtp.example.org", "daily limit 1/1 of apikey/smtp.example.org, free at Tue 02:01"},
		{"sandbox:newsletter", "daily limit 1/1 of the sandbox, free at Tue 02:01"},
		{"school relay", "daily limit 1/1 of school relay, free at Tue 02:01"},
		{"", "daily limit 1/1, free at Tue 02:01"},
	}
	for _, tt := range tests {
		slot := s.Next(campaign.Usage{Account: tt.key, Spends: full(now, 1)}, now)
		if slot.Reason != tt.want {
			t.Errorf("%s: %q, want %q", tt.key, slot.Reason, tt.want)
		}
	}
}

func TestWhen(t *testing.T) {
	tests := []struct{ zone, now, at, want string }{
		{"UTC", "2027-03-01T09:00:00Z", "2027-03-01T09:09:59.5Z", "09:10"},
		{"UTC", "2027-03-01T09:00:00Z", "2027-03-01T09:09:58.5Z", "09:09:59"},
		{"UTC", "2027-03-01T09:00:00Z", "2027-03-01T09:10:00.1Z", "09:11"},
		{"UTC", "2027-03-01T09:00:00Z", "2027-03-01T23:59:30Z", "Tue 00:00"},
		{"UTC", "2027-03-01T09:00:00Z", "2027-03-07T23:00:00Z", "Sun 23:00"},
		{"UTC", "2027-03-01T09:00:00Z", "2027-03-08T00:00:00Z", "Mon 8 Mar 00:00"},
		{"UTC", "2027-12-31T09:00:00Z", "2028-01-01T00:00:00Z", "Sat 00:00"},
		{"UTC", "2027-12-31T09:00:00Z", "2028-01-10T00:00:00Z", "Mon 10 Jan 2028 00:00"},
		{"UTC", "2027-03-01T09:00:00Z", "2027-02-27T08:00:00Z", "Sat 27 Feb 08:00"},
		{"Asia/Jakarta", "2027-03-01T20:00:00Z", "2027-03-02T02:00:00Z", "09:00"},
		{"America/New_York", "2027-11-06T12:00:00Z", "2027-11-07T04:59:00Z", "Sun 00:59"},
		{"America/New_York", "2027-11-06T12:00:00Z", "2027-11-07T05:00:00Z", "Sun 01:00 EDT"},
		{"America/New_York", "2027-11-06T12:00:00Z", "2027-11-07T06:00:00Z", "Sun 01:00 EST"},
		{"America/New_York", "2027-11-06T12:00:00Z", "2027-11-07T07:00:00Z", "Sun 02:00"},
		{"America/New_York", "2027-03-14T06:00:00Z", "2027-03-14T07:30:00Z", "03:30"},
	}
	for _, tt := range tests {
		s := compile(t, scheduler.Rules{Schedule: campaign.Schedule{Zone: tt.zone}})
		if got := s.When(parse(t, tt.at), parse(t, tt.now)); got != tt.want {
			t.Errorf("%s seen from %s: %q, want %q", tt.at, tt.now, got, tt.want)
		}
	}
}
