package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// A bench is what all runs of one measurement share.
type bench struct {
	options
	self     string // this program
	tebar    string // the one that is measured
	bare     string // the one that records nothing; "" until it is built
	folder   string // for everything that is written; gone at the end
	campaign campaign
}

// run measures what the options ask for. Progress goes to errs.
func run(ctx context.Context, o options, errs io.Writer) (r report, err error) {
	field, err := choose(o.only)
	if err != nil {
		return r, err
	}
	folder, err := os.MkdirTemp(o.dir, "tebar-loadtest-")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	b, err := newBench(ctx, o, folder)
	if err != nil {
		return r, err
	}
	r.Conditions = b.conditions(ctx, field)
	taken, err := b.turns(ctx, field, errs)
	if err != nil {
		return r, err
	}
	r.compare(field, taken)
	return r, nil
}

func newBench(ctx context.Context, o options, folder string) (*bench, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, self: self, folder: folder}
	if b.campaign, err = makeCampaign(filepath.Join(folder, "campaign"), o.messages, o.size); err != nil {
		return nil, fmt.Errorf("writing the campaign: %w", err)
	}
	if b.tebar = o.tebar; b.tebar == "" {
		b.tebar, err = buildTebar(ctx, folder, "")
		return b, err
	}
	if b.tebar, err = exec.LookPath(b.tebar); err != nil {
		return nil, err
	}
	b.tebar, err = filepath.Abs(b.tebar)
	return b, err
}

// turns lets everybody run in turns, and gives each one's runs. Whatever the
// machine does besides then hits all alike; and nobody is first in every round.
func (b *bench) turns(ctx context.Context, field []contestant, errs io.Writer) ([][]sample, error) {
	taken := make([][]sample, len(field))
	for round := range b.rounds {
		for turn := range field {
			i := (turn + round) % len(field)
			s, err := b.once(ctx, field[i])
			if err != nil {
				return nil, fmt.Errorf("round %d: %s: %w", round+1, field[i].name, err)
			}
			taken[i] = append(taken[i], s)
			fmt.Fprintf(errs, "round %d of %d: %s: %.0f messages/s\n", round+1, b.rounds, field[i].name, s.Rate)
		}
	}
	return taken, nil
}

// once is one run of one contestant at a sink of its own, counted and verified.
func (b *bench) once(ctx context.Context, c contestant) (s sample, err error) {
	folder, err := os.MkdirTemp(b.folder, "run-")
	if err != nil {
		return s, err
	}
	defer os.RemoveAll(folder) // what is left goes with b.folder
	k, err := sinks[b.sink](ctx, b, folder)
	if err != nil {
		return s, err
	}
	took, runErr := b.against(ctx, c, k, folder)
	got, err := k.count(b.messages)
	if runErr != nil {
		return s, runErr
	}
	if err == nil {
		err = got.verify(b.messages)
	}
	return newSample(took, got, b.messages), err
}

// against runs a contestant at a sink, with the round trip between them.
func (b *bench) against(ctx context.Context, c contestant, k *sink, folder string) (cost, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() { // or the contestant would wait for a server that is dead
		select {
		case <-k.done:
			cancel(errors.New("the sink died under it"))
		case <-ctx.Done():
		}
	}()
	addr := k.addr
	if b.rtt > 0 {
		l, err := newLink(addr, b.rtt)
		if err != nil {
			return cost{}, err
		}
		defer l.close()
		addr = l.addr()
	}
	own := filepath.Join(folder, "own")
	if err := os.Mkdir(own, 0o700); err != nil {
		return cost{}, err
	}
	cmd, err := c.command(ctx, b, addr, own)
	if err != nil {
		return cost{}, err
	}
	return measure(ctx, cmd, c.exit)
}
