//go:build system

package proof

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// sinkBinary is the test server of Debian's package postfix.
const sinkBinary = "/usr/sbin/smtp-sink"

// A sink is Postfix's smtp-sink, an SMTP server that shares no code with
// Tebar's own. It may die and live again at the same address; what it was sent
// stays, for each life in a file of its own.
type sink struct {
	t      *testing.T
	folder string
	port   int
	cmd    *exec.Cmd
	log    bytes.Buffer // the dialogue of its last life
	life   int
	boxes  []string // the dumps of lives that accept what they write down
	each   func()   // called for each message that it was sent; may be nil
}

// sinkHost is not where clients call from, so that none of them sits on the
// port between two lives.
const sinkHost = "127.0.0.2"

func newSink(t *testing.T) *sink {
	t.Helper()
	folder, err := os.MkdirTemp("", "sink-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o777); err != nil { // for the user nobody
		t.Fatal(err)
	}
	s := &sink{t: t, folder: folder, port: sinkPort(t)}
	t.Cleanup(s.die)
	return s
}

// sinkPorts are those that sinks of this run have had: between two lives of
// one, its port is free to be given to another.
var sinkPorts sync.Map

// sinkPort is a free port that no sink has had.
func sinkPort(t *testing.T) int {
	t.Helper()
	for {
		free, err := net.Listen("tcp", sinkHost+":0")
		if err != nil {
			t.Fatal(err)
		}
		port := free.Addr().(*net.TCPAddr).Port
		free.Close()
		if _, had := sinkPorts.LoadOrStore(port, true); !had {
			return port
		}
	}
}

// live starts it with options, and waits until it listens. accepts says whether
// a message that it writes down counts: not where its answer is a refusal.
func (s *sink) live(accepts bool, options ...string) {
	s.t.Helper()
	s.life++
	dump := filepath.Join(s.folder, fmt.Sprintf("life%d", s.life))
	if accepts {
		s.boxes = append(s.boxes, dump)
	}
	args := []string{"-4", "-v", "-c", "-D", dump}
	if os.Geteuid() == 0 {
		args = append(args, "-u", "nobody")
	}
	args = append(append(args, options...), net.JoinHostPort(sinkHost, strconv.Itoa(s.port)), "100")
	s.log.Reset()
	s.cmd = exec.Command(sinkBinary, args...)
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = s.folder, &counter{each: s.each}, &s.log
	if err := s.cmd.Start(); err != nil {
		s.t.Fatalf("%v: install Debian's postfix, as .ci/packages does", err)
	}
	for begun := time.Now(); !s.listens(); time.Sleep(5 * time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			s.die()
			s.t.Fatalf("%v does not listen: %s", s.cmd.Args, &s.log)
		}
	}
}

// listens looks into the kernel's list: a connection would be one of the
// dialogue.
func (s *sink) listens() bool {
	const listening = " 00000000:0000 0A "
	list, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.Contains(string(list), fmt.Sprintf(" 0200007F:%04X%s", s.port, listening))
}

// settle waits until all that its clients have written is read: it serves one
// after the other, and this one last.
func (s *sink) settle() {
	s.t.Helper()
	conn, err := net.Dial("tcp", net.JoinHostPort(sinkHost, strconv.Itoa(s.port)))
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "QUIT\r\n")
	if said, err := io.ReadAll(conn); err != nil || !strings.Contains(string(said), "221") {
		s.t.Fatalf("smtp-sink said %q, %v", said, err)
	}
}

func (s *sink) die() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	s.cmd = nil
}

// mailbox is what it has accepted in all its lives.
func (s *sink) mailbox() mailbox {
	s.t.Helper()
	box := mailbox{}
	for _, name := range s.boxes {
		dump, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			s.t.Fatal(err)
		}
		for _, to := range rcptArgs.FindAllSubmatch(dump, -1) {
			box[strings.ToLower(string(to[1]))]++
		}
	}
	return box
}

// rcptArgs is smtp-sink's own header above a message that was ended by a dot.
var rcptArgs = regexp.MustCompile(`(?m)^X-Rcpt-Args: <(.*)>$`)

// total is how many messages a mailbox holds.
func (b mailbox) total() int {
	sum := 0
	for _, n := range b {
		sum += n
	}
	return sum
}

// heard counts a command in the life that has ended last.
func (s *sink) heard(command string) int {
	s.t.Helper()
	line := regexp.MustCompile(`(?m)smtp-sink: ` + regexp.QuoteMeta(command) + `( |$)`)
	return len(line.FindAll(s.log.Bytes(), -1))
}

// A counter reads the figures that smtp-sink -c prints for each message.
type counter struct {
	each func()
	last int
}

var messages = regexp.MustCompile(`mesg=(\d+)`)

func (c *counter) Write(p []byte) (int, error) {
	for _, m := range messages.FindAllSubmatch(p, -1) {
		for n, _ := strconv.Atoi(string(m[1])); c.last < n; c.last++ {
			if c.each != nil {
				c.each()
			}
		}
	}
	return len(p), nil
}
