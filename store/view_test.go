package store_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/store"
	"tebar/store/storetest"
)

// A report that is read slowly, while another process sends without a pause,
// sees one moment of the store and does not hold up the sending.
func TestViewsHoldNobodyUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tebar.db")
	s, other := open(t, path), open(t, path)
	r := storetest.Start(t, s, storetest.Snapshot("spring"), storetest.People(5000), noon)
	sent := make(chan bool)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		defer close(sent)
		for ctx.Err() == nil {
			c, _, err := r.Claim(ctx, noon, storetest.Decide)
			if err != nil || c.Message == 0 || r.Mark(ctx, c) != nil {
				return
			}
			_ = r.Record(ctx, c, campaign.Outcome{Verdict: campaign.Accepted}, noon)
			select {
			case sent <- true:
			default:
			}
		}
	}()
	for range 10 {
		if !lookSlowly(t, other, sent) {
			break
		}
	}
	stop()
	for range sent {
	}
}

// lookSlowly reads a report while some messages are sent.
func lookSlowly(t *testing.T, s *store.Store, sent <-chan bool) bool {
	t.Helper()
	row := 0
	for _, err := range s.Deliveries(t.Context(), "spring", nil) {
		if err != nil {
			t.Error(err)
			return false
		}
		if row++; row > 5 {
			return true
		}
		select {
		case _, ok := <-sent:
			if !ok {
				return false
			}
		case <-time.After(20 * time.Second):
			t.Error("nothing is sent while a report is read")
			return false
		}
	}
	return true
}
