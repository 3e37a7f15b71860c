package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// apart gives a child a process group of its own, and has the kernel kill it
// when this program is killed: a tebar without a server would dial for ever.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// peak is the resident memory, in bytes, that a process had at the most.
//
// What wait4 says (ru_maxrss) is exact, but a child comes to its exec in its
// parent's memory, and the kernel counts that: a small program seems as large
// as the one that started it. So a figure that is not above our own peak is
// replaced by the highest of the looks into /proc while it ran, which can miss
// what happens behind the last look.
func peak(state *os.ProcessState, sampled int64) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return sampled
	}
	most := usage.Maxrss * 1024 // the kernel counts in KiB
	if most <= highWater(os.Getpid()) && sampled > 0 {
		return sampled
	}
	return most
}

// highWater is the peak of a process that runs (VmHWM), in bytes; 0 if it does
// not.
func highWater(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("\nVmHWM:"))
	kib, _, _ := bytes.Cut(bytes.TrimLeft(rest, " \t"), []byte(" "))
	n, err := strconv.ParseInt(string(kib), 10, 64)
	if err != nil {
		return 0
	}
	return n * 1024
}
