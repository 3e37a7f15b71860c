//go:build system

package proof

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"iter"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/campaign/mailer"
	"tebar/campaign/mailer/sandbox"
	"tebar/campaign/run"
	"tebar/store"
)

// A disk is what the store's files hold for certain, and what was written to
// them since they were last synced.
type disk struct {
	sure    map[string][]byte
	pending map[string][]op
	sent    []string // whose dot has been written
}

func (d *disk) do(o op) {
	switch o.kind {
	case "dot":
		d.sent = append(d.sent, o.to)
	case "sync":
		if o.file == "." {
			d.syncFolder()
			return
		}
		d.sure[o.file] = apply(d.sure[o.file], d.pending[o.file])
		delete(d.pending, o.file)
	default:
		d.pending[o.file] = append(d.pending[o.file], o)
	}
}

// syncFolder makes sure that files which were removed stay away.
func (d *disk) syncFolder() {
	for name, ops := range d.pending {
		for i := len(ops) - 1; i >= 0; i-- {
			if ops[i].kind == "gone" {
				d.sure[name], d.pending[name] = nil, ops[i+1:]
				break
			}
		}
	}
}

// apply does the ops to a file's content; nil is no file.
func apply(content []byte, ops []op) []byte {
	content = bytes.Clone(content)
	for _, o := range ops {
		switch o.kind {
		case "gone":
			content = nil
		case "cut":
			content = append(content, make([]byte, max(0, o.at-len(content)))...)[:o.at]
		case "write":
			content = append(content, make([]byte, max(0, o.at+len(o.data)-len(content)))...)
			copy(content[o.at:], o.data)
		}
	}
	return content
}

// sector is what a disk writes as one piece, in bytes.
const sector = 512

// leavings are the ways in which a power cut may leave unsynced ops: any
// prefix, any suffix, the last one torn at a sector, and some at random.
func leavings(ops []op, draw *rand.Rand) [][]op {
	out := [][]op{nil, ops}
	for i := 1; i < len(ops); i++ {
		out = append(out, ops[:i], ops[i:])
	}
	for i, o := range ops {
		if o.kind != "write" || len(o.data) < 2 {
			continue
		}
		torn := o
		torn.data = o.data[:min(len(o.data)-1, sector*(1+draw.IntN(1+len(o.data)/sector)))]
		out = append(out, append(slices.Clone(ops[:i]), torn))
		tail := o
		cut := min(len(o.data)-1, sector)
		tail.at, tail.data = o.at+cut, o.data[cut:]
		out = append(out, append(slices.Clone(ops[:i]), tail))
	}
	for range min(4, len(ops)) {
		var some []op
		for _, o := range ops {
			if draw.IntN(2) == 0 {
				some = append(some, o)
			}
		}
		out = append(out, some)
	}
	return out
}

// An image is what a disk may hold after the power came back.
type image struct {
	files map[string][]byte
	sent  []string
}

func (i image) key() [32]byte {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(i.files)) {
		_, _ = h.Write([]byte(name))
		sum := sha256.Sum256(i.files[name])
		_, _ = h.Write(sum[:])
	}
	for _, who := range i.sent {
		_, _ = h.Write([]byte(who))
	}
	return [32]byte(h.Sum(nil))
}

// all is the disk with everything on it.
func (d *disk) all() map[string][]byte {
	files := maps.Clone(d.sure)
	for name, ops := range d.pending {
		files[name] = apply(files[name], ops)
	}
	return files
}

// images are all that the disk may hold now: everything that was written, and
// each file's leavings beside everything, and beside nothing, of the others.
func (d *disk) images(draw *rand.Rand) iter.Seq[image] {
	return func(yield func(image) bool) {
		if !yield(image{d.all(), slices.Clone(d.sent)}) {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(d.pending)) {
			for _, left := range leavings(d.pending[name], draw) {
				for _, others := range []bool{true, false} {
					files := map[string][]byte{}
					for file, content := range d.sure {
						files[file] = content
					}
					for file, ops := range d.pending {
						if file != name && others {
							files[file] = apply(d.sure[file], ops)
						}
					}
					files[name] = apply(d.sure[name], left)
					if !yield(image{files, slices.Clone(d.sent)}) {
						return
					}
				}
			}
		}
	}
}

// TestPowerLoss records every write and sync of a run, makes the images that a
// power cut could leave at each moment, and goes on from each of them against
// the server's log: none is corrupt, none sends twice, none loses anybody.
func TestPowerLoss(t *testing.T) {
	n := size(4, 12)
	server := serve(t, sandbox.Options{})
	m := machineIn(t, inMemory(t), server.Port(), n, "")
	m.must([]int{3}, "run", m.file, "--yes", "--limit", "1")
	d := &disk{sure: filesOf(t, filepath.Dir(m.store)), pending: map[string][]op{}}
	for who := range mailboxOf(server) {
		d.sent = append(d.sent, who)
	}
	ops := m.recordOps("resume", "spring")
	sum, all := &kills{}, 0
	t.Run("images", func(t *testing.T) {
		images := make(chan image, 2)
		var workers sync.WaitGroup
		for range 2 {
			workers.Go(func() {
				for i := range images {
					sum.goOn(t, i, n)
				}
			})
		}
		for i := range possible(d, ops) {
			if all++; all%size(67, 1) == 0 {
				images <- i
			}
		}
		close(images)
		workers.Wait()
	})
	if d.sent = slices.Compact(slices.Sorted(slices.Values(d.sent))); len(d.sent) != n || sum.points == 0 {
		t.Fatalf("the record has dots to %d of %d, and %d images were tried", len(d.sent), n, sum.points)
	}
	if full() && sum.points < 10_000 {
		t.Errorf("%d images are too few", sum.points)
	}
	figures(t, "power loss", "%d of %d images after each of %d writes and syncs, %d recipients: 0 corrupt, 0 lost, 0 twice, %d unconfirmed",
		sum.points, all, len(ops), n, sum.doubtful)
}

// possible are the distinct images along a record. They are made one at a
// time: together they would fill the memory.
func possible(d *disk, ops []op) iter.Seq[image] {
	draw := rand.New(rand.NewPCG(5, 5))
	known := map[[32]byte]bool{}
	return func(yield func(image) bool) {
		for _, o := range ops {
			d.do(o)
			for i := range d.images(draw) {
				key := i.key()
				if !known[key] && !yield(i) {
					return
				}
				known[key] = true
			}
		}
	}
}

func filesOf(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if name := inStore(folder, path); err == nil && !e.IsDir() && name != "" {
			files[name], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// lay writes the image's files into a folder.
func (i image) lay(t *testing.T, folder string) {
	t.Helper()
	for name, content := range i.files {
		if content == nil {
			continue
		}
		path := filepath.Join(folder, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, content, 0o600)); err != nil {
			t.Error(err)
		}
	}
}

// goOn resumes from an image; whoever's dot was written before the cut has the
// letter already.
func (k *kills) goOn(t *testing.T, i image, n int) {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "tebar-image-")
	if err != nil {
		t.Error(err)
		return
	}
	defer os.RemoveAll(folder)
	i.lay(t, folder)
	box := mailbox{}
	for _, who := range i.sent {
		box[who]++
	}
	rows, err := finishFrom(t.Context(), filepath.Join(folder, "tebar.db"), box)
	if err != nil {
		t.Errorf("after %d dots: %v", len(i.sent), err)
		return
	}
	if bad := disagreements(rows, box, n); len(bad) > 0 {
		t.Errorf("after %d dots: %v", len(i.sent), bad)
	}
	if rows.count("sent")+rows.count("unconfirmed") != n || rows.count("unconfirmed") > 1 {
		t.Errorf("after %d dots: %v", len(i.sent), rows)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.points++
	k.doubtful += rows.count("unconfirmed")
}

// finishFrom sends what the store says is left, into the mailbox.
func finishFrom(ctx context.Context, path string, box mailbox) (states, error) {
	s, err := store.Open(ctx, path, store.Options{})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var mu sync.Mutex
	server, err := sandbox.Start(ctx, sandbox.Options{Each: func(r sandbox.Receipt) {
		mu.Lock()
		defer mu.Unlock()
		box[r.To[0]]++
	}})
	if err != nil {
		return nil, err
	}
	defer server.Close()
	runner, err := s.Runner(ctx, "spring", run.System{}.Now())
	if err != nil {
		return nil, err
	}
	_, err = run.Campaign(ctx, runner, short{}, run.System{}, run.Options{
		Decide: func(campaign.Usage, time.Time) campaign.Slot { return campaign.Slot{} },
		NewSender: func() run.Sender {
			return mailer.New(mailer.Server{Host: server.Host(), Port: server.Port(), Security: campaign.None, Auth: campaign.AuthNone, Name: "school.example"})
		},
	})
	if err := errors.Join(err, runner.Close(), s.Check(ctx)); err != nil {
		return nil, err
	}
	rows := states{}
	for d, err := range s.Deliveries(ctx, "spring", nil) {
		if err != nil {
			return nil, err
		}
		rows[d.Email] = string(d.State)
	}
	return rows, nil
}

// short is the shortest letter there is.
type short struct{}

// Render writes it.
func (short) Render(_ context.Context, c campaign.Claim) (campaign.Envelope, error) {
	to := c.Recipient.Address
	return campaign.Envelope{
		From: "office@school.example", To: []string{to},
		Message: []byte("From: office@school.example\r\nTo: " + to + "\r\nSubject: Hello\r\n\r\nHello.\r\n"),
	}, nil
}
