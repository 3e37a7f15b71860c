package proof

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tebar/campaign/mailer/sandbox"
)

// halfSent is a machine that has sent 3 of 8 letters, and its store as one file.
func halfSent(t *testing.T) (*machine, *sandbox.Server, []byte) {
	t.Helper()
	server := serve(t, sandbox.Options{})
	m := machineIn(t, inMemory(t), server.Port(), 8, "")
	m.must([]int{3}, "run", m.file, "--yes", "--limit", "3")
	whole := filepath.Join(m.dir, "whole.db")
	m.must([]int{0}, "store", "backup", whole)
	data, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	return m, server, data
}

// put makes the store's file anew, without its log.
func (m *machine) put(data []byte) {
	m.t.Helper()
	for _, name := range []string{m.store, m.store + "-wal", m.store + "-shm"} {
		_ = os.Remove(name)
	}
	if err := os.WriteFile(m.store, data, 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// refuses: resume, run and test end with the code, name the trouble, and no
// server hears of it.
func (m *machine) refuses(server *sandbox.Server, code int, words string) {
	m.t.Helper()
	before := server.Count()
	for _, args := range [][]string{{"resume", "spring"}, {"run", m.file, "--yes"}, {"test", m.file, "--to", "me@example.org"}} {
		r := m.run(args...)
		if r.code != code || !strings.Contains(r.stderr, words) || !strings.Contains(r.stderr, "hint: ") {
			m.t.Errorf("%v: want exit %d with %q and a hint, got %s", args, code, words, r)
		}
	}
	if n := server.Count(); n != before {
		m.t.Errorf("%s: %d messages were sent", words, n-before)
	}
}

// TestDamagedStore damages every page of a store in several ways, and cuts it
// off at many lengths: it is refused by name with nothing sent, or the damage
// lies where nothing is kept, and then nobody gets two.
func TestDamagedStore(t *testing.T) {
	m, server, sound := halfSent(t)
	pageSize := int(sound[16])<<8 | int(sound[17])
	draw := rand.New(rand.NewPCG(3, 3))
	damages := map[string]func([]byte) []byte{
		"zeroes": func(page []byte) []byte { clear(page); return page },
		"noise": func(page []byte) []byte {
			for i := range page {
				page[i] = byte(draw.Uint32())
			}
			return page
		},
		"its header flipped": func(page []byte) []byte { page[0] ^= 0x10; page[3] ^= 0x01; return page },
	}
	refused, harmless, first := 0, 0, server.Receipts()
	for at := 0; at < len(sound); at += pageSize * size(4, 1) {
		for what, damage := range damages {
			bad := bytes.Clone(sound)
			damage(bad[at : at+pageSize])
			m.put(bad)
			m.forgetWitnesses() // of the image before
			before := server.Count()
			r := m.run("resume", "spring", "--limit", "1")
			switch {
			case r.code == 1 && (strings.Contains(r.stderr, "damaged") || strings.Contains(r.stderr, "not a Tebar store")) && server.Count() == before:
				refused++
			case r.code == 3 || r.code == 0:
				harmless++
			default:
				t.Errorf("page %d, %s: %s", at/pageSize, what, r)
			}
			if bad := gotTwice(first, server.Receipts()[before:]); len(bad) > 0 {
				t.Errorf("page %d, %s: %v", at/pageSize, what, bad)
			}
		}
	}
	for n := pageSize; n < len(sound); n += pageSize * size(7, 1) {
		m.put(sound[:n])
		if r := m.run("resume", "spring"); r.code != 1 || !strings.Contains(r.stderr, "damaged") {
			t.Errorf("cut off at %d: %s", n, r)
		}
		refused++
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
	figures(t, "damaged store", "%d damaged or cut-off files refused by name, nothing sent; %d where the page holds nothing", refused, harmless)
}

// gotTwice are those who have a letter from before the damage, and got another.
func gotTwice(lots ...[]sandbox.Receipt) []string {
	box := mailbox{}
	for _, r := range slices.Concat(lots...) {
		box[r.To[0]]++
	}
	return box.twice()
}

// forgetWitnesses takes away what was noted beside the store.
func (m *machine) forgetWitnesses() {
	m.t.Helper()
	files, _ := filepath.Glob(filepath.Join(m.store+".locks", "*.seen"))
	for _, name := range files {
		if err := os.Remove(name); err != nil {
			m.t.Fatal(err)
		}
	}
}

// TestForeignStores: what is no store of this campaign is refused by name.
func TestForeignStores(t *testing.T) {
	m, server, sound := halfSent(t)
	newer := bytes.Clone(sound)
	m.put([]byte("this is a text, and no database at all; it is long enough for a header of one hundred bytes, or so one hopes"))
	m.refuses(server, 1, "not a Tebar store")
	if err := os.Remove(m.store); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(m.store, 0o700); err != nil {
		t.Fatal(err)
	}
	if r := m.run("resume", "spring"); r.code == 0 || !strings.Contains(r.stderr, m.store) {
		t.Errorf("a folder: %s", r)
	}
	if err := os.Remove(m.store); err != nil {
		t.Fatal(err)
	}
	m.put(newer)
	m.must([]int{0}, "resume", "spring")
	if twice := mailboxOf(server).twice(); len(twice) > 0 {
		t.Error(twice)
	}
}

// TestRestoredStore: a store put back from an older copy would send again to
// everybody since; it is refused until somebody says --new-store.
func TestRestoredStore(t *testing.T) {
	m, server, older := halfSent(t)
	m.must([]int{3}, "resume", "spring", "--limit", "2")
	m.put(older)
	m.refuses(server, 2, "put back from an older copy")
	if err := os.Remove(m.store); err != nil { // as a person who makes room for the copy
		t.Fatal(err)
	}
	m.must([]int{0}, "status")
	m.put(older)
	m.refuses(server, 2, "put back from an older copy")
	if r := m.run("store", "check"); r.code == 0 || !strings.Contains(r.stderr, "put back from an older copy") {
		t.Errorf("store check: %s", r)
	}
	if n := server.Count(); n != 5 {
		t.Errorf("%d messages, want 5", n)
	}
	m.must([]int{0}, "run", m.file, "--yes", "--new-store")
	if n := len(mailboxOf(server).twice()); n != 2 {
		t.Errorf("%d got two, want the 2 that --new-store was told of", n)
	}
	figures(t, "restored store", "refused by run, resume and test, nothing sent; also after another store had begun in its place")
}
