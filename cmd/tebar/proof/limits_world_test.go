package proof

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
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
	l := &life{
		world: w, t: t, draw: rand.New(rand.NewPCG(w.seed, 1)), path: filepath.Join(folder, "tebar.db"),
		clocks: &clocks{truth: w.begin, booted: w.begin.Add(-time.Hour), noBoot: w.noBoot, jumps: w.jumps},
		done:   map[string]bool{}, claims: map[string]int{}, box: mailbox{}, accepted: w.bookings,
	}
	l.clocks.sortJumps()
	l.server = serveQuietly(t, sandbox.Options{
		Rules: w.rules, Seed: w.seed, Now: l.clocks.now, Delay: w.slow, Wait: l.clocks.pass, Each: l.took,
	})
	defer l.server.Close()
	l.open()
	defer func() { _ = l.store.Close() }()
	for i, s := range w.schedules {
		l.enrol(fmt.Sprintf("c%d", i), s)
	}
	for _, b := range w.bookings {
		l.must(l.store.Book(t.Context(), "club", b.n, l.clocks.Now()))
	}
	end := w.begin.Add(simulatedDays * 24 * time.Hour)
	for l.clocks.now().Before(end) && len(l.done) < len(l.names) {
		l.turn()
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
	l.accepted = append(l.accepted, accepted{at: r.At, n: len(r.To)})
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

func (l *life) campaign(name string, s campaign.Schedule) campaign.Campaign {
	c := campaign.Campaign{
		Name: name, From: campaign.Address{Email: "office@school.example"}, Subject: "Hello", Schedule: s,
		Sender: campaign.Sender{Provider: campaign.SMTP, Host: "127.0.0.1", Port: l.server.Port(), Name: "club"},
		Retry:  campaign.Retry{Attempts: 5, First: 15 * time.Minute, Factor: 2, Max: 6 * time.Hour},
	}
	for _, text := range l.limits {
		limit, err := campaign.ParseLimit(text)
		l.must(err)
		c.Limits = append(c.Limits, limit)
	}
	return c
}

// peopleInWorld is more than 400 days can take.
const peopleInWorld = 600

func (l *life) enrol(name string, s campaign.Schedule) {
	l.names = append(l.names, name)
	columns := []string{"email"}
	snapshot := campaign.Snapshot{
		Campaign: l.campaign(name, s), Sources: []campaign.Source{{File: "people.csv", Columns: columns}},
		SettingsSHA256: "s", LetterSHA256: "l", ListSHA256: "r",
	}
	p, err := l.store.Propose(l.t.Context(), snapshot, func(add func(campaign.Entry) error) error {
		for i := range peopleInWorld / len(l.schedules) {
			address := fmt.Sprintf("%s-p%d@example.org", name, i)
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
	end, err := l.once(name, l.schedules[i])
	switch {
	case errors.Is(err, errDied):
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

func (l *life) once(name string, s campaign.Schedule) (run.Result, error) {
	c := l.campaign(name, s)
	calendar, err := scheduler.New(scheduler.Rules{Limits: c.Limits, Schedule: s})
	l.must(err)
	runner, err := l.store.Runner(l.t.Context(), name, l.clocks.Now())
	l.must(err)
	m := &mortal{Runner: runner, draw: l.draw, chance: l.crashes}
	o := run.Options{
		Decide: calendar.Next, Retry: c.Retry, Slice: 100 * 24 * time.Hour,
		NewSender: func() run.Sender {
			return mailer.New(mailer.Server{Host: l.server.Host(), Port: l.server.Port(), Security: campaign.None, Auth: campaign.AuthNone, Name: "school.example"})
		},
		Once:  l.draw.IntN(3) == 0,
		Until: l.clocks.Now().Add(time.Duration(1+l.draw.IntN(60*24*60)) * time.Minute),
		Limit: l.draw.IntN(40),
	}
	end, err := run.Campaign(l.t.Context(), m, l, l.clocks, o)
	if errors.Is(err, errDied) {
		l.must(runner.Abandon())
		return end, errDied
	}
	l.must(runner.Close())
	return end, err
}

// inMemory is a folder where syncing costs nothing, where there is one.
func inMemory(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "tebar-proof-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}
