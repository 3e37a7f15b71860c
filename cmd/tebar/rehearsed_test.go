package main

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tebar/campaign"
)

// The windows of a rehearsal are held against counting every pair.
func TestRehearsalWindows(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	begin := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	spends := func(n int) []campaign.Spend {
		var out []campaign.Spend
		for range n {
			out = append(out, campaign.Spend{At: begin.Add(time.Duration(draw.IntN(40)) * time.Minute), N: 1 + draw.IntN(3)})
		}
		return out
	}
	for range 200 {
		r := &rehearsal{before: spends(draw.IntN(8)), record: spends(1 + draw.IntN(20))}
		slices.SortFunc(r.record, func(a, b campaign.Spend) int { return a.At.Compare(b.At) })
		length := time.Duration(1+draw.IntN(20)) * time.Minute
		most := 0
		for _, last := range r.record {
			sum := 0
			for _, s := range slices.Concat(r.before, r.record) {
				if ago := last.At.Sub(s.At); ago >= 0 && ago <= length {
					sum += s.N
				}
			}
			most = max(most, sum)
		}
		r.limits = []campaign.Limit{{Max: 1, Window: length}}
		if got := r.worst(); got[0].Most != most {
			t.Fatalf("%v: the worst window has %d, want %d\nbefore %v\nrecord %v", length, got[0].Most, most, r.before, r.record)
		}
	}
}
