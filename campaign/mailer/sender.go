package mailer

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tebar/campaign"
)

// A Sender holds one connection to a Server and sends one message after the
// other over it. Its methods may be called from several goroutines; one
// dialogue runs at a time, and Abort cuts into it.
type Sender struct {
	server Server
	busy   sync.Mutex // held for a dialogue
	wire   *wire      // nil when closed
	ext    extensions
	open   atomic.Bool
	begun  *campaign.Envelope // its MAIL, RCPT and DATA are said, the answers not read; nil if none

	password string
	asked    bool

	cut  sync.Mutex         // guards stop
	stop context.CancelFunc // kills the dialling and the connection
	now  func() instant     // the clocks for the time from mark to dot
}

// New makes a Sender; it does not connect yet.
func New(s Server) *Sender {
	s.Timeouts = s.Timeouts.withDefaults()
	if s.Security == "" {
		s.Security = campaign.StartTLS
	}
	if s.Auth == "" {
		s.Auth = campaign.AuthAuto
	}
	return &Sender{server: s, now: read}
}

// Open connects and logs in. The verdict is Accepted when the server is ready
// for a message; else Requeue (network trouble: try again), Pause or Stop. It
// does nothing when the connection is open.
func (s *Sender) Open(ctx context.Context) campaign.Outcome {
	s.busy.Lock()
	defer s.busy.Unlock()
	if s.wire != nil {
		return ready(campaign.StageConnect)
	}
	return s.connect(ctx, "")
}

// IsOpen says whether a connection stands; the server may have left meanwhile.
func (s *Sender) IsOpen() bool { return s.open.Load() }

// Close says QUIT and closes; it waits for a message in hand. A server that
// was told of a message which does not come gets no QUIT: it could be taken for
// the message. A closed Sender opens again by itself.
func (s *Sender) Close() {
	s.busy.Lock()
	defer s.busy.Unlock()
	if s.wire == nil {
		return
	}
	if s.begun != nil {
		s.drop()
		return
	}
	if _, err := s.wire.command(s.server.Timeouts.Quit, "QUIT"); err == nil {
		s.wire.limit(s.server.Timeouts.Quit)
		_ = s.wire.conn.Close()
	}
	s.drop()
}

// Abort closes the connection at once, whatever is going on: a message before
// its dot is requeued, one after its dot is unconfirmed.
func (s *Sender) Abort() {
	s.cut.Lock()
	defer s.cut.Unlock()
	if s.stop != nil {
		s.stop()
	}
}

// drop closes hard; the caller holds busy.
func (s *Sender) drop() {
	if s.wire != nil {
		s.wire.socket.kill()
	}
	s.wire, s.begun = nil, nil
	s.open.Store(false)
	s.Abort()
}

// Send hands one message in. It opens the connection if needed, and once more
// if a kept one turns out to be gone before MAIL was answered.
//
// mark is called when the whole message has been written and only the dot is
// missing; it makes "the dot is next" durable. If it fails, or takes so long
// that the dot would be more than 5 s after its beginning, the connection is
// closed before the dot and the verdict is Requeue. A nil mark does nothing.
//
// When ctx ends before the dot the message is requeued; after the dot the
// wait for the answer goes on.
func (s *Sender) Send(ctx context.Context, e campaign.Envelope, mark func(context.Context) error) campaign.Outcome {
	return s.Stream(ctx, e, mark, nil)
}

// Stream is Send with another message to follow, which next gives soon after the
// mark, or nil: its MAIL, RCPT and DATA are said with the dot, where the server
// allows it (RFC 2920). It must be the next that is sent, or the connection is
// closed hard.
func (s *Sender) Stream(ctx context.Context, e campaign.Envelope, mark func(context.Context) error, next func() *campaign.Envelope) campaign.Outcome {
	s.busy.Lock()
	defer s.busy.Unlock()
	o := s.send(ctx, &transaction{sender: s, envelope: e, mark: mark, next: next})
	o.SHA256 = e.SHA256
	return o
}

func (s *Sender) send(ctx context.Context, t *transaction) campaign.Outcome {
	if bad := checkEnvelope(t.envelope); bad != "" {
		return campaign.Outcome{
			Verdict: campaign.Fault, Class: campaign.ClassContent, Reason: bad,
			Hint: "look at the message with `tebar preview`, and correct the letter or the list",
		}
	}
	if ctx.Err() != nil {
		o := lost(ctx, campaign.StageConnect, ctx.Err())
		o.Reason, o.Dead = "interrupted before the message was begun", false
		return o
	}
	kept := s.wire != nil
	o := s.try(ctx, t)
	if kept && o.Stage == campaign.StageMail && o.Verdict == campaign.Requeue && ctx.Err() == nil {
		o = s.try(ctx, t)
	}
	return o
}

func (s *Sender) try(ctx context.Context, t *transaction) campaign.Outcome {
	if s.begun != nil && !same(s.begun, &t.envelope) {
		s.drop()
	}
	if s.wire == nil {
		if o := s.connect(ctx, t.envelope.From); o.Verdict != campaign.Accepted {
			return o
		}
	}
	t.wire, t.begun, s.begun = s.wire, s.begun != nil, nil
	o := t.run(ctx)
	if o.Dead {
		s.drop()
	}
	return o
}

// same says whether two are one message: their bytes hold the Message-ID.
func same(a, b *campaign.Envelope) bool {
	return a.From == b.From && slices.Equal(a.To, b.To) && bytes.Equal(a.Message, b.Message)
}

// An instant is the time by every clock there is: the wall's, the monotonic
// one, and the one that goes on while the machine sleeps.
type instant struct {
	at   time.Time     // wall and monotonic
	boot time.Duration // since boot, sleep included; 0 where the system has no such clock
}

func read() instant { return instant{at: time.Now(), boot: sinceBoot()} }

// since is the longest time that any clock has seen pass. A wall clock that
// was set back counts as no time.
func (i instant) since(start instant) time.Duration {
	wall := i.at.Round(0).Sub(start.at.Round(0))
	return max(wall, i.at.Sub(start.at), i.boot-start.boot)
}
