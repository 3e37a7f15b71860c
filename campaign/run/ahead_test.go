package run_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/campaign/mailer/sandbox"
	"tebar/campaign/run"
	"tebar/store"
)

// The message behind the one in hand is claimed already, and its envelope said;
// it stays behind when the run ends.
func TestNothingGoesBehindTheEnd(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(cancel func(), c *skewed)
		want run.End
	}{
		{"Ctrl-C", func(cancel func(), _ *skewed) { cancel() }, run.Interrupted},
		{"--until", func(_ func(), c *skewed) { c.by.Store(int64(2 * time.Hour)) }, run.Stopped},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			clock := &skewed{}
			s, err := sandbox.Start(context.Background(), sandbox.Options{
				Each: func(sandbox.Receipt) { test.end(cancel, clock) },
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			f := newFixture(t, s, 3, gmail, campaign.Schedule{Zone: "UTC"})
			f.options.Until = time.Now().Add(time.Hour)
			r := f.runner(t)
			result, err := run.Campaign(ctx, r, plainLetters{}, clock, f.options)
			if err != nil || result.End != test.want || result.Accepted != 1 || s.Count() != 1 {
				t.Errorf("%+v, %v, and %d at the server; want one accepted and %s", result, err, s.Count(), test.want)
			}
			if c, err := r.Counts(t.Context()); err != nil || c.Sent != 1 || c.Queued != 2 {
				t.Errorf("%+v, %v; want 1 sent and 2 queued", c, err)
			}
		})
	}
}

// The dot does not wait for a message behind it that takes long to render: that
// one is rendered when the first is answered.
func TestTheDotWaitsForNoLetter(t *testing.T) {
	s := startServer(t)
	f := newFixture(t, s, 3, nil, campaign.Schedule{Zone: "UTC"})
	letters := &slowLetters{server: s}
	result, err := run.Campaign(t.Context(), f.runner(t), letters, run.System{}, f.options)
	if err != nil || result.Accepted != 3 || letters.asked != 3 || letters.late {
		t.Errorf("%+v, %v, and %d letters; want 3 accepted, each rendered once, the dot before the second was ready", result, err, letters.asked)
	}
}

// slowLetters are slow at first, and need then until the server has the message
// before.
type slowLetters struct {
	plainLetters
	server *sandbox.Server
	asked  int
	late   bool
}

func (l *slowLetters) Render(ctx context.Context, c campaign.Claim) (campaign.Envelope, error) {
	switch l.asked++; l.asked {
	case 1:
		time.Sleep(100 * time.Millisecond)
	case 2:
		for begun := time.Now(); l.server.Count() == 0 && !l.late; time.Sleep(time.Millisecond) {
			l.late = time.Since(begun) > 4*time.Second
		}
	}
	return l.plainLetters.Render(ctx, c)
}

// Another connection that finds the limit reached does not take away what was
// claimed within it.
func TestTheLimitIsUsedUp(t *testing.T) {
	s := startServer(t, sandbox.Rule{Recipient: "p0@example.org", Stage: campaign.StageDot, Reply: sandbox.Reply{Stall: 300 * time.Millisecond}})
	f := newFixture(t, s, 6, nil, campaign.Schedule{Zone: "UTC"})
	f.options.Limit, f.options.Connections = 3, 2
	result, err := run.Campaign(t.Context(), f.runner(t), plainLetters{}, run.System{}, f.options)
	if err != nil || result.Accepted != 3 || result.Code != campaign.CodeFlag {
		t.Errorf("%+v, %v; want 3 accepted, and the limit reached", result, err)
	}
}

// A message that an order held back at its mark is no connection lost: it is
// not put off, however often that happens.
func TestHeldMessagesAreNotPutOff(t *testing.T) {
	s := startServer(t)
	f := newFixture(t, s, 3, gmail, campaign.Schedule{Zone: "UTC"})
	f.options.Limit = 3   // of those that are tried
	f.options.Once = true // or a deferral would be waited for
	result, err := run.Campaign(t.Context(), &holding{Ledger: f.runner(t), times: 5}, plainLetters{}, run.System{}, f.options)
	if err != nil || result.Accepted != 3 || result.Deferred != 0 {
		t.Errorf("%+v, %v; want 3 accepted and none deferred", result, err)
	}
}

// A Mortal's ledger knows of nothing that came after its death.
func TestMortal(t *testing.T) {
	for stage, want := range map[run.Stage]struct{ server, sent, doubtful int }{
		run.BeforeMark:   {2, 1, 1}, // the mark of the third and the record of the second are one
		run.AfterMark:    {2, 2, 1},
		run.BeforeRecord: {3, 2, 1},
	} {
		t.Run(fmt.Sprint(stage), func(t *testing.T) {
			s := startServer(t)
			f := newFixture(t, s, 6, nil, campaign.Schedule{Zone: "UTC"})
			r := f.runner(t)
			claims := 0
			_, err := run.Campaign(t.Context(), run.NewMortal(r, func() run.Stage {
				if claims++; claims == 3 {
					return stage
				}
				return 0
			}), plainLetters{}, run.System{}, f.options)
			if err == nil {
				t.Fatal("it has not died")
			}
			if err := r.Abandon(); err != nil {
				t.Fatal(err)
			}
			c, err := f.runner(t).Counts(t.Context())
			if err != nil || s.Count() != want.server || c.Sent != want.sent || c.Unconfirmed != want.doubtful {
				t.Errorf("%d at the server, %+v, %v; want %+v", s.Count(), c, err, want)
			}
		})
	}
}

func (f *fixture) runner(t *testing.T) *store.Runner {
	t.Helper()
	r, err := f.store.Runner(t.Context(), f.campaign.Name, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// A skewed clock is set forward by hand.
type skewed struct {
	run.System
	by atomic.Int64
}

func (c *skewed) Now() time.Time { return c.System.Now().Add(time.Duration(c.by.Load())) }

// A holding ledger holds the first messages back at their mark.
type holding struct {
	run.Ledger
	times int
}

func (h *holding) Turn(ctx context.Context, t campaign.Turn, now time.Time, decide campaign.Decide) (campaign.Claim, error) {
	if h.times--; h.times >= 0 {
		return campaign.Claim{}, fmt.Errorf("%w: by order", campaign.ErrHeld)
	}
	return h.Ledger.Turn(ctx, t, now, decide)
}
