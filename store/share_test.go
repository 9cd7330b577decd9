package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"arbor/store/remote"
)

// pair opens a directory twice: the second is a client of the first.
func pair(t *testing.T) (owner, client *DB, ks Keyspace) {
	t.Helper()
	dir := t.TempDir()
	owner, ks = openTest(t, dir, Options{})
	client, _ = openTest(t, dir, Options{})
	for db, want := range map[*DB]string{owner: "owner", client: "client"} {
		if st, err := db.Stats(); err != nil || st.Role != want || st.OwnerPID != os.Getpid() {
			t.Fatalf("stats of the %s: %+v, %v", want, st, err)
		}
	}
	return owner, client, ks
}

func openTest(t *testing.T, dir string, opt Options) (*DB, Keyspace) {
	t.Helper()
	db, err := Open(dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	ks, err := db.Keyspace("test")
	if err != nil {
		t.Fatal(err)
	}
	return db, ks
}

func lsnOf(t *testing.T, db *DB) LSN {
	t.Helper()
	s, err := db.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Release()
	return s.LSN()
}

func put(t testing.TB, db *DB, ks Keyspace, key, value string) {
	t.Helper()
	if err := db.Update(func(tx *Tx) error { return tx.Put(ks, []byte(key), []byte(value)) }); err != nil {
		t.Fatal(err)
	}
}

func all(t *testing.T, r Reader, ks Keyspace, rg Range) (out []string) {
	t.Helper()
	for e, err := range r.Scan(ks, rg) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(e.Key)+"="+string(e.Value))
	}
	return out
}

// TestClientReadsAsTheOwner compares all reads, over many pages, both ways.
func TestClientReadsAsTheOwner(t *testing.T) {
	owner, client, ks := pair(t)
	before, err := client.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer before.Release()
	for batch := range 4 {
		err := client.Update(func(tx *Tx) error {
			for i := range 500 {
				if err := tx.Put(ks, fmt.Appendf(nil, "key %d %d", i, batch), bytes.Repeat([]byte{byte(i)}, i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put(t, owner, ks, "large", strings.Repeat("x", 900<<10))
	put(t, owner, ks, "empty", "")
	check := func(a, b *Snapshot) {
		for _, rg := range []Range{{}, {Reverse: true}, Prefix([]byte("key 1")), {From: []byte("key 2"), To: []byte("key 400 1"), Reverse: true}, {From: []byte("z")}} {
			if x, y := all(t, a, ks, rg), all(t, b, ks, rg); !slices.Equal(x, y) {
				t.Errorf("%+v: %d entries, want %d, or they differ", rg, len(y), len(x))
			}
		}
	}
	a, _ := owner.Snapshot()
	defer a.Release()
	b, err := client.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Release()
	check(a, b)
	changes := 0
	for c, err := range b.Changed(before, ks, Range{}) {
		if err != nil {
			t.Fatal(err)
		}
		if v, err := a.Get(ks, c.Key); err != nil || c.Deleted || !bytes.Equal(v, c.Value) {
			t.Fatalf("change of %q: %v", c.Key, err)
		}
		changes++
	}
	if changes != 2002 {
		t.Errorf("%d changes, want 2002", changes)
	}
	if v, err := b.Get(ks, []byte("empty")); err != nil || v == nil || len(v) > 0 {
		t.Errorf("empty value: %v, %v", v, err)
	}
	if _, err := b.Get(ks, []byte("none")); !errors.Is(err, ErrNotFound) {
		t.Errorf("absent key: %v", err)
	}
	if n := len(all(t, before, ks, Range{})); n != 0 {
		t.Errorf("the old snapshot has %d entries", n)
	}
}

func TestClientErrors(t *testing.T) {
	_, client, ks := pair(t)
	tries := 0
	err := client.Update(func(tx *Tx) error { // another commit comes between its read and its commit, once
		if _, err := tx.Get(ks, []byte("k")); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if tries++; tries == 1 {
			put(t, client, ks, "k", "other")
		}
		return tx.Put(ks, []byte("k"), []byte("mine"))
	})
	if err != nil || tries != 2 {
		t.Errorf("%d tries, %v; want a conflict, then success", tries, err)
	}
	a, err := client.NextID()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := client.NextID(); err != nil || b <= a {
		t.Errorf("NextID %d after %d, %v", b, a, err)
	}
	if err := client.Sync(); err != nil {
		t.Error(err)
	}
	if v, err := client.Verify(context.Background()); err != nil || len(v.Damage) > 0 {
		t.Errorf("verify: %+v, %v", v, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := client.be.wait(ctx, lsnOf(t, client)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled wait: %v", err)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	if _, err := client.Snapshot(); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestWatchAcrossProcesses(t *testing.T) {
	owner, client, ks := pair(t)
	w, err := client.Watch(ks, []byte("a/"))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	got := make(chan string)
	go func() {
		for {
			_, changes, err := w.Next(context.Background())
			if errors.Is(err, ErrClosed) {
				close(got)
				return
			}
			got <- fmt.Sprint(len(changes), err)
		}
	}()
	put(t, owner, ks, "b/other", "1")
	put(t, owner, ks, "a/1", "1")
	if s := <-got; s != "1 <nil>" {
		t.Errorf("watched %s", s)
	}
	put(t, client, ks, "a/2", "1")
	if s := <-got; s != "1 <nil>" {
		t.Errorf("watched %s", s)
	}
	if err := owner.Suspend(); err != nil {
		t.Fatal(err)
	}
	if s := <-got; s != "0 "+ErrStale.Error() {
		t.Errorf("after the owner left, watched %s", s)
	}
	put(t, client, ks, "a/3", "1")
	if s := <-got; s != "1 <nil>" {
		t.Errorf("as the owner, watched %s", s)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	if s, open := <-got; open {
		t.Errorf("after Close, watched %s", s)
	}
}

func TestSuspendAndResume(t *testing.T) {
	a, b, ks := pair(t)
	put(t, a, ks, "k", "1")
	w, err := a.Watch(ks, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	stale, err := b.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Suspend(); err != nil {
		t.Fatal(err)
	}
	if _, err := stale.Get(ks, []byte("k")); !errors.Is(err, ErrStale) {
		t.Errorf("a snapshot of the owner that left: %v", err)
	}
	stale.Release()
	put(t, b, ks, "k", "2")
	if st, err := b.Stats(); err != nil || st.Role != "owner" {
		t.Errorf("the client did not take over: %+v, %v", st, err)
	}
	waited := make(chan error)
	go func() {
		waited <- a.View(func(s *Snapshot) error {
			v, err := s.Get(ks, []byte("k"))
			if err == nil && string(v) != "2" {
				err = fmt.Errorf("value %q", v)
			}
			return err
		})
	}()
	if err := a.Resume(); err != nil {
		t.Fatal(err)
	}
	if err := <-waited; err != nil {
		t.Errorf("a view during the suspension: %v", err)
	}
	if st, err := a.Stats(); err != nil || st.Role != "client" {
		t.Errorf("after Resume: %+v, %v", st, err)
	}
	if _, _, err := w.Next(context.Background()); !errors.Is(err, ErrStale) {
		t.Errorf("the watch: %v, want ErrStale", err)
	}
	if err := b.Suspend(); err != nil {
		t.Fatal(err)
	}
	put(t, a, ks, "k", "3")
	if err := b.Close(); err != nil {
		t.Errorf("close while suspended: %v", err)
	}
	if err := b.Resume(); !errors.Is(err, ErrClosed) {
		t.Errorf("resume after close: %v", err)
	}
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

// TestLostCommitIsUncertain shows the difference between an owner that dies before and after it has the whole request.
func TestLostCommitIsUncertain(t *testing.T) {
	dir := t.TempDir()
	fakeOwner(t, dir, func(c *remote.Conn) {
		c.Listen(time.Second)
		c.Answer(remote.Answer{Version: remote.Version, Session: 1}, time.Second)
		for {
			b, err := c.Receive()
			var q remote.Request
			if err != nil || q.Parse(b) != nil || q.Kind == remote.Commit {
				return
			}
			c.Send(&remote.Reply{Status: remote.Busy}, time.Second)
			c.Send(&remote.Reply{ID: 1}, time.Second)
		}
	})
	db, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *Tx) error { return tx.Put(catalog, []byte("k"), nil) }); !errors.Is(err, ErrUncertain) {
		t.Errorf("commit: %v, want ErrUncertain", err)
	}
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

// TestSharedHistory compares three handles on one directory, which come, go and sleep, with a map.
func TestSharedHistory(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		want := map[string]string{}
		dbs := make([]*DB, 3)
		asleep := make([]bool, len(dbs))
		defer func() {
			for _, db := range dbs {
				if db != nil {
					db.Close()
				}
			}
		}()
		ok := func(err error) {
			if err != nil {
				rt.Fatal(err)
			}
		}
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			i := rapid.IntRange(0, len(dbs)-1).Draw(rt, "handle")
			db := dbs[i]
			switch {
			case db == nil:
				dbs[i], err = Open(dir, Options{})
				ok(err)
				continue
			case asleep[i]:
				ok(db.Resume())
				asleep[i] = false
				continue
			}
			ks, err := db.Keyspace("test")
			ok(err)
			switch rapid.IntRange(0, 9).Draw(rt, "what") {
			case 0:
				ok(db.Close())
				dbs[i] = nil
			case 1, 2:
				ok(db.Suspend())
				asleep[i] = true
			case 3, 4:
				ok(db.View(func(s *Snapshot) error {
					got := map[string]string{}
					for e, err := range s.Scan(ks, Range{}) {
						ok(err)
						got[string(e.Key)] = string(e.Value)
					}
					if !maps.Equal(got, want) {
						rt.Fatalf("the store has %v, want %v", got, want)
					}
					return nil
				}))
			default:
				key, value := rapid.StringMatching("[a-c]{1,2}").Draw(rt, "key"), rapid.StringMatching("[x-z]{0,30}").Draw(rt, "value")
				ok(db.Update(func(tx *Tx) error {
					if v, err := tx.Get(ks, []byte(key)); !errors.Is(err, ErrNotFound) && (err != nil || string(v) != want[key]) {
						return fmt.Errorf("%s is %q, want %q: %w", key, v, want[key], err)
					}
					if value == "" {
						return tx.Delete(ks, []byte(key))
					}
					return tx.Put(ks, []byte(key), []byte(value))
				}))
				want[key] = value
				if value == "" {
					delete(want, key)
				}
			}
		}
	})
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
