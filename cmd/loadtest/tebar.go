package main

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// tebarRun is the program as people use it: every promise kept, a new store.
var tebarRun = contestant{
	name:        "tebar",
	what:        "tebar run, every promise on",
	connections: func(o options) int { return o.connections },
	command: func(ctx context.Context, b *bench, addr, folder string) (*exec.Cmd, error) {
		return b.runTebar(ctx, b.tebar, addr, folder)
	},
}

// tebarUnrecorded is the same source, built to throw away what it should record.
// It does not know who has got a letter, and is ended by its limit.
var tebarUnrecorded = contestant{
	name:        "unrecorded",
	what:        "tebar that throws claims, marks and outcomes away: what recording costs",
	connections: func(o options) int { return o.connections },
	exit:        3,
	program: func() (string, error) {
		if err := exec.Command("go", "list", "tebar/cmd/tebar").Run(); err != nil {
			return "", fmt.Errorf("the source is not here: %w", err)
		}
		return "", nil
	},
	command: func(ctx context.Context, b *bench, addr, folder string) (_ *exec.Cmd, err error) {
		if b.bare == "" {
			if b.bare, err = buildTebar(ctx, b.folder, "unrecorded"); err != nil {
				return nil, err
			}
		}
		return b.runTebar(ctx, b.bare, addr, folder, "--limit", strconv.Itoa(b.messages))
	},
}

func (b *bench) runTebar(ctx context.Context, binary, addr, folder string, args ...string) (*exec.Cmd, error) {
	file, err := b.campaign.file(addr, b.connections)
	if err != nil {
		return nil, err
	}
	cmd := child(ctx, binary, append([]string{"run", file, "--yes"}, args...)...)
	// Nothing of the person's own Tebar is read or written.
	cmd.Env = append(os.Environ(),
		"TEBAR_STORE="+filepath.Join(folder, "tebar.db"),
		"XDG_CONFIG_HOME="+folder, "XDG_STATE_HOME="+folder)
	return cmd, nil
}

// buildTebar builds the program that is measured, from the source here.
func buildTebar(ctx context.Context, folder, tags string) (string, error) {
	path := filepath.Join(folder, "tebar"+tags+".exe") // the ending does no harm where it is not needed
	cmd := child(ctx, "go", "build", "-tags", tags, "-o", path, "tebar/cmd/tebar")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building tebar: %w\n%s", err, out)
	}
	return path, nil
}

// revision is the commit that the measured binary was built from, with a plus
// where the source had been changed since; "" where nobody knows.
func (b *bench) revision(ctx context.Context) string {
	if commit := stamp(b.tebar); commit != "" || b.options.tebar != "" {
		return commit
	}
	// Built here, but the environment has Go leave the stamp out.
	out, _ := child(ctx, "git", "describe", "--always", "--exclude=*", "--abbrev=10", "--dirty=+").Output()
	return strings.TrimSpace(string(out))
}

// stamp is the commit that go build writes into a binary.
func stamp(binary string) string {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return ""
	}
	var commit, changed string
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(len(s.Value), 10)]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+"
		}
	}
	return commit + changed
}
