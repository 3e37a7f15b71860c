package campaign

import "slices"

// State is where a message stands.
type State string

// The states of a message. Sent means the server answered 250 after the dot:
// accepted, not delivered.
const (
	Queued       State = "queued"
	Sending      State = "sending"
	Sent         State = "sent"
	Deferred     State = "deferred"
	Failed       State = "failed"
	Unconfirmed  State = "unconfirmed"
	Skipped      State = "skipped"
	Bounced      State = "bounced"
	Replied      State = "replied"
	Unsubscribed State = "unsubscribed"
)

// States lists all states, in the order in which reports show them.
var States = []State{Queued, Sending, Sent, Deferred, Failed, Unconfirmed, Skipped, Bounced, Replied, Unsubscribed}

// moves is the one table of legal transitions; the store refuses all others.
//
//	queued -> sending                claimed, quota reserved
//	sending -> sent                  250 after the dot
//	sending -> deferred -> queued    4xx; retry_at has come
//	sending, deferred -> failed      final reply; attempts used up
//	sending -> queued                known not to be sent
//	sending -> unconfirmed           the dot was marked, no answer known
//	unconfirmed -> sent, queued      settled, or the true outcome came
//	queued, deferred -> skipped      suppressed, excluded, removed, cancelled, too late
//	skipped -> queued                back on the list, accepted by a person
//	sent, unconfirmed -> bounced, replied, unsubscribed; bounced -> replied, unsubscribed
var moves = map[State][]State{
	Queued:      {Sending, Skipped},
	Sending:     {Sent, Deferred, Failed, Queued, Unconfirmed},
	Deferred:    {Queued, Sending, Failed, Skipped},
	Unconfirmed: {Sent, Queued, Deferred, Failed, Bounced, Replied, Unsubscribed},
	Skipped:     {Queued},
	Sent:        {Bounced, Replied, Unsubscribed},
	Bounced:     {Replied, Unsubscribed},
}

// CanMove says whether a message may go from one state to another.
func CanMove(from, to State) bool { return slices.Contains(moves[from], to) }

// Final states are left only by a person or by what the mailbox tells later.
func (s State) Final() bool {
	return s != Queued && s != Sending && s != Deferred
}

// Accepted says that the server took the message: sent, and what was learnt
// of it later. `sent` in counts and `--only sent` mean these.
func (s State) Accepted() bool {
	return s == Sent || s == Bounced || s == Replied || s == Unsubscribed
}

// Why a row or message is skipped: a code that scripts may read; the reason
// in words stands beside it.
const (
	SkipBadRow     = "bad row"
	SkipDuplicate  = "duplicate"
	SkipFiltered   = "filtered out"
	SkipSuppressed = "suppressed"
	SkipExcluded   = "excluded"
	SkipRemoved    = "removed"
	SkipCancelled  = "cancelled"
	SkipTooLate    = "too late"
)

// Status is where a campaign stands.
type Status string

// The statuses of a campaign. Running and Waiting have a live runner, Stopped
// has none, Paused was a person.
const (
	StatusNew       Status = "new"
	StatusRunning   Status = "running"
	StatusWaiting   Status = "waiting"
	StatusPaused    Status = "paused"
	StatusStopped   Status = "stopped"
	StatusComplete  Status = "complete"
	StatusCancelled Status = "cancelled"
)

// Counts are the messages of one campaign by state. Sent counts every
// accepted message, those bounced or replied later too.
// Total = Queued+Sending+Sent+Deferred+Failed+Unconfirmed+Skipped.
type Counts struct {
	Total        int `json:"total"`
	Queued       int `json:"queued"`
	Sending      int `json:"sending"`
	Sent         int `json:"sent"`
	Deferred     int `json:"deferred"`
	Failed       int `json:"failed"`
	Unconfirmed  int `json:"unconfirmed"`
	Skipped      int `json:"skipped"`
	Bounced      int `json:"bounced"`
	Replied      int `json:"replied"`
	Unsubscribed int `json:"unsubscribed"`
}

// Add counts n messages in state s.
func (c *Counts) Add(s State, n int) {
	c.Total += n
	if s.Accepted() {
		c.Sent += n
	}
	switch s {
	case Queued:
		c.Queued += n
	case Sending:
		c.Sending += n
	case Deferred:
		c.Deferred += n
	case Failed:
		c.Failed += n
	case Unconfirmed:
		c.Unconfirmed += n
	case Skipped:
		c.Skipped += n
	case Bounced:
		c.Bounced += n
	case Replied:
		c.Replied += n
	case Unsubscribed:
		c.Unsubscribed += n
	}
}

// Left is how many messages still want sending.
func (c Counts) Left() int { return c.Queued + c.Sending + c.Deferred }
