package mailer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"tebar/campaign"
)

// startTLS asks for encryption and says EHLO again (RFC 3207, section 4.2).
// A server that does not offer it gets no password and no mail.
func (s *Sender) startTLS(ctx context.Context, name string) campaign.Outcome {
	if !s.ext.has("STARTTLS") {
		return stop(campaign.StageStartTLS, campaign.ClassTLS,
			fmt.Sprintf("the server %s does not offer STARTTLS on port %d", s.server.Host, s.server.Port),
			"try sender.security: tls with port 465; if it should offer STARTTLS, something on the way may be removing it: do not send from this network")
	}
	r, err := s.wire.command(s.server.Timeouts.Command, "STARTTLS")
	if o := s.judge(ctx, campaign.StageStartTLS, r, err, 220); o.Verdict != campaign.Accepted {
		return o
	}
	if o := s.secure(ctx, campaign.StageStartTLS); o.Verdict != campaign.Accepted {
		return o
	}
	return s.hello(ctx, name)
}

// secure makes the TLS connection.
func (s *Sender) secure(ctx context.Context, stage campaign.Stage) campaign.Outcome {
	if err := s.wire.handshake(ctx, s.config(), s.server.Timeouts.Connect); err != nil {
		return s.tlsTrouble(ctx, stage, err)
	}
	return ready(stage)
}

// config is the caller's, with verification and TLS 1.2 as the least.
func (s *Sender) config() *tls.Config {
	c := &tls.Config{}
	if s.server.TLS != nil {
		c = s.server.TLS.Clone()
	}
	if c.ServerName == "" {
		c.ServerName = s.server.Host
	}
	c.InsecureSkipVerify = false
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	return c
}

// tlsTrouble tells a bad certificate from a bad line: the first stops, the
// second is tried again.
func (s *Sender) tlsTrouble(ctx context.Context, stage campaign.Stage, err error) campaign.Outcome {
	var (
		cert   *tls.CertificateVerificationError
		header tls.RecordHeaderError
		op     *net.OpError
		timed  net.Error
	)
	switch {
	case ctx.Err() != nil:
		return lost(ctx, stage, err)
	case errors.Is(err, errInjected):
		return stop(stage, campaign.ClassTLS, err.Error(),
			"somebody on the way may be changing the traffic: do not send from this network")
	case errors.As(err, &cert):
		return s.badCertificate(stage, cert)
	case errors.As(err, &header):
		return stop(stage, campaign.ClassTLS,
			fmt.Sprintf("port %d of %s does not speak TLS from the start", s.server.Port, s.server.Host),
			"use port 465 with sender.security: tls, or port 587 with starttls")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &timed) && timed.Timeout(),
		errors.As(err, &op) && op.Op != "remote error":
		return lost(ctx, stage, err)
	}
	return stop(stage, campaign.ClassTLS,
		fmt.Sprintf("no secure connection to %s: %s", s.server.Host, clean(err.Error(), 200)),
		"the server must speak TLS 1.2 or later; ask its administrator")
}

func (s *Sender) badCertificate(stage campaign.Stage, err *tls.CertificateVerificationError) campaign.Outcome {
	var (
		host    x509.HostnameError
		unknown x509.UnknownAuthorityError
		invalid x509.CertificateInvalidError
	)
	what := clean(err.Err.Error(), 200)
	hint := "do not send until the server's administrator has put it right"
	switch {
	case errors.As(err.Err, &host):
		what = "it is for another name"
		if names := host.Certificate.DNSNames; len(names) > 0 {
			what = "it is for " + clean(names[0], 100)
		}
		hint = "check sender.host: use the name that the certificate is for"
	case errors.As(err.Err, &invalid) && invalid.Reason == x509.Expired:
		what = fmt.Sprintf("it is valid from %s to %s only",
			invalid.Cert.NotBefore.Format(time.DateOnly), invalid.Cert.NotAfter.Format(time.DateOnly))
		hint = "check this machine's date; if it is right, " + hint
	case errors.As(err.Err, &unknown):
		what = "nobody this machine trusts has signed it"
	}
	return stop(stage, campaign.ClassTLS,
		fmt.Sprintf("the certificate of %s is not valid: %s", s.server.Host, what), hint)
}
