package store

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"arbor/store/remote"
)

// clientOf returns what a handle that is a client works with.
func clientOf(db *DB) *client { return db.be.(*member).role.be.(*client) }

// TestGivenUpTooLate: a request is given up at the moment in which it is answered. Its connection is closed, and no other request may get it.
func TestGivenUpTooLate(t *testing.T) {
	_, db, ks := pair(t)
	held, err := db.Snapshot()
	must(t, err)
	defer held.Release()
	ctx, cancel := context.WithCancel(context.Background())
	c := clientOf(db)
	err = c.callUntil(ctx, &remote.Request{Kind: remote.NextID}, c.silence, func(*remote.Reply) error {
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the request: %v", err)
	}
	for range maxIdle {
		if _, err := held.Get(ks, []byte("k")); !errors.Is(err, ErrNotFound) {
			t.Fatalf("a read after it: %v, want that the owner answers", err)
		}
	}
}

// speakTo answers the requests of a client as a fake owner.
func speakTo(answer func(c *remote.Conn, q *remote.Request)) func(*remote.Conn) {
	return func(c *remote.Conn) {
		c.Listen(time.Second)
		c.Answer(remote.Answer{Version: remote.Version, Session: 1}, time.Second)
		for {
			b, err := c.Receive()
			var q remote.Request
			if err != nil || q.Parse(b) != nil {
				return
			}
			answer(c, &q)
		}
	}
}

// TestProgressOfAnother: while one request of a client is told how far it is, those beside it that wait are told so too.
func TestProgressOfAnother(t *testing.T) {
	dir := t.TempDir()
	want := Position{store: 1, epoch: 2, at: 3}
	fakeOwner(t, dir, speakTo(func(c *remote.Conn, q *remote.Request) {
		c.Send(&remote.Reply{Status: remote.Busy, Value: []byte(`{"Step":"log","Done":1,"Total":2}`)}, time.Second)
		c.Send(&remote.Reply{ID: 1, Value: want.encode()}, time.Second)
	}))
	db, err := Open(dir, Options{})
	must(t, err)
	defer db.Close()
	must(t, db.View(func(s *Snapshot) error {
		p, err := s.Position()
		if err == nil && p != want {
			t.Errorf("position %v, want %v", p, want)
		}
		return err
	}))
}

// damagedBy is a store of which Verify says that so many places are damaged, and of each so much.
type damagedBy struct {
	backend
	places, bytes int
}

func (d *damagedBy) verify(context.Context, VerifyOptions) (v VerifyReport, err error) {
	x := &CorruptError{File: "index", Err: errors.New(strings.Repeat("x", d.bytes))}
	for i := range d.places {
		v.Damage = append(v.Damage, Damage{Err: x, Harm: HarmIndex + Harm(i*4/d.places)})
	}
	return v, nil
}

// TestAnswerTooLarge: of more damage than a message holds a client is told the first and how much more there is; an answer that still is too
// large is an error of its request, and not the end of the client.
func TestAnswerTooLarge(t *testing.T) {
	l, err := listen(t.TempDir())
	must(t, err)
	be := &damagedBy{newMemory(small), 16 << 10, 1 << 10}
	srv := startServer(l, time.Second)
	defer srv.close()
	srv.serve(be, nil)
	c, err := connect(lockNote{pid: os.Getpid(), socket: l.Addr().String()}, time.Second)
	must(t, err)
	defer c.close()
	v, err := c.verify(t.Context(), VerifyOptions{})
	if n := len(v.Damage); err != nil || n != maxTold+1 || v.Damage[n-1].Harm != HarmLost || !strings.Contains(v.Damage[n-1].Error(), "14383 more") {
		t.Errorf("verify: %d places, %v", n, err)
	}
	be.places, be.bytes = 1, remote.MaxFrame
	if _, err := c.verify(t.Context(), VerifyOptions{}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("verify: %v, want ErrTooLarge", err)
	}
	if _, err := c.nextID(); err != nil {
		t.Errorf("a request after it: %v", err)
	}
}
