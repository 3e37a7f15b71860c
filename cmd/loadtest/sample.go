package main

import "slices"

// A sample is one run of one contestant.
type sample struct {
	Accepted int     `json:"accepted"`            // messages, by the sink's count
	Rate     float64 `json:"messages_per_second"` // of the whole process, start and end included
	CPU      float64 `json:"cpu_us_per_message"`  // user and system, of the client alone
	RSS      float64 `json:"peak_rss_mb"`         // MB of 1,000,000 bytes; 0 is unknown
	Size     float64 `json:"bytes_per_message"`   // as the sink has them; 0 is unknown
}

func newSample(c cost, t tally, messages int) sample {
	n := float64(messages)
	return sample{
		Accepted: t.Messages,
		Rate:     n / c.wall.Seconds(),
		CPU:      float64(c.cpu.Microseconds()) / n,
		RSS:      float64(c.peak) / 1e6,
		Size:     float64(t.Bytes) / n,
	}
}

// A spread is a figure over the rounds.
type spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// spreadOf takes one figure of each sample; there is one at least. The median
// of an even number is the mean of the two in the middle.
func spreadOf(samples []sample, figure func(sample) float64) spread {
	var all []float64
	for _, s := range samples {
		all = append(all, figure(s))
	}
	return spreadOver(all)
}

func spreadOver(all []float64) spread {
	all = slices.Sorted(slices.Values(all))
	n := len(all)
	return spread{(all[(n-1)/2] + all[n/2]) / 2, all[0], all[n-1]}
}

// ratios compares two contestants round by round: those two runs saw the same
// machine. The ratio of the medians would mix rounds.
func ratios(of, against []sample, figure func(sample) float64) spread {
	var all []float64
	for i := range of {
		all = append(all, figure(of[i])/figure(against[i]))
	}
	return spreadOver(all)
}

func rate(s sample) float64 { return s.Rate }
func cpu(s sample) float64  { return s.CPU }
func rss(s sample) float64  { return s.RSS }
func size(s sample) float64 { return s.Size }
