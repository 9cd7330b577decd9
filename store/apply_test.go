package store

import (
	"bytes"
	"errors"
	"testing"

	"arbor/store/index"
)

// TestAbortedInTheMiddle has another goroutine find a transaction damaged after this one has judged it and before it decides: the fold must
// not keep the change.
func TestAbortedInTheMiddle(t *testing.T) {
	e := newMemory(usualLimits)
	key := []byte{2, 'k'}
	edit := new(index.Tree).Edit()
	_, _, err := edit.Put(key, inline([]byte("before")))
	must(t, err)
	var saved bytes.Buffer
	plain := func(int64) uint64 { return 1 }
	_, err = edit.Tree().WriteCheckpoint(&saved, plain, nil)
	must(t, err)

	tk := new(ticket)
	opened := false
	checkpoint, err := index.OpenCheckpoint("saved", saved.Bytes(), func(off int64) uint64 {
		if opened { // the tree is touched for the first time: in the middle of the edit
			err := errors.New("another could not read the index")
			tk.failure.CompareAndSwap(nil, &err)
			tk.decide(damaged)
		}
		return plain(off)
	})
	must(t, err)
	opened = true
	must(t, e.begin())
	h := *e.head.Load()
	h.tree = checkpoint.Tree
	e.head.Store(&h)

	writes := []write{{key: key, value: []byte("after")}}
	rec, err := encode(writes)
	must(t, err)
	tk.body.Store(&body{base: &h, writes: writes, offsets: rec.offsets})
	end, err := e.publish(rec, tk)
	must(t, err)
	must(t, e.apply(end))
	if tk.outcome.Load() != damaged {
		t.Fatalf("outcome %d: nothing was touched", tk.outcome.Load())
	}
	v, found, err := e.head.Load().tree.Get(key)
	if err != nil || !found || string(v.Inline) != "before" {
		t.Errorf("after an aborted change the value is %q, %v", v.Inline, err)
	}
}
