package run

import (
	"strings"
	"testing"
	"time"

	"tebar/campaign"
)

var (
	noon   = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	policy = campaign.Retry{Attempts: 5, First: 15 * time.Minute, Factor: 2, Max: 6 * time.Hour}
)

func TestJudge(t *testing.T) {
	deferral := campaign.Outcome{Verdict: campaign.Defer, Code: 451}
	full := campaign.Outcome{Verdict: campaign.Defer, Class: campaign.ClassMailbox, Code: 452}
	rate := campaign.Outcome{Verdict: campaign.Pause, Class: campaign.ClassRate, Wait: 10 * time.Minute}
	for _, tt := range []struct {
		name    string
		claim   campaign.Claim
		outcome campaign.Outcome
		verdict campaign.Verdict
		wait    time.Duration // until RetryAt, or the pause
	}{
		{"first deferral", campaign.Claim{Number: 1}, deferral, campaign.Defer, 15 * time.Minute},
		{"third deferral", campaign.Claim{Number: 3}, deferral, campaign.Defer, time.Hour},
		{"the server's wait is longer", campaign.Claim{Number: 1}, campaign.Outcome{Verdict: campaign.Defer, Wait: time.Hour}, campaign.Defer, time.Hour},
		{"attempts used up", campaign.Claim{Number: 5}, deferral, campaign.Fail, 0},
		{"full mailbox on its second day", campaign.Claim{Number: 40, First: noon.Add(-47 * time.Hour)}, full, campaign.Defer, 6 * time.Hour},
		{"full mailbox after three days", campaign.Claim{Number: 2, First: noon.Add(-72 * time.Hour)}, full, campaign.Fail, 0},
		{"unusual rate", campaign.Claim{}, rate, campaign.Pause, 10 * time.Minute},
		{"unusual rate again", campaign.Claim{LastPause: campaign.ClassRate, LastPauseAt: noon.Add(-time.Hour)}, rate, campaign.Pause, 24 * time.Hour},
		{"unusual rate days later", campaign.Claim{LastPause: campaign.ClassRate, LastPauseAt: noon.Add(-30 * time.Hour)}, rate, campaign.Pause, 10 * time.Minute},
		{"accepted", campaign.Claim{Number: 5}, campaign.Outcome{Verdict: campaign.Accepted}, campaign.Accepted, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &session{opts: Options{Retry: policy}, requeued: map[int64]int{}}
			o := s.judge(tt.claim, tt.outcome, noon)
			if o.Verdict != tt.verdict {
				t.Fatalf("verdict %s, want %s", o.Verdict, tt.verdict)
			}
			wait := o.Wait
			if o.Verdict == campaign.Defer {
				wait = o.RetryAt.Sub(noon)
			}
			if tt.wait != 0 && wait != tt.wait {
				t.Errorf("waits %s, want %s", wait, tt.wait)
			}
			if tt.verdict == campaign.Fail && !strings.Contains(o.Reason, "given up after") {
				t.Errorf("reason %q does not say that it was given up", o.Reason)
			}
		})
	}
}

// A message over which the connection is lost each time must not hold up the
// others for ever.
func TestLostConnectionsDefer(t *testing.T) {
	s := &session{opts: Options{Retry: policy}, requeued: map[int64]int{}}
	lost := campaign.Outcome{Verdict: campaign.Requeue, Class: campaign.ClassNetwork, Dead: true}
	claim := campaign.Claim{Message: 7, Number: 1}
	for i, want := range []campaign.Verdict{campaign.Requeue, campaign.Requeue, campaign.Defer, campaign.Requeue} {
		o := s.judge(claim, lost, noon)
		if o.Verdict != want {
			t.Fatalf("loss %d: %s, want %s", i+1, o.Verdict, want)
		}
	}
}

func TestStopWhen(t *testing.T) {
	for _, tt := range []struct {
		name             string
		accepted, failed int
		want             bool
	}{
		{"too few tried", 0, 19, false},
		{"at the share", 18, 2, true},
		{"under the share", 19, 2, false},
		{"none failed", 100, 0, false},
		{"all failed", 0, 20, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &session{opts: Options{StopWhen: campaign.StopWhen{Failed: 0.1, After: 20}}}
			s.result.Accepted, s.result.Failed = tt.accepted, tt.failed
			if got := s.tooMany(); got != tt.want {
				t.Errorf("stops: %v, want %v", got, tt.want)
			}
		})
	}
}

func TestReputationStopsAfterThreeInARow(t *testing.T) {
	refused := campaign.Outcome{Verdict: campaign.Fail, Class: campaign.ClassReputation, Code: 550}
	fine := campaign.Outcome{Verdict: campaign.Accepted}
	ended := func(list ...campaign.Outcome) End {
		s := &session{requeued: map[int64]int{}, stop: func() {}}
		for _, o := range list {
			s.count(campaign.Claim{}, o)
		}
		return s.result.End
	}
	if got := ended(refused, refused, fine, refused, refused); got != "" {
		t.Errorf("two in a row ended the run: %s", got)
	}
	if got := ended(fine, refused, refused, refused); got != Person {
		t.Errorf("three in a row: %q, want %q", got, Person)
	}
}
