package mailer

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/campaign/mailer/sandbox"
)

// A hearer keeps what is written to a connection, write by write.
type hearer struct {
	net.Conn
	mu     sync.Mutex
	writes []string
}

func (h *hearer) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.writes = append(h.writes, string(b))
	return h.Conn.Write(b)
}

// What follows is asked for between mark and dot, and said with the dot in one
// write: a server that answers them apart would hold the second answer back
// until the first is acknowledged. With copies, or without PIPELINING, the dot
// goes alone.
func TestStreamSaysTheNextWithTheDot(t *testing.T) {
	for _, test := range []struct {
		name string
		to   []string
		off  []string
		want string
	}{
		{"one", []string{"budi@example.org"}, nil, ".\r\nMAIL FROM:<rina@example.org>"},
		{"with a copy", []string{"budi@example.org", "siti@example.org"}, nil, ".\r\n"},
		{"no pipelining", []string{"budi@example.org"}, []string{"PIPELINING"}, ".\r\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t, sandbox.Options{Hide: test.off})
			var heard *hearer
			m := sender(t, s, func(s *Server) {
				s.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					conn, err := new(net.Dialer).DialContext(ctx, network, address)
					heard = &hearer{Conn: conn}
					return heard, err
				}
			})
			second := envelope(t, test.to...)
			marked := &marks{}
			o := m.Stream(t.Context(), envelope(t), marked.mark, func() *campaign.Envelope {
				if marked.n != 1 || s.Count() != 0 {
					t.Errorf("asked for the next after %d marks, and with %d messages at the server", marked.n, s.Count())
				}
				return &second
			})
			if o.Verdict != campaign.Accepted {
				t.Fatalf("%+v", o)
			}
			if o := m.Send(t.Context(), second, nil); o.Verdict != campaign.Accepted || s.Count() != 2 {
				t.Fatalf("%+v, and %d messages at the server", o, s.Count())
			}
			var dots []string
			for _, w := range heard.writes {
				if strings.HasPrefix(w, ".\r\n") {
					dots = append(dots, w)
				}
			}
			if len(dots) != 2 || !strings.HasPrefix(dots[0], test.want) || len(test.want) == 3 && dots[0] != test.want || dots[1] != ".\r\n" {
				t.Errorf("the dots were written as %q, want the first to begin with %q", dots, test.want)
			}
		})
	}
}

// Where the dot is not written, nothing is said of the next.
func TestStreamWithoutDot(t *testing.T) {
	s := serve(t, sandbox.Options{})
	m := sender(t, s)
	second := envelope(t, "budi@example.org")
	ctx, cancel := context.WithCancel(t.Context())
	o := m.Stream(ctx, envelope(t), nil, func() *campaign.Envelope {
		cancel()
		return &second
	})
	if o.Verdict != campaign.Requeue || s.Count() != 0 {
		t.Errorf("%+v, and %d messages at the server", o, s.Count())
	}
	if o := m.Send(t.Context(), second, nil); o.Verdict != campaign.Accepted || s.Count() != 1 {
		t.Errorf("the next: %+v, and %d messages at the server", o, s.Count())
	}
}

// After a mark that took long the dot goes first, and the next is made when it
// is answered.
func TestStreamAfterASlowMark(t *testing.T) {
	s := serve(t, sandbox.Options{})
	m := sender(t, s)
	mark := func(context.Context) error { time.Sleep(slowMark + 10*time.Millisecond); return nil }
	o := m.Stream(t.Context(), envelope(t), mark, func() *campaign.Envelope {
		t.Error("the next was asked for before the dot")
		return nil
	})
	if o.Verdict != campaign.Accepted || s.Count() != 1 {
		t.Errorf("%+v, and %d messages at the server", o, s.Count())
	}
}
