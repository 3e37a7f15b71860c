package mailer

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"

	"tebar/campaign"
)

// extensions are what the server offered in its last EHLO, by upper-case
// keyword; nil after HELO.
type extensions map[string]string

func (x extensions) has(keyword string) bool { _, ok := x[keyword]; return ok }

// connect dials, secures and logs in; the caller holds busy. from gives the
// EHLO name where nothing else does.
func (s *Sender) connect(ctx context.Context, from string) campaign.Outcome {
	if ctx.Err() != nil {
		return lost(ctx, campaign.StageConnect, ctx.Err())
	}
	if s.server.Security == campaign.None && !loopback(s.server.Host) {
		return stop(campaign.StageConnect, campaign.ClassTLS,
			fmt.Sprintf("security none is allowed only to this machine, and the server is %s", s.server.Host),
			"set sender.security to starttls (port 587) or tls (port 465)")
	}
	life, end := context.WithCancel(context.Background())
	s.setStop(end)
	o := s.dial(ctx, life)
	if o.Verdict == campaign.Accepted {
		quiet := context.AfterFunc(ctx, s.wire.socket.kill)
		if o = s.introduce(ctx, s.server.helo(from)); !quiet() && o.Verdict == campaign.Accepted {
			o = lost(ctx, o.Stage, context.Cause(ctx))
		}
	}
	if o.Verdict != campaign.Accepted {
		o.Dead = true
		if o.Hint == "" && ctx.Err() == nil {
			o.Hint = "check sender.host, sender.port and sender.security, and the network; if they are right, try again later"
		}
		s.drop()
		return o
	}
	s.open.Store(true)
	return o
}

func (s *Sender) setStop(end context.CancelFunc) {
	s.cut.Lock()
	defer s.cut.Unlock()
	s.stop = end
}

// dial opens the TCP connection; the end of life kills it, then and later.
func (s *Sender) dial(ctx, life context.Context) campaign.Outcome {
	short, cancel := context.WithTimeout(ctx, s.server.Timeouts.Connect)
	defer cancel()
	defer context.AfterFunc(life, cancel)()
	dial := s.server.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(short, "tcp", net.JoinHostPort(s.server.Host, strconv.Itoa(s.server.Port)))
	if err != nil {
		return lost(ctx, campaign.StageConnect, err)
	}
	s.wire = newWire(conn)
	context.AfterFunc(life, s.wire.socket.kill)
	return ready(campaign.StageConnect)
}

// introduce goes from the greeting to the login.
func (s *Sender) introduce(ctx context.Context, name string) campaign.Outcome {
	if s.server.Security == campaign.TLS {
		if o := s.secure(ctx, campaign.StageConnect); o.Verdict != campaign.Accepted {
			return o
		}
	}
	s.wire.limit(s.server.Timeouts.Command)
	r, err := s.wire.read()
	if o := s.judge(ctx, campaign.StageGreeting, r, err, 220); o.Verdict != campaign.Accepted {
		return o
	}
	if o := s.hello(ctx, name); o.Verdict != campaign.Accepted {
		return o
	}
	if s.server.Security == campaign.StartTLS {
		if o := s.startTLS(ctx, name); o.Verdict != campaign.Accepted {
			return o
		}
	}
	return s.login(ctx)
}

// hello says EHLO, or HELO to a server that does not know it (RFC 5321,
// section 3.2).
func (s *Sender) hello(ctx context.Context, name string) campaign.Outcome {
	s.ext = nil
	r, err := s.wire.command(s.server.Timeouts.Command, "EHLO "+name)
	if err == nil && (r.code == 500 || r.code == 502) && s.server.Security != campaign.StartTLS {
		r, err = s.wire.command(s.server.Timeouts.Command, "HELO "+name)
		return s.judge(ctx, campaign.StageEHLO, r, err, 250)
	}
	o := s.judge(ctx, campaign.StageEHLO, r, err, 250)
	if o.Verdict == campaign.Accepted {
		s.ext = offers(r.text)
	}
	return o
}

// offers reads the lines of an EHLO reply after the first.
func offers(text string) extensions {
	x := extensions{}
	lines := strings.Split(text, "\n")
	for _, line := range lines[1:] {
		keyword, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		keyword = strings.ToUpper(keyword)
		if mech, ok := strings.CutPrefix(keyword, "AUTH="); ok { // an old form of some servers
			keyword, rest = "AUTH", mech+" "+rest
		}
		if keyword == "AUTH" {
			rest = x["AUTH"] + " " + rest
		}
		x[keyword] = strings.TrimSpace(rest)
	}
	return x
}

// judge turns the answer at a stage of the opening into an outcome.
func (s *Sender) judge(ctx context.Context, stage campaign.Stage, r reply, err error, want int) campaign.Outcome {
	switch {
	case err != nil:
		return lost(ctx, stage, err)
	case r.code == want:
		return ready(stage)
	}
	return Classify(stage, r.code, r.text)
}
