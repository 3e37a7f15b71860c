//go:build system

package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
)

// mounted puts a small disk where a machine has its store. It says how to make
// it larger.
func (m *machine) mounted(options string) (remount func(options string)) {
	m.t.Helper()
	folder := filepath.Dir(m.store)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		m.t.Fatal(err)
	}
	mount := func(flags uintptr, options string) {
		if err := syscall.Mount("tmpfs", folder, "tmpfs", flags, "mode=0700,"+options); err != nil {
			m.t.Fatalf("mounting a disk of %s (as root?): %v", options, err)
		}
	}
	mount(0, options)
	m.t.Cleanup(func() {
		if err := syscall.Unmount(folder, 0); err != nil {
			m.t.Error(err)
		}
	})
	return func(options string) { mount(syscall.MS_REMOUNT, options) }
}

// room is a disk that holds all of a small campaign.
const room = "size=8m,nr_inodes=100"

// smallDisks are disks by what they lack, and for the short form how many
// sizes to pass over.
var smallDisks = []struct {
	options string // of a size that is a number
	step    int    // full form
	stride  int
}{
	{"size=%dk,nr_inodes=100", 4, 20},
	{"size=8m,nr_inodes=%d", 1, 2},
}

// TestSmallDisk keeps the store on disks of every size, from one on which
// nothing finds room to one on which all does, and then makes room.
func TestSmallDisk(t *testing.T) {
	sum := &diskFaults{}
	for _, d := range smallDisks {
		before := sum.stops()
		for n, sent := d.step, 0; sent < 2; n += d.step * size(d.stride, 1) {
			if onDisk(t, sum, fmt.Sprintf(d.options, n)) == 0 {
				sent++
			}
		}
		if sum.stops() == before {
			t.Errorf("no disk of %s was too small", d.options)
		}
	}
	sum.figures(t, "small disk", "a store on disks of growing size and number of files")
}

func (d *diskFaults) stops() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stopped
}

func onDisk(t *testing.T, sum *diskFaults, options string) (code int) {
	t.Helper()
	t.Run(options, func(t *testing.T) {
		m := newSick(t, 3, 1)
		remount := m.mounted(options)
		r := m.run("run", m.file, "--yes")
		code = r.code
		sum.judge(m, options, r, r.code, func() { remount(room) })
	})
	return code
}

// fill writes a file until the disk has no byte left.
func fill(t *testing.T, file string) {
	f, err := os.Create(file)
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
}

// TestFullDisk fills the disk at every line of the dialogue with the server,
// before and behind it, until room is made.
func TestFullDisk(t *testing.T) {
	sum := &diskFaults{}
	t.Run("lines", func(t *testing.T) {
		for _, connections := range []int{1, 2} {
			t.Run(fmt.Sprint(connections), func(t *testing.T) {
				t.Parallel()
				lines := linesOf(t, connections)
				for at := 1; at <= lines; at += size(13, 1) {
					for _, behind := range []bool{false, true} {
						fullAt(t, sum, connections, at, behind)
					}
				}
			})
		}
	})
	sum.figures(t, "full disk", "the disk full from a line of the dialogue on")
}

func fullAt(t *testing.T, sum *diskFaults, connections, at int, behind bool) {
	t.Helper()
	what := fmt.Sprintf("line %d of %d connections, behind it %v", at, connections, behind)
	t.Run(what, func(t *testing.T) {
		m := newSick(t, 3, connections)
		remount := m.mounted("size=1m,nr_inodes=100")
		ballast := filepath.Join(filepath.Dir(m.store), "ballast")
		var hits, before atomic.Int64
		m.tap.arm(at, behind, func() {
			fill(t, ballast)
			before.Store(int64(m.server.Count()))
			hits.Add(1)
		})
		r := m.run("run", m.file, "--yes")
		m.tap.arm(0, false, nil)
		if late := m.server.Count() - int(before.Load()); hits.Load() > 0 && late > connections {
			t.Errorf("%d letters were sent after the disk was full", late)
		}
		sum.judge(m, what, r, int(hits.Load()), func() {
			_ = os.Remove(ballast)
			remount(room)
		})
	})
}
