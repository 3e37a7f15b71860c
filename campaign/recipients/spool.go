package recipients

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"tebar/campaign"
)

// A spool keeps the units of a list that is sorted in a temporary file, a line
// of JSON for each; in memory stay the keys.
type spool struct {
	file  *os.File
	out   *bufio.Writer
	size  int64
	lines []spooled
}

type spooled struct {
	key          string
	offset, size int64
}

// spooledEntry is an entry without what its part knows.
type spooledEntry struct {
	Part         int
	Number       int
	Values       []string
	Address, Key string
	Name         string
	Member       bool
}

func newSpool() *spool { return &spool{} }

func (s *spool) add(u unit, key string) error {
	if err := s.write(u, key); err != nil {
		return fmt.Errorf("keeping the rows of a list that is sorted: %w", err)
	}
	return nil
}

func (s *spool) write(u unit, key string) error {
	if s.file == nil {
		f, err := os.CreateTemp("", "tebar-sort-*") // 0600
		if err != nil {
			return err
		}
		s.file, s.out = f, bufio.NewWriterSize(f, 64<<10)
	}
	list := make([]spooledEntry, len(u.entries))
	for i, e := range u.entries {
		list[i] = spooledEntry{u.parts[i].number, e.Number, e.Values, e.Address, e.Key, e.Name, e.Member}
	}
	line, err := json.Marshal(list)
	if err != nil {
		return err
	}
	s.lines = append(s.lines, spooled{key, s.size, int64(len(line))})
	s.size += int64(len(line))
	_, err = s.out.Write(line)
	return err
}

// each gives the units in the order of their keys; of one key in that of the
// list. It empties the spool.
func (s *spool) each(parts []*part, do func(unit) error) error {
	if s.file == nil {
		return nil
	}
	defer s.close()
	if err := s.out.Flush(); err != nil {
		return fmt.Errorf("keeping the rows of a list that is sorted: %w", err)
	}
	slices.SortStableFunc(s.lines, func(a, b spooled) int { return strings.Compare(a.key, b.key) })
	for _, l := range s.lines {
		u, err := s.read(l, parts)
		if err != nil {
			return fmt.Errorf("reading the rows of a list that is sorted: %w", err)
		}
		if err := do(u); err != nil {
			return err
		}
	}
	return nil
}

func (s *spool) read(l spooled, parts []*part) (unit, error) {
	line := make([]byte, l.size)
	if _, err := s.file.ReadAt(line, l.offset); err != nil && !errors.Is(err, io.EOF) {
		return unit{}, err
	}
	var list []spooledEntry
	if err := json.Unmarshal(line, &list); err != nil {
		return unit{}, err
	}
	var u unit
	for _, x := range list {
		p := parts[x.Part]
		var e campaign.Entry
		e.Row = p.row(record{number: x.Number, cells: x.Values})
		e.Address, e.Key, e.Name, e.Member = x.Address, x.Key, x.Name, x.Member
		u.entries, u.parts = append(u.entries, e), append(u.parts, p)
	}
	if len(u.entries) > 1 {
		for _, e := range u.entries {
			u.entries[0].Rows = append(u.entries[0].Rows, e.Row)
		}
	}
	return u, nil
}

// close removes the file.
func (s *spool) close() {
	if s == nil || s.file == nil {
		return
	}
	_ = errors.Join(s.file.Close(), os.Remove(s.file.Name()))
	*s = spool{}
}
