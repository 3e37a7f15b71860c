package campaign

import (
	"errors"
	"fmt"
	"time"
)

// Errors of the ledger that callers branch on.
var (
	ErrUnknown   = errors.New("no such campaign")              // NAME is not in the store
	ErrForgotten = errors.New("the campaign was forgotten")    // a tombstone
	ErrPaused    = errors.New("the campaign is paused")        // by a person, sticky
	ErrCancelled = errors.New("the campaign was cancelled")    // final
	ErrComplete  = errors.New("nothing is left to send")       // no message is queued, deferred or sending
	ErrFenced    = errors.New("another runner has taken over") // the claim is void
	ErrSettled   = errors.New("the message is settled already")
	ErrHeld      = errors.New("the message is held back") // it was claimed, and then ordered not to go
)

// RunningError says that another process runs the campaign (exit 6).
type RunningError struct {
	Campaign string
	PID      int
	Host     string
	Since    time.Time
}

func (e *RunningError) Error() string {
	return fmt.Sprintf("campaign %s is being run by process %d on %s since %s",
		e.Campaign, e.PID, e.Host, e.Since.Local().Format("2006-01-02 15:04:05"))
}

// HintError is an error with what to do about it.
type HintError struct {
	Err  error
	Hint string
}

func (e *HintError) Error() string { return e.Err.Error() }
func (e *HintError) Unwrap() error { return e.Err }
