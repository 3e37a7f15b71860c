package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"tebar/campaign"
	"tebar/store"
	"tebar/store/storetest"
)

// A receipt is one message as the server saw it.
type receipt struct {
	at time.Time
	n  int
}

// worst is the greatest number of recipients in any window, which is half
// open. Receipts are sorted by time.
func worst(receipts []receipt, window time.Duration) (most int) {
	n, from := 0, 0
	for _, r := range receipts {
		n += r.n
		for !r.at.Before(receipts[from].at.Add(window)) {
			n -= receipts[from].n
			from++
		}
		most = max(most, n)
	}
	return most
}

// TestMonths sends 3,500 messages under Gmail's limits on a simulated clock:
// 100 a day, 3000 a month.
func TestMonths(t *testing.T) {
	path := filepath.Join(memory(t), "tebar.db")
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		s, err := store.Open(t.Context(), path, store.Options{Boot: noBoot})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		r := storetest.Start(t, s, storetest.Snapshot("spring", "100/24h", "3000/month"), storetest.People(3500), begin)
		receipts := sendAll(t, r)
		if len(receipts) != 3500 {
			t.Fatalf("%d sent, want 3500", len(receipts))
		}
		if day, month := worst(receipts, 24*time.Hour), worst(receipts, campaign.Month); day != 100 || month != 3000 {
			t.Errorf("up to %d in a day and %d in a month, want 100 and 3000", day, month)
		}
		if took := receipts[3499].at.Sub(begin); took > 36*24*time.Hour {
			t.Errorf("took %v", took)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

func noBoot() (string, time.Duration, bool) { return "", 0, false }

// sendAll sends until the campaign is complete, and looks every half hour.
func sendAll(t *testing.T, r *store.Runner) (receipts []receipt) {
	t.Helper()
	ctx := context.Background()
	for {
		c, _, err := r.Claim(ctx, time.Now(), storetest.Decide)
		switch {
		case errors.Is(err, campaign.ErrComplete):
			return receipts
		case err != nil:
			t.Fatal(err)
		case c.Message == 0:
			time.Sleep(30 * time.Minute)
			continue
		}
		if err := r.Mark(ctx, c); err != nil {
			t.Fatal(err)
		}
		receipts = append(receipts, receipt{time.Now(), c.Recipients})
		err = r.Record(ctx, c, campaign.Outcome{Verdict: campaign.Accepted}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
	}
}
