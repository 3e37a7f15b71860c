//go:build unix

package proof

import (
	"encoding/base64"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"tebar/campaign/mailer/sandbox"
)

// outside is a file that no campaign may read: it would do as a list, a letter
// and an attachment alike.
const (
	kept    = "KEEP-OUT-7f3a"
	outside = "email,name\noutside@example.net,<p>" + kept + "</p>\n"
)

// A lure is a path that leads out of the campaign's folder, or to what is no
// file. make may plant something; its answer is the path to write down.
type lure struct {
	name     string
	make     func(m *machine) string
	there    bool // outside.csv, which allow_outside permits
	system   bool // a file of the system's: tried only where it is refused
	absolute bool
}

func (m *machine) above() string { return filepath.Join(filepath.Dir(m.dir), "outside.csv") }

func at(path string) func(*machine) string { return func(*machine) string { return path } }

// planted makes something of a name in the campaign's folder.
func plantedBy(name string, plant func(m *machine, path string) error) func(*machine) string {
	return func(m *machine) string {
		if err := plant(m, filepath.Join(m.dir, name)); err != nil {
			m.t.Fatal(err)
		}
		return name
	}
}

func link(name string, to func(m *machine) string) func(*machine) string {
	return plantedBy(name, func(m *machine, path string) error { return os.Symlink(to(m), path) })
}

var lures = []lure{
	{name: "above", make: at("../outside.csv"), there: true},
	{name: "through a folder", make: at("sub/../../outside.csv"), there: true},
	{name: "with dots and slashes", make: at(".//sub/./..//../outside.csv"), there: true},
	{name: "far above", make: at(strings.Repeat("../", 40) + "etc/passwd"), system: true},
	{name: "absolute", make: (*machine).above, there: true, absolute: true},
	{name: "absolute with dots", make: func(m *machine) string { return m.dir + "/../outside.csv" }, there: true, absolute: true},
	{name: "of the process", make: at("/proc/self/environ"), system: true},
	{name: "with backslashes", make: at(`..\outside.csv`)},
	{name: "as a URL", make: at("file:///etc/passwd")},
	{name: "percent", make: at("%2e%2e/outside.csv")},
	{name: "wide dots", make: at("．．/outside.csv")},
	{name: "at home", make: at("~/outside.csv")},
	{name: "link to a file", make: link("link.csv", (*machine).above), there: true},
	{name: "relative link", make: link("link.csv", at("../outside.csv")), there: true},
	{name: "link to a link", make: func(m *machine) string {
		link("one.csv", (*machine).above)(m)
		return link("two.csv", at("one.csv"))(m)
	}, there: true},
	{name: "link to a folder", make: func(m *machine) string {
		return link("folder", func(m *machine) string { return filepath.Dir(m.dir) })(m) + "/outside.csv"
	}, there: true},
	{name: "link to itself", make: link("loop.csv", at("loop.csv"))},
	{name: "link to nothing", make: link("lost.csv", at("../nothing.csv"))},
	{name: "pipe", make: plantedBy("pipe.csv", func(_ *machine, path string) error { return syscall.Mkfifo(path, 0o600) })},
	{name: "link to a pipe", make: func(m *machine) string {
		plantedBy("pipe.csv", func(_ *machine, path string) error { return syscall.Mkfifo(path, 0o600) })(m)
		return link("link.csv", at("pipe.csv"))(m)
	}},
	{name: "device", make: at("/dev/zero")},
	{name: "link to a device", make: link("zero.csv", at("/dev/zero"))},
	{name: "folder", make: plantedBy("folder.csv", func(_ *machine, path string) error { return os.Mkdir(path, 0o700) })},
	{name: "the campaign's folder", make: at(".")},
	{name: "socket", make: plantedBy("s.csv", func(m *machine, path string) error {
		l, err := net.Listen("unix", path)
		if err == nil {
			m.t.Cleanup(func() { _ = l.Close() })
		}
		return err
	})},
}

// A door is a place of the campaign where a path may stand.
type door struct {
	name   string
	put    func(m *machine, path string)
	within bool // the path's beginning is the campaign's own
	reads  bool // what it reads reaches the person
}

// campaignWith writes the campaign anew, one line replaced.
func campaignWith(old, text string) func(*machine, string) {
	return func(m *machine, path string) {
		m.write("spring.yaml", strings.Replace(m.read("spring.yaml"), old, strings.ReplaceAll(text, "PATH", "'"+path+"'"), 1))
	}
}

var doors = []door{
	{name: "attachment", put: campaignWith("recipients:", "attachments: [PATH]\nrecipients:"), reads: true},
	{name: "cell of an attachment", put: func(m *machine, path string) {
		m.list([]string{path})
		campaignWith("recipients:", "attachments: ['{{.x}}']\nrecipients:")(m, "")
	}, reads: true},
	{name: "end of an attachment's path", put: func(m *machine, path string) {
		m.list([]string{path})
		campaignWith("recipients:", "attachments: ['sub/../{{.x}}']\nrecipients:")(m, "")
	}, within: true, reads: true},
	{name: "text", put: campaignWith("{text: body.txt}", "{text: PATH}"), reads: true},
	{name: "HTML", put: campaignWith("{text: body.txt}", "{html: PATH}"), reads: true},
	{name: "Markdown", put: campaignWith("{text: body.txt}", "{markdown: PATH}"), reads: true},
	{name: "list", put: campaignWith("{file: people.csv}", "{file: PATH}")},
	{name: "exclude", put: campaignWith("{file: people.csv}", "{file: people.csv, exclude: [PATH]}")},
}

// campaignBelow is a campaign in a folder of its own, beside outside.csv.
func campaignBelow(t *testing.T, port int, more string) *machine {
	t.Helper()
	top := inMemory(t)
	dir := filepath.Join(top, "campaign")
	for _, folder := range []string{dir, filepath.Join(dir, "sub")} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(top, "outside.csv"), []byte(outside), 0o600); err != nil {
		t.Fatal(err)
	}
	return machineIn(t, dir, port, 1, more)
}

// betrays says whether anything that tebar wrote holds what it may not read.
func (m *machine) betrays(r result) bool {
	store, _ := os.ReadFile(m.store)
	log, _ := os.ReadFile(m.store + "-wal")
	return strings.Contains(r.stdout+r.stderr+string(store)+string(log), kept)
}

// try puts one lure behind one door: what lies outside is refused, or with
// allowed read; what is no file is refused always. all asks check as well.
func (l lure) try(t *testing.T, c *costs, server *sandbox.Server, d door, allowed, all bool) {
	t.Helper()
	m := campaignBelow(t, server.Port(), map[bool]string{true: "allow_outside: true\n"}[allowed])
	d.put(m, l.make(m))
	before := server.Count()
	results := []result{c.run(m, "run", m.file, "--yes")}
	if all {
		results = append(results, c.run(m, "check", m.file))
	}
	sent := server.Receipts()[before:]
	for _, r := range results {
		said := r.stdout + r.stderr
		switch {
		case allowed && l.there:
			if r.code != 0 || len(sent) != 1 || d.reads && !carries(sent[0].Data) {
				t.Errorf("%s as %s is not allowed: %d sent, %s", l.name, d.name, len(sent), r.short())
			}
		case r.code != 2 || len(sent) > 0 || m.betrays(r) || !strings.Contains(said, "error: ") || l.there && !strings.Contains(said, "outside the campaign's folder"):
			t.Errorf("%s as %s, allowed %v: %d sent, %s", l.name, d.name, allowed, len(sent), r.short())
		}
	}
}

// carries: the file is in the message, in base64 if it is an attachment.
func carries(message []byte) bool {
	text := strings.ReplaceAll(string(message), "\r\n", "")
	return strings.Contains(text, kept) || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(outside)))
}

// TestHostilePaths puts every lure behind every door of a campaign. The short
// form leaves out two of three checks and of three permissions.
func TestHostilePaths(t *testing.T) {
	c := &costs{}
	var refused, allowed atomic.Int64
	t.Run("all", func(t *testing.T) {
		for i, d := range doors {
			t.Run(d.name, func(t *testing.T) {
				t.Parallel()
				server := serve(t, sandbox.Options{})
				for j, l := range lures {
					if d.within && l.absolute {
						continue
					}
					some := full() || (i+j)%3 == 0
					l.try(t, c, server, d, false, some)
					refused.Add(1)
					if !some || l.system {
						continue
					}
					l.try(t, c, server, d, true, full())
					if l.there {
						allowed.Add(1)
					} else {
						refused.Add(1)
					}
				}
			})
		}
	})
	if allowed.Load() == 0 {
		t.Error("nothing was allowed")
	}
	c.figures(t, "hostile paths", "%d paths out of the folder or to what is no file refused with a message, nothing read, nothing sent; %d let in by allow_outside",
		refused.Load(), allowed.Load())
}
