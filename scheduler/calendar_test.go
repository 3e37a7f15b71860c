package scheduler_test

import (
	"strings"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/scheduler"
)

const wall = "2006-01-02 15:04 -07:00"

func compile(t testing.TB, r scheduler.Rules) *scheduler.Scheduler {
	t.Helper()
	if r.Schedule.Zone == "" {
		r.Schedule.Zone = "UTC"
	}
	s, err := scheduler.New(r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// parse reads an RFC 3339 time.
func parse(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func hours(from, to int) []campaign.Hours {
	return []campaign.Hours{{From: from * 60, To: to * 60}}
}

// What the calendar opens next, at changes of clocks and edges of days.
func TestCalendar(t *testing.T) {
	fri := []time.Weekday{time.Friday}
	half := func(from, to int) []campaign.Hours { return []campaign.Hours{{From: from, To: to}} }
	skip := func(from, to string) []campaign.DateRange { return []campaign.DateRange{{From: from, To: to}} }
	tests := []struct {
		name     string
		schedule campaign.Schedule
		now      string
		want     string // "" is now
	}{
		{"inside", campaign.Schedule{Hours: hours(9, 17)}, "2027-03-01T09:00:00Z", ""},
		{"the last moment", campaign.Schedule{Hours: hours(9, 17)}, "2027-03-01T16:59:59Z", ""},
		{"the end is excluded", campaign.Schedule{Hours: hours(9, 17)}, "2027-03-01T17:00:00Z", "2027-03-02 09:00 +00:00"},
		{"24:00 is the end of the day", campaign.Schedule{Hours: hours(22, 24)}, "2027-03-01T23:59:59Z", ""},
		{"22:00-00:00 too", campaign.Schedule{Hours: hours(22, 0)}, "2027-03-02T00:00:00Z", "2027-03-02 22:00 +00:00"},
		{"09:00-09:00 is a whole day", campaign.Schedule{Days: fri, Hours: hours(9, 9)}, "2027-03-06T08:59:00Z", ""},
		{"and no more", campaign.Schedule{Days: fri, Hours: hours(9, 9)}, "2027-03-06T09:00:00Z", "2027-03-12 09:00 +00:00"},
		{"weekend", campaign.Schedule{Days: fri}, "2027-03-06T00:00:00Z", "2027-03-12 00:00 +00:00"},
		{"friday's night is on saturday", campaign.Schedule{Days: fri, Hours: hours(22, 2)}, "2027-03-06T01:59:00Z", ""},
		{"and ends at two", campaign.Schedule{Days: fri, Hours: hours(22, 2)}, "2027-03-06T02:00:00Z", "2027-03-12 22:00 +00:00"},
		{"thursday's night is not friday's", campaign.Schedule{Days: fri, Hours: hours(22, 2)}, "2027-03-05T01:00:00Z", "2027-03-05 22:00 +00:00"},
		{"a skipped friday has no night", campaign.Schedule{Days: fri, Hours: hours(22, 2), Skip: skip("2027-03-05", "2027-03-05")}, "2027-03-06T01:00:00Z", "2027-03-12 22:00 +00:00"},
		{"a skipped saturday keeps friday's", campaign.Schedule{Days: fri, Hours: hours(22, 2), Skip: skip("2027-03-06", "2027-03-06")}, "2027-03-06T01:00:00Z", ""},
		{"skipped for years", campaign.Schedule{Skip: skip("2027-03-01", "2032-02-28")}, "2027-03-01T00:00:00Z", "2032-02-29 00:00 +00:00"},
		{"leap day", campaign.Schedule{Hours: hours(9, 17)}, "2028-02-28T20:00:00Z", "2028-02-29 09:00 +00:00"},
		{"no leap day", campaign.Schedule{Hours: hours(9, 17)}, "2027-02-28T20:00:00Z", "2027-03-01 09:00 +00:00"},

		{"New York: the hour that is not there", campaign.Schedule{Zone: "America/New_York", Hours: hours(2, 4)}, "2027-03-14T01:30:00-05:00", "2027-03-14 03:00 -04:00"},
		{"only that hour: the next day", campaign.Schedule{Zone: "America/New_York", Hours: hours(2, 3)}, "2027-03-14T01:30:00-05:00", "2027-03-15 02:00 -04:00"},
		{"the hour that comes twice, first", campaign.Schedule{Zone: "America/New_York", Hours: half(90, 120)}, "2027-11-07T01:00:00-04:00", "2027-11-07 01:30 -04:00"},
		{"closed in between", campaign.Schedule{Zone: "America/New_York", Hours: half(90, 120)}, "2027-11-07T01:00:00-05:00", "2027-11-07 01:30 -05:00"},
		{"and open again", campaign.Schedule{Zone: "America/New_York", Hours: half(90, 120)}, "2027-11-07T01:45:00-05:00", ""},
		{"London in spring", campaign.Schedule{Zone: "Europe/London", Hours: half(75, 180)}, "2027-03-28T00:59:00Z", "2027-03-28 02:00 +01:00"},
		{"London in autumn", campaign.Schedule{Zone: "Europe/London", Hours: half(115, 120)}, "2027-10-31T01:56:00+01:00", ""},
		{"an hour later once more", campaign.Schedule{Zone: "Europe/London", Hours: half(115, 120)}, "2027-10-31T01:00:00Z", "2027-10-31 01:55 +00:00"},
		{"Lord Howe puts forward half an hour", campaign.Schedule{Zone: "Australia/Lord_Howe", Hours: half(135, 165)}, "2027-10-03T01:59:00+10:30", "2027-10-03 02:30 +11:00"},
		{"and back", campaign.Schedule{Zone: "Australia/Lord_Howe", Hours: half(100, 115)}, "2027-04-04T01:56:00+11:00", "2027-04-04 01:40 +10:30"},
		{"Apia has no 30 December 2011", campaign.Schedule{Zone: "Pacific/Apia", Days: fri}, "2011-12-29T12:00:00-10:00", "2012-01-06 00:00 +14:00"},
		{"Thursday's night goes on on Saturday", campaign.Schedule{Zone: "Pacific/Apia", Days: []time.Weekday{time.Thursday}, Hours: hours(22, 2)}, "2011-12-31T00:30:00+14:00", ""},
		{"from Thursday to Saturday", campaign.Schedule{Zone: "Pacific/Apia", Hours: hours(9, 17)}, "2011-12-29T18:00:00-10:00", "2011-12-31 09:00 +14:00"},
		{"Cairo's day begins at one", campaign.Schedule{Zone: "Africa/Cairo", Days: fri}, "2027-04-29T12:00:00+02:00", "2027-04-30 01:00 +03:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, now := compile(t, scheduler.Rules{Schedule: tt.schedule}), parse(t, tt.now)
			slot := s.Next(campaign.Usage{}, now)
			if tt.want == "" {
				if slot != (campaign.Slot{}) {
					t.Fatalf("not due: %s", slot.Reason)
				}
				return
			}
			if got := slot.At.Format(wall); got != tt.want || slot.Code != campaign.CodeHours {
				t.Fatalf("opens %s (%s %s), want %s", got, slot.Code, slot.Reason, tt.want)
			}
		})
	}
}

// One message a minute fills a day of 23, 23.5, 24, 24.5 and 25 hours.
func TestLengthOfDays(t *testing.T) {
	tests := []struct {
		zone, date string
		want       int
	}{
		{"America/New_York", "2027-03-14", 23 * 60},
		{"America/New_York", "2027-11-07", 25 * 60},
		{"Europe/London", "2027-03-28", 23 * 60},
		{"Europe/London", "2027-10-31", 25 * 60},
		{"Australia/Lord_Howe", "2027-10-03", 23*60 + 30},
		{"Australia/Lord_Howe", "2027-04-04", 24*60 + 30},
		{"Asia/Jakarta", "2028-02-29", 24 * 60},
		{"Pacific/Apia", "2011-12-31", 24 * 60},
		{"Africa/Cairo", "2027-10-28", 25 * 60},
	}
	for _, tt := range tests {
		schedule := campaign.Schedule{Zone: tt.zone, Pace: campaign.Pace{Min: time.Minute, Max: time.Minute}}
		day, err := time.ParseInLocation(time.DateOnly, tt.date, schedule.Location())
		if err != nil {
			t.Fatal(err)
		}
		plan := compile(t, scheduler.Rules{Schedule: schedule}).Forecast(campaign.Usage{}, day, 3000, nil)
		if d := plan.Days[0]; d.Date != tt.date || d.Count != tt.want {
			t.Errorf("%s: %d minutes on %s, want %d on %s", tt.zone, d.Count, d.Date, tt.want, tt.date)
		}
	}
}

// Every problem of a schedule is named at once.
func TestNewRefuses(t *testing.T) {
	at := time.Date(2027, 3, 6, 0, 0, 0, 0, time.UTC) // a Saturday
	tests := []struct {
		name  string
		rules scheduler.Rules
		want  []string
	}{
		{"all at once", scheduler.Rules{
			Limits: []campaign.Limit{{Max: 5}},
			Schedule: campaign.Schedule{
				Zone: "Asia/Jakata", Start: at, End: at,
				Days: []time.Weekday{7}, Hours: []campaign.Hours{{From: 60, To: 1500}},
				Skip: []campaign.DateRange{{From: "2027-02-29", To: "2027-03-01"}, {From: "2027-03-02", To: "2027-03-01"}},
				Pace: campaign.Pace{Min: 9 * time.Second, Max: 5 * time.Second},
			},
		}, []string{
			`timezone "Asia/Jakata" is not known`, "day 7 is no weekday", "hours 01:00-25:00", `"2027-02-29" is no date`,
			"2027-03-02..2027-03-01: want the earlier date first", "limit 5/0h", "pace 9s-5s", "end is not after start",
		}},
		{"never open", scheduler.Rules{Schedule: campaign.Schedule{
			Skip: []campaign.DateRange{{From: "1970-01-01", To: "2300-01-01"}},
		}}, []string{"leave no time to send"}},
		{"not between start and end", scheduler.Rules{Schedule: campaign.Schedule{
			Start: at, End: at.Add(48 * time.Hour), Days: []time.Weekday{time.Monday},
		}}, []string{"leave no time between start and end"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := scheduler.New(tt.rules)
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("not named: %s\nin: %v", want, err)
				}
			}
		})
	}
}
