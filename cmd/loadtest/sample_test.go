package main

import (
	"testing"
	"time"
)

func TestNewSample(t *testing.T) {
	c := cost{wall: 2 * time.Second, cpu: 30 * time.Millisecond, peak: 21_500_000}
	got := newSample(c, tally{Messages: 100, Bytes: 740_000}, 100)
	if want := (sample{Accepted: 100, Rate: 50, CPU: 300, RSS: 21.5, Size: 7400}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		all  []float64
		want spread
	}{
		{[]float64{7}, spread{7, 7, 7}},
		{[]float64{3, 1}, spread{2, 1, 3}},
		{[]float64{9, 1, 2}, spread{2, 1, 9}},
		{[]float64{4, 1, 100, 2}, spread{3, 1, 100}},
		{[]float64{5, 5, 1, 5, 9}, spread{5, 1, 9}},
	} {
		if got := spreadOver(c.all); got != c.want {
			t.Errorf("%v: %+v, want %+v", c.all, got, c.want)
		}
	}
}

// TestRatios: by round, not by median. The machine halves its speed in the
// second round for both; the ratio does not see it.
func TestRatios(t *testing.T) {
	of := []sample{{Rate: 400, CPU: 100}, {Rate: 200, CPU: 120}, {Rate: 300, CPU: 110}}
	against := []sample{{Rate: 100, CPU: 200}, {Rate: 50, CPU: 240}, {Rate: 60, CPU: 110}}
	if got, want := ratios(of, against, rate), (spread{4, 4, 5}); got != want {
		t.Errorf("of rates: %+v, want %+v", got, want)
	}
	if got, want := ratios(of, against, cpu), (spread{0.5, 0.5, 1}); got != want {
		t.Errorf("of CPU: %+v, want %+v", got, want)
	}
}

// TestCompare: the first contestant is held against each of the others, and
// nobody against anybody where it was left out.
func TestCompare(t *testing.T) {
	one := []sample{{Accepted: 1, Rate: 3, CPU: 1}}
	two := []sample{{Accepted: 1, Rate: 2, CPU: 4}}
	var r report
	r.compare([]contestant{tebarRun, goMailLoop, smtpSource}, [][]sample{one, two, two})
	if len(r.Contestants) != 3 || len(r.Ratios) != 2 || r.Ratios[1].Against != "smtp-source" || r.Ratios[0].Rate.Median != 1.5 || r.Ratios[0].CPU.Median != 0.25 {
		t.Errorf("%+v", r)
	}
	checkTable(t, r, "tebar / go-mail ", "tebar / smtp-source ", "1.50")
	r = report{}
	if r.compare([]contestant{goMailLoop, smtpSource}, [][]sample{one, two}); len(r.Ratios) != 0 {
		t.Errorf("ratios without tebar: %+v", r.Ratios)
	}
}
