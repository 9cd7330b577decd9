//go:build linux && iouring

package disk

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// seccompVariable makes TestWithoutRing the child: its value is what the kernel shall answer to io_uring_setup.
const seccompVariable = "ARBOR_TEST_SECCOMP"

var refusals = map[string]unix.Errno{"EPERM": unix.EPERM, "ENOSYS": unix.ENOSYS}

func TestWithoutRing(t *testing.T) {
	if name := os.Getenv(seccompVariable); name != "" {
		withoutRing(t, refusals[name])
		return
	}
	for name := range refusals {
		t.Run(name, func(t *testing.T) {
			child := exec.Command(os.Args[0], "-test.run=^TestWithoutRing$", "-test.v")
			child.Env = append(os.Environ(), seccompVariable+"="+name)
			out, err := child.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if strings.Contains(string(out), "SKIP") {
				t.Skip(string(out))
			}
		})
	}
}

// withoutRing refuses io_uring_setup to this process for good, and opens a disk.
func withoutRing(t *testing.T, refusal unix.Errno) {
	if err := refuse(unix.SYS_IO_URING_SETUP, refusal); err != nil {
		t.Skip("no seccomp here:", err)
	}
	dir := t.TempDir()
	d, err := Open(dir, "")
	check(t, err)
	defer d.Close()
	if d.Kind() == "uring" || !strings.Contains(d.Note(), "seccomp") && d.Kind() != "buffered" {
		t.Errorf("kind %q, note %q; want one without a ring and why", d.Kind(), d.Note())
	}
	f := must[File](t)(d.Create("a", 4096))
	check(t, submitAndWait(d, f, block(4096, 1), 0))
	check(t, f.Close())
	if _, err := Open(dir, "uring"); !errors.Is(err, refusal) && d.Kind() == "direct" {
		t.Errorf("forced ring: %v, want %v", err, refusal)
	}
}

// refuse makes the kernel answer every later call of that number, of any thread, with errno.
func refuse(call uint32, errno unix.Errno) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the number of the call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: call, Jt: 0, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	_, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if e != 0 {
		return e
	}
	return nil
}

func TestRingCounts(t *testing.T) {
	d, err := Open(t.TempDir(), "uring")
	if err != nil {
		t.Skip(err)
	}
	defer d.Close()
	f := must[File](t)(d.Create("a", 8192))
	defer f.Close()
	before := d.Counters()
	check(t, submitAndWait(d, f, block(4096, 1), 0))
	after := d.Counters()
	if after.Entries <= before.Entries || after.Enters <= before.Enters || after.Syncs != before.Syncs+1 || after.Written != before.Written+4096 {
		t.Errorf("a submitted write took the counters from %+v to %+v", before, after)
	}
	before = after
	check(t, f.WriteDurable(block(4096, 1), 0))
	if after = d.Counters(); after.Entries > before.Entries+1 { // the eventfd may be armed again meanwhile
		t.Errorf("a lone durable write went through the ring: %+v to %+v", before, after)
	}
}
