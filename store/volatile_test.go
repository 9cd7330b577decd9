//go:build unix

package store

import (
	"errors"
	"syscall"
	"testing"
)

// TestLostBefore has a client commit without waiting for the disk, through an owner that then ends in one way or another, and asks for
// durability: what is gone is told once, by whatever asks first.
func TestLostBefore(t *testing.T) {
	lazily := func(t *testing.T, db *DB, ks Keyspace) {
		t.Helper()
		for _, d := range []Durability{None, Periodic} {
			var b Batch
			must(t, b.Put(ks, []byte("lazy"), []byte{byte(d)}))
			_, err := db.Apply(&b, d)
			must(t, err)
		}
	}
	durably := func(db *DB, ks Keyspace) error {
		var b Batch
		if err := b.Put(ks, []byte("durable"), []byte("x")); err != nil {
			return err
		}
		_, err := db.Apply(&b, Commit)
		return err
	}
	transaction := func(db *DB, ks Keyspace) error {
		return db.Update(func(tx *Tx) error { return tx.Put(ks, []byte("durable"), []byte("x")) })
	}
	syncs := func(db *DB, _ Keyspace) error { return db.Sync() }
	for _, x := range []struct {
		name   string
		before func(*DB, Keyspace) error // while the owner lives
		end    func(c *child)
		ask    func(*DB, Keyspace) error
		lost   bool
	}{
		{"sync", nil, kill, syncs, true},
		{"batch", nil, kill, durably, true},
		{"transaction", nil, kill, transaction, true},
		{"close", nil, kill, func(db *DB, _ Keyspace) error { return db.Close() }, true},
		{"synced before", syncs, kill, syncs, false},
		{"committed before", durably, kill, syncs, false},
		{"handed over", nil, quit, syncs, false},
		{"handed over, closed", nil, quit, func(db *DB, _ Keyspace) error { return db.Close() }, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			dir := t.TempDir()
			owner := startChild(t, dir)
			db, ks := openTest(t, dir, Options{})
			clientOf(db)
			lazily(t, db, ks)
			if x.before != nil {
				must(t, x.before(db, ks))
			}
			x.end(owner)
			_ = owner.cmd.Wait()
			err := x.ask(db, ks)
			if errors.Is(err, ErrUncertain) != x.lost || !x.lost && err != nil {
				t.Fatalf("asked for durability: %v", err)
			}
			if x.name == "close" || x.name == "handed over, closed" {
				return
			}
			must(t, db.Sync())
			err = db.View(func(s *Snapshot) error {
				_, err := s.Get(ks, []byte("durable"))
				return err
			})
			if x.lost != errors.Is(err, ErrNotFound) && x.name == "batch" {
				t.Errorf("the commit that was refused: %v", err)
			}
		})
	}
}

func kill(c *child) { c.signal(syscall.SIGKILL) }
func quit(c *child) { c.say("quit") }

// TestClientCloses has a client close, and its owner end without another word: what the client has committed is there.
func TestClientCloses(t *testing.T) {
	dir := t.TempDir()
	owner := startChild(t, dir)
	db, ks := openTest(t, dir, Options{})
	clientOf(db)
	var b Batch
	must(t, b.Put(ks, []byte("lazy"), []byte("there")))
	_, err := db.Apply(&b, None)
	must(t, err)
	must(t, db.Close())
	kill(owner)
	_ = owner.cmd.Wait()
	db, ks = openTest(t, dir, Options{})
	if v := get(t, db, ks, "lazy"); string(v) != "there" {
		t.Errorf("after a close: %q", v)
	}
}

// TestClientCloseWaits has a client close in the middle of a view, which ends in peace.
func TestClientCloseWaits(t *testing.T) {
	_, client, ks := pair(t)
	put(t, client, ks, "key", "value")
	closed := make(chan error, 1)
	err := client.View(func(s *Snapshot) error {
		go func() { closed <- client.Close() }()
		for {
			if _, err := client.Stats(); errors.Is(err, ErrClosed) {
				break
			}
		}
		v, err := s.Get(ks, []byte("key"))
		if err == nil && string(v) != "value" {
			t.Errorf("read %q", v)
		}
		return err
	})
	if err != nil {
		t.Errorf("a view during a close: %v", err)
	}
	must(t, <-closed)
}

// TestStagedIsNotLost has the owner end while a client is in the middle of a transaction with a large value, of which the owner has parts: the
// transaction begins anew, and nobody is told of a loss.
func TestStagedIsNotLost(t *testing.T) {
	dir := t.TempDir()
	owner := startChild(t, dir)
	db, ks := openTest(t, dir, Options{})
	clientOf(db)
	tries := 0
	must(t, db.Update(func(tx *Tx) error {
		if err := tx.Put(ks, []byte("large"), make([]byte, 300<<10)); err != nil {
			return err
		}
		if tries++; tries == 1 {
			kill(owner)
			_ = owner.cmd.Wait()
		}
		return nil
	}))
	must(t, db.Sync())
	if v := get(t, db, ks, "large"); len(v) != 300<<10 {
		t.Errorf("%d bytes", len(v))
	}
}
