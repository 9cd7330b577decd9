//go:build linux && environments

package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The suites of the store and of its disk run again where less is allowed or the files lie elsewhere. What is not possible here is skipped
// and says why. `make environments` runs this.

// simulated are the tests to which the place of the files makes no difference.
const simulated = "Histories|CrashAtEveryStep|FailAtEveryStep|LyingDisk|TestModel|EveryBit|KillThenCrash|KilledInManifest|Sim|Fuzz|ReplaceCutShort"

const nobody = 65534

// environments are where the suites run. A mounted one is a filesystem in a file of so many bytes, made by a program.
var environments = []struct {
	name    string
	child   string // what the process does to itself before it becomes the suite
	mkfs    []string
	size    int64
	tmpfs   bool
	user    uint32 // who runs the suite, if it is root who runs this
	skipped string // tests that are not run
}{
	{name: "unprivileged", user: nobody},
	{name: "no ring", child: "no ring", user: nobody, skipped: simulated},
	{name: "no locked memory", child: "no locked memory", user: nobody, skipped: simulated},
	{name: "tmpfs", tmpfs: true, skipped: simulated},
	{name: "ext4 of 1 KiB blocks", mkfs: []string{"mkfs.ext4", "-q", "-b", "1024"}, size: 256 << 20, skipped: simulated},
	{name: "xfs", mkfs: []string{"mkfs.xfs", "-q"}, size: 512 << 20, skipped: simulated},
	{name: "btrfs", mkfs: []string{"mkfs.btrfs", "-q"}, size: 512 << 20, skipped: simulated},
}

func TestEnvironments(t *testing.T) {
	suites := buildSuites(t)
	for _, x := range environments {
		t.Run(x.name, func(t *testing.T) {
			dir, err := os.MkdirTemp("", "env") // short, since paths of sockets have to be
			must(t, err)
			t.Cleanup(func() { os.RemoveAll(dir) })
			switch {
			case x.tmpfs:
				mount(t, "", dir, "tmpfs", "")
			case x.mkfs != nil:
				mountImage(t, dir, x.size, x.mkfs...)
			}
			var user *syscall.SysProcAttr
			if x.user != 0 && os.Getuid() == 0 {
				must(t, os.Chown(dir, int(x.user), int(x.user)))
				user = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: x.user, Gid: x.user}}
			}
			for name, suite := range suites {
				skipped := "^TestPlanted$" // it is about the sources, of which the suite has but its own package
				if x.skipped != "" {
					skipped += "|" + x.skipped
				}
				args := []string{suite, "-test.short", "-test.v", "-test.timeout=8m", "-test.skip=" + skipped}
				if x.child != "" {
					args = append([]string{filepath.Join(filepath.Dir(suites["."]), "child.test"), "-test.run=^TestEnvironmentChild$", "-test.v"}, args...)
				}
				cmd := exec.Command(args[0], args[1:]...)
				cmd.Dir, cmd.SysProcAttr = filepath.Dir(suite), user
				cmd.Env = append(os.Environ(), "TMPDIR="+dir, "ARBOR_TEST_ENVIRONMENT="+x.child, "XDG_RUNTIME_DIR=", "ARBOR_SOAK=", "HOME="+dir)
				judgeSuite(t, name, cmd)
			}
		})
	}
}

// judgeSuite runs a suite and says how much of it did run.
func judgeSuite(t *testing.T, name string, cmd *exec.Cmd) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if why := regexp.MustCompile(`(?m)^cannot: (.*)$`).FindSubmatch(out); why != nil {
		t.Skipf("%s", why[1])
	}
	count := func(what string) int { return bytes.Count(out, []byte("\n--- "+what+": ")) }
	t.Logf("%s: %d tests passed, %d were skipped", name, count("PASS"), count("SKIP"))
	if err != nil || count("PASS") < 5 {
		failed := regexp.MustCompile(`(?m)^ *--- FAIL: .*$`).FindAllString(string(out), -1)
		if len(failed) == 0 { // it did not come to that
			lines := strings.Split(string(out), "\n")
			failed = lines[max(0, len(lines)-60):]
		}
		t.Errorf("%s: %v\n%s", name, err, strings.Join(failed, "\n"))
	}
}

// buildSuites makes the test binaries, each in a copy of its package where everybody can read it.
func buildSuites(t *testing.T) map[string]string {
	t.Helper()
	dir, err := os.MkdirTemp("", "suites")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.CopyFS(dir, os.DirFS(".")))
	must(t, os.Chmod(dir, 0o755))
	self, err := os.ReadFile(os.Args[0])
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "child.test"), self, 0o755)) // for users who may not run this one where it is
	suites := map[string]string{}
	for _, pkg := range []string{".", "disk"} {
		suites[pkg] = filepath.Join(dir, pkg, "suite.test")
		cmd := exec.Command("go", "test", "-c", "-tags", "iouring", "-ldflags=-checklinkname=0", "-o", suites[pkg], "./"+pkg)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
		}
	}
	return suites
}

// TestEnvironmentChild takes something from its process for good, and then becomes the program of its further arguments.
func TestEnvironmentChild(t *testing.T) {
	what := os.Getenv("ARBOR_TEST_ENVIRONMENT")
	if what == "" {
		t.Skip("started by TestEnvironments")
	}
	runtime.LockOSThread()
	var err error
	switch what {
	case "no ring":
		err = refuseRing()
	case "no locked memory":
		err = unix.Setrlimit(unix.RLIMIT_MEMLOCK, &unix.Rlimit{})
	}
	if err == nil {
		err = syscall.Exec(os.Args[3], os.Args[3:], os.Environ())
	}
	fmt.Printf("cannot: %s: %v\n", what, err)
}

// refuseRing makes the kernel answer the system calls of io_uring with EPERM, as the default profile of containers does.
func refuseRing() error {
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0},
		{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: unix.SYS_IO_URING_SETUP, Jt: 0, Jf: 2},
		{Code: unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K, K: unix.SYS_IO_URING_REGISTER, Jt: 1, Jf: 0},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if _, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program))); e != 0 {
		return e
	}
	return nil
}

// mountImage makes a filesystem in a file and mounts it at dir.
func mountImage(t *testing.T, dir string, size int64, mkfs ...string) {
	t.Helper()
	if _, err := exec.LookPath(mkfs[0]); err != nil {
		t.Skip(err)
	}
	image := filepath.Join(t.TempDir(), "image")
	f, err := os.Create(image)
	must(t, err)
	must(t, errors.Join(f.Truncate(size), f.Close()))
	if out, err := exec.Command(mkfs[0], append(mkfs[1:], image)...).CombinedOutput(); err != nil {
		t.Skipf("%v: %v: %s", mkfs, err, out)
	}
	mount(t, image, dir, "", "loop")
}

// mount mounts for the time of a test, or skips it.
func mount(t *testing.T, from, dir, kind, options string) {
	t.Helper()
	args := []string{}
	if kind != "" {
		args, from = append(args, "-t", kind), "none"
	}
	if options != "" {
		args = append(args, "-o", options)
	}
	if out, err := exec.Command("mount", append(args, from, dir)...).CombinedOutput(); err != nil {
		t.Skipf("mount %s: %v: %s", dir, err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount %s: %v: %s", dir, err, out)
		}
	})
	must(t, os.Chmod(dir, 0o777))
}

// TestFullMount fills a small filesystem to the last block while several commit. What is acknowledged stays; deletions and the close work;
// with space again all goes on.
func TestFullMount(t *testing.T) {
	for _, x := range []struct {
		mkfs []string
		size int
	}{
		{[]string{"mkfs.ext4", "-q", "-m", "0"}, 32 << 20},
		{[]string{"mkfs.xfs", "-q"}, 320 << 20},
		{[]string{"mkfs.btrfs", "-q"}, 192 << 20},
	} {
		for _, kind := range []string{"direct", "buffered", ""} {
			t.Run(x.mkfs[0]+" "+kind, func(t *testing.T) {
				dir := t.TempDir()
				mountImage(t, dir, int64(x.size), x.mkfs...)
				home, ballast, kept := filepath.Join(dir, "store"), filepath.Join(dir, "ballast"), filepath.Join(dir, "kept")
				must(t, os.Mkdir(home, 0o700))
				fillUp(t, kept, 16<<20)
				fillUp(t, ballast, x.size)
				must(t, os.Remove(kept))
				syncAll(t, dir) // some give space back only then
				fillStore(t, home, ballast, kind)
			})
		}
	}
}

func syncAll(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Open(dir)
	must(t, err)
	must(t, errors.Join(unix.Syncfs(int(f.Fd())), f.Close()))
}

// fillUp appends so many bytes to a file, or as many as fit.
func fillUp(t *testing.T, path string, size int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	must(t, err)
	for piece := bytes.Repeat([]byte("ballast "), 4<<10); size > 0 && len(piece) >= 64; {
		n, err := f.Write(piece[:min(len(piece), size)])
		size -= n
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, io.ErrShortWrite) {
			piece = piece[:len(piece)/2]
		} else {
			must(t, err)
		}
	}
	if err := errors.Join(f.Sync(), f.Close()); !errors.Is(err, syscall.ENOSPC) {
		must(t, err)
	}
}

func fillStore(t *testing.T, home, ballast, kind string) {
	open := func() (*DB, Keyspace) {
		db, err := Open(home, Options{IO: kind, Cleaning: -1})
		must(t, err)
		return db, keyspace(t, db)
	}
	db, ks := open()
	acked := make([]map[string]string, 4)
	var wg sync.WaitGroup
	for w := range acked {
		acked[w] = map[string]string{}
		wg.Go(func() {
			for i := 0; ; i++ {
				k, v := fmt.Sprintf("%d/%d", w, i), strings.Repeat(fmt.Sprint(w, i, " "), 400)
				err := db.Update(func(tx *Tx) error { return tx.Put(ks, []byte(k), []byte(v)) })
				if errors.Is(err, ErrNoSpace) {
					return
				} else if err != nil {
					t.Errorf("while the disk fills up: %v", err)
					return
				}
				acked[w][k] = v
			}
		})
	}
	wg.Wait()
	want := contents{}
	for _, a := range acked {
		for k, v := range a {
			want[k] = v
		}
	}
	t.Logf("%d values fit", len(want))
	fillUp(t, ballast, 1<<30)
	check := func(when string) {
		t.Helper()
		got, err := readAll(db)
		must(t, err)
		for k, v := range want {
			if got[k] != v {
				t.Fatalf("%s %s is %.20q, acknowledged was %.20q", when, k, got[k], v)
			}
		}
	}
	check("on the full disk")
	for i := range 10 {
		k := fmt.Sprintf("0/%d", i)
		must(t, db.Update(func(tx *Tx) error { return tx.Delete(ks, []byte(k)) }))
		delete(want, k)
	}
	must(t, db.Close())
	db, ks = open()
	check("after a close and an open")
	for i := 10; i < 20; i++ {
		k := fmt.Sprintf("0/%d", i)
		must(t, db.Update(func(tx *Tx) error { return tx.Delete(ks, []byte(k)) }))
		delete(want, k)
	}
	must(t, os.Remove(ballast))
	syncAll(t, home)
	for i := range 50 {
		k := fmt.Sprint("after/", i)
		want[k] = strings.Repeat(k, 500)
		putBytes(t, db, ks, k, []byte(want[k]))
	}
	must(t, db.Close())
	db, _ = open()
	check("with space again")
	rep, err := db.Verify(t.Context())
	if err != nil || len(rep.Damage) > 0 {
		t.Errorf("verify: %v %v", err, rep.Damage)
	}
	must(t, db.Close())
}
