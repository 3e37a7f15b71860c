// Command loadtest measures the whole tebar program against other senders of
// the same campaign, in turns, and prints ratios.
//
//	go run ./cmd/loadtest
//	go run ./cmd/loadtest -messages 500 -rtt 50ms
//	go run ./cmd/loadtest -sink smtp-sink -json
//
// Every contestant is a process of its own from its start to its end: what it
// takes to read the list, to open the store and to say goodbye counts. The
// server is another process, new for every run, and says at the end whom it
// was sent: a run that lost a message or sent one twice is a failure, not a
// figure. Nothing leaves the loopback.
//
// Exit codes: 0 measured; 1 a contestant failed, or messages were lost or
// doubled; 2 wrong usage; 130 interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// children are what this program starts itself as. They are no commands for
// people: a sink that no contestant shares a process with, and the peer that is
// a library and not a program.
var children = map[string]func(args []string) error{
	"sink":    sinkChild,
	"go-mail": goMailChild,
}

func main() {
	if ran, code := asChild(os.Args); ran {
		os.Exit(code)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := loadtest(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// asChild is the program in one of its other roles; ran is false where the
// arguments name none.
func asChild(args []string) (ran bool, code int) {
	if len(args) < 2 || children[args[1]] == nil {
		return false, 0
	}
	if err := children[args[1]](args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "loadtest %s: %v\n", args[1], err)
		return true, 1
	}
	return true, 0
}

// loadtest is the whole program for people: arguments to exit code.
func loadtest(ctx context.Context, args []string, out, errs io.Writer) int {
	o, err := parse(args, errs)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(errs, "loadtest:", err)
		return 2
	}
	r, err := run(ctx, o, errs)
	if err == nil {
		err = r.print(out, o.json)
	}
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		fmt.Fprintln(errs, "loadtest: interrupted")
		return 130
	}
	fmt.Fprintln(errs, "loadtest: error:", err)
	return 1
}
