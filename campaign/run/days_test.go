package run_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"tebar/campaign"
	"tebar/campaign/mailer"
	"tebar/campaign/mailer/sandbox"
	"tebar/campaign/run"
	"tebar/scheduler"
	"tebar/store"
)

// fixture is a campaign in a real store, and a real server to send it to.
type fixture struct {
	store    *store.Store
	campaign campaign.Campaign
	server   *sandbox.Server
	options  run.Options
}

func letterTo(address string) campaign.Envelope {
	text := "From: rina@example.org\r\nTo: " + address + "\r\nSubject: Hello\r\n\r\nHello.\r\n"
	sum := sha256.Sum256([]byte(text))
	return campaign.Envelope{From: "rina@example.org", To: []string{address}, Message: []byte(text), SHA256: hex.EncodeToString(sum[:])}
}

type plainLetters struct{}

func (plainLetters) Render(_ context.Context, c campaign.Claim) (campaign.Envelope, error) {
	return letterTo(c.Recipient.Address), nil
}

func newFixture(t *testing.T, s *sandbox.Server, people int, limits []campaign.Limit, schedule campaign.Schedule) *fixture {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "tebar.db"), store.Options{
		Boot: func() (string, time.Duration, bool) { return "", 0, false },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	f := &fixture{store: st, server: s, campaign: campaign.Campaign{
		Name: "days", From: campaign.Address{Email: "rina@example.org"}, Subject: "Hello", Limits: limits, Schedule: schedule,
		Sender: campaign.Sender{Provider: campaign.SMTP, Host: s.Host(), Port: s.Port(), Connections: 1},
		Retry:  policyOfFile,
	}}
	f.enrol(t, people)
	calendar, err := scheduler.New(scheduler.Rules{Limits: limits, Schedule: schedule})
	if err != nil {
		t.Fatal(err)
	}
	f.options = run.Options{
		Decide: calendar.Next, Retry: f.campaign.Retry,
		NewSender: func() run.Sender {
			return mailer.New(mailer.Server{Host: s.Host(), Port: s.Port(), Security: campaign.None, Auth: campaign.AuthNone, Name: "example.org"})
		},
	}
	return f
}

var policyOfFile = campaign.Retry{Attempts: 5, First: 15 * time.Minute, Factor: 2, Max: 6 * time.Hour}

func (f *fixture) enrol(t *testing.T, people int) {
	t.Helper()
	columns := []string{"email"}
	snapshot := campaign.Snapshot{
		Campaign: f.campaign, Sources: []campaign.Source{{File: "people.csv", Columns: columns}},
		SettingsSHA256: "s", LetterSHA256: "l", ListSHA256: "r",
	}
	p, err := f.store.Propose(t.Context(), snapshot, func(add func(campaign.Entry) error) error {
		for i := range people {
			address := fmt.Sprintf("p%d@example.org", i)
			row := campaign.Row{Source: "people.csv", Number: i + 2, Columns: columns, Values: []string{address}}
			err := add(campaign.Entry{Recipient: campaign.Recipient{Row: row, Address: address}, Recipients: 1, SHA256: address})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Accept(t.Context(), store.Who{Host: "h", User: "u", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
}

// run runs the campaign to an end.
func (f *fixture) run(t *testing.T, o run.Options) run.Result {
	t.Helper()
	r, err := f.store.Runner(t.Context(), f.campaign.Name, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	result, err := run.Campaign(t.Context(), r, plainLetters{}, run.System{}, o)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// sent are the times at which the ledger says that messages were accepted.
func (f *fixture) sent(t *testing.T) []time.Time {
	t.Helper()
	var times []time.Time
	for d, err := range f.store.Deliveries(t.Context(), f.campaign.Name, []campaign.State{campaign.Sent}) {
		if err != nil {
			t.Fatal(err)
		}
		times = append(times, d.SentAt)
	}
	slices.SortFunc(times, time.Time.Compare)
	return times
}

// most is the greatest number in any window.
func most(times []time.Time, window time.Duration) int {
	best, first := 0, 0
	for i, at := range times {
		for at.Sub(times[first]) >= window {
			first++
		}
		best = max(best, i-first+1)
	}
	return best
}

func startServer(t *testing.T, rules ...sandbox.Rule) *sandbox.Server {
	t.Helper()
	s, err := sandbox.Start(context.Background(), sandbox.Options{Keep: true, Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

var gmail = []campaign.Limit{{Max: 100, Window: 24 * time.Hour}, {Max: 3000, Window: campaign.Month}}

// A campaign of 350 takes four days under Gmail's limits, through real SQLite
// and real SMTP, and no window of a day ever holds more than 100.
func TestDays(t *testing.T) {
	s := startServer(t)
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, s, 350, gmail, campaign.Schedule{Zone: "UTC"})
		begin := time.Now()
		if r := f.run(t, f.options); r.End != run.Complete || r.Accepted != 350 {
			t.Fatalf("run ended %+v", r)
		}
		times := f.sent(t)
		if len(times) != 350 || s.Count() != 350 {
			t.Fatalf("%d in the ledger and %d at the server, want 350", len(times), s.Count())
		}
		if n := most(times, 24*time.Hour); n != 100 {
			t.Errorf("%d in some 24 hours, want 100", n)
		}
		if took := times[349].Sub(begin); took < 72*time.Hour || took > 73*time.Hour {
			t.Errorf("took %s, want three days and the margins", took)
		}
	})
}

// Killed every day and resumed: nobody twice, no window over.
func TestDaysInterrupted(t *testing.T) {
	s := startServer(t)
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, s, 250, gmail, campaign.Schedule{Zone: "UTC"})
		o := f.options
		o.Once, o.Limit = true, 37
		end := run.End("")
		for day := 0; end != run.Complete && day < 100; day++ {
			r := f.run(t, o)
			end = r.End
			if r.Code == campaign.CodeLimit {
				time.Sleep(7 * time.Hour)
			}
		}
		if end != run.Complete || s.Count() != 250 {
			t.Fatalf("ended %q with %d at the server, want 250", end, s.Count())
		}
		if n := most(f.sent(t), 24*time.Hour); n != 100 {
			t.Errorf("%d in some 24 hours, want 100", n)
		}
	})
}

// What the provider says goes over what we know: 550 5.4.5 pauses the account
// for a day, the recipient stays queued and gets it then.
func TestDailyLimitOfTheProvider(t *testing.T) {
	s := startServer(t, sandbox.Rule{
		Recipient: "p3@example.org", Stage: campaign.StageDot, Nth: 1,
		Reply: sandbox.Reply{Code: 550, Enhanced: "5.4.5", Text: "Daily user sending limit exceeded"},
	})
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, s, 6, gmail, campaign.Schedule{Zone: "UTC"})
		begin := time.Now()
		if r := f.run(t, f.options); r.End != run.Complete || r.Accepted != 6 || r.Failed != 0 {
			t.Fatalf("run ended %+v", r)
		}
		if last := f.sent(t)[5].Sub(begin); last < 24*time.Hour || last > 25*time.Hour {
			t.Errorf("the rest went after %s, want a day", last)
		}
	})
}

// Deferrals follow the campaign's retry: 15 min, 30 min, 1 h, 2 h, then failed.
func TestRetries(t *testing.T) {
	s := startServer(t, sandbox.Rule{
		Recipient: "p0@example.org", Stage: campaign.StageRcpt,
		Reply: sandbox.Reply{Code: 451, Enhanced: "4.3.0", Text: "Try again later"},
	})
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, s, 3, nil, campaign.Schedule{Zone: "UTC"})
		var at []time.Duration
		begin := time.Now()
		o := f.options
		o.Watch = func(e run.Event) {
			if e.Claim.Recipient.Address == "p0@example.org" {
				at = append(at, time.Since(begin).Truncate(time.Minute))
			}
		}
		if r := f.run(t, o); r.End != run.Complete || r.Accepted != 2 || r.Failed != 1 || r.Deferred != 4 {
			t.Fatalf("run ended %+v", r)
		}
		want := []time.Duration{0, 15 * time.Minute, 45 * time.Minute, 105 * time.Minute, 225 * time.Minute}
		if !slices.Equal(at, want) {
			t.Errorf("tried after %v, want %v", at, want)
		}
	})
}

// The end of the schedule skips what is left.
func TestTooLate(t *testing.T) {
	s := startServer(t)
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, s, 250, gmail, campaign.Schedule{Zone: "UTC", End: time.Now().Add(30 * time.Hour)})
		if r := f.run(t, f.options); r.End != run.Complete || r.Accepted != 200 {
			t.Fatalf("run ended %+v", r)
		}
		info, err := f.store.Info(t.Context(), "days")
		if err != nil {
			t.Fatal(err)
		}
		if info.Counts.Skipped != 50 || info.Counts.Total != 250 {
			t.Errorf("counts %+v, want 50 skipped of 250", info.Counts)
		}
	})
}

// The server is away for a while: redialled, from 1 s doubling to 5 min.
func TestUnreachable(t *testing.T) {
	s := startServer(t)
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, s, 2, nil, campaign.Schedule{Zone: "UTC"})
		back := time.Now().Add(20 * time.Minute)
		o := f.options
		o.NewSender = func() run.Sender {
			host, port := s.Host(), s.Port()
			return &flaky{Sender: mailer.New(mailer.Server{Host: host, Port: port, Security: campaign.None, Auth: campaign.AuthNone, Name: "example.org"}), back: back}
		}
		once := o
		once.Once = true
		if r := f.run(t, once); r.End != run.Unreachable || r.Code != campaign.CodeNetwork {
			t.Fatalf("--once ended %+v", r)
		}
		if r := f.run(t, o); r.End != run.Complete || r.Accepted != 2 {
			t.Fatalf("run ended %+v", r)
		}
		if late := time.Since(back); late > 5*time.Minute {
			t.Errorf("noticed the server %s late, want at most 5 min", late)
		}
	})
}

// --once gives up on a server after three tries, whatever is wrong with it:
// it makes no sense, or it hangs up on every message. Nobody has failed.
func TestOnceGivesUp(t *testing.T) {
	for name, rule := range map[string]sandbox.Rule{
		"no sense":            {Stage: campaign.StageGreeting, Reply: sandbox.Reply{Code: 250, Text: "hm"}},
		"hangs up at MAIL":    {Stage: campaign.StageMail, Reply: sandbox.Reply{Drop: true}},
		"busy at MAIL":        {Stage: campaign.StageMail, Reply: sandbox.Reply{Code: 421, Text: "busy", Drop: true}},
		"hangs up at DATA":    {Stage: campaign.StageData, Reply: sandbox.Reply{Drop: true}},
		"no sense about DATA": {Stage: campaign.StageData, Reply: sandbox.Reply{Code: 250}},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, rule)
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, s, 4, nil, campaign.Schedule{Zone: "UTC"})
				o := f.options
				o.Once = true
				if r := f.run(t, o); r.End != run.Unreachable || r.Code != campaign.CodeNetwork || r.Failed != 0 || r.Deferred > 1 {
					t.Errorf("ended %+v", r)
				}
			})
		})
	}
}

// A server that asks to be spared says for how long: --once names a time that
// is no earlier, and at least the longest wait of its own.
func TestOnceSparesTheServer(t *testing.T) {
	s := startServer(t)
	for asked, want := range map[time.Duration]time.Duration{0: 5 * time.Minute, time.Minute: 5 * time.Minute, 20 * time.Minute: 20 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			f := newFixture(t, s, 2, nil, campaign.Schedule{Zone: "UTC"})
			o := f.options
			o.Once = true
			o.NewSender = func() run.Sender { return &busy{Sender: f.options.NewSender(), wait: asked} }
			r := f.run(t, o)
			if r.End != run.Stopped || r.Code != campaign.CodeRetry || !r.NextAt.Equal(time.Now().Add(want)) {
				t.Errorf("asked for %s: ended %+v, want it %s later", asked, r, want)
			}
		})
	}
}

// busy wants every connection to come again later.
type busy struct {
	run.Sender
	wait time.Duration
}

func (b *busy) Open(context.Context) campaign.Outcome {
	return campaign.Outcome{Verdict: campaign.Defer, Class: campaign.ClassRate, Stage: campaign.StageConnect, Code: 421, Dead: true, Wait: b.wait, Reason: "busy"}
}

// flaky cannot connect before a time.
type flaky struct {
	run.Sender
	back time.Time
}

func (f *flaky) Open(ctx context.Context) campaign.Outcome {
	if time.Now().Before(f.back) {
		return campaign.Outcome{Verdict: campaign.Requeue, Class: campaign.ClassNetwork, Stage: campaign.StageConnect, Dead: true, Reason: "no route"}
	}
	return f.Sender.Open(ctx)
}

// Ctrl-C in the middle of a message finishes it: it arrives, and is recorded.
func TestMessageInHandIsFinished(t *testing.T) {
	s := startServer(t)
	f := newFixture(t, s, 3, gmail, campaign.Schedule{Zone: "UTC"})
	r, err := f.store.Runner(t.Context(), f.campaign.Name, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ctx, cancel := context.WithCancel(t.Context())
	result, err := run.Campaign(ctx, r, interrupting{cancel}, run.System{}, f.options)
	if err != nil || result.End != run.Interrupted || result.Accepted != 1 {
		t.Errorf("the run ended %+v, %v", result, err)
	}
	if n := len(f.sent(t)); n != 1 || s.Count() != 1 {
		t.Errorf("%d in the ledger and %d at the server, want the one in hand", n, s.Count())
	}
}

// interrupting is a person who presses Ctrl-C once the first message is claimed.
type interrupting struct{ cancel context.CancelFunc }

func (i interrupting) Render(_ context.Context, c campaign.Claim) (campaign.Envelope, error) {
	i.cancel()
	return letterTo(c.Recipient.Address), nil
}
