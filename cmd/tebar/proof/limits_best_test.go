package proof

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tebar/campaign"
	"tebar/scheduler"
)

// TestPlanIsTheBest tries every schedule of cases that are small enough, those
// that wait without need too: none ends before the forecast, and none fits
// more messages in before the end.
func TestPlanIsTheBest(t *testing.T) {
	cases, late, tried, waited := size(1500, 40_000), 0, 0, 0
	for seed := range cases {
		c := tinies.Example(seed)
		plan := c.forecast(t)
		g := c.grid(t)
		g.search(0, 0)
		tried += g.tried
		if fit := plan.Messages - plan.TooLate; fit != g.deepest {
			t.Errorf("seed %d: the forecast fits %d in, the best schedule %d: %+v", seed, fit, g.deepest, c)
		}
		if plan.TooLate > 0 {
			late++
			continue
		}
		best := c.from.Add(time.Duration(g.best) * tick)
		if !plan.FinishAt.Equal(best) {
			t.Errorf("seed %d: the forecast ends %s, the best schedule %s: %+v", seed, plan.FinishAt, best, c)
		}
		if g.best > 0 {
			waited++
		}
	}
	if late < cases/20 || waited < cases/4 {
		t.Errorf("the cases are too tame: %d do not fit, %d have to wait", late, waited)
	}
	figures(t, "best plan", "%d small cases, all of their schedules searched (%d messages placed): none ends before the forecast; %d had to wait, %d did not all fit in", cases, tried, waited, late)
}

// tick is the grid of the search; a tiny case has all its times on it. The
// margin of a window of 10 minutes is one tick, of 20 minutes and more two.
const (
	tick  = 30 * time.Second
	ticks = 180 // up to the end
)

// A tiny case is at most four messages around a change of the clocks.
type tiny struct {
	zone   string
	from   time.Time
	limits []string
	hours  []campaign.Hours
	days   []time.Weekday
	pause  int // in ticks
	past   []placed
	costs  []int
}

// placed is a message, or one of the past, at a tick.
type placed struct{ at, n int }

var tinies = rapid.Custom(drawTiny)

// moments are when the clocks change, and one when they do not.
var moments = []struct{ zone, at string }{
	{"Asia/Jakarta", "2027-03-01T02:00:00Z"},
	{"America/New_York", "2027-03-14T07:00:00Z"},
	{"America/New_York", "2027-11-07T06:00:00Z"},
	{"Europe/London", "2027-03-28T01:00:00Z"},
	{"Europe/London", "2027-10-31T01:00:00Z"},
	{"Australia/Lord_Howe", "2027-04-03T15:00:00Z"},
	{"Australia/Lord_Howe", "2027-10-02T15:30:00Z"},
	{"Pacific/Apia", "2011-12-30T10:00:00Z"}, // from Thursday to Saturday
}

func drawTiny(t *rapid.T) tiny {
	m := rapid.SampledFrom(moments).Draw(t, "moment")
	change, err := time.Parse(time.RFC3339, m.at)
	if err != nil {
		t.Fatal(err)
	}
	c := tiny{zone: m.zone, from: change.Add(-time.Duration(rapid.IntRange(0, 80).Draw(t, "before")) * time.Minute)}
	limit := rapid.SampledFrom([]string{"2/10m", "3/10m", "2/20m", "3/20m", "4/30m", "3/40m", "5/70m"})
	c.limits = rapid.SliceOfN(limit, 1, 3).Draw(t, "limits")
	c.drawHours(t)
	if rapid.IntRange(0, 2).Draw(t, "has days") == 0 {
		c.days = []time.Weekday{time.Thursday, time.Sunday}[rapid.IntRange(0, 1).Draw(t, "day"):]
		c.days = append(c.days, time.Saturday, time.Monday)
	}
	c.pause = rapid.SampledFrom([]int{0, 0, 1, 5, 16}).Draw(t, "pause")
	c.past = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) placed {
		return placed{-rapid.IntRange(0, 80).Draw(t, "ago"), rapid.IntRange(1, 2).Draw(t, "n")}
	}), 0, 3).Draw(t, "past")
	c.costs = rapid.SliceOfN(rapid.IntRange(1, 2), 1, 4).Draw(t, "costs")
	return c
}

// drawHours draws up to two spans of the wall clock near the case.
func (c *tiny) drawHours(t *rapid.T) {
	zone, err := time.LoadLocation(c.zone)
	if err != nil {
		t.Fatal(err)
	}
	for range rapid.IntRange(0, 2).Draw(t, "hours") {
		at := c.from.Add(time.Duration(rapid.IntRange(-10, 80).Draw(t, "opens")) * time.Minute).In(zone)
		from := at.Hour()*60 + at.Minute()
		if to := from + rapid.IntRange(1, 40).Draw(t, "open for"); to <= 24*60 {
			c.hours = append(c.hours, campaign.Hours{From: from, To: to})
		}
	}
}

// forecast asks the program.
func (c tiny) forecast(t *testing.T) scheduler.Plan {
	t.Helper()
	pause := time.Duration(c.pause) * tick
	rules := scheduler.Rules{Schedule: campaign.Schedule{
		Zone: c.zone, Hours: c.hours, Days: c.days, End: c.from.Add(ticks * tick), Pace: campaign.Pace{Min: pause, Max: pause},
	}}
	for _, text := range c.limits {
		l, err := campaign.ParseLimit(text)
		if err != nil {
			t.Fatal(err)
		}
		rules.Limits = append(rules.Limits, l)
	}
	s, err := scheduler.New(rules)
	if err != nil {
		t.Fatal(err)
	}
	var usage campaign.Usage
	for ago := -80; ago <= 0; ago++ {
		for _, p := range c.past {
			if p.at == ago {
				usage.Spends = append(usage.Spends, campaign.Spend{At: c.from.Add(time.Duration(ago) * tick), N: p.n})
			}
		}
	}
	return s.Forecast(usage, c.from, len(c.costs), func(i int) int { return c.costs[i] })
}

// A grid is the search. It is written without the scheduler's code.
type grid struct {
	open  [ticks]bool
	rules []rule
	spans []int // ticks that each rule's window has with its margin
	pause int
	costs []int
	sent  []placed // those of the past first
	best  int      // tick of the last message of the best schedule; ticks if none is known

	deepest int // the greatest number of messages that fit
	tried   int
}

func (c tiny) grid(t *testing.T) *grid {
	t.Helper()
	zone, err := time.LoadLocation(c.zone)
	if err != nil {
		t.Fatal(err)
	}
	g := &grid{pause: c.pause, costs: c.costs, sent: append([]placed(nil), c.past...), best: ticks}
	for _, text := range c.limits {
		r := ruleOf(text)
		g.rules = append(g.rules, r)
		g.spans = append(g.spans, int((r.window+min(time.Minute, r.window*5/100))/tick))
	}
	for i := range g.open {
		g.open[i] = c.isOpen(c.from.Add(time.Duration(i) * tick).In(zone))
	}
	return g
}

// isOpen reads the wall clock.
func (c tiny) isOpen(at time.Time) bool {
	day, hour := len(c.days) == 0, len(c.hours) == 0
	for _, d := range c.days {
		day = day || at.Weekday() == d
	}
	for _, h := range c.hours {
		minute := at.Hour()*60 + at.Minute()
		hour = hour || h.From <= minute && minute < h.To
	}
	return day && hour
}

// search places message i at every tick from on that could still beat the
// best, and the rest behind it.
func (g *grid) search(i, from int) {
	g.deepest = max(g.deepest, i)
	if i == len(g.costs) {
		g.best = g.sent[len(g.sent)-1].at
		return
	}
	for at := from; at < g.best; at++ {
		if !g.allows(at, g.costs[i], i > 0) {
			continue
		}
		g.tried++
		g.sent = append(g.sent, placed{at, g.costs[i]})
		g.search(i+1, at)
		g.sent = g.sent[:len(g.sent)-1]
	}
}

func (g *grid) allows(at, n int, follows bool) bool {
	if !g.open[at] || follows && at < g.sent[len(g.sent)-1].at+g.pause {
		return false
	}
	for i, r := range g.rules {
		sum := n
		for _, s := range g.sent {
			if at-s.at < g.spans[i] {
				sum += s.n
			}
		}
		if sum > r.most {
			return false
		}
	}
	return true
}
