package scheduler_test

import (
	"testing"
	"time"

	"tebar/campaign"
	"tebar/scheduler"
)

var workspace = []campaign.Limit{{Max: 2000, Window: 24 * time.Hour}, {Max: 60_000, Window: campaign.Month}}

// A month's mail of a Workspace account in the ledger: one more decision.
func BenchmarkNext(b *testing.B) {
	now := jakarta(b)
	s := compile(b, scheduler.Rules{Limits: workspace, Schedule: campaign.Schedule{Hours: hours(0, 24)}})
	var spends []campaign.Spend
	for i := range 60_000 {
		spends = append(spends, campaign.Spend{At: now.Add(time.Duration(i-60_000) * 44 * time.Second), N: 1})
	}
	for _, bench := range []struct {
		name   string
		spends []campaign.Spend
	}{{"Full", spends}, {"Room", spends[100:]}, {"Empty", nil}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Next(campaign.Usage{Account: "rina@example.org", Spends: bench.spends}, now)
			}
		})
	}
}

func BenchmarkForecastMillion(b *testing.B) {
	now := jakarta(b)
	office := campaign.Schedule{Zone: "America/New_York", Days: []time.Weekday{1, 2, 3, 4, 5}, Hours: hours(9, 17)}
	paced, spread := office, office
	paced.Pace = campaign.Pace{Min: 5 * time.Second, Max: 15 * time.Second}
	spread.Spread = true
	for _, bench := range []struct {
		name  string
		rules scheduler.Rules
	}{
		{"Free", scheduler.Rules{}},
		{"Workspace", scheduler.Rules{Limits: workspace}},
		{"Office", scheduler.Rules{Limits: workspace, Schedule: office}},
		{"Paced", scheduler.Rules{Limits: workspace, Schedule: paced}},
		{"Spread", scheduler.Rules{Limits: workspace, Schedule: spread}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			s := compile(b, bench.rules)
			b.ReportAllocs()
			for b.Loop() {
				if plan := s.Forecast(campaign.Usage{}, now, 1_000_000, nil); plan.TooLate != 0 {
					b.Fatal(plan.Reason)
				}
			}
		})
	}
}
