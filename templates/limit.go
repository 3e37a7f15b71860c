package templates

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// What a template may cost: a message of more than 10 MB is refused by most
// servers once it is encoded, and no letter needs 10 s.
const (
	maxOutput = 10 << 20 // bytes, of one body
	maxTime   = 10 * time.Second
)

// Errors of Render and Check that callers may branch on.
var (
	ErrTooLong = errors.New("the template prints more than 10 MB")
	ErrTooSlow = errors.New("the template takes more than 10 s")
)

// A sink takes what a template prints, and ends it at the cap or when the
// context is done. Rewritten trees write, if only nothing, in every round of
// a loop.
type sink struct {
	bytes.Buffer
	ctx context.Context
}

// sinks keep their room from one template to the next; what they took is
// copied out of them.
var sinks = sync.Pool{New: func() any { return new(sink) }}

// maxKept is how much room is kept, in bytes: that of usual letters.
const maxKept = 256 << 10

func newSink(ctx context.Context) *sink {
	s := sinks.Get().(*sink)
	s.ctx = ctx
	return s
}

// release gives the sink back; nobody may write to it afterwards.
func (s *sink) release() {
	s.ctx = nil
	s.Reset()
	if s.Cap() <= maxKept {
		sinks.Put(s)
	}
}

func (s *sink) Write(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, tooSlow(s.ctx, err)
	}
	if s.Len()+len(p) > maxOutput {
		return 0, ErrTooLong
	}
	return s.Buffer.Write(p)
}

// WriteString keeps bytes.Buffer's own from passing by the caps.
func (s *sink) WriteString(p string) (int, error) { return s.Write([]byte(p)) }

func tooSlow(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), ErrTooSlow) {
		return ErrTooSlow
	}
	return fmt.Errorf("rendering was interrupted: %w", err)
}

// bounded gives the work its time.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, maxTime, ErrTooSlow)
}

// capped refuses a value that has grown beyond any letter.
func capped(s string) (string, error) {
	if len(s) > maxOutput {
		return "", ErrTooLong
	}
	return s, nil
}
