package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/store/remote"
)

// pair opens a directory twice: the second is a client of the first.
func pair(t *testing.T) (owner, client *DB, ks Keyspace) {
	t.Helper()
	dir := t.TempDir()
	owner, ks = openTest(t, dir, Options{})
	client, _ = openTest(t, dir, Options{})
	for db, want := range map[*DB]string{owner: "owner", client: "client"} {
		if damage, err := db.Damage(); damage != "" || err != nil {
			t.Errorf("%s: damage %q, %v", want, damage, err)
		}
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
	if _, changes, err := w.Next(context.Background()); err != nil || len(changes) != 1 || string(changes[0].Value) != "2" {
		t.Errorf("the watch: %v, %v, want what the other process did", changes, err)
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

// TestGetManyAcrossProcesses: a client reads many keys at once, more than fit a page, as it reads them one by one.
func TestGetManyAcrossProcesses(t *testing.T) {
	dir := t.TempDir()
	owner, err := Open(dir, Options{IO: "buffered"})
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	ks, err := owner.Keyspace("a")
	if err != nil {
		t.Fatal(err)
	}
	err = owner.Update(func(tx *Tx) error {
		for i := range 1500 {
			if i%7 == 0 {
				continue
			}
			if err := tx.Put(ks, fmt.Appendf(nil, "%d", i), bytes.Repeat([]byte{byte(i)}, i%300)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := Open(dir, Options{IO: "buffered"})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var keys [][]byte
	for i := range 1500 {
		keys = append(keys, fmt.Appendf(nil, "%d", i))
	}
	err = client.View(func(s *Snapshot) error {
		values, err := s.GetMany(ks, keys)
		if err != nil {
			return err
		}
		for i, value := range values {
			if absent := i%7 == 0; absent != (value == nil) || !absent && !bytes.Equal(value, bytes.Repeat([]byte{byte(i)}, i%300)) {
				return fmt.Errorf("key %d is %v", i, value)
			}
		}
		none, err := s.GetMany(ks, nil)
		if err != nil || len(none) != 0 {
			return fmt.Errorf("no keys gave %d values, %v", len(none), err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
