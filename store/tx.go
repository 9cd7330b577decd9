package store

import (
	"bytes"
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
	merger     *merger
	reads      []read
	writes     []write
	index      map[string]int // key → its place in writes, if it was written after any range around it was deleted
	sorted     []string       // keys of index in order, but for those in fresh
	fresh      []string       // those that came since somebody wanted them in order
	cut        spans          // the ranges deleted
	size       int
	durability Durability
	large      staging
}

// SetDurability says what the commit waits for; the default is Commit.
func (tx *Tx) SetDurability(d Durability) { tx.durability = d }

// Size returns the bytes of keys and values written so far; a commit takes MaxTransaction.
func (tx *Tx) Size() int { return tx.size }

// Get returns a copy of the value of key, or ErrNotFound.
func (tx *Tx) Get(ks Keyspace, key []byte) ([]byte, error) {
	k := ks.key(key)
	v, known := tx.ownValue(k)
	if !known {
		tx.reads = append(tx.reads, read{from: k})
		var err error
		if v, _, err = tx.base.get(k); err != nil {
			return nil, err
		}
	}
	if v.bytes == nil {
		return nil, ErrNotFound
	}
	return tx.whole(v)
}

// ownValue returns a copy of the value of key, with nil bytes if it is not there, as far as the transaction itself has decided it.
func (tx *Tx) ownValue(key []byte) (v stored, known bool) {
	if i, ok := tx.index[string(key)]; ok {
		if w := tx.writes[i]; !w.del {
			v = stored{append(make([]byte, 0, len(w.value)), w.value...), w.parted}
		}
		return v, true
	}
	return stored{}, tx.cut.has(key)
}

// whole returns the value that is stored so, in the base or by the transaction itself.
func (tx *Tx) whole(v stored) ([]byte, error) {
	if !v.parted {
		return v.bytes, nil
	}
	return tx.large.read(tx.base, v, nil)
}

// GetMany returns copies of the values of keys, nil for those that are not there. As a client of another process it takes one exchange for
// many keys.
func (tx *Tx) GetMany(ks Keyspace, keys [][]byte) ([][]byte, error) {
	found := make([]stored, len(keys))
	var places []int
	var ask [][]byte
	for i, key := range keys {
		k := ks.key(key)
		v, known := tx.ownValue(k)
		if found[i] = v; !known {
			tx.reads = append(tx.reads, read{from: k})
			places, ask = append(places, i), append(ask, k)
		}
	}
	if len(ask) > 0 {
		got, err := tx.base.getMany(ask)
		if err != nil {
			return nil, err
		}
		for i, v := range got {
			found[places[i]] = v
		}
	}
	values := make([][]byte, len(keys))
	for i, v := range found {
		var err error
		if values[i], err = tx.whole(v); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// Put sets key to value when the transaction commits. A value of more than 64 KiB goes to the store at once, though nobody sees it before the
// commit, so that the transaction need not keep it.
func (tx *Tx) Put(ks Keyspace, key, value []byte) error {
	if err := checkKey(ks, key); err != nil {
		return err
	}
	if len(value) > tx.large.size {
		p, err := tx.large.put(value)
		if err != nil {
			return err
		}
		return tx.set(write{key: ks.key(key), value: p.encode(), parted: true})
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

// DeleteRange removes the keys of r when the transaction commits: those that are there then, and those that it has put there before. That
// is one change in the log, however many keys it removes, and it reads none of them: it does not conflict with who writes in the range, but
// who has read there, and commits after, does with it.
func (tx *Tx) DeleteRange(ks Keyspace, r Range) error {
	x, err := ks.span(r)
	if err != nil || x.from == nil {
		return err
	}
	tx.sort()
	first, end := sort.SearchStrings(tx.sorted, string(x.from)), sort.SearchStrings(tx.sorted, string(x.to))
	size := tx.size + len(x.from) + len(x.to) + recordOverhead
	for _, k := range tx.sorted[first:end] {
		size -= tx.writes[tx.index[k]].cost()
	}
	if err := checkSize(size); err != nil {
		return err
	}
	for _, k := range tx.sorted[first:end] {
		delete(tx.index, k)
	}
	tx.sorted = slices.Delete(tx.sorted, first, end)
	tx.size = size
	tx.cut = tx.cut.add(x)
	tx.writes = append(tx.writes, write{key: x.from, to: x.to, del: true})
	return nil
}

// recordOverhead is what a change costs in the log beside its key and value.
const recordOverhead = 16

// cost is what a change of one key counts in the size of a transaction; that of a value in parts has the removal of its marker with it.
func (w *write) cost() int {
	n := len(w.key) + len(w.value) + recordOverhead
	if w.parted {
		n += len(markerPrefix) + 8 + recordOverhead
	}
	return n
}

func (tx *Tx) set(w write) error {
	i, ok := tx.index[string(w.key)]
	size := tx.size + w.cost()
	if ok {
		size -= tx.writes[i].cost()
	}
	if err := checkSize(size); err != nil {
		return err
	}
	tx.size = size
	if ok {
		tx.writes[i] = w
		return nil
	}
	k := string(w.key)
	tx.index[k] = len(tx.writes)
	tx.writes = append(tx.writes, w)
	tx.fresh = append(tx.fresh, k)
	return nil
}

// Scan yields the entries of r in order, the transaction's own changes included, and records the range as read. A change made
// during the scan may or may not be seen by it.
func (tx *Tx) Scan(ks Keyspace, r Range) iter.Seq2[Entry, error] {
	from, to := ks.bounds(r)
	return func(yield func(Entry, error) bool) {
		seen, cut := span{from, to}, tx.cut
		defer func() {
			for _, x := range cut.gaps(seen.from, seen.to) { // what the transaction itself has emptied it has not read
				tx.reads = append(tx.reads, read(x))
			}
		}()
		var large []byte
		for e, err := range overlay(tx.left(cut.gaps(from, to), r.Reverse), tx.own(from, to, r.Reverse), r.Reverse) {
			if err == nil && e.parted {
				large, err = tx.large.read(tx.base, stored{e.Value, true}, large[:0])
				e.Value, e.parted = large, false
			}
			if err != nil {
				yield(Entry{}, err)
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

// left yields the entries of the base in the ranges that the transaction has not deleted.
func (tx *Tx) left(gaps []span, reverse bool) iter.Seq2[Entry, error] {
	if reverse {
		slices.Reverse(gaps)
	}
	return func(yield func(Entry, error) bool) {
		for _, x := range gaps {
			for e, err := range tx.base.scan(x.from, x.to, reverse) {
				if !yield(e, err) || err != nil {
					return
				}
			}
		}
	}
}

// sort brings all keys of index into sorted.
func (tx *Tx) sort() {
	old, fresh := len(tx.sorted)-1, len(tx.fresh)-1
	sort.Strings(tx.fresh)
	tx.sorted = append(tx.sorted, tx.fresh...)
	for at := len(tx.sorted) - 1; fresh >= 0; at-- { // from the end on the larger of the two goes to its place
		if old >= 0 && tx.sorted[old] > tx.fresh[fresh] {
			tx.sorted[at] = tx.sorted[old]
			old--
		} else {
			tx.sorted[at] = tx.fresh[fresh]
			fresh--
		}
	}
	tx.fresh = tx.fresh[:0]
}

// own returns the transaction's changes in [from, to) in order.
func (tx *Tx) own(from, to []byte, reverse bool) []write {
	if len(tx.writes) == 0 {
		return nil
	}
	tx.sort()
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
			return w.del || yield(Entry{Key: w.key, Value: w.value, parted: w.parted}, nil)
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
