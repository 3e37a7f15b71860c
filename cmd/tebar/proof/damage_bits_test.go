package proof

import (
	"bytes"
	"database/sql"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestFlippedBits flips single bits of a store at random, in bytes that hold
// something: it is refused by name with nothing sent, at the latest with the
// first message; or it goes on, or stops for another reason, and nobody gets
// two. A flip where nothing is kept any more, or within a value that stays
// valid, is not seen: that of the server's port leads to a server that is not
// there.
func TestFlippedBits(t *testing.T) {
	m, server, sound := halfSent(t)
	k := &killed{machine: m, server: server, files: m.disk(), box: mailboxOf(server)}
	k.files = k.with("", sound)
	draw := rand.New(rand.NewPCG(5, 5))
	named, late, unseen := 0, 0, 0
	for named+late+unseen < size(60, 3000) {
		bit := draw.IntN(8 * len(sound))
		if sound[bit/8] == 0 {
			continue
		}
		k.put(k.with("", flipped(sound, bit)))
		before := server.Count()
		r := m.run("resume", "spring", "--once") // a bit may put the rest off for years
		fresh := k.since(before)
		switch {
		case isNamed(r) && len(fresh) == 0:
			named++
		case isNamed(r) && len(fresh) == 1:
			late++
		case isNamed(r) || r.code == 1 && !strings.Contains(r.stderr, "the server refuses connections"):
			t.Errorf("bit %d flipped, %d sent: %s", bit, len(fresh), r)
			fallthrough
		default:
			unseen++
		}
		if twice := k.withBox(fresh).twice(); len(twice) > 0 {
			t.Errorf("bit %d flipped: %v", bit, twice)
		}
	}
	if named == 0 {
		t.Error("nothing was refused")
	}
	figures(t, "flipped bits", "%d single bits of a store: %d refused by name with nothing sent, %d with the first message, %d not seen, 0 twice", named+late+unseen, named, late, unseen)
}

// TestNewerStore: a store that a newer Tebar has written is refused by name.
func TestNewerStore(t *testing.T) {
	m, server, sound := halfSent(t)
	m.put(bytes.Clone(sound))
	db, err := sql.Open("sqlite", m.store)
	if err == nil {
		_, err = db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	m.refuses(server, 1, "the store was written by a newer Tebar")
	figures(t, "newer store", "refused by run and resume, nothing sent")
}
