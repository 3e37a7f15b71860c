package main

import (
	"bufio"
	"os"
	"runtime"
	"testing"
)

// TestPeakIsTheChilds: a small child of a large process is small.
func TestPeakIsTheChilds(t *testing.T) {
	const large = 96 << 20
	memory := make([]byte, large)
	for i := 0; i < large; i += 512 {
		memory[i] = 1
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := child(t.Context(), self, "sink") // until its stdin ends
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdout.Close()
	cmd.Stdout = theirs
	p, err := start(cmd)
	theirs.Close()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	sampled := highWater(cmd.Process.Pid)
	stdin.Close()
	<-p.done
	runtime.KeepAlive(memory)
	if got := peak(cmd.ProcessState, sampled); got <= 0 || got >= large {
		t.Errorf("%d bytes, of a child that had %d when it was looked at", got, sampled)
	}
	if highWater(cmd.Process.Pid) != 0 {
		t.Error("a process that has ended has memory")
	}
}
