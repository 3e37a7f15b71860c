//go:build system

package proof

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"tebar/campaign/mailer/sandbox"
)

// nobody is a user who owns nothing; root may write everything.
const nobody = 65534

// barriers keep a store from being written; lift takes one away.
var barriers = []struct {
	name  string
	as    uint32
	raise func(m *machine)
	lift  func(m *machine)
}{
	{"no right to the files", nobody, func(m *machine) { m.rights(0o777, 0o444) }, own},
	{"no right to the folders", nobody, func(m *machine) { m.rights(0o555, 0o666) }, own},
	{"no right to look", nobody, own, own},
	{"a disk mounted read-only", 0, func(m *machine) { m.remount(syscall.MS_RDONLY) }, func(m *machine) { m.remount(0) }},
}

func own(m *machine) { m.rights(0o700, 0o600) }

// rights sets those of all folders and files of the store.
func (m *machine) rights(folder, file fs.FileMode) {
	m.t.Helper()
	err := filepath.WalkDir(filepath.Dir(m.store), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return os.Chmod(path, folder)
		}
		return os.Chmod(path, file)
	})
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) remount(flags uintptr) {
	m.t.Helper()
	if err := syscall.Mount("tmpfs", filepath.Dir(m.store), "tmpfs", syscall.MS_REMOUNT|flags, room); err != nil {
		m.t.Fatal(err)
	}
}

// reachable lets every user run tebar and read the campaign.
func (m *machine) reachable() {
	m.t.Helper()
	for name, mode := range map[string]fs.FileMode{
		filepath.Dir(binary): 0o755, m.dir: 0o755, m.file: 0o644,
		filepath.Join(m.dir, "body.txt"): 0o644, filepath.Join(m.dir, "people.csv"): 0o644,
	} {
		if err := os.Chmod(name, mode); err != nil {
			m.t.Fatal(err)
		}
	}
}

// TestReadOnlyStore: what cannot be written down is not sent.
func TestReadOnlyStore(t *testing.T) {
	for _, b := range barriers {
		t.Run(b.name, func(t *testing.T) {
			server := serve(t, sandbox.Options{})
			m := machineIn(t, inMemory(t), server.Port(), 5, "")
			m.mounted(room)
			m.reachable()
			m.must([]int{3}, "run", m.file, "--yes", "--limit", "3")
			b.raise(m)
			m.dress = func(cmd *exec.Cmd) {
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: b.as, Gid: b.as}}
			}
			m.refuses(server, 1, "the store cannot be written")
			m.dress = nil
			b.lift(m)
			m.must([]int{0}, "resume", "spring")
			if bad := disagreements(m.states(), mailboxOf(server), 5); len(bad) > 0 {
				t.Error(bad)
			}
		})
	}
	figures(t, "read-only store", "%d ways, refused by run and resume, nothing sent", len(barriers))
}
