package store

import (
	"context"
	"testing"

	"arbor/store/disk"
	"arbor/store/remote"
)

// FuzzAnswer has the owner answer whatever request: it returns an error or a reply, keeps what it is not asked to change, and stays in use.
func FuzzAnswer(f *testing.F) {
	key := []byte{2, 'k'}
	for _, q := range []remote.Request{
		{Kind: remote.Get, Snapshot: 1, From: key},
		{Kind: remote.GetMany, Snapshot: 1, Reads: []remote.Span{{From: key}, {}}, Limit: 100},
		{Kind: remote.Scan, Snapshot: 1, To: []byte{3}, Reverse: true, Limit: 5},
		{Kind: remote.Changed, Snapshot: 2, Older: 1, From: key},
		{Kind: remote.Commit, Snapshot: 1, Reads: []remote.Span{{From: key}}, Writes: []remote.Write{{Kind: remote.Put, Key: key, Value: key}}},
		{Kind: remote.Commit, Writes: []remote.Write{{Kind: remote.DeleteRange, Key: key, Value: []byte{3}}, {Kind: remote.Delete, Key: key}}, Durability: 9},
		{Kind: remote.Compete, Lost: 1 << 63},
		{Kind: remote.Position, Snapshot: 2},
		{Kind: remote.Since, Snapshot: 2, Position: Position{at: 1}.encode(), From: key},
		{Kind: remote.Release, Snapshot: 1},
	} {
		f.Add(q.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var q remote.Request
		if q.Parse(b) != nil || q.Kind == remote.Wait {
			return
		}
		db := openSmall(t, disk.NewSim(1), small)
		ks := keyspace(t, db)
		s := &server{be: db.be}
		ss := &session{pins: map[uint64]*pin{}}
		for i := range 2 {
			put(t, db, ks, "k", string(rune('0'+i)))
			must(t, s.answer(context.Background(), ss, &remote.Request{Kind: remote.Snapshot}, new(remote.Reply)))
		}
		var r remote.Reply
		err := s.answer(context.Background(), ss, &q, &r)
		if v := get(t, db, ks, "k"); string(v) != "1" && (err != nil || q.Kind != remote.Commit) {
			t.Errorf("%+v: %v, and the value is %q", q, err, v)
		}
		if err == nil {
			var again remote.Reply
			if err := again.Parse(r.Append(nil)); err != nil {
				t.Errorf("%+v: the reply: %v", q, err)
			}
		}
		ss.end(nil)
		must(t, db.Close())
	})
}
