package store_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/store/storetest"
)

// A seeded store has the usage that another one told.
func TestSeed(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Microsecond)
	s := open(t, filepath.Join(t.TempDir(), "tebar.db"))
	day := campaign.Limit{Max: 10, Window: 24 * time.Hour}
	want := campaign.Usage{
		Account: "club", Pending: 2, LockedUntil: now.Add(time.Hour), LockReason: "too fast",
		Last: now.Add(-time.Minute), Seq: 7,
		Spends: []campaign.Spend{{At: now.Add(-2 * time.Hour), N: 3}, {At: now.Add(-time.Hour), N: 1}},
	}
	if err := s.Seed(t.Context(), want, now); err != nil {
		t.Fatal(err)
	}
	got, err := s.Usage(t.Context(), "club", now, day)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, spend := range got.Spends {
		sum += spend.N
	}
	if sum != 6 || !got.LockedUntil.Equal(want.LockedUntil) || got.LockReason != "too fast" || got.Seq != 7 || !got.Last.Equal(want.Last) {
		t.Errorf("got %+v", got)
	}
	if !slices.ContainsFunc(got.Spends, func(s campaign.Spend) bool { return s.N == 3 && now.Sub(s.At) >= 2*time.Hour-time.Second }) {
		t.Errorf("the spends have lost their times: %+v", got.Spends)
	}
	if none, err := s.Usage(t.Context(), "club", now); err != nil || len(none.Spends) > 0 {
		t.Errorf("without a limit nothing is in a window: %+v %v", none.Spends, err)
	}
}

// What an abandoned runner had in hand is taken over by the next one.
func TestAbandon(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "tebar.db"))
	r := storetest.Start(t, s, storetest.Snapshot("spring"), storetest.People(2), time.Now())
	for i := range 2 {
		c, _, err := r.Claim(t.Context(), time.Now(), storetest.Decide)
		if err != nil || c.Message == 0 {
			t.Fatal(c, err)
		}
		if i == 0 {
			if err := r.Mark(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := r.Abandon(); err != nil {
		t.Fatal(err)
	}
	info, err := s.Info(t.Context(), "spring")
	if err != nil || info.Counts.Sending != 2 || info.Running != nil {
		t.Fatalf("%+v %v", info, err)
	}
	next, err := s.Runner(t.Context(), "spring", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	c, err := next.Counts(t.Context())
	if err != nil || c.Unconfirmed != 1 || c.Queued != 1 {
		t.Errorf("%+v %v", c, err)
	}
}
