package model

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"

	"arbor/store"
	"arbor/sync/hlc"
)

// logBlock is the size at which a block of the log is left alone and the next is begun. A block is rewritten for each batch it
// takes, so it is small; a big batch has a block of its own.
const logBlock = 1 << 10

// writer is what is known of one device's log: where it ends, and its stacks of undo and redo.
type writer struct {
	device device
	seq    uint64 // of the last batch, 0 if there is none
	stamp  hlc.Stamp
	next   uint64 // counter
	block  uint64 // the first batch of the last block
	action uint64 // the last batch that was an action or a part
	undo   uint64 // blocks of the stack
	redo   uint64
}

func (w *writer) encode() []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(w.stamp))
	for _, v := range []uint64{w.seq, w.next, w.block, w.action, w.undo, w.redo} {
		b = binary.AppendUvarint(b, v)
	}
	return b
}

func readWriter(ks *spaces, r store.Reader, dev device) (*writer, error) {
	w := &writer{device: dev, next: 1}
	b, err := r.Get(ks.meta, deviceKey(dev))
	if errors.Is(err, store.ErrNotFound) {
		return w, nil
	}
	if err != nil {
		return nil, err
	}
	d := decoder{b: b}
	w.stamp = hlc.Stamp(d.u64())
	for _, v := range []*uint64{&w.seq, &w.next, &w.block, &w.action, &w.undo, &w.redo} {
		*v = d.uvarint()
	}
	if err := d.end(); err != nil {
		return nil, fmt.Errorf("head of log %x: %w", dev, err)
	}
	return w, nil
}

// entry is a batch as the log holds it.
type entry struct {
	batch *batch
	raw   []byte // the batch's bytes
	side  []byte
}

// append adds a batch to the log and moves its head.
func (w *writer) append(ks *spaces, tx *store.Tx, b *batch, raw, side []byte) error {
	var block []byte
	if w.seq > 0 {
		var err error
		if block, err = tx.Get(ks.log, logKey(w.device, w.block)); err != nil {
			return fmt.Errorf("last block of log %x: %w", w.device, err)
		}
	}
	if w.seq == 0 || len(block)+len(raw)+len(side) > logBlock {
		block, w.block = nil, b.seq
	}
	block = appendBytes(appendBytes(block, raw), side)
	w.seq, w.stamp, w.next = b.seq, b.stamp, b.counter+b.width()
	return tx.Put(ks.log, logKey(w.device, w.block), block)
}

// entries yields the batches of a block.
func entries(block []byte) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		d := decoder{b: block}
		for len(d.b) > 0 {
			e := entry{raw: d.bytes(), side: d.bytes()}
			err := d.err
			if err == nil {
				e.batch, err = decodeBatch(e.raw)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// readLog yields the batches of a device from the one numbered from on.
func readLog(ks *spaces, r store.Reader, dev device, from uint64) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		first := from
		head := store.Range{From: logKey(dev, 0), To: logKey(dev, from+1), Reverse: true}
		for e, err := range r.Scan(ks.log, head) {
			if err != nil {
				yield(entry{}, err)
				return
			}
			first = binary.BigEndian.Uint64(e.Key[len(dev):])
			break
		}
		blocks := store.Prefix(dev[:])
		blocks.From = logKey(dev, first)
		for kv, err := range r.Scan(ks.log, blocks) {
			if err != nil {
				yield(entry{}, err)
				return
			}
			block := append([]byte(nil), kv.Value...)
			for e, err := range entries(block) {
				if err != nil {
					yield(e, fmt.Errorf("log %x: %w", dev, err))
					return
				}
				if e.batch.seq >= from && !yield(e, nil) {
					return
				}
			}
		}
	}
}

// readBatch returns one batch of a log.
func readBatch(ks *spaces, r store.Reader, dev device, seq uint64) (entry, error) {
	for e, err := range readLog(ks, r, dev, seq) {
		if err != nil || e.batch.seq == seq {
			return e, err
		}
		break
	}
	return entry{}, fmt.Errorf("batch %d of log %x: %w", seq, dev, store.ErrNotFound)
}

// heads returns the devices whose logs are here and their writers, in the order of their ids.
func heads(ks *spaces, r store.Reader) ([]*writer, error) {
	var devices []device
	prefix := []byte{deviceMark, '/'}
	for e, err := range r.Scan(ks.meta, store.Prefix(prefix)) {
		if err != nil {
			return nil, err
		}
		devices = append(devices, device(e.Key[len(prefix):]))
	}
	var out []*writer
	for _, d := range devices {
		w, err := readWriter(ks, r, d)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}
