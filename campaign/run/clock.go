package run

import (
	"context"
	"time"
)

// System is the machine's clock.
type System struct{}

// Now is the wall clock; the monotonic reading is dropped, as it stands still
// while a laptop sleeps.
func (System) Now() time.Time { return time.Now().Round(0) }

// slice is the longest wait by a timer, which does not see the wall clock
// jump or the machine sleep.
const slice = time.Minute

// Wait waits in slices until the wall clock shows until.
func (s System) Wait(ctx context.Context, until time.Time) error {
	for {
		left := until.Sub(s.Now())
		if left <= 0 {
			return ctx.Err()
		}
		timer := time.NewTimer(min(left, slice))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}
