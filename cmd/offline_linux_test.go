package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// uncaged is the status of without-network where there is no seccomp.
const uncaged = 125

// confined wants the same outcome in a process in which the kernel kills whoever
// asks for a socket of the network.
func (s stage) confined(t *testing.T, a act, before files, first outcome) {
	t.Helper()
	s.restore(t, before)
	got, _ := s.play(t, a, []string{"without-network"})
	if got.status == uncaged {
		t.Logf("sockets are not refused: %s", got.stderr)
		return
	}
	if got.status != first.status {
		t.Errorf("%s: status %d without the network, want %d; stderr %s", a.line, got.status, first.status, got.stderr)
	}
	if diff := cmp.Diff(first, got, cmp.AllowUnexported(outcome{})); diff != "" && !a.fresh {
		t.Errorf("%s without the network (-with +without):\n%s", a.line, diff)
	}
}

// withoutNetwork becomes the program of its arguments, in which the system call
// socket kills the process for the families IPv4 and IPv6 (seccomp(2)).
func withoutNetwork() {
	const family = 16 // offset of the first argument in struct seccomp_data; little-endian
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: 0, Jf: 4, K: unix.SYS_SOCKET},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: family},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: 1, Jf: 0, K: unix.AF_INET},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: 0, Jf: 1, K: unix.AF_INET6},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_KILL_PROCESS},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	if err == nil {
		_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
		if errno != 0 {
			err = errno
		}
	}
	var path string
	if err == nil {
		path, err = exec.LookPath(os.Args[1])
	}
	if err == nil {
		err = unix.Exec(path, os.Args[1:], os.Environ())
	}
	fmt.Fprintln(os.Stderr, "without-network:", err)
	os.Exit(uncaged)
}

// TestWithoutNetwork: the cage of TestOfflineCommands holds.
func TestWithoutNetwork(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	got, _ := s.play(t, act{line: "status --base-url http://127.0.0.1:1"}, []string{"without-network"})
	if got.status == uncaged {
		t.Skip(got.stderr)
	}
	if got.status != -1 {
		t.Errorf("a command that asks a runtime was not killed: status %d, stderr %s", got.status, got.stderr)
	}
}
