package store

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"arbor/store/remote"
)

// slowClose is a store whose close takes a while.
type slowClose struct {
	backend
	begun chan struct{}
	takes time.Duration
}

func (s *slowClose) close() error {
	close(s.begun)
	time.Sleep(s.takes)
	return s.backend.close()
}

// TestSlowHandOver has an owner take longer to close than its clients wait for an owner that is silent: they wait for one that is not.
func TestSlowHandOver(t *testing.T) {
	dir := t.TempDir()
	owner, ks := openTest(t, dir, Options{})
	const silence = 500 * time.Millisecond // the owner is heard five times as often
	client, _ := openTest(t, dir, Options{OwnerTimeout: silence})
	role := owner.be.(*member).role
	slow := &slowClose{role.be, make(chan struct{}), 5 * silence / 2}
	role.be = slow
	closed := make(chan error, 1)
	go func() { closed <- owner.Close() }()
	<-slow.begun
	other, _ := openTest(t, dir, Options{OwnerTimeout: silence})
	put(t, client, ks, "key", "value")
	if v := get(t, other, ks, "key"); string(v) != "value" {
		t.Errorf("read %q", v)
	}
	must(t, <-closed)
}

// TestExclusiveBesideTheDead opens a store alone whose owner was killed a moment ago: its lock and its socket are still there.
func TestExclusiveBesideTheDead(t *testing.T) {
	dir := t.TempDir()
	lock, err := openLock(dir, false)
	must(t, err)
	must(t, takeLock(lock, false))
	l, err := listen(dir)
	must(t, err)
	must(t, writeNote(lock, lockNote{pid: 4242, socket: l.Addr().String()}))
	gone := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			err = c.Close()
		}
		gone <- errors.Join(err, l.Close(), lock.Close())
	}()
	db, err := Open(dir, Options{Exclusive: true})
	if err != nil {
		l.Close()
		<-gone
		t.Fatal(err)
	}
	must(t, <-gone)
	must(t, db.Close())
}

// serveOnly has a client of a backend, and its server.
func serveOnly(t *testing.T, be backend) (*server, *client) {
	t.Helper()
	l, err := listen(t.TempDir())
	must(t, err)
	srv := startServer(l, time.Second)
	t.Cleanup(srv.close)
	srv.serve(be, nil)
	c, err := connect(lockNote{pid: os.Getpid(), socket: l.Addr().String()}, time.Second)
	must(t, err)
	t.Cleanup(c.end)
	return srv, c
}

// giveless is a store that gives no ids.
type giveless struct {
	backend
	err error
}

func (f *giveless) nextID() (uint64, error) { return 0, f.err }

// TestEvidenceOfAClient: an error that is of two kinds, and tells of damage, does so in a client too.
func TestEvidenceOfAClient(t *testing.T) {
	missing := &CorruptError{File: "000007.seg", Offset: 8192, Err: errors.New("acknowledged data is lost from here on")}
	sum := &CorruptError{File: "000009.seg", Offset: 64, Want: 1, Got: 2}
	for _, want := range []error{
		missing, sum,
		fmt.Errorf("%w: %w", ErrReadOnly, missing),
		fmt.Errorf("%w: %w", ErrReadOnly, sum),
		fmt.Errorf("read: %w", missing),
	} {
		_, c := serveOnly(t, &giveless{newMemory(small), want})
		_, err := c.nextID()
		var there, here *CorruptError
		if !errors.As(want, &there) || !errors.As(err, &here) || here.File != there.File || here.Offset != there.Offset || here.Error() != there.Error() {
			t.Errorf("%v: its evidence is %v", want, here)
		}
		if err.Error() != want.Error() || !errors.Is(err, ErrCorrupt) || errors.Is(err, ErrReadOnly) != errors.Is(want, ErrReadOnly) {
			t.Errorf("%v: a client is told %v", want, err)
		}
	}
}

// TestReleaseBesideAll gives up a snapshot while all connections are in use and no other can be made: the owner hears of it.
func TestReleaseBesideAll(t *testing.T) {
	srv, c := serveOnly(t, newMemory(small))
	f, err := c.snapshot()
	must(t, err)
	busy, err := c.take(false)
	must(t, err)
	must(t, os.Remove(c.path))
	f.release()
	c.give(busy)
	_, err = c.stats() // which the owner answers when it has heard the rest
	must(t, err)
	holdsNone(t, srv)
}

// holdsNone reports snapshots that the owner holds for its clients.
func holdsNone(t *testing.T, srv *server) {
	t.Helper()
	srv.mu.Lock()
	defer srv.mu.Unlock()
	for _, ss := range srv.sessions {
		ss.mu.Lock()
		if n := len(ss.pins); n > 0 {
			t.Errorf("the owner still holds %d snapshots", n)
		}
		ss.mu.Unlock()
	}
}

// TestStrayPages has an owner answer with pages that lead nowhere, or in a circle.
func TestStrayPages(t *testing.T) {
	entry := func(key string) []byte { return remote.AppendEntry(nil, remote.Entry{Key: []byte(key)}) }
	for name, x := range map[string]struct {
		page    []byte
		reverse bool
	}{
		"nothing":           {nil, false},
		"before the bound":  {entry("a"), false},
		"behind the bound":  {entry("z"), false},
		"again":             {entry("m"), false},
		"again, in reverse": {entry("m"), true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			asked := 0
			fakeOwner(t, dir, speakTo(func(c *remote.Conn, q *remote.Request) {
				r := remote.Reply{ID: 1}
				if q.Kind == remote.Scan {
					asked++
					r.Page, r.More = x.page, asked < 100
				}
				if q.Kind != remote.Release {
					c.Send(&r, time.Second)
				}
			}))
			db, err := Open(dir, Options{})
			must(t, err)
			defer db.Close()
			f, err := db.be.snapshot()
			must(t, err)
			defer f.release()
			for _, err = range f.scan([]byte("b"), []byte("y"), x.reverse) {
				if err != nil {
					break
				}
			}
			if !errors.Is(err, remote.ErrMalformed) || !strings.Contains(err.Error(), "process 4242") {
				t.Errorf("after %d pages: %v", asked, err)
			}
		})
	}
}

// TestComingWhileLeaving comes to an owner that is about to close as another connection of a client it has dismissed: that one is told so.
func TestComingWhileLeaving(t *testing.T) {
	srv, c := serveOnly(t, newMemory(small))
	srv.retire()
	nc, err := net.Dial("unix", c.path)
	must(t, err)
	defer nc.Close()
	a, err := remote.NewConn(nc).Greet(remote.Hello{Version: remote.Version, Session: c.session}, time.Second)
	if err != nil || a.Status != remote.Goodbye {
		t.Errorf("answered %+v, %v", a, err)
	}
}
