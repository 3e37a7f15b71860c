package scheduler

import (
	"hash/fnv"
	"math"
	"math/bits"
	"time"

	"tebar/campaign"
)

// ahead is how far Usage.Last may lie in the future and still count: two
// claims at once. Farther, the clock has gone back, and it holds up nothing.
const ahead = time.Minute

// lastOf is Usage.Last, 0 where there is none that counts.
func lastOf(u *campaign.Usage, now instant) instant {
	if u.Last.IsZero() {
		return 0
	}
	if last := instantOf(u.Last); last <= now.plus(ahead) {
		return last
	}
	return 0
}

// seed makes the draws of two accounts differ.
func seed(account string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(account)) // never an error: hash.Hash
	return h.Sum64()
}

// pause draws the pause before the claim numbered seq: Min to Max, both
// included, in whole microseconds, as the store keeps times.
func (s *Scheduler) pause(seed uint64, seq int64) time.Duration {
	p := s.pace
	if p.Max <= p.Min {
		return p.Min
	}
	choices := uint64((p.Max-p.Min)/time.Microsecond) + 1
	drawn, _ := bits.Mul64(mix(seed+uint64(seq)), choices)
	return p.Min + time.Duration(drawn)*time.Microsecond
}

// mix is SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
// Generators, OOPSLA 2014): one step, from a state that counts up.
func mix(x uint64) uint64 {
	x *= 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// A share is how spread divides a day; max 0 divides nothing.
type share struct {
	max    int
	window time.Duration // with margin
	long   bool          // the window is longer than a day
}

// share takes the limit with the longest window up to 24 h, else the shortest.
// The limits are sorted by window.
func (s *Scheduler) share(limits []campaign.Limit) share {
	var found share
	for _, l := range limits {
		long := l.Window > 24*time.Hour
		if long && found.max > 0 {
			break
		}
		found = share{l.Max, l.Span(), long}
	}
	return found
}

// wait is what n recipients take of a day with that much open time, rounded up
// to whole microseconds.
func (s share) wait(open time.Duration, n int) time.Duration {
	whole := float64(min(open, s.window))
	if s.long {
		whole = float64(open) * (float64(s.window) / float64(24*time.Hour))
	}
	micros := math.Ceil(whole * float64(n) / float64(s.max) / float64(time.Microsecond))
	return time.Duration(micros) * time.Microsecond
}
