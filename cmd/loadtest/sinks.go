package main

import (
	"context"
	"fmt"
)

// A sink is a server in a process of its own, new for one run.
type sink struct {
	addr string
	done <-chan struct{} // closed when it has ended

	// count ends it, which must happen once, and says what it has accepted.
	// wanted is how many messages were sent, for a sink that lags behind.
	count func(wanted int) (tally, error)
}

// sinks are what -sink knows. folder is empty, and for this run alone.
var sinks = map[string]func(ctx context.Context, b *bench, folder string) (*sink, error){
	"own":       startOwnSink,
	"smtp-sink": startSMTPSink,
}

// verify holds a tally against n people that were each to have one message.
// A sink that does not know people has no recipients in its tally; then only
// the messages are counted.
func (t tally) verify(n int) error {
	switch {
	case t.Messages < n:
		return fmt.Errorf("%d of %d messages were lost", n-t.Messages, n)
	case t.Messages > n:
		return fmt.Errorf("%d messages arrived where %d were due", t.Messages, n)
	case t.Recipients == 0:
		return nil
	case t.Recipients != n || t.Distinct != n:
		return fmt.Errorf("%d messages went to %d recipients, %d of them distinct, where %d were due", t.Messages, t.Recipients, t.Distinct, n)
	}
	return nil
}
