package proof

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
)

// searched counts what the whole suite has searched for the planted password:
// what every command printed, and every file that a machine was left with.
var searched search

type search struct {
	outputs, files, bytes atomic.Int64
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
		searched.outputs.Add(1)
		searched.bytes.Add(int64(len(data)))
		if form := betrayed(data); form != "" {
			m.t.Errorf("tebar %s prints the password as %q:\n%s", command, form, data)
		}
	}
}

// searchFiles looks through the machine's folder: list, store, log of the
// store, locks, guard, reports, outbox; and at the names.
func (m *machine) searchFiles() {
	m.t.Helper()
	_ = filepath.WalkDir(m.dir, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(m.dir, path)
		if err != nil || !d.Type().IsRegular() || slices.Contains(m.plain, filepath.ToSlash(rel)) {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		searched.files.Add(1)
		searched.bytes.Add(int64(len(data)))
		if form := betrayed(append([]byte(rel+"\n"), data...)); form != "" {
			m.t.Errorf("the password is in %s as %q", rel, form)
		}
		return nil
	})
}

func (s *search) figures() error {
	if s.outputs.Load() == 0 {
		return nil
	}
	return note(fmt.Sprintf("promise: secrets: %d outputs and %d files of the whole suite (%d MB) searched for the planted password in %d forms: found in none",
		s.outputs.Load(), s.files.Load(), s.bytes.Load()>>20, len(forms())))
}
