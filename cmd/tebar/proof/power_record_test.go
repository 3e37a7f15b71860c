//go:build system

package proof

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// An op is one thing that the program did to a file of the store, or to the
// server, in the order in which it was begun.
type op struct {
	file string // "tebar.db", "tebar.db-wal", a witness' name, "." for their folder, or "" for the server
	kind string // write, sync, cut, gone; dot
	at   int    // offset, or for cut the new length
	data []byte
	to   string // dot: the recipient
}

// recordOps runs tebar under strace and reads what it did.
func (m *machine) recordOps(args ...string) []op {
	m.t.Helper()
	log := filepath.Join(m.dir, "strace.log")
	m.env = append(m.env, "GOMAXPROCS=1")
	prefix := []string{
		"strace", "-f", "-y", "-qq", "-xx", "-s", "10000000", "-o", log,
		"-e", "trace=pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat",
	}
	if r := m.finish(m.command(prefix, args...)); r.code != 0 {
		m.t.Fatal(r)
	}
	return readOps(m.t, log, filepath.Dir(m.store))
}

var (
	callLine = regexp.MustCompile(`^(\d+) +(\w+)\((?:AT_FDCWD[^,]*, )?(?:(\d+)<(.*?)>)?(?:, )?(.*)$`)
	resumed  = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>`)
	quoted   = regexp.MustCompile(`"((?:\\x[0-9a-f]{2})*)"(?:, (\d+))?(?:, (\d+))?`)
	rcptTo   = regexp.MustCompile(`(?m)^RCPT TO:<([^>]*)>`)
)

// readOps reads strace's log. A write counts from when it was begun, a sync
// from when it had returned.
func readOps(t *testing.T, log, folder string) []op {
	t.Helper()
	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var ops []op
	syncing := map[string]op{} // by process
	recipient := map[string]string{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		if r := resumed.FindStringSubmatch(lines.Text()); r != nil {
			if o, ok := syncing[r[1]]; ok {
				ops = append(ops, o)
				delete(syncing, r[1])
			}
			continue
		}
		c := callLine.FindStringSubmatch(lines.Text())
		if c == nil {
			continue
		}
		pid, call, path, rest := c[1], c[2], unhex(c[4]), c[5]
		switch o := (op{file: inStore(folder, path)}); {
		case call == "write" && o.file == "" && strings.HasPrefix(path, "socket:"):
			text := unhex(dataOf(rest))
			if strings.HasPrefix(text, ".\r\n") { // the envelope behind it is the next one's
				ops = append(ops, op{kind: "dot", to: recipient[path]})
			}
			if to := rcptTo.FindStringSubmatch(text); to != nil {
				recipient[path] = to[1]
			}
		case call == "write" && o.file != "":
			t.Fatalf("a write to %s without an offset, which is not recorded", o.file)
		case o.file == "" && !strings.HasPrefix(call, "unlink"):
		case call == "pwrite64":
			q := quoted.FindStringSubmatch(rest)
			o.kind, o.data = "write", []byte(unhex(q[1]))
			o.at, _ = strconv.Atoi(q[3])
			ops = append(ops, o)
		case call == "ftruncate":
			o.kind = "cut"
			o.at, _ = strconv.Atoi(strings.TrimRight(strings.SplitN(rest, ")", 2)[0], " "))
			ops = append(ops, o)
		case call == "fsync" || call == "fdatasync":
			o.kind = "sync"
			if strings.Contains(rest, "unfinished") || strings.Contains(lines.Text(), "unfinished") {
				syncing[pid] = o
			} else {
				ops = append(ops, o)
			}
		case strings.HasPrefix(call, "unlink"):
			if o.file = inStore(folder, unhex(dataOf(lines.Text()))); o.file != "" {
				o.kind = "gone"
				ops = append(ops, o)
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return ops
}

func dataOf(rest string) string {
	if q := quoted.FindStringSubmatch(rest); q != nil {
		return q[1]
	}
	return ""
}

// unhex undoes strace's -xx; text without it stays.
func unhex(s string) string {
	if !strings.HasPrefix(s, `\x`) {
		return s
	}
	var b strings.Builder
	for part := range strings.SplitSeq(s[2:], `\x`) {
		n, err := strconv.ParseUint(part, 16, 8)
		if err != nil {
			return s
		}
		b.WriteByte(byte(n))
	}
	return b.String()
}

// inStore is a path within the store's folder, "." for the folder itself; "" for
// all others, and for the shared memory, which no power cut leaves.
func inStore(folder, path string) string {
	rel, err := filepath.Rel(folder, path)
	if err != nil || strings.HasPrefix(rel, "..") || strings.HasSuffix(rel, "-shm") {
		return ""
	}
	return rel
}
