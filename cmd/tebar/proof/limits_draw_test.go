package proof

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"tebar/campaign"
	"tebar/campaign/mailer/sandbox"
)

// simulatedDays is how long each world goes on.
const simulatedDays = 400

// places are zones with what their clocks do within 400 days of the date.
var places = []struct{ zone, from string }{
	{"UTC", "2028-01-20"},
	{"Asia/Jakarta", "2027-03-01"},
	{"America/New_York", "2027-02-20"},
	{"Europe/London", "2027-03-01"},
	{"Australia/Lord_Howe", "2027-03-10"}, // half an hour
	{"Pacific/Apia", "2011-09-01"},        // 30 December 2011 never was
}

// A world is a random case: limits, calendars, an account's past, and trouble.
type world struct {
	zone      string
	begin     time.Time
	shared    string     // limit of all campaigns on the account
	own       [][]string // further limits, by campaign
	schedules []campaign.Schedule
	bookings  []accepted // mailed by hand at the beginning
	costs     []int      // recipients per message, in turn
	rules     []sandbox.Rule
	slow      time.Duration
	jumps     []jump
	noBoot    bool
	reboots   int    // chance in percent that the machine restarts between two runs
	crashes   int    // chance in percent that a claim is its process's last
	seed      uint64 // of what happens by chance while the world goes on
}

var worlds = rapid.Custom(drawWorld)

func drawWorld(t *rapid.T) world {
	place := rapid.SampledFrom(places).Draw(t, "place")
	zone, err := time.LoadLocation(place.zone)
	if err != nil {
		t.Fatal(err)
	}
	w := world{zone: place.zone, seed: rapid.Uint64().Draw(t, "seed")}
	day, _ := time.ParseInLocation(time.DateOnly, place.from, zone)
	w.begin = day.Add(time.Duration(rapid.IntRange(0, 1439).Draw(t, "minute")) * time.Minute).UTC()
	w.shared = rapid.SampledFrom([]string{"1/24h", "2/50h", "3/72h", "6/7d", "11/7d", "20/month", "40/month"}).Draw(t, "shared")
	for range rapid.IntRange(1, 2).Draw(t, "campaigns") {
		w.own = append(w.own, drawRules(t, w.shared))
		w.schedules = append(w.schedules, drawCalendar(t, place.zone, w.begin))
	}
	smallest := ruleOf(w.shared).most
	for _, l := range slices.Concat(w.own...) {
		smallest = min(smallest, ruleOf(l).most)
	}
	w.costs = rapid.SliceOfN(rapid.IntRange(1, min(2, smallest)), 1, 5).Draw(t, "costs")
	for range rapid.IntRange(0, 3).Draw(t, "bookings") {
		w.bookings = append(w.bookings, accepted{at: w.begin, n: 1})
	}
	w.drawTrouble(t)
	return w
}

// drawRules draws up to two limits for one campaign, beside the shared one,
// which lets a few hundred through in 400 days.
func drawRules(t *rapid.T, shared string) []string {
	short := rapid.SampledFrom([]string{"1/10s", "2/10s", "3/5m", "1/1h", "2/1h", "3/24h", "5/24h", "4/36h"})
	var limits []string
	for range rapid.IntRange(0, 2).Draw(t, "more") {
		l := short.Draw(t, "short")
		if ruleOf(l).window != ruleOf(shared).window {
			limits = append(limits, l)
		}
	}
	return limits
}

func drawCalendar(t *rapid.T, zone string, begin time.Time) campaign.Schedule {
	s := campaign.Schedule{Zone: zone}
	if rapid.Bool().Draw(t, "has hours") {
		from := rapid.IntRange(0, 1439).Draw(t, "from")
		s.Hours = []campaign.Hours{{From: from, To: (from + rapid.IntRange(20, 1300).Draw(t, "long")) % 1440}}
	}
	if rapid.Bool().Draw(t, "has days") {
		s.Days = rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) time.Weekday {
			return time.Weekday(rapid.IntRange(0, 6).Draw(t, "day"))
		}), 2, 7, rapid.ID).Draw(t, "days")
	}
	if rapid.IntRange(0, 2).Draw(t, "skips") == 0 {
		from := begin.AddDate(0, 0, rapid.IntRange(0, 390).Draw(t, "skip"))
		to := from.AddDate(0, 0, rapid.IntRange(0, 20).Draw(t, "skip for"))
		s.Skip = []campaign.DateRange{{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly)}}
	}
	pause := time.Duration(rapid.SampledFrom([]int{0, 0, 7, 900}).Draw(t, "pace")) * time.Second
	s.Pace = campaign.Pace{Min: pause, Max: pause + time.Duration(rapid.SampledFrom([]int{0, 0, 20}).Draw(t, "range"))*time.Second}
	s.Spread = rapid.IntRange(0, 4).Draw(t, "spread") == 0
	if rapid.IntRange(0, 4).Draw(t, "starts") == 0 {
		s.Start = begin.Add(time.Duration(rapid.IntRange(0, 20*24).Draw(t, "start")) * time.Hour)
	}
	if rapid.IntRange(0, 9).Draw(t, "ends") == 0 {
		s.End = begin.Add(time.Duration(rapid.IntRange(100, 390).Draw(t, "end")) * 24 * time.Hour)
	}
	return s
}

// drawTrouble: either a wall clock that jumps within one boot, or restarts of
// the machine. Across a restart the wall clock is trusted, so it is never both;
// without a boot clock it is trusted too, unless it goes back.
func (w *world) drawTrouble(t *rapid.T) {
	w.crashes = rapid.SampledFrom([]int{0, 1, 5, 20}).Draw(t, "crashes")
	w.slow = time.Duration(rapid.SampledFrom([]int{0, 0, 1, 30, 200}).Draw(t, "slow")) * time.Second
	for _, r := range troubles {
		if rapid.IntRange(0, 2).Draw(t, "trouble") == 0 {
			w.rules = append(w.rules, r)
		}
	}
	switch rapid.IntRange(0, 3).Draw(t, "clock") {
	case 0:
		w.noBoot = true
		if rapid.Bool().Draw(t, "goes back") {
			w.jumps = drawJumps(t, w.begin, -time.Hour, -24*time.Hour)
		}
	case 1:
		w.reboots = rapid.IntRange(1, 50).Draw(t, "reboots")
	default:
		const hour = time.Hour
		w.jumps = drawJumps(t, w.begin, hour, -hour, 24*hour, -24*hour, 40*24*hour, -40*24*hour, -365*24*hour, 365*24*hour)
		if slices.ContainsFunc(w.schedules, func(s campaign.Schedule) bool { return s.Spread }) {
			w.jumps = setRight(t, w.jumps)
		}
	}
}

// setRight puts a clock that went back by a day or more forward again within
// ten days: a day that is spread by a clock which stays behind is a year of
// looking again each minute, and nothing is sent.
func setRight(t *rapid.T, jumps []jump) []jump {
	for _, j := range jumps {
		if j.by <= -24*time.Hour {
			later := time.Duration(rapid.IntRange(1, 10*24*60).Draw(t, "right after")) * time.Minute
			jumps = append(jumps, jump{j.at.Add(later), -j.by})
		}
	}
	return jumps
}

func drawJumps(t *rapid.T, begin time.Time, by ...time.Duration) []jump {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) jump {
		at := time.Duration(rapid.IntRange(0, simulatedDays*24*60).Draw(t, "at")) * time.Minute
		return jump{begin.Add(at), rapid.SampledFrom(by).Draw(t, "by")}
	}), 1, 6).Draw(t, "jumps")
}

// troubles are what a server does to some of the messages.
var troubles = []sandbox.Rule{
	{Stage: campaign.StageRcpt, Chance: 0.1, Reply: sandbox.Reply{Code: 450, Enhanced: "4.2.0", Text: "later"}},
	{Stage: campaign.StageRcpt, Chance: 0.03, Reply: sandbox.Reply{Code: 550, Enhanced: "5.1.1", Text: "no such mailbox"}},
	{Stage: campaign.StageMail, Chance: 0.05, Reply: sandbox.Reply{Code: 421, Enhanced: "4.7.0", Text: "closing", Drop: true}},
	{Stage: campaign.StageData, Chance: 0.03, Reply: sandbox.Reply{Drop: true}},
	{Stage: campaign.StageData, Chance: 0.01, Reply: sandbox.Reply{Code: 550, Enhanced: "5.4.5", Text: "Daily user sending limit exceeded"}},
	{Stage: campaign.StageDot, Chance: 0.05, Reply: sandbox.Reply{Drop: true, Keep: true}},
	{Stage: campaign.StageDot, Chance: 0.05, Reply: sandbox.Reply{Drop: true}},
	{Stage: campaign.StageDot, Chance: 0.05, Reply: sandbox.Reply{Code: 451, Enhanced: "4.3.0", Text: "later"}},
	{Stage: campaign.StageDot, Chance: 0.03, Reply: sandbox.Reply{Raw: "250", Cut: 2, Drop: true, Keep: true}},
}
