package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// startSMTPSink starts Postfix's smtp-sink, a server in C that shares no code
// with anything here. It counts messages (-c), not people.
func startSMTPSink(ctx context.Context, b *bench, folder string) (*sink, error) {
	path, err := debianProgram("smtp-sink")
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(folder, "smtp-sink.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close() // the child has its own
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args := []string{"-4", "-c"}
	if os.Geteuid() == 0 {
		args = append(args, "-u", "nobody") // it refuses to stay root
	}
	cmd := child(ctx, path, append(args, addr, "1000")...)
	cmd.Stdout, cmd.Stderr = log, log
	p, err := start(cmd)
	if err != nil {
		return nil, err
	}
	if err := listens(ctx, addr, p.done); err != nil {
		p.kill()
		said, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("starting smtp-sink: %w\n%s", err, said)
	}
	return &sink{addr, p.done, func(wanted int) (tally, error) {
		defer p.kill()
		return awaitCount(log.Name(), wanted)
	}}, nil
}

// freeAddress is one that nobody has now: smtp-sink cannot be asked which port
// the system gave it.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// listens waits until somebody answers at the address, or whoever should is
// gone.
func listens(ctx context.Context, addr string, gone <-chan struct{}) error {
	for begun := time.Now(); ; {
		conn, err := net.Dial("tcp", addr)
		switch {
		case err == nil:
			return conn.Close()
		case time.Since(begun) > 10*time.Second:
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-gone:
			return errors.New("it ended at once")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// awaitCount reads the figures that smtp-sink prints behind each message, as
// soon as they are as high as they should be; after a few seconds as they are.
func awaitCount(path string, wanted int) (tally, error) {
	for begun := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		n, err := lastCount(path)
		if err != nil || n >= wanted || time.Since(begun) > 5*time.Second {
			return tally{Messages: n}, err
		}
	}
}

var sinkCount = regexp.MustCompile(`mesg=(\d+)`)

// lastCount is the number of messages in the last figures of a log.
func lastCount(path string) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	end := make([]byte, 512)
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	n, _ := f.ReadAt(end, max(0, info.Size()-int64(len(end)))) // less than asked for at the end is fine
	all := sinkCount.FindAllSubmatch(end[:n], -1)
	if len(all) == 0 {
		return 0, nil
	}
	return strconv.Atoi(string(all[len(all)-1][1]))
}
