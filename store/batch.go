package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Batch collects changes that Apply makes together: all of them or none. It reads nothing, so it conflicts with nobody, and of changes of
// the same key the last one counts. What is given to Put and Delete is copied. The zero value is empty and ready for use; a Batch belongs to
// one goroutine, and may be applied any number of times.
type Batch struct {
	writes []write
	size   int
	memory []byte // of the keys and values; what of it is full is left to those that point there
}

// Put has Apply set key to value.
func (b *Batch) Put(ks Keyspace, key, value []byte) error {
	return b.add(ks, key, value, false)
}

// Delete has Apply remove key. Removing an absent key is no error.
func (b *Batch) Delete(ks Keyspace, key []byte) error {
	return b.add(ks, key, nil, true)
}

// DeleteRange has Apply remove the keys of r that are there then, and those that the batch has put there before. Whatever their number, it
// is one change in the log.
func (b *Batch) DeleteRange(ks Keyspace, r Range) error {
	x, err := ks.span(r)
	if err != nil || x.from == nil {
		return err
	}
	size := b.size + len(x.from) + len(x.to) + recordOverhead
	if err := checkSize(size); err != nil {
		return err
	}
	b.size = size
	b.writes = append(b.writes, write{key: b.keep(x.from), to: b.keep(x.to), del: true})
	return nil
}

func (b *Batch) add(ks Keyspace, key, value []byte, del bool) error {
	if err := checkKey(ks, key); err != nil {
		return err
	}
	if len(value) > MaxValue {
		return tooLarge(value, MaxValue)
	}
	counts := write{key: key, value: value}
	if len(value) > maxWhole {
		counts = write{key: key, value: value[:partsSize], parted: true}
	}
	size := b.size + 1 + counts.cost()
	if err := checkSize(size); err != nil {
		return err
	}
	w := write{key: b.keep([]byte{ks.id}, key), del: del}
	switch {
	case counts.parted:
		w.value = bytes.Clone(value) // the memory would become twice as large
	case !del:
		w.value = b.keep(value)
	}
	b.size = size
	b.writes = append(b.writes, w)
	return nil
}

// minBatchMemory is the first piece of a batch's memory; each next is twice as large.
const minBatchMemory = 512

// keep returns a copy of the parts, one behind the other, that lasts until Reset.
func (b *Batch) keep(parts ...[]byte) []byte {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	if cap(b.memory)-len(b.memory) < n {
		b.memory = make([]byte, 0, max(2*cap(b.memory), n, minBatchMemory))
	}
	at := len(b.memory)
	for _, p := range parts {
		b.memory = append(b.memory, p...)
	}
	return b.memory[at:len(b.memory):len(b.memory)]
}

// Len returns how many changes the batch has; those of the same key count each.
func (b *Batch) Len() int { return len(b.writes) }

// Size returns the bytes of the changes, with what each costs beside its key and value; Apply takes MaxTransaction.
func (b *Batch) Size() int { return b.size }

// Reset empties the batch and keeps its memory for what is added next.
func (b *Batch) Reset() {
	clear(b.writes)
	b.writes, b.memory, b.size = b.writes[:0], b.memory[:0], 0
}

// Apply commits the changes of the batch and returns the place in the log at which they are visible. The batch is as before; nothing of it
// is in use once Apply returns. An empty batch changes nothing. If the process that owned the store went away during the commit, the error
// is ErrUncertain.
func (db *DB) Apply(b *Batch, d Durability) (LSN, error) {
	if len(b.writes) == 0 {
		f, err := db.be.snapshot()
		if err != nil {
			return 0, err
		}
		defer f.release()
		return f.lsn(), nil
	}
	writes := normal(b.writes)
	if !slices.ContainsFunc(writes, func(w write) bool { return len(w.value) > db.part }) {
		return db.be.commit(nil, nil, writes, d)
	}
	for range maxRetries {
		lsn, err := db.applyLarge(writes, d)
		if !errors.Is(err, ErrConflict) && !errors.Is(err, ErrStale) {
			return lsn, err
		}
	}
	return 0, fmt.Errorf("gave up after %d tries: %w", maxRetries, ErrConflict)
}

// applyLarge is Apply of writes with large values among them. It is in conflict if the store has changed its owner meanwhile.
func (db *DB) applyLarge(writes []write, d Durability) (lsn LSN, err error) {
	large := db.staging()
	var final []write
	defer func() { large.settle(final, err) }()
	parted := slices.Clone(writes)
	for i, w := range parted {
		if len(w.value) <= db.part {
			continue
		}
		p, err := large.put(w.value)
		if err != nil {
			return 0, err
		}
		parted[i].value, parted[i].parted = p.encode(), true
	}
	final = large.finish(parted)
	return db.be.commit(nil, nil, final, d)
}

// DeleteRange removes the keys of r, however many, by one change in the log, and returns the place there at which they are gone.
func (db *DB) DeleteRange(ks Keyspace, r Range, d Durability) (LSN, error) {
	var b Batch
	if err := b.DeleteRange(ks, r); err != nil {
		return 0, err
	}
	return db.Apply(&b, d)
}

// span returns the keys of r to be deleted; its bounds are nil if there are none. The direction of r does not matter.
func (ks Keyspace) span(r Range) (span, error) {
	if ks.id == 0 {
		return span{}, errNoKeyspace
	}
	x := span{}
	x.from, x.to = ks.bounds(r)
	if n := max(len(x.from), len(x.to)); n > maxBound {
		return span{}, fmt.Errorf("bound of %d bytes, at most %d: %w", n-1, maxBound-1, ErrTooLarge)
	}
	if bytes.Compare(x.from, x.to) >= 0 {
		return span{}, nil
	}
	return x, nil
}

// checkKey tells whether key can be written.
func checkKey(ks Keyspace, key []byte) error {
	if ks.id == 0 {
		return errNoKeyspace
	}
	if len(key) > MaxKey {
		return fmt.Errorf("key of %d bytes, at most %d: %w", len(key), MaxKey, ErrTooLarge)
	}
	return nil
}

// checkSize tells whether so many bytes can be written at once.
func checkSize(size int) error {
	if size > MaxTransaction {
		return fmt.Errorf("transaction of %d bytes, at most %d: %w", size, MaxTransaction, ErrTooLarge)
	}
	return nil
}

// firsts returns the first write of each key, in the order of the keys. What is sorted is small, and tells most keys apart by itself.
func firsts(writes []write) []write {
	type place struct {
		head uint64 // the first bytes of the key, as a number
		i    int    // in writes
	}
	order := make([]place, len(writes))
	for i, w := range writes {
		var head [8]byte
		copy(head[:], w.key)
		order[i] = place{binary.BigEndian.Uint64(head[:]), i}
	}
	slices.SortFunc(order, func(a, b place) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		if c := bytes.Compare(writes[a.i].key, writes[b.i].key); c != 0 {
			return c
		}
		return a.i - b.i
	})
	out := make([]write, 0, len(writes))
	for _, x := range order {
		if w := &writes[x.i]; len(out) == 0 || !bytes.Equal(out[len(out)-1].key, w.key) {
			out = append(out, *w)
		}
	}
	return out
}

// normal returns what writes, made one after the other, come to: the ranges to be deleted, which do not meet, and behind them one write for
// each key that is not in a range or was written after it. Both are in the order of the keys.
func normal(writes []write) []write {
	byKey := func(a, b write) int { return bytes.Compare(a.key, b.key) }
	ascend, cut := true, false
	for i, w := range writes {
		ascend = ascend && (i == 0 || byKey(writes[i-1], w) < 0)
		cut = cut || w.to != nil
	}
	if ascend && !cut {
		return writes
	}
	keys := make([]write, 0, len(writes)) // the last one first
	var ranges spans
	for _, w := range slices.Backward(writes) {
		if w.to != nil {
			ranges = ranges.add(span{w.key, w.to})
		} else if !ranges.has(w.key) {
			keys = append(keys, w)
		}
	}
	keys = firsts(keys)
	if !cut {
		return keys
	}
	out := make([]write, 0, len(ranges)+len(keys))
	for _, x := range ranges {
		out = append(out, write{key: x.from, to: x.to, del: true})
	}
	for _, w := range keys {
		if !w.del || !ranges.has(w.key) { // what a range deletes need not be deleted
			out = append(out, w)
		}
	}
	return out
}
