package store

import (
	"bytes"
	"fmt"
	"iter"
	"sync/atomic"

	"arbor/store/remote"
)

// pinned is a snapshot that the owner holds for this process.
type pinned struct {
	c        *client
	id       uint64
	at       LSN
	used     atomic.Bool // something was read
	released atomic.Bool
}

func (p *pinned) lsn() LSN { return p.at }

// ask is the client's, for as long as the snapshot is not given up.
func (p *pinned) ask(q *remote.Request, read func(*remote.Reply) error) error {
	if p.released.Load() {
		return errOver
	}
	return p.c.ask(q, read)
}

func (p *pinned) get(key []byte) (v stored, found bool, err error) {
	err = p.ask(&remote.Request{Kind: remote.Get, Snapshot: p.id, From: key}, func(r *remote.Reply) error {
		p.used.Store(true)
		found = r.Found
		if found {
			v = stored{append(make([]byte, 0, len(r.Value)), r.Value...), r.Parted}
		}
		return nil
	})
	return v, found, err
}

// maxKeys bounds the keys of one request.
const maxKeys = 1024

// getMany asks for as many keys at once as a page of values holds.
func (p *pinned) getMany(keys [][]byte) ([]stored, error) {
	values := make([]stored, 0, len(keys))
	for len(values) < len(keys) {
		q := remote.Request{Kind: remote.GetMany, Snapshot: p.id, Limit: maxPage}
		for _, key := range keys[len(values):min(len(keys), len(values)+maxKeys)] {
			q.Reads = append(q.Reads, remote.Span{From: key})
		}
		before := len(values)
		err := p.ask(&q, func(r *remote.Reply) error {
			p.used.Store(true)
			for rest := r.Page; len(rest) > 0; {
				e, next, err := remote.CutEntry(rest)
				if err != nil {
					return err
				}
				var v stored
				if !e.Deleted {
					v = stored{append([]byte{}, e.Value...), e.Parted}
				}
				values, rest = append(values, v), next
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if n := len(values) - before; n == 0 || n > len(q.Reads) {
			return nil, fmt.Errorf("%d values for %d keys: %w", n, len(q.Reads), remote.ErrMalformed)
		}
	}
	return values, nil
}

// pages asks for one page after the other and hands each of their entries to yield, until it returns false. q is changed so that it asks
// for what follows the last entry. An owner that leads nowhere, or in a circle, is an error.
func (p *pinned) pages(q *remote.Request, yield func(remote.Entry) bool) error {
	var page []byte
	q.Limit = firstPage
	for {
		more := false
		err := p.ask(q, func(r *remote.Reply) error {
			p.used.Store(true)
			page, more = append(page[:0], r.Page...), r.More
			return nil
		})
		if err != nil {
			return err
		}
		if more && len(page) == 0 {
			return p.strayed()
		}
		for rest := page; len(rest) > 0; {
			var e remote.Entry
			if e, rest, err = remote.CutEntry(rest); err != nil {
				return err
			}
			if bytes.Compare(e.Key, q.From) < 0 || q.To != nil && bytes.Compare(e.Key, q.To) >= 0 {
				return p.strayed()
			}
			if len(rest) == 0 && more { // what was lent to yield is gone with the next page, so the bound is a copy
				if q.Reverse {
					q.To = bytes.Clone(e.Key)
				} else {
					q.From = append(bytes.Clone(e.Key), 0)
				}
			}
			if !yield(e) {
				return nil
			}
		}
		if !more {
			return nil
		}
		q.Limit = min(q.Limit*4, maxPage)
	}
}

// strayed is what is wrong with a page that has nothing, and more to follow, or what was not asked for.
func (p *pinned) strayed() error {
	return fmt.Errorf("process %d, which owns the store, answers with what was not asked for: %w", p.c.pid, remote.ErrMalformed)
}

func (p *pinned) scan(from, to []byte, reverse bool) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		q := remote.Request{Kind: remote.Scan, Snapshot: p.id, From: from, To: to, Reverse: reverse}
		err := p.pages(&q, func(e remote.Entry) bool { return yield(Entry{Key: e.Key, Value: e.Value, parted: e.Parted}, nil) })
		if err != nil {
			yield(Entry{}, err)
		}
	}
}

func (p *pinned) changed(older frozen, from, to []byte) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		q := remote.Request{Kind: remote.Changed, Snapshot: p.id, Older: older.(*pinned).id, From: from, To: to}
		err := p.pages(&q, func(e remote.Entry) bool {
			return yield(Change{Key: e.Key, Value: e.Value, Deleted: e.Deleted, parted: e.Parted}, nil)
		})
		if err != nil {
			yield(Change{}, err)
		}
	}
}

// keep does nothing: the owner counts the snapshots of its clients.
func (p *pinned) keep() {}

func (p *pinned) since(pos Position, from, to []byte) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		q := remote.Request{Kind: remote.Since, Snapshot: p.id, Position: pos.encode(), From: from, To: to}
		err := p.pages(&q, func(e remote.Entry) bool {
			return yield(Change{Key: e.Key, Value: e.Value, Deleted: e.Deleted, parted: e.Parted}, nil)
		})
		if err != nil {
			yield(Change{}, err)
		}
	}
}

func (p *pinned) proves(pos Position) (found bool, err error) {
	err = p.c.ask(&remote.Request{Kind: remote.Proves, Snapshot: p.id, Position: pos.encode()}, func(r *remote.Reply) error {
		found = r.Found
		return nil
	})
	return found, err
}

func (p *pinned) position() (pos Position, err error) {
	err = p.c.ask(&remote.Request{Kind: remote.Position, Snapshot: p.id}, func(r *remote.Reply) error {
		var ok bool
		if pos, ok = decodePosition(r.Value); !ok {
			return remote.ErrMalformed
		}
		return nil
	})
	return pos, err
}

// release tells the owner, who does not answer. If that fails the next request will say so.
func (p *pinned) release() {
	if !p.released.CompareAndSwap(false, true) {
		return
	}
	q := remote.Request{Kind: remote.Release, Snapshot: p.id}
	conn, err := p.c.take(false)
	if err != nil { // perhaps no connection can be made; the first takes it behind whatever it has under way
		if p.c.first.Send(&q, p.c.silence) != nil {
			p.c.end()
		}
		return
	}
	if err := conn.Send(&q, p.c.silence); err != nil {
		p.c.end()
		return
	}
	p.c.give(conn)
}
