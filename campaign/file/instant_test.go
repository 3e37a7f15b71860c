package file

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// TestWallTime: the changes of clocks that are odd in their own way.
func TestWallTime(t *testing.T) {
	for _, c := range []struct {
		name, zone, wall, want string // want in UTC
		odd                    oddity
	}{
		{"ordinary", "Asia/Jakarta", "2027-03-01T09:00", "2027-03-01T02:00", ordinary},
		{"spring in New York", "America/New_York", "2027-03-14T02:30", "2027-03-14T07:00", skipped},
		{"its first minute", "America/New_York", "2027-03-14T02:00", "2027-03-14T07:00", skipped},
		{"the minute after", "America/New_York", "2027-03-14T03:00", "2027-03-14T07:00", ordinary},
		{"the minute before", "America/New_York", "2027-03-14T01:59", "2027-03-14T06:59", ordinary},
		{"autumn in New York", "America/New_York", "2027-11-07T01:30", "2027-11-07T05:30", twice},
		{"autumn in London", "Europe/London", "2027-10-31T01:30", "2027-10-31T00:30", twice},
		{"after it", "Europe/London", "2027-10-31T02:00", "2027-10-31T02:00", ordinary},
		{"half an hour at Lord Howe", "Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-02T15:30", skipped},
		{"and back", "Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45", twice},
		{"Apia's missing day", "Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00", skipped},
		{"no midnight in Beirut", "Asia/Beirut", "2022-03-27T00:00", "2022-03-26T22:00", skipped},
	} {
		t.Run(c.name, func(t *testing.T) {
			wall, err := time.Parse("2006-01-02T15:04", c.wall)
			if err != nil {
				t.Fatal(err)
			}
			got, odd := wallTime(wall, zone(t, c.zone))
			if s := got.UTC().Format("2006-01-02T15:04"); s != c.want || odd != c.odd {
				t.Errorf("%s, oddity %d; want %s, %d", s, odd, c.want, c.odd)
			}
		})
	}
}

// TestWallTimeShows: the instant shows the wall time, or its oddity says why
// not; and no earlier instant shows it.
func TestWallTimeShows(t *testing.T) {
	zones := []string{"UTC", "Asia/Jakarta", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca"}
	rapid.Check(t, func(t *rapid.T) {
		loc := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		minutes := rapid.IntRange(0, 40*365*24*60).Draw(t, "minutes after 2000")
		wall := time.Date(2000, 1, 1, 0, minutes, 0, 0, time.UTC)
		got, odd := wallTime(wall, loc)
		if shows := asUTC(got.In(loc)).Equal(wall); shows == (odd == skipped) {
			t.Fatalf("%s in %s gives %s, oddity %d", wall, loc, got, odd)
		}
		count := 0
		for d := -150; d <= 150; d += 30 {
			if asUTC(got.Add(time.Duration(d) * time.Minute).In(loc)).Equal(wall) {
				count++
				if d < 0 {
					t.Fatalf("%s in %s was shown %d minutes earlier", wall, loc, -d)
				}
			}
		}
		if want := map[oddity]int{skipped: 0, ordinary: 1, twice: 2}[odd]; count != want {
			t.Fatalf("%s in %s is shown %d times, oddity %d", wall, loc, count, odd)
		}
	})
}

func TestInstants(t *testing.T) {
	for text, want := range map[string][2]string{ // as a start, as an end; UTC
		"2027-03-01T09:00":          {"2027-03-01T02:00:00Z", "2027-03-01T02:00:00Z"},
		"2027-03-01 09:00":          {"2027-03-01T02:00:00Z", "2027-03-01T02:00:00Z"},
		"2027-03-01T09:00:30":       {"2027-03-01T02:00:30Z", "2027-03-01T02:00:30Z"},
		"2027-03-01T09:00+09:00":    {"2027-03-01T00:00:00Z", "2027-03-01T00:00:00Z"},
		"2027-03-01T09:00:00+0900":  {"2027-03-01T00:00:00Z", "2027-03-01T00:00:00Z"},
		"2027-03-01T09:00Z":         {"2027-03-01T09:00:00Z", "2027-03-01T09:00:00Z"},
		"2027-03-01":                {"2027-02-28T17:00:00Z", "2027-03-01T17:00:00Z"},
		"2028-02-29":                {"2028-02-28T17:00:00Z", "2028-02-29T17:00:00Z"},
		"2027-03-01T09:00:00+09:00": {"2027-03-01T00:00:00Z", "2027-03-01T00:00:00Z"},
	} {
		for i, end := range []bool{false, true} {
			r := &reader{src: &source{lines: []string{text}}}
			got, ok := r.instant(&node{text: text, line: 1, column: 1}, zone(t, "Asia/Jakarta"), end)
			if s := got.UTC().Format(time.RFC3339); !ok || s != want[i] || len(r.problems) > 0 {
				t.Errorf("%s, end %v: %s, %v; want %s", text, end, s, r.problems, want[i])
			}
		}
	}
}

func TestInstantsRefused(t *testing.T) {
	for _, text := range []string{"2027-13-01", "2027-02-29", "tomorrow", "2027-03-01T25:00", "09:00", "1999-01-01", "20270301", "2027-3-1", "1/2/27", "31/31/2027"} {
		r := &reader{src: &source{lines: []string{text}}}
		if got, ok := r.instant(&node{text: text, line: 1, column: 1}, time.UTC, false); ok || len(r.problems) != 1 {
			t.Errorf("%s was read as %s, %v", text, got, r.problems)
		}
	}
}
