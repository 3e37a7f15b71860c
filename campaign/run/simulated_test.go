package run

import (
	"context"
	"testing"
	"time"
)

func TestSimulatedClock(t *testing.T) {
	begin := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	c := NewSimulated(begin)
	if err := c.Wait(t.Context(), begin.Add(31*24*time.Hour)); err != nil || !c.Now().Equal(begin.AddDate(0, 0, 31)) {
		t.Fatalf("%v %v", c.Now(), err)
	}
	if err := c.Wait(t.Context(), begin); err != nil || !c.Now().Equal(begin.AddDate(0, 0, 31)) {
		t.Errorf("it went back to %v %v", c.Now(), err)
	}
	c.Pass(-time.Hour)
	c.Pass(time.Second)
	if want := begin.AddDate(0, 0, 31).Add(time.Second); !c.Now().Equal(want) {
		t.Errorf("%v, want %v", c.Now(), want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Wait(ctx, begin.AddDate(1, 0, 0)); err == nil || c.Now().Year() != 2027 {
		t.Errorf("it waited though it was cancelled: %v %v", c.Now(), err)
	}
}
