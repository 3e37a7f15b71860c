package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/store"
	"tebar/store/storetest"
)

// BenchmarkSend is claim, mark and record, each durable on the disk, with
// 0 and 3,000 messages in the account's windows.
func BenchmarkSend(b *testing.B) {
	for _, before := range []int{0, 3000, 60000} {
		b.Run(fmt.Sprint(before), func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "tebar.db"))
			now := time.Now()
			r := storetest.Start(b, s, storetest.Snapshot("spring", "1000000/24h", "1000000/month"), storetest.People(b.N+1), now)
			run(b, raw(b, s.Path()), `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
				INSERT INTO reservations (account, n, campaign, state, reserved_at, at, spent_no)
				SELECT c.account, 1, 'x', 'spent', ?, ?, -i FROM n, campaigns c WHERE ? > 0`,
				before, now.UnixMicro(), now.UnixMicro(), before)
			run(b, raw(b, s.Path()), `UPDATE reservations SET spent_no = id`)
			run(b, raw(b, s.Path()), `INSERT INTO accounts (account, spends) SELECT account, ? FROM campaigns`, before)
			b.ResetTimer()
			for range b.N {
				sendOne(b, r, now)
			}
		})
	}
}

func sendOne(b *testing.B, r *store.Runner, now time.Time) {
	c, _, err := r.Claim(context.Background(), now, storetest.Decide)
	if err != nil || c.Message == 0 {
		b.Fatal(c, err)
	}
	if err := r.Mark(context.Background(), c); err != nil {
		b.Fatal(err)
	}
	if err := r.Record(context.Background(), c, campaign.Outcome{Verdict: campaign.Accepted}, now); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkTurn is a message's usual course on one connection: recorded, the
// next marked, the one after claimed, durable on the disk in one commit.
func BenchmarkTurn(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "tebar.db"))
	now := time.Now()
	r := storetest.Start(b, s, storetest.Snapshot("spring"), storetest.People(b.N+2), now)
	c, _, err := r.Claim(b.Context(), now, storetest.Decide)
	b.ResetTimer()
	var last *campaign.Done
	for range b.N {
		if err != nil || c.Message == 0 {
			b.Fatal(c, err)
		}
		turn := campaign.Turn{Done: last, Mark: c, More: true}
		last = &campaign.Done{Claim: c, Outcome: campaign.Outcome{Verdict: campaign.Accepted}, At: now}
		if c, err = r.Turn(b.Context(), turn, now, storetest.Decide); c.Message == 0 && err == nil {
			c, _, err = r.Claim(b.Context(), now, storetest.Decide)
		}
	}
}

// BenchmarkPropose stages and compares a list of 100,000 that has not changed.
func BenchmarkPropose(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "tebar.db"))
	rows := storetest.People(100_000)
	storetest.Start(b, s, storetest.Snapshot("spring", "100/24h"), rows, noon)
	for b.Loop() {
		p, err := s.Propose(b.Context(), storetest.Snapshot("spring", "100/24h"), func(add func(campaign.Entry) error) error {
			for _, e := range rows {
				if err := add(e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || p.Changes().Any() {
			b.Fatal(p.Changes(), err)
		}
		p.Discard()
	}
}

// BenchmarkAccept is the first run of a list of 100,000.
func BenchmarkAccept(b *testing.B) {
	rows := storetest.People(100_000)
	for b.Loop() {
		s := open(b, filepath.Join(b.TempDir(), "tebar.db"))
		storetest.Start(b, s, storetest.Snapshot("spring", "100/24h"), rows, noon)
	}
}

// BenchmarkOpen opens a store that is there.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "tebar.db")
	open(b, path)
	for b.Loop() {
		s, err := store.Open(b.Context(), path, store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		_ = s.Close()
	}
}
