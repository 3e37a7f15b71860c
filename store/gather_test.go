package store

import (
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// gathering opens a store whose commits take so long, and that waits for the
// attempts 1 to n.
func gatheringFor(t *testing.T, takes time.Duration, n int64) *committer {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "tebar.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	c := &s.commits
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gather.takes = takes
	c.gather.expected = map[int64]bool{}
	for a := range n {
		c.gather.expected[a+1] = true
	}
	return c
}

// comers are steps of attempts, each in a goroutine of its own.
type comers struct {
	mu   sync.Mutex
	txns map[int64]*txn
	all  sync.WaitGroup
}

func (c *comers) come(t *testing.T, to *committer, attempt int64) {
	c.all.Go(func() {
		err := to.gathered(t.Context(), attempt, func(tx *txn) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.txns == nil {
				c.txns = map[int64]*txn{}
			}
			c.txns[attempt] = tx
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	for to.expects(attempt) {
		time.Sleep(time.Millisecond)
	}
}

func (c *comers) came() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.txns)
}

func (c *committer) expects(attempt int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gather.expected[attempt]
}

// Steps wait for all that are expected, and go in one transaction.
func TestGatherTogether(t *testing.T) {
	c, steps := gatheringFor(t, time.Hour, 3), &comers{}
	steps.come(t, c, 1)
	steps.come(t, c, 2)
	time.Sleep(20 * time.Millisecond)
	if n := steps.came(); n != 0 {
		t.Fatalf("%d have not waited for the third", n)
	}
	steps.come(t, c, 3)
	steps.all.Wait()
	if steps.txns[1] != steps.txns[3] || steps.txns[2] != steps.txns[3] {
		t.Error("they went in several transactions")
	}
}

// Whatever is no step of a message waits for nobody, and takes along who waits.
func TestGatherEndsForOthers(t *testing.T) {
	c, steps := gatheringFor(t, time.Hour, 2), &comers{}
	steps.come(t, c, 1)
	if err := c.do(t.Context(), func(*txn) error { return nil }); err != nil {
		t.Fatal(err)
	}
	steps.all.Wait()
	if !c.expects(2) {
		t.Error("nobody waits for the second any more")
	}
}

// Nor does a step whose connection is at its end, whoever came before or behind.
func TestGatherEndsForARecord(t *testing.T) {
	c, steps := gatheringFor(t, time.Hour, 3), &comers{}
	steps.come(t, c, 1)
	if err := c.hot(t.Context(), 2, func(*txn) error { return nil }); err != nil {
		t.Fatal(err)
	}
	steps.all.Wait()
	c.mu.Lock()
	c.busy = true // as if a commit were under way
	c.mu.Unlock()
	c.gather.expected[4] = true
	var record sync.WaitGroup
	record.Go(func() {
		if err := c.hot(t.Context(), 0, func(*txn) error { return nil }); err != nil {
			t.Error(err)
		}
	})
	for c.waits() == 0 {
		time.Sleep(time.Millisecond)
	}
	steps.come(t, c, 3)
	for c.waits() < 2 {
		time.Sleep(time.Millisecond)
	}
	c.pass(nil)
	record.Wait()
	steps.all.Wait()
}

func (c *committer) waits() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting)
}

// Who does not come is waited for no longer than a commit takes, and where that
// is in vain again and again, seldom.
func TestGatherInVain(t *testing.T) {
	c, steps := gatheringFor(t, time.Millisecond, 2), &comers{}
	steps.come(t, c, 1)
	steps.all.Wait()
	if c.expects(2) {
		t.Error("one that has not come in time is still expected")
	}
	g := &gathering{takes: time.Hour, expected: map[int64]bool{1: true}}
	waits := 0
	for range 10 * triedGatherings {
		if !g.complete() {
			waits++
			g.wait(1, func() {})
			g.end(1)
		}
		g.expect(nil, time.Hour)
	}
	if waits < vainGatherings+5 || waits > vainGatherings+10 {
		t.Errorf("%d waits of %d in vain", waits, 10*triedGatherings)
	}
	g.wait(1, func() {})
	g.end(2)
	if g.complete() {
		t.Error("nobody is waited for though one has come")
	}
}
