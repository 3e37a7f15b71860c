//go:build system

package proof

import (
	"math/rand/v2"
	"sync/atomic"
	"testing"
)

// TestSecondServerKilled sends campaigns over several connections to Postfix's
// smtp-sink, undisturbed and killed with SIGKILL at random times, until tebar
// has been killed 100 times; smtp-sink's own dump is the witness.
func TestSecondServerKilled(t *testing.T) {
	n, wanted := size(300, 1000), size(12, 100)
	calm, sum := &kills{}, &kills{}
	sinkCampaign(t, calm, rand.New(rand.NewPCG(0, 11)), n, 0)
	for round := uint64(1); sum.killed < wanted && !t.Failed(); round++ {
		sinkCampaign(t, sum, rand.New(rand.NewPCG(round, 11)), n, wanted-sum.killed)
	}
	if sum.killed < wanted {
		t.Errorf("%d kills, want %d", sum.killed, wanted)
	}
	calm.figures(t, "a second server", "campaigns at smtp-sink")
	sum.figures(t, "random kills at a second server", "campaigns at smtp-sink")
}

func sinkCampaign(t *testing.T, sum *kills, draw *rand.Rand, n, wanted int) {
	t.Helper()
	connections := 2 + draw.IntN(3)
	k, s := newKiller(draw, n), newSink(t)
	var count atomic.Int64
	s.each = func() {
		count.Add(1)
		k.arrived <- struct{}{}
	}
	m := machineIn(t, inMemory(t), s.port, n, s.sender("none", connections))
	s.live(true)
	killed := k.strikes(m, func() int { return int(count.Load()) }, n, wanted)
	s.settle()
	s.die()
	if got, written := int(count.Load()), s.mailbox().total(); got != written {
		t.Errorf("smtp-sink counted %d messages and wrote down %d", got, written)
	}
	sum.sum(m, s.mailbox(), n, killed, connections)
}
