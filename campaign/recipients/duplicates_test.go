package recipients

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tebar/campaign"
)

// A line of a generated list: an address, and a cell that may differ.
type line struct{ address, cell string }

// outcome is what the model says of a line: m message, g member, d duplicate.
func outcome(lines []line, mode campaign.Duplicates) string {
	out := []byte(strings.Repeat("d", len(lines)))
	for i, l := range lines {
		first, twin := true, false
		for _, before := range lines[:i] {
			first = first && before.address != l.address
			twin = twin || before == l
		}
		switch mode {
		case campaign.DuplicatesError, campaign.DuplicatesFirst:
			if first {
				out[i] = 'm'
			}
		case campaign.DuplicatesGroup:
			if first {
				out[i] = 'm'
			} else if !twin {
				out[i] = 'g'
			}
		case campaign.DuplicatesLast:
			if winner(lines, l.address) == i {
				out[i] = 'm'
			}
		}
	}
	return string(out)
}

// winner is the first of the run of equal lines that ends an address's lines.
func winner(lines []line, address string) int {
	at := -1
	for i, l := range lines {
		if l.address == address && (at < 0 || lines[at] != l) {
			at = i
		}
	}
	return at
}

// For any lines in any number of files, each row comes once, and what becomes
// of it is what a plain comparison of all rows says.
func TestDuplicatesProperty(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) line {
			return line{
				rapid.SampledFrom([]string{"a@example.org", "b@example.org", "c@example.org"}).Draw(rt, "address"),
				rapid.SampledFrom([]string{"x", "y", "z", `q"q`}).Draw(rt, "cell"),
			}
		}), 1, 12).Draw(rt, "lines")
		cut := rapid.IntRange(0, len(lines)).Draw(rt, "cut")
		mode := rapid.SampledFrom([]campaign.Duplicates{"", "first", "last", "group"}).Draw(rt, "mode")
		var lists []campaign.List
		for i, piece := range [][]line{lines[:cut], lines[cut:]} {
			if len(piece) == 0 {
				continue
			}
			name := fmt.Sprintf("%d.csv", i)
			put(rt, filepath.Join(folder, name), piece)
			lists = append(lists, campaign.List{File: name, Duplicates: mode})
		}
		check(t, rt, folder, lists, lines, mode)
	})
}

func put(rt *rapid.T, path string, lines []line) {
	var b strings.Builder
	b.WriteString("email,cell\n")
	for _, l := range lines {
		fmt.Fprintf(&b, "%s,\"%s\"\n", l.address, strings.ReplaceAll(l.cell, `"`, `""`))
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		rt.Fatal(err)
	}
}

func check(t *testing.T, rt *rapid.T, folder string, lists []campaign.List, lines []line, mode campaign.Duplicates) {
	entries, result := readLists(t, folder, lists...)
	want, got := outcome(lines, mode), make([]byte, len(lines))
	offset := map[string]int{}
	for n, l := range lists {
		offset[l.File] = 0
		if n == 1 {
			offset[l.File] = result.Sources[0].Rows
		}
	}
	leader := ""
	for _, e := range entries {
		at := offset[e.Source] + e.Number - 2
		if got[at] != 0 {
			rt.Fatalf("row %d of %s comes twice", e.Number, e.Source)
		}
		switch {
		case e.Skip != "":
			got[at] = 'd'
		case e.Member:
			got[at] = 'g'
			if e.Address != leader {
				rt.Fatalf("a member of %s comes behind %s", e.Address, leader)
			}
		default:
			got[at], leader = 'm', e.Address
		}
		if e.Values[1] != lines[at].cell {
			rt.Fatalf("row %d of %s holds %q, not %q", e.Number, e.Source, e.Values[1], lines[at].cell)
		}
		groupIsWhole(rt, e, lines)
	}
	if string(got) != want {
		rt.Fatalf("%v by %q: %s, not %s", lines, mode, got, want)
	}
	if differs := slices.ContainsFunc(lines, func(l line) bool {
		return slices.ContainsFunc(lines, func(m line) bool { return m.address == l.address && m != l })
	}); mode == "" && differs != (result.Problems.Errors() > 0) {
		rt.Fatalf("%v: %v", lines, result.Problems)
	}
}

// groupIsWhole checks the rows of a group's leader.
func groupIsWhole(rt *rapid.T, e campaign.Entry, lines []line) {
	if len(e.Rows) == 0 {
		return
	}
	cells := map[string]bool{}
	for _, l := range lines {
		if l.address == e.Address {
			cells[l.cell] = true
		}
	}
	for _, r := range e.Rows {
		delete(cells, r.Values[1])
	}
	if len(cells) > 0 || e.Rows[0].Number != e.Number {
		rt.Fatalf("the group of %s lacks %v: %v", e.Address, cells, e.Rows)
	}
}

// The temporary file of the groups goes away, even when the caller stops.
func TestGroupsLeaveNoFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	lists := []campaign.List{{File: "orders.csv", Duplicates: campaign.DuplicatesGroup}}
	stop := fmt.Errorf("stop")
	_, err := Read(t.Context(), lists, Options{Folder: "testdata"}, func(e campaign.Entry) error {
		if left, _ := os.ReadDir(dir); len(left) != 1 {
			t.Errorf("while reading: %v", left)
		} else if info, _ := left[0].Info(); info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
		return stop
	})
	if err != stop {
		t.Errorf("the error of each became %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
