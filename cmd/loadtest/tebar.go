package main

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// tebarRun is the program as people use it: every promise kept, a new store.
var tebarRun = contestant{
	name:        "tebar",
	what:        "tebar run, every promise on",
	connections: func(o options) int { return o.connections },
	command: func(ctx context.Context, b *bench, addr, folder string) (*exec.Cmd, error) {
		file, err := b.campaign.file(addr, b.connections)
		if err != nil {
			return nil, err
		}
		cmd := child(ctx, b.tebar, "run", file, "--yes")
		// Nothing of the person's own Tebar is read or written.
		cmd.Env = append(os.Environ(),
			"TEBAR_STORE="+filepath.Join(folder, "tebar.db"),
			"XDG_CONFIG_HOME="+folder, "XDG_STATE_HOME="+folder)
		return cmd, nil
	},
}

// buildTebar builds the program that is measured, from the source here.
func buildTebar(ctx context.Context, folder string) (string, error) {
	path := filepath.Join(folder, "tebar.exe") // the ending does no harm where it is not needed
	cmd := child(ctx, "go", "build", "-o", path, "tebar/cmd/tebar")
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
