package run

import (
	"fmt"
	"time"

	"tebar/campaign"
)

const (
	lostTimes   = 3                  // connections lost over one message before it is deferred like a 4xx
	fullMailbox = 3 * 24 * time.Hour // how long a full mailbox is tried
	rateAgain   = 24 * time.Hour     // a second "unusual rate" within this pauses for as long
	inARow      = 3                  // refusals for reputation in a row that stop the run
)

// judge applies the campaign's policy to what the server's answer means.
func (s *session) judge(c campaign.Claim, o campaign.Outcome, at time.Time) campaign.Outcome {
	switch o.Verdict {
	case campaign.Requeue:
		o = s.requeue(c, o)
	case campaign.Pause:
		o = escalate(c, o, at)
	}
	if o.Verdict == campaign.Defer {
		o = s.deferral(c, o, at)
	}
	return o
}

// requeue makes a deferral of a message that loses its connection, or gets an
// answer that makes no sense, each time,
// so that one poisonous message does not hold up all others.
func (s *session) requeue(c campaign.Claim, o campaign.Outcome) campaign.Outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o.Class == campaign.ClassRate {
		return o // the account is too fast: not this message's doing
	}
	s.requeued[c.Message]++
	if n := s.requeued[c.Message]; n >= lostTimes {
		delete(s.requeued, c.Message)
		o.Verdict = campaign.Defer
		o.Reason = fmt.Sprintf("%d tries in a row ended without a verdict on this message: %s", n, o.Reason)
	}
	return o
}

// escalate makes a second pause for an unusual rate a day long.
func escalate(c campaign.Claim, o campaign.Outcome, at time.Time) campaign.Outcome {
	if o.Class == campaign.ClassRate && c.LastPause == campaign.ClassRate && at.Sub(c.LastPauseAt) < rateAgain {
		o.Wait = max(o.Wait, rateAgain)
	}
	return o
}

// deferral sets RetryAt, or fails the message where its attempts are used up.
// A full mailbox is tried for 3 days, however many attempts that takes.
func (s *session) deferral(c campaign.Claim, o campaign.Outcome, at time.Time) campaign.Outcome {
	r := s.opts.Retry
	used := c.Number >= r.Attempts
	if o.Class == campaign.ClassMailbox {
		used = at.Sub(c.First) >= fullMailbox
	}
	if used {
		o.Verdict = campaign.Fail
		o.Reason = fmt.Sprintf("given up after %d attempts: %s", c.Number, o.Reason)
		return o
	}
	o.RetryAt = at.Add(max(r.After(c.Number), o.Wait))
	return o
}

// count keeps the run's figures and ends it where too much fails.
func (s *session) count(c campaign.Claim, o campaign.Outcome) {
	s.mu.Lock()
	s.tally(c, o)
	reputation, tooMany := s.reputation >= inARow, s.tooMany()
	failed, tried := s.result.Failed, s.result.Failed+s.result.Accepted
	s.rouse()
	s.mu.Unlock()
	switch {
	case reputation:
		s.end(personal(campaign.Outcome{
			Class: campaign.ClassReputation, Code: o.Code, Enhanced: o.Enhanced, Response: o.Response,
			Reason: fmt.Sprintf("%d messages in a row were refused as unwanted", inARow),
			Hint:   "read the server's words above, change the letter or the account, and wait a day before `tebar resume`",
		}))
	case tooMany:
		s.end(Result{
			End: Person, Code: campaign.CodeFailures,
			Reason: fmt.Sprintf("%d of %d messages of this run failed (stop_when: failed %.0f%%)", failed, tried, s.opts.StopWhen.Failed*100),
			Hint:   "look at `tebar report NAME --only failed`; `tebar resume NAME` goes on and counts afresh",
		})
	}
}

func (s *session) tally(c campaign.Claim, o campaign.Outcome) {
	if o.Verdict != campaign.Requeue {
		delete(s.requeued, c.Message)
	}
	switch o.Verdict {
	case campaign.Accepted:
		s.result.Accepted++
		s.reputation = 0
	case campaign.Fail:
		s.result.Failed++
		if o.Class == campaign.ClassReputation {
			s.reputation++
		}
	case campaign.Defer:
		s.result.Deferred++
	case campaign.Uncertain:
		s.result.Doubtful++
	}
}

// tooMany applies stop_when to what was tried since the run began.
func (s *session) tooMany() bool {
	w := s.opts.StopWhen
	tried := s.result.Accepted + s.result.Failed
	return w.Failed > 0 && tried >= w.After && float64(s.result.Failed) >= w.Failed*float64(tried) && s.result.Failed > 0
}
