package store_test

import (
	"database/sql"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/store"
	"tebar/store/storetest"
)

// Nothing that the loop, status or a report asks reads a whole table that grows
// with messages, or sorts: a campaign of a million costs no more a message than
// one of a thousand.
func TestNothingIsScanned(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "tebar.db"))
	r := storetest.Start(t, s, storetest.Snapshot("spring", "10/24h", "100/month"), storetest.People(9), noon)
	everyWay(t, s, r)
	texts, err := s.Asked(t.Context(), "spring", noon)
	if err != nil {
		t.Fatal(err)
	}
	db := raw(t, s.Path())
	for _, text := range texts {
		for _, line := range planOf(t, db, text) {
			whole := scans.MatchString(line) && !few.MatchString(line) || strings.Contains(line, "TEMP B-TREE")
			if whole || passes.MatchString(line) && text != store.DeliveryQuery {
				t.Errorf("%s:\n%s", line, text)
			}
		}
	}
	if len(texts) < 40 {
		t.Errorf("only %d statements were looked at", len(texts))
	}
}

// few are tables that do not grow with messages (the journal is posted every few
// hundred), and what the statement itself made of others.
// Everything of a campaign, or of an account, is passed over where an index
// that holds all of it is asked for nothing else.
var (
	passes = regexp.MustCompile(`^SEARCH .* INDEX (messages_position|messages_identity|messages_several|reservations_(at|boot|spent)) \(\w+=\?\)$`)
	scans  = regexp.MustCompile(`^SCAN `)
	few    = regexp.MustCompile(`^SCAN ((campaigns|accounts|sources|versions|suppressions|journal|meta|sqlite_sequence|c|CONSTANT ROW|\d+ CONSTANT ROWS?)\b|\(subquery-\d+\)$)`)
)

// everyWay takes messages through all that the loop does with them.
func everyWay(t *testing.T, s *store.Store, r *store.Runner) {
	t.Helper()
	for i, o := range []campaign.Outcome{
		{Verdict: campaign.Accepted}, {Verdict: campaign.Defer}, {Verdict: campaign.Fail}, {Verdict: campaign.Requeue}, {Verdict: campaign.Uncertain},
	} {
		now := noon.Add(time.Duration(i) * time.Second)
		c, _, err := r.Claim(t.Context(), now, storetest.Decide)
		if err == nil {
			err = r.Mark(t.Context(), c)
		}
		if err == nil {
			err = r.Record(t.Context(), c, o, now)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Peek(t.Context(), noon.Add(time.Minute), storetest.Decide); err != nil {
		t.Fatal(err)
	}
	c, _, err := r.Claim(t.Context(), noon.Add(time.Minute), storetest.Decide)
	if err != nil || c.Message == 0 {
		t.Fatal(c, err)
	}
	if err := r.Close(); err != nil { // with a message in hand
		t.Fatal(err)
	}
	again, err := s.Runner(t.Context(), "spring", noon.Add(2*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := again.Claim(t.Context(), noon.Add(2*time.Minute), storetest.Decide); err != nil {
		t.Fatal(err)
	}
}

// planOf is how SQLite goes about a statement, whose arguments matter little.
func planOf(t *testing.T, db *sql.DB, text string) (lines []string) {
	t.Helper()
	if strings.HasPrefix(text, "PRAGMA") || strings.HasPrefix(text, "BEGIN") || text == "COMMIT" || text == "ROLLBACK" {
		return nil
	}
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, make([]any, 40)...)
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var line string
		if err := rows.Scan(&id, &parent, &unused, &line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}
