package proof

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/campaign/mailer"
	"tebar/campaign/mailer/sandbox"
	"tebar/campaign/run"
	"tebar/scheduler"
	"tebar/store"
)

// A life is a world going on: one machine, one account, one server.
type life struct {
	world
	t       *testing.T
	clocks  *clocks
	draw    *rand.Rand
	path    string
	store   *store.Store
	server  *sandbox.Server
	names   []string
	done    map[string]bool
	claims  map[string]int // recipients by address, as the list has them
	restart int
	died    int

	mu       sync.Mutex
	accepted []accepted
	box      mailbox
}

// live lets the world go on for its 400 days, or until all is sent.
func (w world) live(t *testing.T, folder string) *life {
	l := w.made(t, folder)
	defer l.server.Close()
	defer func() { _ = l.store.Close() }()
	end := w.begin.Add(simulatedDays * 24 * time.Hour)
	for l.clocks.now().Before(end) && len(l.done) < len(l.names) {
		l.turn()
	}
	return l
}

// made is the world at its beginning: the campaigns are in the store, and the
// server is up. The caller closes both.
func (w world) made(t *testing.T, folder string) *life {
	l := &life{
		world: w, t: t, draw: rand.New(rand.NewPCG(w.seed, 1)), path: filepath.Join(folder, "tebar.db"),
		clocks: &clocks{truth: w.begin, booted: w.begin.Add(-time.Hour), noBoot: w.noBoot, jumps: slices.Clone(w.jumps)},
		done:   map[string]bool{}, claims: map[string]int{}, box: mailbox{}, accepted: slices.Clone(w.bookings),
	}
	l.clocks.sortJumps()
	l.server = serveQuietly(t, sandbox.Options{
		Rules: w.rules, Seed: w.seed, Now: l.clocks.now, Delay: w.slow, Wait: l.clocks.pass, Each: l.took,
	})
	l.open()
	for i := range w.schedules {
		l.enrol(i)
	}
	for _, b := range w.bookings {
		l.must(l.store.Book(t.Context(), "club", b.n, l.clocks.Now()))
	}
	return l
}

func serveQuietly(t *testing.T, o sandbox.Options) *sandbox.Server {
	t.Helper()
	s, err := sandbox.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// took is the server's word.
func (l *life) took(r sandbox.Receipt) {
	l.mu.Lock()
	defer l.mu.Unlock()
	name, _, _ := strings.Cut(r.To[0], "-")
	l.accepted = append(l.accepted, accepted{r.At, len(r.To), name})
	l.box[r.To[0]]++
}

func (l *life) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *life) open() {
	var err error
	l.store, err = store.Open(l.t.Context(), l.path, store.Options{Boot: l.clocks.boot, Now: l.clocks.Now})
	l.must(err)
}

func (l *life) campaign(i int) campaign.Campaign {
	c := campaign.Campaign{
		Name: fmt.Sprintf("c%d", i), From: campaign.Address{Email: "office@school.example"}, Subject: "Hello", Schedule: l.schedules[i],
		Sender: campaign.Sender{Provider: campaign.SMTP, Host: "127.0.0.1", Port: l.server.Port(), Name: "club"},
		Retry:  campaign.Retry{Attempts: 5, First: 15 * time.Minute, Factor: 2, Max: 6 * time.Hour},
	}
	for _, text := range append([]string{l.shared}, l.own[i]...) {
		limit, err := campaign.ParseLimit(text)
		l.must(err)
		c.Limits = append(c.Limits, limit)
	}
	return c
}

// peopleInWorld is more than 400 days can take.
const peopleInWorld = 600

func (l *life) enrol(i int) {
	c := l.campaign(i)
	l.names = append(l.names, c.Name)
	columns := []string{"email"}
	snapshot := campaign.Snapshot{
		Campaign: c, Sources: []campaign.Source{{File: "people.csv", Columns: columns}},
		SettingsSHA256: "s", LetterSHA256: "l", ListSHA256: "r",
	}
	p, err := l.store.Propose(l.t.Context(), snapshot, func(add func(campaign.Entry) error) error {
		for i := range peopleInWorld / len(l.schedules) {
			address := fmt.Sprintf("%s-p%d@example.org", c.Name, i)
			l.claims[address] = l.costs[i%len(l.costs)]
			row := campaign.Row{Source: "people.csv", Number: i + 2, Columns: columns, Values: []string{address}}
			e := campaign.Entry{Recipient: campaign.Recipient{Row: row, Address: address}, Recipients: l.claims[address], SHA256: address}
			if err := add(e); err != nil {
				return err
			}
		}
		return nil
	})
	l.must(err)
	_, err = p.Accept(l.t.Context(), store.Who{Host: "h", User: "u", At: l.clocks.Now()})
	l.must(err)
}

// Render writes to the recipient, and for a message that counts for two to a
// copy as well.
func (l *life) Render(_ context.Context, c campaign.Claim) (campaign.Envelope, error) {
	to := []string{c.Recipient.Address}
	if l.claims[to[0]] == 2 {
		to = append(to, "copy@example.org")
	}
	text := "From: office@school.example\r\nTo: " + strings.Join(to, ", ") + "\r\nSubject: Hello\r\n\r\nHello.\r\n"
	return campaign.Envelope{From: "office@school.example", To: to, Message: []byte(text)}, nil
}

// turn runs one of the campaigns for a while, in a process of its own.
func (l *life) turn() {
	i := l.draw.IntN(len(l.names))
	name := l.names[i]
	if l.done[name] {
		return
	}
	if l.draw.IntN(100) < 30 {
		l.anew()
	}
	end, err := l.once(i)
	switch {
	case errors.Is(err, run.ErrDied):
		l.died++
	case err != nil:
		l.t.Fatal(err)
	case end.End == run.Complete:
		l.done[name] = true
	case end.End == run.Person || end.End == run.Cancelled || end.End == run.Interrupted:
		l.t.Fatalf("%s ended %+v", name, end)
	}
	l.idle(end)
}

// idle lets time pass between two runs, as cron or a person does.
func (l *life) idle(end run.Result) {
	switch l.draw.IntN(3) {
	case 0:
		l.clocks.pass(time.Duration(l.draw.IntN(3600)) * time.Second)
	case 1:
		l.clocks.pass(time.Duration(l.draw.IntN(3*24*60)) * time.Minute)
	default:
		if wait := end.NextAt.Sub(l.clocks.Now()); !end.NextAt.IsZero() && wait > 0 && wait < 40*24*time.Hour {
			l.clocks.pass(wait)
		}
	}
}

// anew starts the program again, after a restart of the machine perhaps.
func (l *life) anew() {
	l.must(l.store.Close())
	if l.draw.IntN(100) < l.reboots {
		l.clocks.reboot()
		l.restart++
	}
	l.open()
}

// once runs a campaign with options by chance.
func (l *life) once(i int) (run.Result, error) {
	o := run.Options{
		Once:  l.draw.IntN(3) == 0,
		Until: l.clocks.Now().Add(time.Duration(1+l.draw.IntN(60*24*60)) * time.Minute),
		Limit: l.draw.IntN(40),

		Connections: []int{1, 1, 4, 16}[l.draw.IntN(4)],
	}
	return l.run(i, o)
}

// dies draws whether a message is the last of its process, and where it ends.
func (l *life) dies() run.Stage {
	if l.draw.IntN(100) >= l.crashes {
		return 0
	}
	return run.BeforeMark + run.Stage(l.draw.IntN(3))
}

// run is one process.
func (l *life) run(i int, o run.Options) (run.Result, error) {
	c := l.campaign(i)
	calendar, err := scheduler.New(scheduler.Rules{Limits: c.Limits, Schedule: c.Schedule})
	l.must(err)
	runner, err := l.store.Runner(l.t.Context(), c.Name, l.clocks.Now())
	l.must(err)
	m := run.NewMortal(runner, l.dies)
	o.Decide, o.Retry, o.Slice = calendar.Next, c.Retry, 100*24*time.Hour
	o.NewSender = func() run.Sender {
		return mailer.New(mailer.Server{Host: l.server.Host(), Port: l.server.Port(), Security: campaign.None, Auth: campaign.AuthNone, Name: "school.example"})
	}
	all := newConcurrent(m, l.clocks)
	end, err := run.Campaign(l.t.Context(), all, l, all, o)
	if errors.Is(err, run.ErrDied) {
		l.must(runner.Abandon())
		return end, run.ErrDied
	}
	l.must(runner.Close())
	return end, err
}

// inMemory is a folder where syncing costs nothing, where there is one.
func inMemory(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "limits-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}
