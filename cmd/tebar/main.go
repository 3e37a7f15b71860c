// Command tebar sends mail-merge campaigns in the instalments that a mail
// account allows: never over its limits, never twice to the same person, and
// never silent about who got what.
//
// Exit codes, JSON and the campaign file are a contract: see the README.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	_ "time/tzdata" // zones on machines that have none
)

func main() {
	private()
	os.Exit(tebar(os.Args, os.Stdin, os.Stdout, os.Stderr))
}

// tebar is the whole program: arguments to exit code.
func tebar(args []string, in *os.File, out, errs io.Writer) int {
	ctx, interrupted, stop := onSignals(context.Background())
	defer stop()
	defer collect(usualPercent)()
	a := newApp(in, out, errs)
	err := a.run(ctx, args)
	code := a.fail(err)
	if signalled := interrupted(); signalled != 0 && errors.Is(err, context.Canceled) {
		return signalled
	}
	return code
}

// onSignals cancels the context at the first signal, so that the message in
// hand is finished; a second one ends the process at once. interrupted gives
// 128 + the signal's number, or 0.
func onSignals(parent context.Context) (ctx context.Context, interrupted func() int, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup: the terminal may go
		signal.Notify(signals, syscall.SIGHUP)
	}
	var code atomic.Int32
	go func() {
		for s := range signals {
			n, _ := s.(syscall.Signal)
			if code.Swap(128+int32(n)) != 0 {
				fmt.Fprintln(os.Stderr, "\ntebar: stopped at once; `tebar resume` goes on, and `tebar settle NAME` lists what is in doubt")
				os.Exit(128 + int(n))
			}
			cancel()
		}
	}()
	return ctx, func() int { return int(code.Load()) }, func() {
		signal.Stop(signals)
		close(signals)
		cancel()
	}
}
