package store

import "time"

// A gathering says when the next commit begins. A connection that was given a
// message comes back soon, to have it marked; a commit waits for those who are
// expected, so that one sync of the disk is for all connections, but no longer
// than a commit takes. Where nobody comes in that time, as over a slow network,
// the waiting is tried only now and then. The committer's mutex guards it.
type gathering struct {
	expected map[int64]bool // attempts, begun and not heard of again
	takes    time.Duration  // about what a commit takes
	vain     int            // how often in a row nobody came
	count    int            // commits
	timer    *time.Timer    // nil: nobody waits for others
	had      int            // how many waited when it was set
}

// Bounds of the waiting.
const (
	longestGathering = 10 * time.Millisecond
	vainGatherings   = 8  // in a row, and only
	triedGatherings  = 32 // every so often is another tried
)

// expect notes who comes back, and what the commit has taken.
func (g *gathering) expect(attempts []int64, took time.Duration) {
	if g.expected == nil {
		g.expected = map[int64]bool{}
	}
	for _, a := range attempts {
		g.expected[a] = true
	}
	g.takes += (min(took, longestGathering) - g.takes) / 8
	g.count++
}

// complete says whether nobody is worth waiting for.
func (g *gathering) complete() bool {
	return len(g.expected) == 0 || g.takes <= 0 || g.vain >= vainGatherings && g.count%triedGatherings != 0
}

// wait has late called when nobody else is waited for any more.
func (g *gathering) wait(waiting int, late func()) {
	if g.timer == nil {
		g.timer, g.had = time.AfterFunc(g.takes, late), waiting
	}
}

// end ends the waiting, for a commit begins.
func (g *gathering) end(waiting int) {
	if g.timer == nil {
		return
	}
	g.timer.Stop()
	g.timer = nil
	if g.vain++; waiting > g.had {
		g.vain = 0
	}
}
