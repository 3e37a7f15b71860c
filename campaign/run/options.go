package run

import (
	"time"

	"tebar/campaign"
)

// Options say how far to run, and with what.
type Options struct {
	Decide      campaign.Decide
	Retry       campaign.Retry
	StopWhen    campaign.StopWhen
	Connections int           // senders at work at once; 0 reads as 1
	NewSender   func() Sender // one for each connection

	Once  bool      // leave at a wait longer than OnceWait
	Until time.Time // leave at this time; zero = never
	Limit int       // leave after so many messages were tried; 0 = no limit

	// Slice is the longest wait without another look at the ledger, which a
	// person may have paused meanwhile; 0 = a minute.
	Slice time.Duration

	Watch func(Event) // called from one goroutine at a time; may be nil
}

// OnceWait is the longest wait that --once waits through.
const OnceWait = time.Minute

// Event is something a person watching wants to know.
type Event struct {
	At      time.Time
	Claim   campaign.Claim   // with Outcome
	Outcome campaign.Outcome // of a message, or of a connection that could not be opened
	Slot    campaign.Slot    // not due: the run waits for it
}

// End is why a run ended.
type End string

// The ends of a run.
const (
	Complete    End = "complete"    // nothing is left to send
	Cancelled   End = "cancelled"   // by a person, from another process
	Stopped     End = "stopped"     // work is left and nothing is wrong; Code says why
	Person      End = "person"      // a person must act; Reason and Hint say what
	Unreachable End = "unreachable" // --once, and the server could not be reached
	Interrupted End = "interrupted" // the context was cancelled
)

// Result is how a run ended.
type Result struct {
	End      End
	Code     campaign.Code
	NextAt   time.Time // when it could go on; zero if unknown
	Reason   string    // in words
	Hint     string    // what a person can do; may be empty
	Accepted int       // in this run
	Failed   int
	Deferred int
	Doubtful int // unconfirmed
}
