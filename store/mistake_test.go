package store

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"arbor/store/disk"
	"arbor/store/remote"
)

// mistaken is a store that panics where it is asked for an id, or for the values of a key.
type mistaken struct{ backend }

func (m *mistaken) nextID() (uint64, error) { panic("no ids here") }

func (m *mistaken) snapshot() (frozen, error) {
	f, err := m.backend.snapshot()
	return &mistakenView{f}, err
}

type mistakenView struct{ frozen }

func (m *mistakenView) get(key []byte) (stored, bool, error) {
	return stored{}, key[len(key)+1] == 0, nil
}

// TestMistakeInARequest: a panic in answering one request of a client is an error of that request, which tells where it was, and of no other.
func TestMistakeInARequest(t *testing.T) {
	srv, c := serveOnly(t, &mistaken{newMemory(small)})
	for range 3 {
		_, err := c.nextID()
		if err == nil || !strings.Contains(err.Error(), "no ids here (mistake_test.go:") {
			t.Errorf("an id: %v", err)
		}
		f, err := c.snapshot()
		must(t, err)
		if _, _, err = f.get([]byte("key")); err == nil || !strings.Contains(err.Error(), "out of range") {
			t.Errorf("a value: %v", err)
		}
		f.release()
		_, err = c.stats()
		must(t, err)
	}
	holdsNone(t, srv)
}

// mistakenDisk panics where a file is made.
type mistakenDisk struct {
	disk.FS
	armed bool
}

func (d *mistakenDisk) Create(name string, size int64) (disk.File, error) {
	if d.armed {
		panic("out of its mind")
	}
	return d.FS.Create(name, size)
}

// TestMistakeInACommit: of a panic in a commit the client is told that it may have happened. Nothing is committed from then on, reading goes on,
// and the owner is told when it closes.
func TestMistakeInACommit(t *testing.T) {
	d := &mistakenDisk{FS: disk.NewSim(1)}
	e, err := openEngine(d, false, small)
	must(t, err)
	d.armed = true
	_, c := serveOnly(t, e)
	writes := []write{{key: []byte("xk"), value: []byte("v")}}
	if _, err = c.commit(nil, nil, writes, Commit); !errors.Is(err, ErrUncertain) || !strings.Contains(err.Error(), "out of its mind") {
		t.Errorf("the commit: %v", err)
	}
	if _, err = c.commit(nil, nil, writes, None); err == nil || errors.Is(err, ErrUncertain) {
		t.Errorf("the next one: %v", err)
	}
	f, err := c.snapshot()
	must(t, err)
	if _, _, err := f.get([]byte("xk")); err != nil {
		t.Errorf("a read: %v", err)
	}
	f.release()
	c.end()
	if err := e.close(); err == nil || !strings.Contains(err.Error(), "out of its mind") {
		t.Errorf("the close: %v", err)
	}
}

// FuzzRequests has an owner answer requests that are well-framed and may mean anything: it answers each, panics at none, and goes on for others.
func FuzzRequests(f *testing.F) {
	framed := func(all ...remote.Request) (b []byte) {
		for i := range all {
			m := all[i].Append(nil)
			b = append(append(b, byte(len(m)), byte(len(m)>>8)), m...)
		}
		return b
	}
	k, p := []byte("k"), remote.Request{Kind: remote.Snapshot}
	put := remote.Request{Kind: remote.Commit, Writes: []remote.Write{{Kind: remote.Put, Key: []byte("xk"), Value: k}}}
	f.Add(framed(put, p, remote.Request{Kind: remote.Get, Snapshot: 1, From: k}, remote.Request{Kind: remote.Release, Snapshot: 1}))
	f.Add(framed(p, put, p, remote.Request{Kind: remote.Changed, Snapshot: 2, Older: 1, From: k, To: k, Limit: 1}))
	f.Add(framed(p, put, p, remote.Request{Kind: remote.Changed, Snapshot: 1, Older: 2}, remote.Request{Kind: remote.Stats}))
	f.Add(framed(put, p, remote.Request{Kind: remote.Scan, Snapshot: 1, From: []byte("z"), To: k, Reverse: true}, remote.Request{Kind: remote.GetMany, Snapshot: 1, Reads: []remote.Span{{}}}))
	f.Add(framed(put, p, remote.Request{Kind: remote.Since, Snapshot: 1, Position: make([]byte, 24)}, remote.Request{Kind: remote.Proves, Snapshot: 1, Position: make([]byte, 24)}, remote.Request{Kind: remote.Position, Snapshot: 1}, remote.Request{Kind: remote.Ask, Snapshot: 1, From: []byte("who")}))
	f.Add(framed(remote.Request{Kind: remote.Compete, Lost: 1 << 63}, remote.Request{Kind: remote.Commit, Snapshot: 1, Durability: 2, Reads: []remote.Span{{From: k, To: []byte("a")}}, Writes: put.Writes}))
	f.Add(framed(remote.Request{Kind: remote.Compete}, remote.Request{Kind: remote.Commit, Snapshot: 1, Durability: 1, Writes: []remote.Write{{Kind: remote.DeleteRange, Key: []byte("z"), Value: k}}}))
	f.Add(framed(remote.Request{Kind: remote.Commit, Writes: []remote.Write{{Kind: remote.PutParted, Key: []byte("xk"), Value: []byte("x")}}}, p, remote.Request{Kind: remote.Scan, Snapshot: 1}))
	f.Add(framed(remote.Request{Kind: remote.Verify}, remote.Request{Kind: remote.Clean}, remote.Request{Kind: remote.Wait, After: 1 << 63}, remote.Request{Kind: remote.Sync}, remote.Request{Kind: remote.Damage}))
	f.Add(framed(remote.Request{Kind: remote.NextID}, remote.Request{Kind: remote.PartsID}, remote.Request{Kind: remote.Commit, Writes: []remote.Write{{Kind: remote.Put, Key: []byte{0}, Value: nil}, {Kind: remote.Delete, Key: []byte{0, 1, 2}}}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := openEngine(disk.NewSim(1), false, small)
		must(t, err)
		s := &server{be: e}
		ss := &session{id: 1, pins: map[uint64]*pin{}}
		given, cancel := context.WithCancel(t.Context()) // a client that waits for nothing
		cancel()
		var q remote.Request
		for n := 0; len(b) > 2 && n < 100; n++ {
			size := min(int(b[0])|int(b[1])<<8, len(b)-2)
			m := bytes.Clone(b[2 : 2+size])
			b = b[2+size:]
			if q.Parse(m) != nil {
				continue
			}
			if q.Kind == remote.Release {
				ss.release(q.Snapshot)
				continue
			}
			var r remote.Reply
			_ = s.answer(given, ss, &q, &r) // whatever it is
		}
		ss.end(e)
		writes := []write{{key: []byte("\xffother"), value: []byte("v")}}
		_, err = e.commit(nil, nil, writes, Commit)
		must(t, err)
		v, err := e.snapshot()
		must(t, err)
		if x, found, err := v.get(writes[0].key); err != nil || !found || string(x.bytes) != "v" {
			t.Errorf("another one reads %q, %v, %v", x.bytes, found, err)
		}
		v.release()
		must(t, e.close())
	})
}
