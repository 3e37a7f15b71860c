package store_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/store"
	"tebar/store/storetest"
)

// testdata/schemaN.sql is what a Tebar of schema N left when it was killed: a
// campaign of 16 with two messages in hand, one of them marked, and one of two.
// Of schema 2 most stands in the journal only.

// wroteBy gives a store of an older schema.
func wroteBy(t *testing.T, version int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tebar.db")
	db := raw(t, path)
	db.SetMaxOpenConns(1)
	run(t, db, `PRAGMA application_id = 0x54656272`)
	run(t, db, `PRAGMA journal_mode = WAL`)
	run(t, db, string(read(t, fmt.Sprintf("testdata/schema%d.sql", version))))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// A store of an older schema becomes what a new one is, and goes on where its
// Tebar was killed: nobody gets a letter twice, and nobody is left out.
func TestOlderSchemas(t *testing.T) {
	want := map[string]campaign.State{}
	for i := range 16 {
		want[fmt.Sprintf("p%03d", i)] = campaign.Sent
	}
	want["p001"], want["p002"], want["p013"] = campaign.Deferred, campaign.Failed, campaign.Skipped
	want["p003"], want["p007"] = campaign.Unconfirmed, campaign.Unconfirmed // the latter was marked
	for version := 1; version <= 2; version++ {
		path := wroteBy(t, version)
		s := open(t, path)
		if err := s.Check(t.Context()); err != nil {
			t.Errorf("schema %d: %v", version, err)
		}
		if got, want := laidOut(t, path), laidOut(t, open(t, filepath.Join(t.TempDir(), "new.db")).Path()); !maps.Equal(got, want) {
			t.Errorf("schema %d: the tables and indexes are %v, want %v", version, got, want)
		}
		if got := goOn(t, s); !maps.Equal(got, want) {
			t.Errorf("schema %d: %v, want %v", version, got, want)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Errorf("schema %d, at the end: %v", version, err)
		}
	}
}

// goOn sends what is left, and gives the states. Nobody whom the older Tebar
// may have written to is claimed.
func goOn(t *testing.T, s *store.Store) map[string]campaign.State {
	t.Helper()
	before := states(t, s)
	now := noon.Add(time.Minute)
	r, err := s.Runner(t.Context(), "spring", now)
	if err != nil {
		t.Fatal(err)
	}
	claimed := map[string]bool{}
	for {
		c, slot, err := r.Claim(t.Context(), now, storetest.Decide)
		if err != nil {
			t.Fatal(err)
		}
		if c.Message == 0 && slot.Code == campaign.CodeRetry { // of p001
			break
		}
		name := c.Recipient.Name
		if state := before[name]; claimed[name] || state != campaign.Queued && state != campaign.Sending {
			t.Errorf("%s is claimed, and was %s", name, state)
		}
		claimed[name] = true
		if err := errors.Join(r.Mark(t.Context(), c), r.Record(t.Context(), c, campaign.Outcome{Verdict: campaign.Accepted}, now)); err != nil {
			t.Fatal(err)
		}
	}
	counts, err := r.Counts(t.Context())
	if err != nil || counts.Total != 16 || counts.Queued != 0 || counts.Sending != 0 {
		t.Errorf("at the end: %+v, %v", counts, err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return states(t, s)
}

func states(t *testing.T, s *store.Store) map[string]campaign.State {
	t.Helper()
	got := map[string]campaign.State{}
	for d, err := range s.Deliveries(t.Context(), "spring", nil) {
		if err != nil {
			t.Fatal(err)
		}
		got[d.Name] = d.State
	}
	return got
}

// laidOut is the schema: what is made by which statement.
func laidOut(t *testing.T, path string) map[string]string {
	t.Helper()
	rows, err := raw(t, path).QueryContext(t.Context(), `SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'goose%'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all := map[string]string{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			t.Fatal(err)
		}
		all[name] = text
	}
	return all
}

// A migration that fails leaves the store as it was, and is made when its cause
// is gone.
func TestMigrationIsWhole(t *testing.T) {
	for version := 1; version <= 2; version++ {
		path := wroteBy(t, version)
		// The last statements of migration 3 fail.
		run(t, raw(t, path), `CREATE INDEX messages_several ON messages (id)`)
		before := laidOut(t, path)
		if s, err := store.Open(t.Context(), path, store.Options{}); err == nil {
			_ = s.Close()
			t.Fatalf("schema %d: it was migrated all the same", version)
		}
		after := laidOut(t, path)
		delete(after, "journal") // migration 2 stays
		delete(before, "journal")
		if !maps.Equal(after, before) {
			t.Errorf("schema %d: %v is left of the migration", version, slices.Sorted(maps.Keys(after)))
		}
		run(t, raw(t, path), `DROP INDEX messages_several`)
		goOn(t, open(t, path))
	}
}

// A process that is killed while it migrates leaves a store that the next one
// migrates.
func TestKilledWhileMigrating(t *testing.T) {
	for round := range 8 {
		path := wroteBy(t, 1+round%2)
		run(t, raw(t, path), `INSERT INTO messages (campaign_id, source_id, row_no, position, cells, address, key, name, own, grouped,
			state, recipients, entry_sha256) WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
			SELECT 1, 1, i, i, '[]', 'a' || i, '', '', 1, 0, 'failed', 1, '' FROM n`)
		cmd, _ := spawn(t, path, "none")
		time.Sleep(time.Duration(5+12*round+rand.IntN(10)) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		s := open(t, path)
		if err := s.Check(t.Context()); err != nil {
			t.Errorf("round %d: %v", round, err)
		}
		goOn(t, s)
	}
}
