package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A contestant sends the campaign as one process, and ends.
type contestant struct {
	name string
	what string // what it does and does not do, for the table

	// program finds what must be on the machine; nil needs nothing. An error
	// leaves the contestant out, unless it was asked for by name.
	program func() (string, error)

	// command is the process, ready to be started: it sends to addr, and may
	// use the folder, which is empty and for this run alone. The time begins
	// after it.
	command func(ctx context.Context, b *bench, addr, folder string) (*exec.Cmd, error)

	// exit is the code that it ends with when all is sent.
	exit int

	// connections that it holds at the same time, for the conditions.
	connections func(o options) int
}

// contestants are all that can be measured. The first is compared with each of
// the others.
var contestants = []contestant{tebarRun, goMailLoop, smtpSource, tebarUnrecorded}

// choose takes contestants by name; none means all that this machine has. One
// that is named and not there is an error.
func choose(names []string) ([]contestant, error) {
	var chosen []contestant
	var all []string
	for _, c := range contestants {
		all = append(all, c.name)
		named := slices.Contains(names, c.name)
		if len(names) > 0 && !named {
			continue
		}
		if c.program != nil {
			if _, err := c.program(); err != nil && named {
				return nil, fmt.Errorf("-only %s: %w", c.name, err)
			} else if err != nil {
				continue
			}
		}
		chosen = append(chosen, c)
	}
	for _, name := range names {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("-only knows no %q; there are %s", name, strings.Join(all, ", "))
		}
	}
	return chosen, nil
}

// debianProgram finds a program of Debian's package postfix, which puts it
// where only root's PATH looks.
func debianProgram(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return filepath.Abs(path)
	}
	path := filepath.Join("/usr/sbin", name)
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return "", fmt.Errorf("%s is not on this machine; Debian has it in the package postfix", name)
	}
	return path, nil
}
