package mailer

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/campaign/mailer/sandbox"
)

// The mark stands between body and dot: when it is called the server has no
// message, and without it there will be none.
func TestMark(t *testing.T) {
	s := serve(t, sandbox.Options{})
	m := sender(t, s)
	o := m.Send(context.Background(), envelope(t), func(context.Context) error {
		time.Sleep(20 * time.Millisecond)
		if s.Count() != 0 {
			t.Error("the server has the message before the dot")
		}
		return errors.New("another runner has taken over")
	})
	if o.Verdict != campaign.Requeue || !o.Dead || m.IsOpen() || !strings.Contains(o.Reason, "taken over") {
		t.Errorf("%+v", o)
	}
	m.Close()
	time.Sleep(20 * time.Millisecond)
	if s.Count() != 0 {
		t.Error("the server took the message without its dot")
	}
}

// The dot is not written later than 5 s after its mark began, whichever clock
// says so.
func TestDotInTime(t *testing.T) {
	start := time.Now()
	mono := func(d time.Duration) instant { return instant{at: start.Add(d), boot: d} }
	for name, tt := range map[string]struct {
		later   instant
		verdict campaign.Verdict
	}{
		"in time":           {mono(4900 * time.Millisecond), campaign.Accepted},
		"all clocks late":   {mono(5 * time.Second), campaign.Requeue},
		"asleep":            {instant{at: start.Add(time.Second), boot: 6 * time.Second}, campaign.Requeue},
		"wall clock late":   {instant{at: start.Round(0).Add(6 * time.Second)}, campaign.Requeue},
		"wall clock behind": {instant{at: start.Round(0).Add(-time.Hour)}, campaign.Accepted},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, sandbox.Options{})
			m := sender(t, s)
			times := []instant{mono(0), tt.later}
			m.now = func() instant { i := times[0]; times = times[1:]; return i }
			if o := m.Send(context.Background(), envelope(t), nil); o.Verdict != tt.verdict {
				t.Errorf("%+v", o)
			} else if o.Verdict == campaign.Requeue && !strings.Contains(o.Reason, "more than 5s have passed") {
				t.Errorf("reason %q", o.Reason)
			}
			if want := tt.verdict == campaign.Accepted; (s.Count() == 1) != want {
				t.Errorf("%d messages received", s.Count())
			}
		})
	}
}

// ctx ends before the dot: the message is requeued; after it: the answer is
// waited for.
func TestInterrupt(t *testing.T) {
	for _, stage := range []campaign.Stage{
		campaign.StageGreeting, campaign.StageEHLO, campaign.StageMail, campaign.StageRcpt, campaign.StageData, campaign.StageBody, campaign.StageDot,
	} {
		t.Run(string(stage), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			done := make(chan struct{})
			s := serve(t, sandbox.Options{
				Rules: []sandbox.Rule{rule(stage, sandbox.Reply{Stall: time.Second})},
				Wait: func(time.Duration) { // the server has come to the stage
					if cancel(); stage != campaign.StageDot {
						<-done
					}
				},
			})
			m := sender(t, s)
			want, count, e := campaign.Requeue, 0, envelope(t)
			switch stage {
			case campaign.StageBody:
				e = large()
			case campaign.StageDot:
				want, count = campaign.Accepted, 1
			}
			o := m.Send(ctx, e, nil)
			close(done)
			if o.Verdict != want || s.Count() != count {
				t.Errorf("%+v, %d messages received", o, s.Count())
			}
			if want == campaign.Requeue && !strings.Contains(o.Reason, "interrupted") {
				t.Errorf("reason %q", o.Reason)
			}
		})
	}
}

// The mark itself is where ctx ends: no dot.
func TestInterruptInMark(t *testing.T) {
	s := serve(t, sandbox.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	o := sender(t, s).Send(ctx, envelope(t), func(context.Context) error { cancel(); return nil })
	if o.Verdict != campaign.Requeue || s.Count() != 0 {
		t.Errorf("%+v, %d messages received", o, s.Count())
	}
	o = sender(t, s).Send(ctx, envelope(t), nil)
	if o.Verdict != campaign.Requeue || !strings.Contains(o.Reason, "before the message was begun") {
		t.Errorf("%+v", o)
	}
}

// Abort cuts in everywhere: requeued before the dot, unconfirmed after it.
func TestAbort(t *testing.T) {
	for stage, want := range map[campaign.Stage]campaign.Verdict{
		campaign.StageGreeting: campaign.Requeue, campaign.StageRcpt: campaign.Requeue, campaign.StageDot: campaign.Uncertain,
	} {
		t.Run(string(stage), func(t *testing.T) {
			t.Parallel()
			m := sender(t, serve(t, sandbox.Options{Rules: []sandbox.Rule{{Stage: stage, Nth: 1, Reply: sandbox.Reply{Stall: time.Minute}}}}))
			timer := time.AfterFunc(50*time.Millisecond, m.Abort)
			defer timer.Stop()
			if o := m.Send(context.Background(), envelope(t), nil); o.Verdict != want || !o.Dead {
				t.Errorf("%+v", o)
			}
		})
	}
}
