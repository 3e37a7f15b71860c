package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// Conditions are what the figures depend on, beside the programs.
type conditions struct {
	At          time.Time      `json:"at"`
	CPUs        int            `json:"cpus"`
	CPU         string         `json:"cpu"`
	Load        string         `json:"load"` // of the last 1, 5 and 15 minutes, before the first run
	System      string         `json:"system"`
	Kernel      string         `json:"kernel"`
	Go          string         `json:"go"`
	Tebar       string         `json:"tebar"` // the commit it was built from
	Folder      string         `json:"folder"`
	FileSystem  string         `json:"file_system"` // of the stores
	Messages    int            `json:"messages"`
	Size        int            `json:"size"` // as asked for; the figures have what it came to
	Rounds      int            `json:"rounds"`
	Sink        string         `json:"sink"`
	RTT         float64        `json:"rtt_ms"`
	Connections map[string]int `json:"connections"`
}

func (b *bench) conditions(ctx context.Context, field []contestant) conditions {
	c := conditions{
		At:          time.Now().Truncate(time.Second),
		CPUs:        runtime.NumCPU(),
		CPU:         cpuModel(),
		Load:        load(),
		System:      runtime.GOOS + "/" + runtime.GOARCH,
		Kernel:      kernel(),
		Go:          runtime.Version(),
		Tebar:       b.revision(ctx),
		Folder:      b.dir,
		FileSystem:  fileSystem(b.dir),
		Messages:    b.messages,
		Size:        b.size,
		Rounds:      b.rounds,
		Sink:        b.sink,
		RTT:         float64(b.rtt.Microseconds()) / 1000,
		Connections: map[string]int{},
	}
	for _, f := range field {
		c.Connections[f.name] = f.connections(b.options)
	}
	return c
}

func (c conditions) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(w, name+"\t"+format+"\n", args...) }
	row("when", "%s, load %s before", c.At.Format(time.RFC3339), or(c.Load))
	row("machine", "%d CPUs, %s; %s, kernel %s", c.CPUs, or(c.CPU), c.System, or(c.Kernel))
	row("built", "%s; tebar at %s", c.Go, or(c.Tebar))
	row("stores", "%s in %s", or(c.FileSystem), c.Folder)
	if c.FileSystem == "tmpfs" {
		row("", "in memory, where nothing costs a sync: no figures for a disk")
	}
	row("campaign", "%d messages, asked to have %d bytes; rounds: %d", c.Messages, c.Size, c.Rounds)
	row("sink", "%s, round trip %g ms", c.Sink, c.RTT)
	row("connections", "%s", strings.Trim(fmt.Sprint(c.Connections), "map[]"))
	_ = w.Flush()
	fmt.Fprintln(out)
}

func or(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}
