package store

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arbor/store/remote"
)

func TestExclusiveAndReadOnly(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "none"), Options{ReadOnly: true}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("read only, no store: %v", err)
	}
	owner, ks := openTest(t, dir, Options{})
	put(t, owner, ks, "k", "v")
	if _, err := Open(dir, Options{Exclusive: true}); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("exclusive: %v; want ErrLocked and the pid", err)
	}
	reader, err := Open(dir, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := reader.Update(func(tx *Tx) error { return tx.Put(ks, []byte("k"), nil) }); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a commit of a reader: %v", err)
	}
}

// TestOtherVersions shows that owner and client of different versions part with one clear line, whoever is newer.
func TestOtherVersions(t *testing.T) {
	dir := t.TempDir()
	db, _ := openTest(t, dir, Options{})
	h, err := openLock(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	note, _ := readNote(h)
	h.Close()
	nc, err := net.Dial("unix", note.socket)
	if err != nil {
		t.Fatal(err)
	}
	a, err := remote.NewConn(nc).Greet(remote.Hello{Version: remote.Version + 1}, time.Second)
	nc.Close()
	if err != nil || a.Status != remote.OtherVersion || a.PID != uint64(os.Getpid()) {
		t.Errorf("the owner answers %+v, %v", a, err)
	}
	db.Close()

	dir = t.TempDir()
	fakeOwner(t, dir, func(c *remote.Conn) {
		c.Listen(time.Second)
		c.Answer(remote.Answer{Version: remote.Version + 1, Status: remote.OtherVersion, PID: 4242}, time.Second)
	})
	_, err = Open(dir, Options{})
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "4242, an arbor of another version") || strings.Contains(err.Error(), "\n") {
		t.Errorf("open: %v", err)
	}
}

// fakeOwner holds the directory and does with each connection what speak does.
func fakeOwner(t *testing.T, dir string, speak func(*remote.Conn)) {
	t.Helper()
	lock, err := openLock(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := takeLock(lock, false); err != nil {
		t.Fatal(err)
	}
	l, err := listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeNote(lock, lockNote{pid: 4242, socket: l.Addr().String()}); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			speak(remote.NewConn(c))
			c.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-ended
		lock.Close()
	})
}

func TestOwnerThatCannotShare(t *testing.T) {
	dir := t.TempDir()
	lock, err := openLock(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := takeLock(lock, false); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		note lockNote
		want string
	}{
		{lockNote{pid: 4242, reason: "no sockets here"}, "process 4242, which cannot share it: no sockets here"},
		{lockNote{pid: 4242, socket: filepath.Join(dir, "gone")}, "process 4242"},
		{lockNote{}, ErrLocked.Error()},
	} {
		if err := writeNote(lock, c.note); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, Options{OwnerTimeout: 50 * time.Millisecond}); !errors.Is(err, ErrLocked) || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%+v: %v; want ErrLocked … %s", c.note, err, c.want)
		}
	}
}

func TestSocketPlaces(t *testing.T) {
	long := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	run := t.TempDir()
	open := t.TempDir()
	if err := os.Mkdir(filepath.Join(open, "arbor"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ xdg, tmp, want string }{
		"runtime directory":    {run, os.TempDir(), filepath.Join(run, "arbor")},
		"path too long":        {long, long, "/tmp/arbor-"},
		"directory of others":  {open, run, filepath.Join(run, "arbor-")},
		"no runtime directory": {"", run, filepath.Join(run, "arbor-")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("XDG_RUNTIME_DIR", c.xdg)
			t.Setenv("TMPDIR", c.tmp)
			l, err := listen(long)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			path := l.Addr().String()
			info, err := os.Stat(path)
			if err != nil || !strings.HasPrefix(path, c.want) || len(path) > maxSocketPath || info.Mode().Perm() != 0o600 {
				t.Errorf("socket %s, want it in %s…, mode %v, %v", path, c.want, info.Mode(), err)
			}
		})
	}
}

// TestOwnerIsNotHeldUp shows that neither noise on the socket nor a client that says nothing keeps the owner from working or leaving.
func TestOwnerIsNotHeldUp(t *testing.T) {
	dir := t.TempDir()
	db, ks := openTest(t, dir, Options{OwnerTimeout: time.Hour})
	lock, err := openLock(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	note, _ := readNote(lock)
	hello := remote.Hello{Version: remote.Version}.Append(nil)
	for _, said := range []string{"", "GET / HTTP/1.1", strings.Repeat("noise", 100), string(hello), string(hello) + "\xff\xff\xff\xff", string(hello) + "\x03\x00\x00\x00abc"} {
		c, err := net.Dial("unix", note.socket)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.Write([]byte(said))
	}
	put(t, db, ks, "k", "v")
	if err := db.Close(); err != nil { // the timeout of the test is what fails it
		t.Error(err)
	}
}

// TestSocketOfTheDeadIsRemoved shows that killed owners leave no sockets behind for ever.
func TestSocketOfTheDeadIsRemoved(t *testing.T) {
	dir := t.TempDir()
	lock, err := openLock(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	left, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	left.(*net.UnixListener).SetUnlinkOnClose(false)
	left.Close()
	path := left.Addr().String()
	if err := writeNote(lock, lockNote{pid: 4242, socket: path}); err != nil {
		t.Fatal(err)
	}
	db, _ := openTest(t, dir, Options{})
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket of the dead owner is still there (%v)", err)
	}
	note, err := readNote(lock)
	if err != nil || note.pid != os.Getpid() {
		t.Errorf("note %+v, %v", note, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(note.socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket of the owner that closed is still there (%v)", err)
	}
}

func FuzzNote(f *testing.F) {
	f.Add(lockNote{pid: 1, socket: "/run/x", reason: "because"}.String())
	f.Add("arbor lock 1\npid x\n")
	f.Fuzz(func(t *testing.T, s string) {
		if n := parseNote(s); n != (lockNote{}) && parseNote(n.String()) != n {
			t.Errorf("%q → %+v", s, n)
		}
	})
}

// TestFailedResume shows that a handle that could not come back says why, and comes back later.
func TestFailedResume(t *testing.T) {
	dir := t.TempDir()
	db, ks := openTest(t, dir, Options{OwnerTimeout: 20 * time.Millisecond})
	put(t, db, ks, "k", "v")
	if err := db.Suspend(); err != nil {
		t.Fatal(err)
	}
	lock, err := openLock(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := takeLock(lock, false); err != nil {
		t.Fatal(err)
	}
	if err := db.Resume(); !errors.Is(err, ErrLocked) {
		t.Errorf("resume: %v, want ErrLocked", err)
	}
	if _, err := db.Snapshot(); !errors.Is(err, ErrLocked) {
		t.Errorf("a read after it: %v, want ErrLocked", err)
	}
	lock.Close()
	put(t, db, ks, "k", "w")
}
