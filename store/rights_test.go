//go:build unix

package store_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tebar/store"
	"tebar/store/storetest"
)

func TestFilesAreTheOwnersAlone(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	dir := filepath.Join(t.TempDir(), "a", "state")
	s := open(t, filepath.Join(dir, "tebar.db"))
	storetest.Start(t, s, storetest.Snapshot("spring", "10/24h"), storetest.People(3), noon)
	if err := s.Backup(t.Context(), filepath.Join(dir, "copy.db")); err != nil {
		t.Fatal(err)
	}
	seen := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has the rights %v, want %v", path, info.Mode().Perm(), want)
		}
		seen++
		return nil
	})
	if err != nil || seen < 7 { // folder, file, -wal, -shm, locks, a lock, the copy
		t.Errorf("%d files, %v", seen, err)
	}
}

func TestRightsAreTakenBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tebar.db")
	open(t, path)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("rights %v, %v", info.Mode().Perm(), err)
	}
}

// TestReadOnly opens a store as a user who may not write it. As root it runs
// itself as nobody, since root may write everything.
func TestReadOnly(t *testing.T) {
	if path := os.Getenv("TEBAR_TEST_READONLY"); path != "" {
		_, err := store.Open(t.Context(), path, store.Options{})
		if !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("Open: %v, want ErrReadOnly", err)
		}
		return
	}
	dir, err := os.MkdirTemp("", "readonly")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "tebar.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	exe := filepath.Join(dir, "test")
	write(t, exe, read(t, os.Args[0]))
	for name, mode := range map[string]fs.FileMode{path: 0o444, exe: 0o555, path + ".locks": 0o555, dir: 0o555} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	defer os.Chmod(dir, 0o700)
	cmd := exec.Command(exe, "-test.run=^TestReadOnly$", "-test.v")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TEBAR_TEST_READONLY="+path)
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}
