package proof

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tebar/campaign/mailer/sandbox"
)

// A killed is a machine whose run was killed, as its disk had it then: the
// database, SQLite's log beside it, and what stands in the folder of locks.
type killed struct {
	*machine
	server *sandbox.Server
	tap    *tap
	files  map[string][]byte // by path below the store's folder
	box    mailbox           // at the kill
}

// killedAt kills a run at a line of its dialogue.
func killedAt(t *testing.T, n, at int) *killed {
	t.Helper()
	server := serve(t, sandbox.Options{})
	k := &killed{server: server, tap: newTap(t, server.Addr())}
	k.machine = tapped(t, k.tap, n, 1)
	k.kill(at)
	return k
}

// kill runs until a line of the dialogue has gone by.
func (k *killed) kill(at int) {
	k.t.Helper()
	if !k.underTap(k.tap, at, true, "run", k.file, "--yes") {
		k.t.Fatalf("line %d was not reached", at)
	}
	k.tap.arm(0, false, nil)
	k.tap.settle()
	k.files, k.box = k.disk(), mailboxOf(k.server)
}

// disk reads the files of the store's folder.
func (m *machine) disk() map[string][]byte {
	m.t.Helper()
	files := map[string][]byte{}
	for _, pattern := range []string{m.store + "*", m.store + ".locks/*"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			m.t.Fatal(err)
		}
		for _, name := range names {
			if data, err := os.ReadFile(name); err == nil {
				files[strings.TrimPrefix(name, m.store)] = data
			}
		}
	}
	return files
}

// put makes the store's folder what a disk had.
func (k *killed) put(files map[string][]byte) {
	k.t.Helper()
	if err := os.RemoveAll(filepath.Dir(k.store)); err != nil {
		k.t.Fatal(err)
	}
	if err := os.MkdirAll(k.store+".locks", 0o700); err != nil {
		k.t.Fatal(err)
	}
	for name, data := range files {
		if err := os.WriteFile(k.store+name, data, 0o600); err != nil {
			k.t.Fatal(err)
		}
	}
}

// trouble is how a store may be refused by name.
var trouble = []string{"damaged", "not a Tebar store", "put back from an older copy", "another store has sent from here"}

// isNamed says whether a store was refused by name, with a hint.
func isNamed(r result) bool {
	named := slices.ContainsFunc(trouble, func(words string) bool { return strings.Contains(r.stderr, words) })
	return named && (r.code == 1 || r.code == 2) && strings.Contains(r.stderr, "hint: ")
}

// withBox adds what everybody had at the kill.
func (k *killed) withBox(fresh mailbox) mailbox {
	all := maps.Clone(fresh)
	for who, n := range k.box {
		all[who] += n
	}
	return all
}

// goOn resumes and runs on a disk. It says whether both were
// refused, with a hint and nothing sent; else nobody may get two.
func (k *killed) goOn(what string, files map[string][]byte) (refused bool) {
	k.t.Helper()
	k.put(files)
	before := k.server.Count()
	refused = true
	var said []result
	for _, args := range [][]string{{"resume", "spring"}, {"run", k.file, "--yes"}} {
		r := k.run(args...)
		said = append(said, r)
		unknown := args[0] == "resume" && r.code == 2 && strings.Contains(r.stderr, "no such campaign")
		switch {
		case r.code == 0 || r.code == 4:
			refused = false
		case isNamed(r), unknown:
		default:
			k.t.Errorf("%s: %v: %s", what, args, r)
		}
	}
	fresh := k.since(before)
	if twice := k.withBox(fresh).twice(); len(twice) > 0 {
		k.t.Errorf("%s: %v", what, twice)
	}
	if refused && len(fresh) > 0 {
		k.t.Errorf("%s: refused, and %d were sent: %v", what, len(fresh), said)
	}
	return refused
}

// since is what came after the first n messages.
func (k *killed) since(n int) mailbox {
	box := mailbox{}
	for _, r := range k.server.Receipts()[n:] {
		box[strings.ToLower(r.To[0])]++
	}
	return box
}

// with is the disk with one file changed; nil takes it away.
func (k *killed) with(name string, data []byte) map[string][]byte {
	files := maps.Clone(k.files)
	files[name] = data
	if data == nil {
		delete(files, name)
	}
	return files
}

// flipped is data with one bit changed.
func flipped(data []byte, bit int) []byte {
	data = bytes.Clone(data)
	data[bit/8] ^= 1 << (bit % 8)
	return data
}

// A log has a head and then pages, each with one of its own, in bytes
// (https://www.sqlite.org/fileformat2.html, section 4.1).
const logHead, logFrame = 32, 24 + 4096

// TestDamagedLog kills a run, and another that goes on with it, at lines of
// their dialogue, and takes SQLite's log away, cuts it off, flips a bit of it,
// and puts another store's and an older one of its own in its place. Commits
// vanish with it: the store is refused, or what vanished does not matter.
func TestDamagedLog(t *testing.T) {
	sum := map[bool]int{}
	draw := rand.New(rand.NewPCG(4, 4))
	for at, lines := 6, linesOf(t, 1); at <= lines; at += size(13, 1) {
		k := killedAt(t, 3, at)
		other := k.files["-wal"]
		k.put(nil)
		k.server = serve(t, sandbox.Options{})
		k.tap.lead(k.server.Addr())
		k.kill(min(at, 16)) // another store, made from the same file
		older := k.files["-wal"]
		k.kill(min(at, 24)) // the same store, a little further
		for what, log := range logs(k.files["-wal"], other, older, draw) {
			sum[k.goOn(fmt.Sprintf("killed at line %d, %s", at, what), k.with("-wal", log))]++
		}
		if k.goOn("as it was", k.files) {
			t.Errorf("line %d: a sound disk was refused", at)
		}
	}
	if sum[true] == 0 {
		t.Error("nothing was refused")
	}
	figures(t, "damaged log", "%d logs of killed runs missing, foreign, older, cut off or with a bit flipped: %d refused by name with nothing sent, %d went on, 0 twice",
		sum[true]+sum[false], sum[true], sum[false])
}

// logs are what may stand in a log's place; nil is none.
func logs(log, other, older []byte, draw *rand.Rand) map[string][]byte {
	all := map[string][]byte{"no log": nil, "another store's log": other, "an older log": older}
	for range size(2, 20) {
		bit := draw.IntN(8 * len(log))
		all[fmt.Sprintf("bit %d flipped", bit)] = flipped(log, bit)
	}
	last := (len(log) - logHead) / logFrame
	for i := range size(3, 12) {
		all[fmt.Sprintf("the last %d frames cut off", i+1)] = log[:logHead+logFrame*max(0, last-i-1)]
	}
	for range size(1, 10) {
		cut := draw.IntN(len(log))
		all[fmt.Sprintf("cut off at %d", cut)] = log[:cut]
	}
	return all
}
