package run

import (
	"context"
	"time"

	"tebar/campaign"
)

// Ledger is what the loop needs of the store; store.Runner fills it.
//
// Claim and Peek return campaign.ErrComplete, ErrPaused, ErrCancelled or
// ErrFenced where no slot can come.
type Ledger interface {
	// Peek says what Claim would, and writes nothing.
	Peek(ctx context.Context, now time.Time, decide campaign.Decide) (campaign.Slot, error)
	// Claim takes the next message and reserves its quota, if the slot is due.
	Claim(ctx context.Context, now time.Time, decide campaign.Decide) (campaign.Claim, campaign.Slot, error)
	// Mark makes "the dot is next" durable, if the claim's fence still stands.
	Mark(ctx context.Context, c campaign.Claim) error
	// Turn is Mark, with Record of the message before and Claim of the next one
	// in the same commit.
	Turn(ctx context.Context, t campaign.Turn, now time.Time, decide campaign.Decide) (campaign.Claim, error)
	// Record makes the outcome durable and settles the reservation.
	Record(ctx context.Context, c campaign.Claim, o campaign.Outcome, at time.Time) error
	// Lock pauses the account for an outcome that came before any claim (a login).
	Lock(ctx context.Context, o campaign.Outcome, at time.Time) error
	// TooLate skips all that is queued or deferred: the campaign's end has come.
	TooLate(ctx context.Context, now time.Time) (int, error)
}

// Sender is one connection to the account's server; mailer.Sender fills it.
type Sender interface {
	// Open connects and logs in; Accepted when it is ready. No-op when open.
	Open(ctx context.Context) campaign.Outcome
	// Stream speaks one message; mark is called between the body and the dot,
	// and next, which may give the message that follows, behind the mark.
	Stream(ctx context.Context, e campaign.Envelope, mark func(context.Context) error, next func() *campaign.Envelope) campaign.Outcome
	IsOpen() bool
	Close()
}

// Renderer makes the message of a claim ready for the wire.
type Renderer interface {
	Render(ctx context.Context, c campaign.Claim) (campaign.Envelope, error)
}

// Clock tells the time and waits; rehearsals give a simulated one.
type Clock interface {
	Now() time.Time
	// Wait returns nil once until has come by the wall clock, or ctx's error.
	Wait(ctx context.Context, until time.Time) error
}
