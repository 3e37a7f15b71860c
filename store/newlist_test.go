package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tebar/campaign"
	"tebar/store"
	"tebar/store/storetest"
)

var who = store.Who{Host: "desk", User: "rina", At: noon}

// sourced is a snapshot that names the list of storetest's people.
func sourced(name string, rows []campaign.Entry) campaign.Snapshot {
	snap := storetest.Snapshot(name)
	snap.Sources = []campaign.Source{{File: rows[0].Source, Sheet: rows[0].Sheet, Columns: rows[0].Columns}}
	return snap
}

func filler(rows []campaign.Entry) func(func(campaign.Entry) error) error {
	return func(add func(campaign.Entry) error) error {
		for _, e := range rows {
			if err := add(e); err != nil {
				return err
			}
		}
		return nil
	}
}

func takeIn(ctx context.Context, s *store.Store, snap campaign.Snapshot, fill func(func(campaign.Entry) error) error) error {
	p, err := s.Propose(ctx, snap, fill)
	if err != nil {
		return err
	}
	_, err = p.Accept(ctx, who)
	return err
}

// dump is every message of a campaign as it stands in the file.
func dump(t *testing.T, path, name string) (lines []string) {
	t.Helper()
	rows, err := raw(t, path).Query(`SELECT s.file, m.row_no, m.position, m.cells, m.address, m.key, m.name, m.own,
		m.grouped, m.leader_id IS NULL, m.state, m.skip, m.reason, m.recipients, m.attachments, m.entry_sha256
		FROM messages m JOIN sources s ON s.id = m.source_id JOIN campaigns c ON c.id = m.campaign_id
		WHERE c.name = ? AND s.campaign_id = c.id ORDER BY m.position`, name)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		cells, into := make([]string, 16), make([]any, 16)
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.Join(cells, "|"))
	}
	return lines
}

// odd makes some of the rows get nothing, some hard to write, and some of
// another list.
func odd(rows []campaign.Entry) []campaign.Entry {
	for i := range rows {
		rows[i].SHA256, rows[i].Recipients = fmt.Sprint(i), 1+i%3
		switch i % 5 {
		case 1:
			rows[i].Skip, rows[i].Reason = campaign.SkipBadRow, "no address"
		case 2:
			rows[i].Values = []string{"quote \" and \\", "tab\t", "grüße\u2028", "\xff", "<&>"}[:len(rows[i].Values)]
		}
	}
	return rows
}

// Many rows, taken in without the index of identities, are as they would be
// one by one, whether their list is the only one or not.
func TestManyRows(t *testing.T) {
	const n = 12_345
	s := open(t, filepath.Join(memory(t), "tebar.db"))
	_, err := s.Suppress(t.Context(), []store.Suppression{{Address: "p003@example.org", Reason: "asked", Who: "rina", At: noon}})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bulk", "singly", "lists"} { // there are too many for bulk from the second on
		rows := odd(storetest.People(n))
		if name == "lists" {
			for i := range rows[n/2:] {
				rows[n/2+i].Source = "others.csv"
			}
		}
		if err := takeIn(t.Context(), s, sourced(name, rows), filler(rows)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	bulk, singly, lists := dump(t, s.Path(), "bulk"), dump(t, s.Path(), "singly"), dump(t, s.Path(), "lists")
	if len(bulk) != n || !slices.Equal(bulk, singly) {
		t.Errorf("%d in bulk and %d singly are not alike", len(bulk), len(singly))
	}
	if len(lists) != n || !slices.Equal(lists[:n/2], singly[:n/2]) || !strings.HasPrefix(lists[n/2], "others.csv|") ||
		strings.TrimPrefix(lists[n-1], "others.csv") != strings.TrimPrefix(singly[n-1], "people.csv") {
		t.Errorf("%d of two lists: %s, then %s; singly %s", len(lists), lists[n/2], lists[n-1], singly[n-1])
	}
}

// What ends the list, or makes it another's, leaves nothing of it.
func TestManyRowsRefused(t *testing.T) {
	broken := errors.New("row 7 is broken")
	many := storetest.People(20_000)
	for name, c := range map[string]struct {
		fill func(add func(campaign.Entry) error) error
		want string
	}{
		"an error of the list": {func(add func(campaign.Entry) error) error {
			return errors.Join(filler(many)(add), broken)
		}, "row 7 is broken"},
		"one identity twice": {filler(append(storetest.People(20_000), many[11])), "two messages for " + many[11].Address},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, filepath.Join(memory(t), "tebar.db"))
			snap := sourced("spring", many)
			err := takeIn(t.Context(), s, snap, c.fill)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, not %q", err, c.want)
			}
			if _, err := s.Info(t.Context(), "spring"); !errors.Is(err, campaign.ErrUnknown) {
				t.Errorf("the campaign is there: %v", err)
			}
			if err := s.Check(t.Context()); err != nil {
				t.Error(err)
			}
			late, err := s.Propose(t.Context(), snap, filler(many))
			if err != nil {
				t.Fatal(err)
			}
			if err := takeIn(t.Context(), s, snap, filler(many)); err != nil {
				t.Errorf("then: %v", err)
			}
			if _, err := late.Accept(t.Context(), who); !errors.Is(err, store.ErrStale) {
				t.Errorf("again: %v", err)
			}
		})
	}
}

// A reading that is called off ends soon, and leaves nothing.
func TestReadingInterrupted(t *testing.T) {
	s := open(t, filepath.Join(memory(t), "tebar.db"))
	ctx, cancel := context.WithCancel(t.Context())
	rows := storetest.People(1000)
	err := takeIn(ctx, s, sourced("spring", rows), func(add func(campaign.Entry) error) error {
		err := filler(rows)(add)
		cancel()
		return errors.Join(err, ctx.Err())
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := takeIn(t.Context(), s, sourced("spring", rows), filler(rows)); err != nil {
		t.Error(err)
	}
}

// Every CHECK holds while many rows go in, and none refuses what is legal.
func TestChecksHold(t *testing.T) {
	s := open(t, filepath.Join(memory(t), "tebar.db"))
	rows := storetest.People(1)
	if err := takeIn(t.Context(), s, sourced("spring", rows), filler(rows)); err != nil {
		t.Fatal(err)
	}
	db := raw(t, s.Path())
	for state, legal := range map[string]bool{
		"queued": true, "sending": true, "sent": true, "deferred": true, "failed": true, "unconfirmed": true,
		"skipped": true, "bounced": true, "replied": true, "unsubscribed": true, "": false, "Queued": false, "lost": false,
	} {
		if _, err := db.Exec(`UPDATE messages SET state = ?`, state); (err == nil) != legal {
			t.Errorf("a message that is %q: %v", state, err)
		}
	}
	insert := `INSERT INTO reservations (account, n, campaign, state, reserved_at, at) VALUES ('a', 1, '', ?, 0, ?)`
	for state, legal := range map[string]bool{"reserved": true, "marked": true, "spent": true, "unconfirmed": true, "lost": false, "": false} {
		var at any
		if state == "spent" || state == "unconfirmed" || !legal {
			at = 1
		}
		if _, err := db.Exec(insert, state, at); (err == nil) != legal {
			t.Errorf("a reservation that is %q: %v", state, err)
		}
	}
	for _, wrong := range []string{`own = 2`, `grouped = 2`, `own = 0, state = 'queued'`, `leader_id = 1`} {
		if _, err := db.Exec(`UPDATE messages SET ` + wrong); err == nil {
			t.Errorf("a message with %s", wrong)
		}
	}
	var texts string
	if err := db.QueryRow(`SELECT group_concat(sql) FROM sqlite_schema WHERE name IN ('messages', 'reservations')`).Scan(&texts); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(texts, "state IN ('queued', 'sending'") || strings.Contains(texts, "CHECK (state IN") {
		t.Errorf("the schema has the slow checks still:\n%s", texts)
	}
}

// BenchmarkTakeIn takes 100,000 rows in.
func BenchmarkTakeIn(b *testing.B) {
	rows := storetest.People(100_000)
	for b.Loop() {
		s := open(b, filepath.Join(b.TempDir(), "tebar.db"))
		if err := takeIn(b.Context(), s, sourced("spring", rows), filler(rows)); err != nil {
			b.Fatal(err)
		}
	}
}

// Whoever ends the program while a list is read is told so, not that the store
// is damaged.
func TestReadingCalledOff(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "tebar.db"))
	rows := storetest.People(2000)
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := s.Propose(ctx, sourced("spring", rows), func(add func(campaign.Entry) error) error {
			for i, e := range rows {
				if i == 500 {
					cancel()
				}
				if err := add(e); err != nil {
					return err
				}
			}
			return nil
		})
		cancel()
		if !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrDamaged) {
			t.Fatalf("%v, want %v", err, context.Canceled)
		}
	}
}
