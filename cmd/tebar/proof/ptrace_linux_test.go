//go:build system

package proof

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"unsafe"
)

// storeCalls are the system calls that files and sockets are written, read,
// made and taken away by; with a path where they are given no descriptor.
var storeCalls = map[uint64]struct {
	name string
	path int // the argument that is a path; -1 = none, the first is a descriptor
}{
	syscall.SYS_PWRITE64: {"pwrite64", -1}, syscall.SYS_PREAD64: {"pread64", -1}, syscall.SYS_FSYNC: {"fsync", -1},
	syscall.SYS_FDATASYNC: {"fdatasync", -1}, syscall.SYS_WRITE: {"write", -1}, syscall.SYS_READ: {"read", -1},
	syscall.SYS_FTRUNCATE: {"ftruncate", -1}, syscall.SYS_OPENAT: {"openat", 1}, syscall.SYS_UNLINKAT: {"unlinkat", 1},
	syscall.SYS_MKDIRAT: {"mkdirat", 1}, syscall.SYS_RENAMEAT: {"renameat", 3},
}

func init() {
	if runtime.GOARCH == "amd64" { // newer machines have only the calls that end in -at
		old := storeCalls[syscall.SYS_UNLINKAT]
		old.name, old.path = "unlink", 0
		storeCalls[87] = old
	}
}

// A tracer runs a program, stops it at each system call of each of its
// threads, and counts those that touch the store or the server. strace counts
// for each thread apart, and work moves between threads.
type tracer struct {
	folder string // the store's
	which  func(call string) bool
	at     int      // the call to kill the program at, before it is done; 0 = none
	calls  []string // what was counted, in the order in which it was begun
}

// underTracer runs tebar and kills it at such a call of that number. The calls
// are those that were begun, the last of them not done if it was killed there.
func (m *machine) underTracer(which func(call string) bool, at int, args ...string) (result, []string) {
	m.t.Helper()
	tr := &tracer{folder: filepath.Dir(m.store), which: which, at: at}
	var stdout, stderr bytes.Buffer
	cmd := m.command(nil, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setpgid: true}
	var code int
	var err error
	over := make(chan struct{})
	go func() { // on a thread of its own, which ends with it
		defer close(over)
		runtime.LockOSThread()
		code, err = tr.run(cmd)
	}()
	<-over
	if err != nil {
		m.t.Fatal(err)
	}
	m.search(strings.Join(cmd.Args, " "), stdout.Bytes(), stderr.Bytes())
	return result{code, stdout.String(), stderr.String()}, tr.calls
}

// run goes from stop to stop until the program has ended. It waits for its
// process group alone: the thread may have begun programs of other tests.
func (tr *tracer) run(cmd *exec.Cmd) (code int, err error) {
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer func() { _ = cmd.Wait() }() // for its output; the program is waited for here
	pid, known := cmd.Process.Pid, map[int]bool{}
	for {
		var status syscall.WaitStatus
		tid, err := syscall.Wait4(-pid, &status, syscall.WALL|syscall.WNOTHREAD, nil)
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil:
			return 0, fmt.Errorf("waiting for a stop: %w", err)
		case tid == pid && status.Exited():
			return status.ExitStatus(), nil
		case tid == pid && status.Signaled():
			return -1, nil
		case !status.Stopped():
			delete(known, tid)
			continue
		}
		if tid == pid && !known[pid] {
			if err := syscall.PtraceSetOptions(pid, syscall.PTRACE_O_TRACECLONE|syscall.PTRACE_O_TRACESYSGOOD|exitKill); err != nil {
				return 0, fmt.Errorf("setting the tracer's options: %w", err)
			}
		}
		pass := tr.stop(pid, tid, status, !known[tid])
		known[tid] = true
		_ = syscall.PtraceSyscall(tid, pass) // a thread that was killed meanwhile is no more
	}
}

// stop looks at one stop and says which signal to pass on.
func (tr *tracer) stop(pid, tid int, status syscall.WaitStatus, first bool) (pass int) {
	const atCall = syscall.SIGTRAP | 0x80
	switch sig := status.StopSignal(); {
	case sig == atCall:
		tr.count(pid, tid)
		return 0
	case sig == syscall.SIGTRAP, first && sig == syscall.SIGSTOP:
		return 0 // a new thread, or the tracer's own
	default:
		return int(sig)
	}
}

// What package syscall does not name: PTRACE_O_EXITKILL,
// PTRACE_GET_SYSCALL_INFO and its PTRACE_SYSCALL_INFO_ENTRY.
const (
	exitKill    = 0x100000
	getCallInfo = 0x420e
	entry       = 1
)

// callInfo is the kernel's struct ptrace_syscall_info at a call's entry.
type callInfo struct {
	op     uint8
	_      [3]uint8
	_      uint32
	_, _   uint64
	number uint64
	args   [6]uint64
}

// count kills the program if this is the call to do it at. A thread that is
// killed at the entry of a call does not do it.
func (tr *tracer) count(pid, tid int) {
	var info callInfo
	_, _, no := syscall.RawSyscall6(syscall.SYS_PTRACE, getCallInfo, uintptr(tid), unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	if no != 0 || info.op != entry {
		return
	}
	call, known := storeCalls[info.number]
	if !known || !tr.which(call.name) || !tr.touches(pid, info, call.path) {
		return
	}
	tr.calls = append(tr.calls, call.name)
	if len(tr.calls) == tr.at {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// touches says whether a call is about the store or the server.
func (tr *tracer) touches(pid int, info callInfo, path int) bool {
	if path >= 0 {
		return strings.HasPrefix(textAt(pid, info.args[path]), tr.folder)
	}
	file, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, int32(info.args[0])))
	return strings.HasPrefix(file, tr.folder) || strings.HasPrefix(file, "socket:")
}

// textAt reads a string of the program's memory, of at most so many bytes.
func textAt(pid int, at uint64) string {
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return ""
	}
	defer memory.Close()
	b := make([]byte, 512)
	n, _ := memory.ReadAt(b, int64(at))
	text, _, _ := bytes.Cut(b[:n], []byte{0})
	return string(text)
}
