package main

import (
	"context"
	"os/exec"
	"strconv"
)

// sourceSessions is fixed, whatever tebar has: smtp-source -s 4 is the measure
// that figures of different days are held against.
const sourceSessions = 4

// smtpSource is Postfix's load generator in C: how fast a client can be that
// renders nothing and records nothing. -N gives every message a recipient of
// its own, so that it is counted as the others are.
var smtpSource = contestant{
	name:        "smtp-source",
	what:        "Postfix's generator, one message, not rendered, nothing recorded",
	program:     func() (string, error) { return debianProgram("smtp-source") },
	connections: func(options) int { return sourceSessions },
	command: func(ctx context.Context, b *bench, addr, _ string) (*exec.Cmd, error) {
		path, err := debianProgram("smtp-source")
		if err != nil {
			return nil, err
		}
		return child(ctx, path, "-d", "-N", "-M", "loadtest.example",
			"-s", strconv.Itoa(sourceSessions), "-m", strconv.Itoa(b.messages), "-l", strconv.Itoa(b.size),
			"inet:"+addr), nil
	},
}
