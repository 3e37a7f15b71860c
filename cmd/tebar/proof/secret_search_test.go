package proof

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// searched counts what the whole suite has searched for the planted password:
// what every command printed, every file that a machine was left with, and the
// arguments of every process.
var searched search

type search struct {
	outputs, files, bytes, processes atomic.Int64
}

var forms = sync.OnceValue(func() [][]byte {
	var list [][]byte
	for _, form := range writtenAs(planted) {
		list = append(list, []byte(form))
	}
	return list
})

// betrayed is the first form of the password that is in data; "" = none.
func betrayed(data []byte) string {
	for _, form := range forms() {
		if bytes.Contains(data, form) {
			return string(form)
		}
	}
	return ""
}

// search looks through what a command printed.
func (m *machine) search(command string, outputs ...[]byte) {
	m.t.Helper()
	for _, data := range outputs {
		if found := searched.output(data); found != "" {
			m.t.Errorf("tebar %s prints the password as %q:\n%s", command, found, data)
		}
	}
}

// searchArguments looks through those of a process that has just been started:
// everybody on the machine may read them.
func (m *machine) searchArguments(cmd *exec.Cmd) {
	m.t.Helper()
	line := []byte(strings.Join(cmd.Args, "\x00"))
	if data, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", cmd.Process.Pid)); err == nil { // Linux
		line = append(append(line, 0), data...)
	}
	searched.processes.Add(1)
	if form := betrayed(line); form != "" {
		m.t.Errorf("the password is an argument, as %q: %q", form, line)
	}
}

// searchFiles looks through the machine's folder: list, store, log of the
// store, locks, guard, reports, outbox; and at the names.
func (m *machine) searchFiles() {
	m.t.Helper()
	for _, found := range searched.folder(m.dir, m.plain) {
		m.t.Errorf("the password is in %s", found)
	}
}

// output gives the form that it finds; "" = none.
func (s *search) output(data []byte) string {
	s.outputs.Add(1)
	s.bytes.Add(int64(len(data)))
	return betrayed(data)
}

// folder gives the files that hold the password, and the form; none of plain.
func (s *search) folder(dir string, plain []string) (found []string) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, path)
		if err != nil || !d.Type().IsRegular() || slices.Contains(plain, filepath.ToSlash(rel)) {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		s.files.Add(1)
		s.bytes.Add(int64(len(data)))
		if form := betrayed(append([]byte(rel+"\n"), data...)); form != "" {
			found = append(found, fmt.Sprintf("%s as %q", rel, form))
		}
		return nil
	})
	return found
}

func (s *search) figures() error {
	if s.outputs.Load() == 0 {
		return nil
	}
	return note(fmt.Sprintf("promise: secrets: %d outputs, %d files and the arguments of %d processes of the whole suite (%d MB) searched for the planted password in %d forms: found in none",
		s.outputs.Load(), s.files.Load(), s.processes.Load(), s.bytes.Load()>>20, len(forms())))
}
