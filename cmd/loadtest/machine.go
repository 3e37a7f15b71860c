package main

import (
	"os"
	"path/filepath"
	"strings"
)

// What Linux says about itself in /proc; elsewhere all of it is "".

func kernel() string { return firstLine("/proc/sys/kernel/osrelease") }

func load() string {
	words := strings.Fields(firstLine("/proc/loadavg"))
	return strings.Join(words[:min(3, len(words))], " ")
}

func firstLine(path string) string {
	text, _ := os.ReadFile(path)
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

func cpuModel() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	_, rest, _ := strings.Cut(string(text), "model name")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimLeft(line, "\t :")
}

// fileSystem is the type of the file system that a folder stands on.
func fileSystem(folder string) string {
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	return fileSystemIn(string(mounts), folder)
}

// fileSystemIn looks a folder up in the lines of proc(5), mountinfo: the fifth
// word is where something is mounted, the first behind a lone hyphen its type.
// The longest mount point above the folder has it; of two, the later.
func fileSystemIn(mounts, folder string) (kind string) {
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		folder = real
	}
	if absolute, err := filepath.Abs(folder); err == nil {
		folder = absolute
	}
	longest := 0
	for line := range strings.Lines(mounts) {
		before, after, _ := strings.Cut(line, " - ")
		words, types := strings.Fields(before), strings.Fields(after)
		if len(words) < 5 || len(types) < 1 {
			continue
		}
		point := strings.ReplaceAll(words[4], `\040`, " ")
		if len(point) >= longest && strings.HasPrefix(folder+"/", strings.TrimSuffix(point, "/")+"/") {
			longest, kind = len(point), types[0]
		}
	}
	return kind
}

// diskFolder is a temporary folder on a disk if there is one: stores in memory
// would be measured without what makes them durable.
func diskFolder() string {
	folder := os.TempDir()
	if kind := fileSystem(folder); kind != "tmpfs" {
		return folder
	}
	if info, err := os.Stat("/var/tmp"); err == nil && info.IsDir() {
		return "/var/tmp"
	}
	return folder
}
