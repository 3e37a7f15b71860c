package proof

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A machine is a computer of its own for one campaign: home, files, store.
type machine struct {
	t     *testing.T
	dir   string // the campaign's folder
	file  string // the campaign file
	store string
	env   []string
	dress func(*exec.Cmd) // what one system alone can do to a command; nil = nothing
	plain []string        // files of the folder that hold the password on purpose
}

// newMachine writes a campaign that sends n people a letter over the SMTP
// server at port of 127.0.0.1. more is YAML at the file's top level; a sender
// in it replaces the usual one.
func newMachine(t *testing.T, port, n int, more string) *machine {
	t.Helper()
	return machineIn(t, t.TempDir(), port, n, more)
}

func machineIn(t *testing.T, dir string, port, n int, more string) *machine {
	t.Helper()
	m := &machine{t: t, dir: dir, file: filepath.Join(dir, "spring.yaml"), store: filepath.Join(dir, "state", "tebar.db")}
	m.env = []string{
		"HOME=" + dir, "XDG_STATE_HOME=" + filepath.Join(dir, "state"), "XDG_CONFIG_HOME=" + filepath.Join(dir, "config"),
		"TEBAR_STORE=" + m.store, "PATH=" + os.Getenv("PATH"), "TZ=UTC", "LANG=C.UTF-8", "GOMAXPROCS=2",
		passwordName + "=" + planted,
	}
	t.Cleanup(m.searchFiles)
	text := "name: spring\nfrom: \"School <office@school.example>\"\nsubject: \"Hello {{.name}}\"\n" +
		"body: {text: body.txt}\nrecipients: {file: people.csv}\n"
	if !strings.Contains("\n"+more, "\nsender:") {
		text += fmt.Sprintf("sender: {provider: smtp, host: 127.0.0.1, port: %d, security: none, auth: none, connections: 1}\n", port)
	}
	m.write("spring.yaml", text+more)
	m.write("body.txt", "Dear {{.name}},\n\nthe open day is on Saturday.\n")
	m.people(n)
	return m
}

func (m *machine) write(name, text string) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.dir, name), []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// people writes the list: person1@example.org and so on.
func (m *machine) people(n int) {
	m.t.Helper()
	var b strings.Builder
	b.WriteString("email,name\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "person%d@example.org,Person %d\n", i, i)
	}
	m.write("people.csv", b.String())
}

// A result is how a command ended; code is -1 when a signal ended it.
type result struct {
	code           int
	stdout, stderr string
}

func (r result) String() string {
	return fmt.Sprintf("exit %d\nstdout: %s\nstderr: %s", r.code, r.stdout, r.stderr)
}

// command is tebar with this machine's surroundings, not started yet. prefix
// comes before it: strace and its arguments, say.
func (m *machine) command(prefix []string, args ...string) *exec.Cmd {
	line := append(append(append([]string{}, prefix...), binary), args...)
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Dir, cmd.Env = m.dir, m.env
	if m.dress != nil {
		m.dress(cmd)
	}
	return cmd
}

// run waits for a command's end.
func (m *machine) run(args ...string) result {
	m.t.Helper()
	return m.finish(m.command(nil, args...))
}

func (m *machine) finish(cmd *exec.Cmd) result {
	m.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Start()
	if err == nil {
		m.searchArguments(cmd)
		err = cmd.Wait()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		m.t.Fatal(err)
	}
	m.search(strings.Join(cmd.Args[1:], " "), stdout.Bytes(), stderr.Bytes())
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// must runs a command that has to end with one of the codes.
func (m *machine) must(codes []int, args ...string) result {
	m.t.Helper()
	r := m.run(args...)
	for _, c := range codes {
		if r.code == c {
			return r
		}
	}
	m.t.Fatalf("tebar %s: want exit %v, got %s", strings.Join(args, " "), codes, r)
	return r
}
