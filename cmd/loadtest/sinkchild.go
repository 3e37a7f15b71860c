package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
)

// sinkChild is `loadtest sink`, a process with a server in it. It prints its
// address, serves until its stdin ends, and prints the tally as JSON. So it
// ends with whoever started it, however that one ends.
func sinkChild([]string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := newServer()
	go s.serve(l)
	fmt.Println(l.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	return json.NewEncoder(os.Stdout).Encode(s.sum())
}

// startOwnSink starts one and waits until it listens.
func startOwnSink(ctx context.Context, b *bench, _ string) (*sink, error) {
	cmd := child(ctx, b.self, "sink")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	// Not StdoutPipe, which is closed when the process ends, read or not.
	stdout, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout = theirs
	p, err := start(cmd)
	theirs.Close()
	if err != nil {
		stdout.Close()
		return nil, err
	}
	lines := bufio.NewReader(stdout)
	addr, err := lines.ReadString('\n')
	if err != nil {
		p.kill()
		stdout.Close()
		return nil, fmt.Errorf("starting the sink: %w", err)
	}
	return &sink{strings.TrimSpace(addr), p.done, func(int) (t tally, err error) {
		defer stdout.Close()
		stdin.Close()
		err = json.NewDecoder(lines).Decode(&t)
		<-p.done
		return t, errors.Join(err, p.err)
	}}, nil
}
