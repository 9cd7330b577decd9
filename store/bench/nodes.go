package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"arbor/store/bench/engine"
	"arbor/store/bench/gen"
)

// The keys of a tree of nodes as package model makes them, two or three a node: a record of about 110 bytes under a random id; a place of
// one byte under parent, order and id; every other node a block of postings; every ninth a block of the log of a kilobyte; every twentieth
// a note. The first byte stands for the keyspace.
const (
	nodeKey    = 'n'
	placeKey   = 'p'
	termKey    = 't'
	logKey     = 'l'
	noteKey    = 'o'
	children   = 10
	nodesBatch = 250 // of a transaction of growing
)

// nodeID appends the id of node i.
func nodeID(b []byte, i uint64) []byte {
	var k [gen.KeySize]byte
	return append(b, gen.Key(k[:0], i)[:8]...)
}

// spread returns a size in [least, least+span) that goes with i.
func spread(i uint64, least, span int) int {
	r := gen.Random(i)
	return least + int(r.Next(uint64(span)))
}

// pair appends a pair with a value of size bytes that proves itself by number i.
func (b *batch) pair(key []byte, i, version uint64, size int) {
	v := gen.Bytes(make([]byte, 0, size), i, version, size)
	b.pairs = append(b.pairs, engine.Pair{Key: key, Value: v})
}

// node appends the pairs of node i.
func (b *batch) node(i, version uint64) {
	b.pair(nodeID([]byte{nodeKey}, i), i, version, spread(i, 80, 60))
	b.pairs = append(b.pairs, engine.Pair{Key: placeOf(i), Value: []byte{1}})
	if i%2 == 0 {
		b.pair(append(nodeID([]byte{termKey}, i), 0, 0, 0, 0, 0), i, version, 8*spread(i, 1, 24))
	}
	if i%9 == 0 {
		b.pair(binary.BigEndian.AppendUint64([]byte("ldevice 1"), i/9), i, version, 960)
	}
	if i%20 == 0 {
		b.pair(nodeID([]byte{noteKey}, i), i, version, spread(i, 40, 300))
	}
}

// placeOf is the key of node i among the children of its parent, ten each.
func placeOf(i uint64) []byte {
	k := nodeID([]byte{placeKey}, parentOf(i))
	k = binary.BigEndian.AppendUint32(k, uint32(i%children)+1<<24)
	return nodeID(append(k, 0), i)
}

// parentOf returns the parent of node i; node 0, the root, is its own.
func parentOf(i uint64) uint64 { return i / children }

// grow fills an empty store with a tree. The time runs from before the open to after the close.
func grow(j *job, e *engine.Engine) (Metrics, error) {
	if err := os.MkdirAll(j.Dir, 0o700); err != nil {
		return nil, err
	}
	began := time.Now()
	s, err := open(j, e, false, 1)
	if err != nil {
		return nil, err
	}
	var b batch
	for i := range uint64(j.Keys) {
		b.node(i, 0)
		if (i+1)%nodesBatch == 0 || i+1 == uint64(j.Keys) {
			if err = s.workers[0].Write(b.pairs, false); err != nil {
				break
			}
			b.reset()
		}
	}
	if err := errors.Join(err, s.store.Close()); err != nil {
		return nil, err
	}
	return Metrics{"grow": {Rate: float64(j.Keys) / time.Since(began).Seconds()}}, nil
}

// openTree is the time from before an open to after the first read.
func openTree(j *job, e *engine.Engine) (Metrics, error) {
	r := gen.Random(time.Now().UnixNano())
	began := time.Now()
	s, err := open(j, e, false, 1)
	if err != nil {
		return nil, err
	}
	_, err = readNode(j.Keys)(0, s.workers[0], &r)
	took := time.Since(began)
	return Metrics{"open": {Value: took.Seconds() * 1e3}}, errors.Join(err, s.store.Close())
}

func getNode(w engine.Worker, i uint64) error {
	return w.Get(nodeID([]byte{nodeKey}, i), func(v []byte) error {
		_, err := gen.CheckBytes(v, i)
		return err
	})
}

func readNode(nodes int) func(int, engine.Worker, *gen.Random) (int, error) {
	return func(_ int, w engine.Worker, r *gen.Random) (int, error) { return 1, getNode(w, r.Next(uint64(nodes))) }
}

// listChildren finds the children of a random node that has them and reads the record of each, as an outline does.
func listChildren(nodes int) func(int, engine.Worker, *gen.Random) (int, error) {
	return func(_ int, w engine.Worker, r *gen.Random) (int, error) {
		parent := r.Next(uint64(nodes / children))
		prefix := nodeID([]byte{placeKey}, parent)
		var found [children]uint64
		n := 0
		err := w.Scan(prefix, func(k, _ []byte) error {
			if len(k) < len(prefix) || string(k[:len(prefix)]) != string(prefix) {
				return engine.Stop
			}
			id := k[len(k)-8:]
			if n == children {
				return fmt.Errorf("node %d has too many children", parent)
			}
			found[n] = gen.NumberOf(binary.BigEndian.Uint64(id))
			n++
			return nil
		})
		if err == nil && n == 0 {
			err = fmt.Errorf("node %d has no children", parent)
		}
		for _, i := range found[:n] {
			err = errors.Join(err, getNode(w, i))
		}
		return 1, err
	}
}

// edit is what a person's change is: a record, its place, a block of postings and the block of the log, durable together.
func edit(w engine.Worker, b *batch, i, version uint64) error {
	b.reset()
	b.pair(nodeID([]byte{nodeKey}, i), i, version, spread(i, 80, 60))
	b.pairs = append(b.pairs, engine.Pair{Key: placeOf(i), Value: []byte{2}})
	even := i &^ 1
	b.pair(append(nodeID([]byte{termKey}, even), 0, 0, 0, 0, 0), even, version, 8*spread(even, 1, 24))
	block := i - i%9
	b.pair(binary.BigEndian.AppendUint64([]byte("ldevice 1"), block/9), block, version, 960)
	return w.Write(b.pairs, true)
}

// tree is reads of a grown tree, and changes.
func tree(j *job, e *engine.Engine) (Metrics, error) {
	m := Metrics{}
	s, err := open(j, e, false, 4)
	if err != nil {
		return nil, err
	}
	err = func() error {
		if err := scanTree(s.workers[0], j.Keys); err != nil {
			return err
		}
		for _, row := range []struct {
			name    string
			workers int
			op      func(int, engine.Worker, *gen.Random) (int, error)
		}{{"node", 1, readNode(j.Keys)}, {"node4", 4, readNode(j.Keys)}, {"children", 1, listChildren(j.Keys)}} {
			var err error
			if m[row.name], err = s.timed(row.workers, j.span()/2, row.op); err != nil {
				return err
			}
		}
		return nil
	}()
	if err := errors.Join(err, s.store.Close()); err != nil {
		return m, err
	}
	if s, err = open(j, e, true, 1); err != nil {
		return m, err
	}
	var b batch
	var took []time.Duration
	began := time.Now()
	_, err = s.timed(1, j.span()/2, func(_ int, w engine.Worker, r *gen.Random) (int, error) {
		t := time.Now()
		err := edit(w, &b, r.Next(uint64(j.Keys)), r.Next(1<<30))
		took = append(took, time.Since(t))
		return 1, err
	})
	m["edit"] = times(took, time.Since(began))
	return m, errors.Join(err, s.store.Close())
}

// scanTree reads everything and proves the count of pairs and the records.
func scanTree(w engine.Worker, nodes int) error {
	n := 0
	err := w.Scan([]byte{0}, func(k, v []byte) error {
		n++
		if k[0] != nodeKey {
			return nil
		}
		_, err := gen.CheckBytes(v, gen.NumberOf(binary.BigEndian.Uint64(k[1:])))
		return err
	})
	every := func(m int) int { return (nodes + m - 1) / m }
	if want := 2*nodes + every(2) + every(9) + every(20); err == nil && n != want {
		err = fmt.Errorf("a scan of %d pairs yields %d", want, n)
	}
	return err
}
