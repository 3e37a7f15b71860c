package proof

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/campaign/mailer"
	"tebar/campaign/run"
	"tebar/scheduler"
	"tebar/store"
)

// patience is how long each stage may be waited for: RFC 5321, section
// 4.5.3.2, and for what it does not name the mailer's own.
var patience = map[string]time.Duration{
	"connect": 5 * time.Minute, "greeting": 5 * time.Minute, "EHLO": 5 * time.Minute, "STARTTLS": 5 * time.Minute,
	"handshake": 30 * time.Second, "EHLO-2": 5 * time.Minute, "AUTH": 5 * time.Minute, "MAIL": 5 * time.Minute, "RCPT": 5 * time.Minute,
	"DATA": 2 * time.Minute, "body": 3 * time.Minute, "dot": 10 * time.Minute, "RSET": 5 * time.Minute, "QUIT": 2 * time.Second,
}

// A hurried connection never waits for its deadline: when the server stalls,
// the deadline that the mailer has set is noted, and has come.
type hurried struct {
	*net.TCPConn
	mu    sync.Mutex
	left  time.Duration // to the deadline, when it was set
	over  bool
	calls int  // of Read and Write, begun or ended
	in    bool // one of them has not ended
	once  sync.Once
	begun chan struct{} // closed by the first deadline
	begin sync.Once
	close chan struct{}
}

// SetDeadline notes the time.
func (h *hurried) SetDeadline(at time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.left = time.Until(at)
	h.begin.Do(func() { close(h.begun) })
	if h.over {
		return h.TCPConn.SetDeadline(time.Unix(1, 0))
	}
	return h.TCPConn.SetDeadline(time.Time{})
}

// SetReadDeadline has come once the server has stalled.
func (h *hurried) SetReadDeadline(at time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		at = time.Unix(1, 0)
	}
	return h.TCPConn.SetReadDeadline(at)
}

// Read and Write are counted: see settled.
func (h *hurried) Read(b []byte) (int, error) {
	h.call(true)
	defer h.call(false)
	return h.TCPConn.Read(b)
}

func (h *hurried) Write(b []byte) (int, error) {
	h.call(true)
	defer h.call(false)
	return h.TCPConn.Write(b)
}

func (h *hurried) call(in bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls, h.in = h.calls+1, in
}

// settled waits until the client is at the stage where the server has fallen
// silent: the server is ahead of it when several commands come in one flush. It
// has been in the same call for a while then, and will be until its deadline.
func (h *hurried) settled() {
	const while = 200 * time.Millisecond
	for last := -1; ; {
		h.mu.Lock()
		calls, in := h.calls, h.in
		h.mu.Unlock()
		if in && calls == last {
			return
		}
		last = calls
		select {
		case <-h.close: // given up already
			return
		case <-time.After(while):
		}
	}
}

// Close is what a stalling server waits for.
func (h *hurried) Close() error {
	h.once.Do(func() { close(h.close) })
	return h.TCPConn.Close()
}

// expire tells how far off the deadline is, lets it come, and waits until the
// connection is given up.
func (h *hurried) expire(note func(time.Duration)) {
	<-h.begun
	h.settled()
	h.mu.Lock()
	note(h.left)
	h.over = true
	_ = h.TCPConn.SetDeadline(time.Unix(1, 0))
	h.mu.Unlock()
	<-h.close
}

// A stall is one campaign at a server that stops answering at a stage.
type stall struct {
	*trial
	conns chan *hurried
	mu    sync.Mutex
	waits []time.Duration
}

// stalled is what the server does instead of answering. The first connections
// are those that stall, one after the other.
func (s *stall) stalled() {
	(<-s.conns).expire(func(left time.Duration) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.waits = append(s.waits, left)
	})
}

func (s *stall) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	h := &hurried{TCPConn: conn.(*net.TCPConn), begun: make(chan struct{}), close: make(chan struct{})}
	s.conns <- h
	return h, nil
}

// TestStalls lets the server fall silent at every stage: waited for as long as
// the RFC says and no longer, and then as the table says. The loop, the store
// and the mailer are the program's; only its connections are hurried.
func TestStalls(t *testing.T) {
	_, stalls := cells(t)
	var tried atomic.Int64
	together(stalls, func(c cell) {
		if c.comes() {
			c.stalls(t)
			tried.Add(1)
		}
	})
	figures(t, "SMTP stalls", "%d stages, each waited for as long as RFC 5321 says and no longer; every state and exit as the table says", tried.Load())
}

func (c cell) stalls(t *testing.T) {
	t.Helper()
	what := meanings[c.word]
	s := &stall{conns: make(chan *hurried, 100), trial: &trial{machine: machineIn(t, inMemory(t), 1, 3, ""), cell: c, how: c.String()}}
	s.server = newTroubled(t, c, 0, what.tries)
	s.server.stalled = s.stalled
	s.enrol()
	s.ends(what.few, result{code: s.goOn(run.Options{Once: true, Limit: 1})})
	s.ends(what.healed, result{code: s.goOn(run.Options{})})
	want := slices.Repeat([]time.Duration{patience[c.stage]}, what.tries)
	s.mu.Lock()
	defer s.mu.Unlock()
	near := func(have, want time.Duration) bool { return have <= want && have > want-min(want, 10*time.Second) }
	if !slices.EqualFunc(s.waits, want, near) {
		t.Errorf("%s: the server was waited for %v, want %v", c, s.waits, want)
	}
}

// enrol puts the three people into the store.
func (s *stall) enrol() {
	st := s.open()
	defer st.Close()
	columns := []string{"email"}
	p, err := st.Propose(s.t.Context(), campaign.Snapshot{
		Campaign: campaign.Campaign{
			Name: "spring", From: campaign.Address{Email: login},
			Sender: campaign.Sender{Provider: campaign.SMTP, Host: "127.0.0.1", Port: s.server.Port()},
		},
		Sources: []campaign.Source{{File: "people.csv", Columns: columns}}, SettingsSHA256: "s", LetterSHA256: "l", ListSHA256: "r",
	}, func(add func(campaign.Entry) error) error {
		for i := range 3 {
			to := fmt.Sprintf("person%d@example.org", i+1)
			row := campaign.Row{Source: "people.csv", Number: i + 2, Columns: columns, Values: []string{to}}
			if err := add(campaign.Entry{Recipient: campaign.Recipient{Row: row, Address: to}, Recipients: 1, SHA256: to}); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		_, err = p.Accept(s.t.Context(), store.Who{Host: "h", User: "u", At: time.Now()})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stall) open() *store.Store {
	st, err := store.Open(s.t.Context(), s.store, store.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	return st
}

// goOn runs the campaign over hurried connections and gives the exit code that
// its end has.
func (s *stall) goOn(o run.Options) int {
	st := s.open()
	defer st.Close()
	runner, err := st.Runner(s.t.Context(), "spring", time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	defer runner.Close()
	calendar, err := scheduler.New(scheduler.Rules{})
	if err != nil {
		s.t.Fatal(err)
	}
	o.Decide, o.Retry = calendar.Next, campaign.Retry{Attempts: 5, First: time.Second, Factor: 1, Max: time.Second}
	o.NewSender = func() run.Sender { return mailer.New(s.mailer()) }
	end, err := run.Campaign(s.t.Context(), runner, s, run.System{}, o)
	if err != nil {
		s.t.Error(err)
	}
	info, err := st.Info(s.t.Context(), "spring")
	if err != nil {
		s.t.Error(err)
	}
	if end.End == run.Complete && info.Counts.Failed+info.Counts.Unconfirmed > 0 {
		return 4
	}
	return map[run.End]int{run.Complete: 0, run.Unreachable: 1, run.Stopped: 3, run.Person: 5}[end.End]
}

func (s *stall) mailer() mailer.Server {
	m := mailer.Server{Host: "127.0.0.1", Port: s.server.Port(), Security: campaign.None, Auth: campaign.AuthNone, Name: "school.example", Dial: s.dial}
	switch s.cell.stage {
	case "AUTH":
		m.Auth, m.Username = campaign.AuthPlain, login
		m.Password = func(context.Context) (string, error) { return planted, nil }
	case "STARTTLS", "handshake", "EHLO-2":
		m.Security, m.TLS = campaign.StartTLS, &tls.Config{RootCAs: x509.NewCertPool()}
		m.TLS.RootCAs.AddCert(trusted().cert)
	}
	return m
}

// Render writes a letter; the first person's is bulky where the body stalls.
func (s *stall) Render(_ context.Context, c campaign.Claim) (campaign.Envelope, error) {
	text := fmt.Appendf(nil, "From: office@school.example\r\nTo: %s\r\nSubject: Hello\r\n\r\nHello.\r\n", c.Recipient.Address)
	if s.cell.stage == "body" && strings.HasPrefix(c.Recipient.Address, "person1@") {
		text = append(text, bytes.Repeat([]byte("0123456789abcdef\r\n"), 5<<16)...)
	}
	return campaign.Envelope{From: "office@school.example", To: []string{c.Recipient.Address}, Message: text}, nil
}
