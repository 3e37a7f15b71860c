//go:build system

package proof

import (
	"path/filepath"
	"strings"
	"testing"

	"tebar/campaign/mailer/sandbox"
)

// TestPowerLossAtFirst cuts the power while the store is made and the list
// put into it: from nothing on the disk to the last record. From every image
// the same `tebar run` goes on as if nothing had been: no store is half made.
func TestPowerLossAtFirst(t *testing.T) {
	const n = 2
	server := serve(t, sandbox.Options{})
	m := machineIn(t, inMemory(t), server.Port(), n, "")
	ops := m.recordOps("run", m.file, "--yes")
	sum, all, journals := &kills{}, 0, 0
	for i := range possible(&disk{sure: map[string][]byte{}, pending: map[string][]op{}}, ops) {
		if i.journal() {
			journals++
		}
		// A journal that is there though a message was sent would make the store
		// what it was before; there should be no such image.
		if all++; all%size(197, 5) == 0 || len(i.files) == 0 || i.journal() && len(i.sent) > 0 {
			m.firstRunFrom(t, i, server, sum)
		}
	}
	if sum.points == 0 || sum.doubtful == 0 || journals == 0 {
		t.Fatalf("%d images, %d in doubt, %d with a journal: nothing was tried", sum.points, sum.doubtful, journals)
	}
	figures(t, "power loss at first", "%d of %d images from before the store was there (%d of them with a rollback journal), after each of %d writes and syncs: 0 corrupt, 0 lost, 0 twice, %d unconfirmed",
		sum.points, all, journals, len(ops), sum.doubtful)
}

// journal says that SQLite finds a rollback journal.
func (i image) journal() bool {
	for name, content := range i.files {
		if strings.HasSuffix(name, "-journal") && len(content) > 0 {
			return true
		}
	}
	return false
}

// firstRunFrom runs the campaign file from what the power cut left.
func (m *machine) firstRunFrom(t *testing.T, i image, server *sandbox.Server, sum *kills) {
	t.Helper()
	again := machineIn(t, inMemory(t), server.Port(), 2, "")
	i.lay(t, filepath.Dir(again.store))
	before := len(server.Receipts())
	r := again.run("run", again.file, "--yes")
	if r.code != 0 && r.code != 4 {
		t.Errorf("after %d dots: %s", len(i.sent), r)
		return
	}
	box := mailbox{}
	for _, who := range i.sent {
		box[who]++
	}
	for _, got := range server.Receipts()[before:] {
		box[got.To[0]]++
	}
	s := again.stored()
	if bad := disagreements(s, box, 2); len(bad) > 0 || s.count("sent")+s.count("unconfirmed") != 2 {
		t.Errorf("after %d dots: %v, %v", len(i.sent), bad, s)
	}
	sum.points++
	sum.doubtful += s.count("unconfirmed")
}
