package proof

import (
	"testing"
	"time"

	"tebar/campaign/run"
	"tebar/scheduler"
)

// TestRunKeepsToItsForecast lets the loop, the ledger and the mailer send
// random campaigns with a fixed pace, a new process every few messages, and
// holds the moment at which the server took each message against the forecast
// made before the first.
func TestRunKeepsToItsForecast(t *testing.T) {
	cases, messages, processes := size(6, 150), 0, 0
	for seed := range cases {
		w := worlds.Example(seed).calm()
		l := w.made(t, inMemory(t))
		want := l.forecast()
		processes += l.untilDone(w.begin.Add(simulatedDays * 24 * time.Hour))
		got := l.accepted[len(w.bookings):]
		if len(got) != len(want) {
			t.Errorf("seed %d: %d sent, %d in the forecast", seed, len(got), len(want))
		}
		for i := range min(len(got), len(want)) {
			if !got[i].at.Equal(want[i]) {
				t.Errorf("seed %d: message %d went at %s, the forecast says %s; %+v", seed, i+1, got[i].at, want[i], w)
				break
			}
		}
		messages += len(got)
		_ = l.server.Close()
		l.must(l.store.Close())
	}
	figures(t, "run keeps to its forecast", "%d random campaigns, %d processes, %d messages, each at the very microsecond that was forecast", cases, processes, messages)
}

// calm is the world with one campaign, a fixed pace and no trouble.
func (w world) calm() world {
	w.schedules, w.own = w.schedules[:1], w.own[:1]
	w.schedules[0].Pace.Max = w.schedules[0].Pace.Min
	w.rules, w.slow, w.jumps, w.reboots, w.crashes = nil, 0, nil, 0, 0
	return w
}

// forecast lists the times of the messages that fit into 400 days: of the
// i-th, the finish of a campaign of i.
func (l *life) forecast() []time.Time {
	c := l.campaign(0)
	calendar, err := scheduler.New(scheduler.Rules{Limits: c.Limits, Schedule: c.Schedule})
	l.must(err)
	usage, err := l.store.Usage(l.t.Context(), "club", l.clocks.Now())
	l.must(err)
	end := l.begin.Add(simulatedDays * 24 * time.Hour)
	var times []time.Time
	for i := range peopleInWorld {
		plan := calendar.Forecast(usage, l.clocks.Now(), i+1, func(i int) int { return l.costs[i%len(l.costs)] })
		if plan.TooLate > 0 || !plan.FinishAt.Before(end) {
			break
		}
		times = append(times, plan.FinishAt)
	}
	return times
}

// untilDone counts the processes.
func (l *life) untilDone(until time.Time) int {
	for n := 1; ; n++ {
		end, err := l.run(0, run.Options{Until: until, Limit: 1 + l.draw.IntN(60)})
		l.must(err)
		if end.End == run.Complete || !l.clocks.now().Before(until) || end.NextAt.After(until) {
			return n
		}
	}
}
