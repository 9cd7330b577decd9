package store

import (
	"errors"
	"slices"
	"sync"
)

// MergeFunc makes the new value of key of its old one, nil if there is none, and an operand. A nil result removes the key; with an error
// nothing changes, and Merge returns it. It is a pure function: it may be called several times for one operand, and on other goroutines than
// the one that gave it. What it is given it must neither change nor keep; its result may share memory with it.
//
// The result is what goes to the log, and not the operand: a recovery, a reader, a check of the store need no MergeFunc. Processes that
// share a store each use their own, so these have to agree.
type MergeFunc func(key, old, operand []byte) ([]byte, error)

// errNoMerge is a mistake of the caller.
var errNoMerge = errors.New("the Keyspace has no MergeFunc; Options.Merge has them by the names of keyspaces, and DB.Keyspace looks there")

// errMergeEnded is what becomes of calls that were combined with one whose MergeFunc did not return.
var errMergeEnded = errors.New("another call's MergeFunc did not return")

// maxCombined bounds the operands of one transaction.
const maxCombined = 1024

// merger combines what this process merges into the same key at once: while one call reads, merges and commits, those that come wait, and
// the next one commits for all of them. So many goroutines on one key do not conflict with one another, and those of another process with
// few.
type merger struct {
	mu     sync.Mutex
	byName map[string]MergeFunc
	byID   map[byte]MergeFunc
	queues map[mergeKey]*mergeQueue // of the keys that a call is at work on
}

type mergeKey struct {
	key string // with its keyspace
	d   Durability
}

type mergeQueue struct{ waiting []*mergeCall }

// mergeCall is a call of Merge. It is told by ready that it is done, or that it has to go to work itself.
type mergeCall struct {
	operand []byte
	ready   chan struct{}
	leads   bool
	err     error
}

// know connects a keyspace with the function that is registered under its name.
func (m *merger) know(name string, ks Keyspace) {
	fn := m.byName[name]
	if fn == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byID == nil {
		m.byID = map[byte]MergeFunc{}
	}
	m.byID[ks.id] = fn
}

// of returns the function of a keyspace.
func (m *merger) of(ks Keyspace) (MergeFunc, error) {
	if ks.id == 0 {
		return nil, errNoKeyspace
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if fn := m.byID[ks.id]; fn != nil {
		return fn, nil
	}
	return nil, errNoMerge
}

// join makes c wait behind the call that is at work on its key, unless there is none: then c is to go to work.
func (m *merger) join(k mergeKey, c *mergeCall) (q *mergeQueue, leads bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if q := m.queues[k]; q != nil {
		q.waiting = append(q.waiting, c)
		return q, false
	}
	if m.queues == nil {
		m.queues = map[mergeKey]*mergeQueue{}
	}
	q = &mergeQueue{}
	m.queues[k] = q
	return q, true
}

// take adds those that wait to calls.
func (m *merger) take(q *mergeQueue, calls []*mergeCall) []*mergeCall {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := min(len(q.waiting), maxCombined-len(calls))
	calls = append(calls, q.waiting[:n]...)
	q.waiting = slices.Delete(q.waiting, 0, n)
	return calls
}

// pass lets the next of those that wait go to work, if there is one.
func (m *merger) pass(k mergeKey, q *mergeQueue) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(q.waiting) == 0 {
		delete(m.queues, k)
		return
	}
	next := q.waiting[0]
	q.waiting = slices.Delete(q.waiting, 0, 1)
	next.leads = true
	close(next.ready)
}

// Merge makes the value of key what the MergeFunc of ks makes of it and operand, in a transaction of its own. Calls of this process for the
// same key that come while one is at work are combined into the next transaction, in the order in which they came, so that a counter under
// many goroutines costs a commit for all that wait. Conflicts with other processes, and with Put and Update, are retried like those of Update.
func (db *DB) Merge(ks Keyspace, key, operand []byte, d Durability) error {
	if err := checkKey(ks, key); err != nil {
		return err
	}
	fn, err := db.merger.of(ks)
	if err != nil {
		return err
	}
	k := mergeKey{string(ks.key(key)), d}
	c := &mergeCall{operand: operand, ready: make(chan struct{})}
	q, leads := db.merger.join(k, c)
	if !leads {
		<-c.ready
		leads = c.leads
	}
	if leads {
		db.merge(ks, fn, k, q, c)
	}
	return c.err
}

// merge does the work of c and of those that wait behind it.
func (db *DB) merge(ks Keyspace, fn MergeFunc, k mergeKey, q *mergeQueue, c *mergeCall) {
	calls := []*mergeCall{c}
	defer func() { // also if fn panics
		for _, x := range calls[1:] {
			close(x.ready)
		}
		db.merger.pass(k, q)
	}()
	key := []byte(k.key[1:])
	err := db.Update(func(tx *Tx) error {
		calls = db.merger.take(q, calls)
		for _, x := range calls {
			x.err = errMergeEnded
		}
		return tx.merge(ks, fn, key, calls, k.d)
	})
	if errors.Is(err, ErrTooLarge) && len(calls) > 1 { // for all of them together it is; each may do alone
		for _, x := range calls {
			x.err = errMergeEnded
		}
		for i := range calls {
			one := calls[i : i+1]
			one[0].end(db.Update(func(tx *Tx) error { return tx.merge(ks, fn, key, one, k.d) }))
		}
		return
	}
	for _, x := range calls {
		x.end(err)
	}
}

// end notes what became of the transaction that a call was part of; if it was committed, err is what the call's own operand came to.
func (c *mergeCall) end(err error) {
	if err != nil {
		c.err = err
	}
}

// merge merges the operands of calls into key, one after the other. What fn refuses changes nothing.
func (tx *Tx) merge(ks Keyspace, fn MergeFunc, key []byte, calls []*mergeCall, d Durability) error {
	tx.SetDurability(d)
	v, err := tx.value(ks, key)
	if err != nil {
		return err
	}
	changed := false
	for _, c := range calls {
		next, err := fn(key, v, c.operand)
		if c.err = err; err == nil {
			v, changed = next, true
		}
	}
	if !changed {
		return nil
	}
	return tx.setValue(ks, key, v)
}

// Merge makes the value of key what the MergeFunc of ks makes of it and operand, when the transaction commits. The value counts as read.
func (tx *Tx) Merge(ks Keyspace, key, operand []byte) error {
	if err := checkKey(ks, key); err != nil {
		return err
	}
	fn, err := tx.merger.of(ks)
	if err != nil {
		return err
	}
	v, err := tx.value(ks, key)
	if err != nil {
		return err
	}
	if v, err = fn(key, v, operand); err != nil {
		return err
	}
	return tx.setValue(ks, key, v)
}

// value is Get, with nil for a key that is not there.
func (tx *Tx) value(ks Keyspace, key []byte) ([]byte, error) {
	v, err := tx.Get(ks, key)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return v, err
}

// setValue is Put, or Delete if value is nil.
func (tx *Tx) setValue(ks Keyspace, key, value []byte) error {
	if value == nil {
		return tx.Delete(ks, key)
	}
	return tx.Put(ks, key, value)
}
