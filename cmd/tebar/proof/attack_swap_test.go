//go:build unix

package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tebar/campaign/mailer/sandbox"
)

// point makes a link in the campaign's folder, in place of what is there.
func (m *machine) point(name, to string) {
	m.t.Helper()
	path := filepath.Join(m.dir, name)
	_ = os.Remove(path)
	if err := os.Symlink(to, path); err != nil {
		m.t.Fatal(err)
	}
}

// TestSwappedLinks: what check has seen inside is looked at again by run, and
// by a resume; the store's own copy goes on without the file.
func TestSwappedLinks(t *testing.T) {
	c := &costs{}
	swaps := map[string]func(m *machine){
		"link to a file":   func(m *machine) { m.point("map.csv", "../outside.csv") },
		"link to a pipe":   func(m *machine) { mkfifo(t, m.dir, "pipe"); m.point("map.csv", "pipe") },
		"link to a device": func(m *machine) { m.point("map.csv", "/dev/zero") },
		"link to a folder": func(m *machine) { m.point("way", "..") },
	}
	for name, swap := range swaps {
		server := serve(t, sandbox.Options{})
		m := campaignBelow(t, server.Port(), "attachments: [map.csv, way/outside.csv]\n")
		m.people(2)
		m.write("sub/outside.csv", "the inner one")
		m.point("map.csv", "sub/outside.csv")
		m.point("way", "sub")
		m.must([]int{0}, "check", m.file)
		swap(m)
		c.refused(m, server, "")
		m.point("map.csv", "sub/outside.csv")
		m.point("way", "sub")
		m.must([]int{3}, "run", m.file, "--yes", "--limit", "1")
		swap(m)
		if r := c.run(m, "resume", "spring"); r.code != 2 || server.Count() != 1 {
			t.Errorf("%s: resume goes on: %d sent, %s", name, server.Count(), r)
		}
		if r := c.run(m, "resume", "spring", "--as-stored"); r.code != 0 || server.Count() != 2 {
			t.Errorf("%s: the stored copy is not sent: %d sent, %s", name, server.Count(), r)
		}
		for _, r := range server.Receipts() {
			if carries(r.Data) {
				t.Errorf("%s: %q got what lies outside", name, r.To)
			}
		}
	}
	c.figures(t, "swapped links", "%d links turned outside or to no file between check and run, and run and resume: refused; the store's copy is sent", len(swaps))
}

func mkfifo(t *testing.T, elem ...string) string {
	t.Helper()
	path := filepath.Join(elem...)
	_ = os.Remove(path)
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPipesForFiles: a pipe or a device in place of a file that Tebar looks
// for itself is told of, and nobody waits for it.
func TestPipesForFiles(t *testing.T) {
	c := &costs{}
	server := serve(t, sandbox.Options{Username: "x@school.example", Password: "secret-enough"})
	away := "sender: {provider: smtp, host: smtp.example.invalid, port: 587, username: x@school.example, password: 'file:key'}\n"
	near := fmt.Sprintf("sender: {provider: smtp, host: 127.0.0.1, port: %d, security: none, auth: plain, username: x@school.example, password: 'file:key'}\n", server.Port())
	places := map[string]struct {
		name, more string
		args       []string
		words      string
	}{
		"the campaign": {"spring.yaml", near, []string{"run", "spring.yaml", "--yes"}, "not an ordinary file"},
		"the accounts": {"config/tebar/accounts.yaml", near, []string{"run", "spring.yaml", "--yes"}, "not an ordinary file"},
		"the password": {"key", near, []string{"run", "spring.yaml", "--yes", "--once"}, "is not a file"},
		"the guard":    {".tebar-spring.json", away, []string{"run", "spring.yaml", "--yes", "--once"}, "cannot be read"},
	}
	tried := 0
	for what, p := range places {
		for _, kind := range []string{"pipe", "device"} {
			m := machineIn(t, inMemory(t), server.Port(), 1, p.more)
			m.write("key", "secret-enough\n")
			path := filepath.Join(m.dir, p.name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			_ = os.Remove(path)
			if kind == "pipe" {
				mkfifo(t, path)
			} else if err := os.Symlink("/dev/zero", path); err != nil {
				t.Fatal(err)
			}
			if r := c.run(m, p.args...); r.code == 0 || r.code == 3 || !strings.Contains(r.stderr, p.words) {
				t.Errorf("%s is a %s: %s", what, kind, r.short())
			}
			tried++
		}
	}
	c.figures(t, "pipes for files", "%d pipes and devices in place of campaign, accounts, password and guard: told of, none waited for", tried)
}
