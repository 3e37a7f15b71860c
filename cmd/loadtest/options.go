package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"
)

// options are what the command line asks for.
type options struct {
	tebar       string // a binary that is there; "" builds one
	messages    int
	rounds      int
	connections int           // of tebar
	goMail      int           // connections of the go-mail loop
	rtt         time.Duration // 0 is the bare loopback
	sink        string        // own or smtp-sink
	size        int           // bytes of one encoded message, about
	dir         string        // where the folder for campaign and stores is made
	only        []string      // names of contestants; empty is all
	json        bool
}

// What -messages and -gomail-connections are where nobody says. Over round
// trips a message takes a thousand times longer, and one connection would
// measure nothing but them.
const (
	nearMessages, farMessages       = 5000, 500
	nearConnections, farConnections = 1, 4
)

// parse reads the command line. flag.ErrHelp is no mistake.
func parse(args []string, errs io.Writer) (options, error) {
	var o options
	var only string
	f := flag.NewFlagSet("loadtest", flag.ContinueOnError)
	f.SetOutput(io.Discard) // a mistake is said once, by the caller
	f.StringVar(&o.tebar, "tebar", "", "measure this `binary` instead of building one from the source here")
	f.IntVar(&o.messages, "messages", 0, fmt.Sprintf("recipients of the campaign (default %d; %d with -rtt)", nearMessages, farMessages))
	f.IntVar(&o.rounds, "rounds", 5, "how often each contestant runs, in turns")
	f.IntVar(&o.connections, "connections", 4, "connections of tebar")
	f.IntVar(&o.goMail, "gomail-connections", 0, fmt.Sprintf("connections of the go-mail loop (default %d; %d with -rtt)", nearConnections, farConnections))
	f.DurationVar(&o.rtt, "rtt", 0, "round trip between contestants and sink, such as 50ms")
	f.StringVar(&o.sink, "sink", "own", "`server`: own, or smtp-sink of Debian's postfix")
	f.IntVar(&o.size, "size", 7400, "`bytes` of one encoded message, about")
	f.StringVar(&o.dir, "dir", "", "`folder` for campaign and stores; on a real disk (default: the temporary folder, or /var/tmp where that one is in memory)")
	f.StringVar(&only, "only", "", "contestants, with commas between (default: all that are there)")
	f.BoolVar(&o.json, "json", false, "print one JSON object")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			f.SetOutput(errs)
			fmt.Fprintln(errs, "Usage: go run ./cmd/loadtest [flags]; docs/performance.md says what is measured")
			f.PrintDefaults()
		}
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("what is %q? loadtest has flags only", f.Arg(0))
	}
	if only != "" {
		o.only = strings.Split(only, ",")
	}
	o.fill()
	return o, o.validate()
}

// fill sets the defaults that depend on another flag.
func (o *options) fill() {
	messages, connections := nearMessages, nearConnections
	if o.rtt > 0 {
		messages, connections = farMessages, farConnections
	}
	if o.messages == 0 {
		o.messages = messages
	}
	if o.goMail == 0 {
		o.goMail = connections
	}
	if o.dir == "" {
		o.dir = diskFolder()
	}
}

func (o *options) validate() error {
	switch {
	case o.messages < 1, o.rounds < 1, o.goMail < 1:
		return fmt.Errorf("-messages, -rounds and -gomail-connections are 1 at least")
	case o.connections < 1, o.connections > 16:
		return fmt.Errorf("-connections is 1 to 16, as in the campaign file")
	case o.rtt < 0:
		return fmt.Errorf("-rtt cannot be negative")
	case o.size < smallest:
		return fmt.Errorf("-size is %d at least: the letter's frame needs as much", smallest)
	case sinks[o.sink] == nil:
		return fmt.Errorf("-sink is own or smtp-sink, not %q", o.sink)
	}
	_, err := choose(o.only)
	return err
}
