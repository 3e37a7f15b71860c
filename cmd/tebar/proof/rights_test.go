//go:build unix

package proof

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tebar/campaign"
	"tebar/campaign/mailer/sandbox"
)

// masked is tebar under a umask.
func (m *machine) masked(umask string, args ...string) *exec.Cmd {
	return m.command([]string{"sh", "-c", "umask " + umask + `; exec "$0" "$@"`}, args...)
}

// own are the files and folders that the user has made, before any command.
func (m *machine) own() map[string]bool {
	own := map[string]bool{}
	_ = filepath.WalkDir(m.dir, func(path string, _ fs.DirEntry, _ error) error {
		own[path] = true
		return nil
	})
	return own
}

// open lists what tebar has made and others may touch, or its owner may not,
// and counts the rest by its ending.
func (m *machine) open(own map[string]bool) (wrong []string, seen map[string]int) {
	m.t.Helper()
	seen = map[string]int{}
	_ = filepath.WalkDir(m.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || own[path] {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return nil // a temporary file that has gone
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if got := info.Mode().Perm(); got != want {
			wrong = append(wrong, fmt.Sprintf("%s is %04o, want %04o", path, got, want))
		}
		end := filepath.Ext(path)
		if strings.HasPrefix(end, ".db-") {
			end = end[3:]
		}
		seen[end]++
		return nil
	})
	return wrong, seen
}

// writers are the commands that write, in an order in which they can.
var writers = []struct {
	code int
	args []string
}{
	{0, []string{"init", "starter"}},
	{0, []string{"init", "deep/in/folders"}},
	{0, []string{"check", "spring.yaml"}},
	{0, []string{"plan", "spring.yaml"}},
	{0, []string{"rehearse", "spring.yaml", "-o", "rehearsed"}},
	{3, []string{"run", "spring.yaml", "--yes", "--limit", "2"}},
	{4, []string{"resume", "spring"}},
	{0, []string{"run", "starter/campaign.yaml"}},
	{0, []string{"test", "starter/campaign.yaml", "--to", "me@example.org", "--outbox", "tested"}},
	{1, []string{"run", "away.yaml", "--yes", "--once"}},
	{0, []string{"report", "spring", "-o", "r.csv"}},
	{0, []string{"report", "spring", "-o", "r.xlsx"}},
	{0, []string{"report", "spring", "-o", "r.json"}},
	{0, []string{"report", "spring", "--retry", "-o", "again.csv"}},
	{0, []string{"report", "spring", "--retry", "-o", "again.xlsx"}},
	{0, []string{"settle", "spring"}},
	{0, []string{"suppress", "add", "x@example.org"}},
	{0, []string{"suppress", "export", "suppressed.csv"}},
	{0, []string{"accounts"}},
	{0, []string{"accounts", "book", "office@school.example", "1"}},
	{0, []string{"pause", "away"}},
	{0, []string{"store", "backup", "copy.db"}},
	{0, []string{"store", "check"}},
}

// TestRights: whatever the umask, what tebar makes is its owner's alone, and
// its owner may read and write it.
func TestRights(t *testing.T) {
	files := 0
	for _, umask := range []string{"000", "022", "077", "0777"} {
		t.Run(umask, func(t *testing.T) {
			server := serve(t, sandbox.Options{Rules: []sandbox.Rule{{Recipient: "person3@example.org", Stage: campaign.StageRcpt, Reply: sandbox.Reply{Code: 550, Enhanced: "5.1.1", Text: "nobody"}}}})
			m := machineIn(t, inMemory(t), server.Port(), 3, "")
			m.write("away.yaml", strings.ReplaceAll(strings.ReplaceAll(m.read("spring.yaml"), "127.0.0.1", "smtp.example.invalid"), "name: spring", "name: away"))
			m.write("away.yaml", strings.Replace(m.read("away.yaml"), "security: none", "security: starttls", 1))
			own := m.own()
			for _, w := range writers {
				if r := m.finish(m.masked(umask, w.args...)); r.code != w.code {
					t.Errorf("%v: want exit %d, got %s", w.args, w.code, r)
				}
			}
			wrong, seen := m.open(own)
			for _, w := range wrong {
				t.Error(w)
			}
			for _, end := range []string{".db", ".locks", ".lock", ".seen", ".json", ".csv", ".xlsx", ".eml", ".yaml"} {
				if seen[end] == 0 {
					t.Errorf("no %s was made: %v", end, seen)
				}
			}
			if _, err := os.Stat(filepath.Join(m.dir, ".tebar-away.json")); err != nil {
				t.Errorf("there is no guard: %v", err)
			}
			for _, n := range seen {
				files += n
			}
		})
	}
	figures(t, "file modes", "%d files and folders of %d commands under 4 umasks: 0600 and 0700, all of them", files, len(writers))
}

// TestRightsWhileItRuns looks at the store's log and its index, which are
// there only then.
func TestRightsWhileItRuns(t *testing.T) {
	for _, umask := range []string{"000", "0777"} {
		server := serve(t, sandbox.Options{})
		m := machineIn(t, inMemory(t), server.Port(), 3, "schedule: {pace: 10m}\n")
		own := m.own()
		cmd := m.masked(umask, "run", "spring.yaml", "--yes", "--verbose")
		progress, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(progress); server.Count() == 0 && lines.Scan(); {
			t.Log(lines.Text())
		}
		wrong, seen := m.open(own)
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if len(wrong) > 0 || seen["-wal"] == 0 || seen["-shm"] == 0 {
			t.Errorf("umask %s: %v of %v", umask, wrong, seen)
		}
	}
}
