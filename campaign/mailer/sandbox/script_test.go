package sandbox

import (
	"slices"
	"testing"

	"tebar/campaign"
)

// A rule with a chance fires at its share of the events, and with the same
// seed at the same ones.
func TestChance(t *testing.T) {
	fired := func(seed uint64) (list []int) {
		s := newScript([]Rule{{Stage: campaign.StageRcpt, Chance: 0.25, Reply: Reply{Code: 450}}}, seed)
		for i := range 1000 {
			if _, ok := s.at(campaign.StageRcpt, "a@example.org"); ok {
				list = append(list, i)
			}
		}
		return list
	}
	first := fired(1)
	if n := len(first); n < 200 || n > 300 {
		t.Errorf("fired %d times of 1000 with a chance of a quarter", n)
	}
	if !slices.Equal(first, fired(1)) || slices.Equal(first, fired(2)) {
		t.Error("the seed does not decide")
	}
}
