package store

import (
	"bytes"
	"errors"
	"iter"
	"slices"
	"sort"
)

// Reader reads a state of the store: a *Snapshot, or a *Tx with its own changes on top.
type Reader interface {
	// Get returns a copy of the value of key, or ErrNotFound.
	Get(ks Keyspace, key []byte) ([]byte, error)
	// GetMany returns copies of the values of keys, nil for those that are not there.
	GetMany(ks Keyspace, keys [][]byte) ([][]byte, error)
	// Scan yields the entries of r in order. Slices are lent until the next step.
	Scan(ks Keyspace, r Range) iter.Seq2[Entry, error]
}

func strip(seq iter.Seq2[Entry, error]) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for e, err := range seq {
			if err == nil {
				e.Key = e.Key[1:]
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func (ks Keyspace) key(k []byte) []byte {
	b := make([]byte, 1+len(k))
	b[0] = ks.id
	copy(b[1:], k)
	return b
}

func (ks Keyspace) bounds(r Range) (from, to []byte) {
	from = ks.key(r.From)
	if r.To == nil {
		return from, []byte{ks.id + 1}
	}
	return from, ks.key(r.To)
}

// Tx is a transaction: a frozen state with the transaction's own changes on top. It belongs to one goroutine and to one call of the
// function given to Update.
type Tx struct {
	base       frozen
	reads      []read
	writes     []write
	index      map[string]int // key → its place in writes
	sorted     []string       // keys of index in order; nil until a scan wants them
	size       int
	durability Durability
}

// SetDurability says what the commit waits for; the default is Commit.
func (tx *Tx) SetDurability(d Durability) { tx.durability = d }

// Size returns the bytes of keys and values written so far; a commit takes MaxTransaction.
func (tx *Tx) Size() int { return tx.size }

// Get returns a copy of the value of key, or ErrNotFound.
func (tx *Tx) Get(ks Keyspace, key []byte) ([]byte, error) {
	k := ks.key(key)
	if i, ok := tx.index[string(k)]; ok {
		if tx.writes[i].del {
			return nil, ErrNotFound
		}
		return bytes.Clone(tx.writes[i].value), nil
	}
	tx.reads = append(tx.reads, read{from: k})
	v, ok, err := tx.base.get(k)
	if err == nil && !ok {
		err = ErrNotFound
	}
	return v, err
}

// GetMany returns copies of the values of keys, nil for those that are not there.
func (tx *Tx) GetMany(ks Keyspace, keys [][]byte) ([][]byte, error) {
	values := make([][]byte, len(keys))
	for i, key := range keys {
		value, err := tx.Get(ks, key)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
		values[i] = value
	}
	return values, nil
}

// Put sets key to value when the transaction commits.
func (tx *Tx) Put(ks Keyspace, key, value []byte) error {
	if err := checkKey(ks, key); err != nil {
		return err
	}
	return tx.set(write{key: ks.key(key), value: bytes.Clone(value)})
}

// Delete removes key when the transaction commits. Removing an absent key is no error.
func (tx *Tx) Delete(ks Keyspace, key []byte) error {
	if err := checkKey(ks, key); err != nil {
		return err
	}
	return tx.set(write{key: ks.key(key), del: true})
}

// recordOverhead is what a change costs in the log beside its key and value.
const recordOverhead = 16

func (tx *Tx) set(w write) error {
	i, ok := tx.index[string(w.key)]
	size := tx.size + len(w.key) + len(w.value) + recordOverhead
	if ok {
		size -= len(w.key) + len(tx.writes[i].value) + recordOverhead
	}
	if err := checkSize(size); err != nil {
		return err
	}
	tx.size = size
	if ok {
		tx.writes[i] = w
		return nil
	}
	tx.index[string(w.key)] = len(tx.writes)
	tx.writes = append(tx.writes, w)
	if tx.sorted != nil {
		at, _ := slices.BinarySearch(tx.sorted, string(w.key))
		tx.sorted = slices.Insert(tx.sorted, at, string(w.key))
	}
	return nil
}

// Scan yields the entries of r in order, the transaction's own changes included, and records the range as read. A change made
// during the scan may or may not be seen by it.
func (tx *Tx) Scan(ks Keyspace, r Range) iter.Seq2[Entry, error] {
	from, to := ks.bounds(r)
	return func(yield func(Entry, error) bool) {
		seen := read{from: from, to: to}
		defer func() { tx.reads = append(tx.reads, seen) }()
		for e, err := range overlay(tx.base.scan(from, to, r.Reverse), tx.own(from, to, r.Reverse), r.Reverse) {
			if err != nil {
				yield(e, err)
				return
			}
			last := bytes.Clone(e.Key)
			e.Key = e.Key[1:]
			if !yield(e, nil) {
				if r.Reverse { // only what was looked at counts as read
					seen.from = last
				} else {
					seen.to = append(last, 0)
				}
				return
			}
		}
	}
}

// own returns the transaction's changes in [from, to) in order.
func (tx *Tx) own(from, to []byte, reverse bool) []write {
	if len(tx.writes) == 0 {
		return nil
	}
	if tx.sorted == nil {
		tx.sorted = make([]string, 0, len(tx.index))
		for k := range tx.index {
			tx.sorted = append(tx.sorted, k)
		}
		sort.Strings(tx.sorted)
	}
	var out []write
	for i := sort.SearchStrings(tx.sorted, string(from)); i < len(tx.sorted) && tx.sorted[i] < string(to); i++ {
		out = append(out, tx.writes[tx.index[tx.sorted[i]]])
	}
	if reverse {
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}

// overlay merges a state's entries with changes on top of it, both in the same order.
func overlay(base iter.Seq2[Entry, error], own []write, reverse bool) iter.Seq2[Entry, error] {
	before := func(a, b []byte) bool { return bytes.Compare(a, b) < 0 != reverse && !bytes.Equal(a, b) }
	return func(yield func(Entry, error) bool) {
		i := 0
		emit := func() bool {
			w := own[i]
			i++
			return w.del || yield(Entry{Key: w.key, Value: w.value}, nil)
		}
		for e, err := range base {
			if err != nil {
				yield(e, err)
				return
			}
			for i < len(own) && before(own[i].key, e.Key) {
				if !emit() {
					return
				}
			}
			if i < len(own) && bytes.Equal(own[i].key, e.Key) {
				if !emit() {
					return
				}
				continue
			}
			if !yield(e, nil) {
				return
			}
		}
		for i < len(own) {
			if !emit() {
				return
			}
		}
	}
}
