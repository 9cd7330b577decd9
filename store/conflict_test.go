package store

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// TestConflicts has one commit come between a transaction's reads and its own commit, and says which ones the transaction must not survive.
func TestConflicts(t *testing.T) {
	get := func(k string) func(*Tx, Keyspace) {
		return func(tx *Tx, ks Keyspace) { tx.Get(ks, []byte(k)) }
	}
	many := func(tx *Tx, ks Keyspace) { tx.GetMany(ks, [][]byte{[]byte("x"), []byte("c"), []byte("absent")}) }
	scan := func(r Range, most int) func(*Tx, Keyspace) {
		return func(tx *Tx, ks Keyspace) {
			n := 0
			for range tx.Scan(ks, r) {
				if n++; n == most {
					return
				}
			}
		}
	}
	cutThenScan := func(tx *Tx, ks Keyspace) {
		tx.DeleteRange(ks, Range{From: []byte("b"), To: []byte("d")})
		scan(Range{}, 100)(tx, ks)
		tx.Get(ks, []byte("bb"))
	}
	put := func(k string) write { return write{key: []byte(k), value: []byte("other")} }
	del := func(k string) write { return write{key: []byte(k), del: true} }
	cut := func(from, to string) write { return write{key: []byte(from), to: []byte(to)} }
	r := func(from, to string) Range { return Range{From: []byte(from), To: []byte(to)} }
	back := func(from, to string) Range { return Range{From: []byte(from), To: []byte(to), Reverse: true} }
	for _, c := range []struct {
		name     string
		read     func(*Tx, Keyspace)
		other    write
		conflict bool
	}{
		{"a key, put", get("b"), put("b"), true},
		{"a key, put elsewhere", get("b"), put("bb"), false},
		{"a key, in a range deleted", get("b"), cut("a", "c"), true},
		{"a key, behind a range deleted", get("d"), cut("a", "d"), false},
		{"an absent key, put", get("bb"), put("bb"), true},
		{"an absent key, deleted", get("bb"), del("bb"), false},
		{"an absent key, in a range deleted", get("bb"), cut("b", "c"), false},
		{"many keys, an absent one put", many, put("absent"), true},
		{"many keys, one deleted", many, del("c"), true},
		{"many keys, put between them", many, put("cc"), false},
		{"a scan, a phantom", scan(r("b", "d"), 100), put("bb"), true},
		{"a scan, put at its end", scan(r("b", "d"), 100), put("d"), false},
		{"a scan, all of it deleted", scan(r("b", "d"), 100), cut("a", "z"), true},
		{"a scan, a range deleted in which nothing was", scan(r("b", "d"), 100), cut("bb", "bz"), false},
		{"an empty scan, a phantom", scan(r("bb", "bz"), 100), put("bm"), true},
		{"a scan ended early, put behind", scan(r("a", "z"), 2), put("bb"), false},
		{"a scan ended early, put before", scan(r("a", "z"), 2), put("aa"), true},
		{"a scan ended early, its last deleted", scan(r("a", "z"), 2), cut("b", "bb"), true},
		{"a scan back ended early, put before", scan(back("a", "z"), 2), put("bb"), false},
		{"a scan back ended early, put behind", scan(back("a", "z"), 2), put("e"), true},
		{"a scan back ended early, its last deleted", scan(back("a", "z"), 2), cut("c", "cc"), true},
		{"a range deleted by itself, a phantom in it", cutThenScan, put("bb"), false},
		{"a range deleted by itself, a phantom before", cutThenScan, put("aa"), true},
		{"a range deleted by itself, a phantom behind", cutThenScan, put("d"), true},
		{"nothing, everything deleted", func(*Tx, Keyspace) {}, cut("a", "z"), false},
	} {
		everywhere(t, Options{}, func(t *testing.T, db *DB) {
			ks := keyspace(t, db)
			for _, k := range []string{"a", "b", "c", "d"} {
				if k != "d" || c.name != "a range deleted by itself, a phantom behind" {
					putBytes(t, db, ks, k, []byte("a value that is in the log"))
				}
			}
			tries := 0
			must(t, db.Update(func(tx *Tx) error {
				c.read(tx, ks)
				if tries++; tries == 1 {
					commitWrite(t, db, ks, c.other)
				}
				return tx.Put(ks, []byte("mine"), nil)
			}))
			if conflict := tries > 1; conflict != c.conflict {
				t.Errorf("%s: conflict %v, want %v", c.name, conflict, c.conflict)
			}
		})
	}
}

// commitWrite makes one change, of a key without its keyspace.
func commitWrite(t testing.TB, db *DB, ks Keyspace, w write) {
	t.Helper()
	var b Batch
	switch {
	case w.to != nil:
		must(t, b.DeleteRange(ks, Range{From: w.key, To: w.to}))
	case w.del:
		must(t, b.Delete(ks, w.key))
	default:
		must(t, b.Put(ks, w.key, w.value))
	}
	_, err := db.Apply(&b, None)
	must(t, err)
}

// op is one step of a transaction, with what it returned.
type op struct {
	write         // if it changes something
	r      *Range // of a scan
	most   int    // entries of the scan, after which it was ended
	result string
}

// serial is a transaction that was committed, or that read and had nothing to commit.
type serial struct {
	at    LSN // of its commit, or of the state it read
	wrote int // 1 if it is in the log
	ops   []op
}

// TestSerialOrder runs random transactions of many goroutines, of two processes: gets of present and absent keys, scans both ways that end
// early or not, puts, deletes, ranges deleted. Made again in the order of the log, one after the other, each must read what it read.
func TestSerialOrder(t *testing.T) {
	for _, seed := range seeds(t, 4) {
		owner, client, ks := pair(t)
		const workers, rounds = 6, 50
		histories := make([][]serial, workers)
		within(t, time.Minute, func() {
			var wg sync.WaitGroup
			for w := range workers {
				db := []*DB{owner, client}[w%2]
				rng := rand.New(rand.NewPCG(seed, uint64(w)))
				wg.Go(func() {
					for range rounds {
						s, err := runSerial(db, ks, rng)
						if err != nil && !errors.Is(err, ErrConflict) {
							t.Error(err)
							return
						}
						if err == nil {
							histories[w] = append(histories[w], s)
						}
					}
				})
			}
			wg.Wait()
		})
		checkSerial(t, seed, slices.Concat(histories...), contentsOf(t, client, ks))
	}
}

// runSerial runs one random transaction, once.
func runSerial(db *DB, ks Keyspace, rng *rand.Rand) (s serial, err error) {
	f, err := db.be.snapshot()
	if err != nil {
		return s, err
	}
	defer f.release()
	s.at = f.lsn()
	tx := db.transaction(f)
	var final []write
	defer func() { tx.large.settle(final, err) }()
	for range 1 + rng.IntN(5) {
		o := randomOp(rng)
		if err := o.run(tx, ks); err != nil {
			return s, err
		}
		s.ops = append(s.ops, o)
		runtime.Gosched()
	}
	if len(tx.writes) > 0 {
		s.wrote = 1
		final = tx.large.finish(normal(tx.writes))
		s.at, err = db.be.commit(f, tx.reads, final, None)
	}
	return s, err
}

func randomOp(rng *rand.Rand) op {
	a, b := fmt.Appendf(nil, "key %c", 'a'+rng.IntN(12)), fmt.Appendf(nil, "key %c", 'a'+rng.IntN(13))
	switch rng.IntN(8) {
	case 0, 1:
		return op{r: &Range{From: a, To: b, Reverse: rng.IntN(2) == 0}, most: 1 + rng.IntN(4)}
	case 2:
		return op{write: write{key: a, to: b}}
	case 3:
		return op{write: write{key: a, del: true}}
	case 4, 5:
		return op{write: write{key: a, value: fmt.Appendf(nil, "a value of more than 16 bytes %d", rng.Uint32())}}
	}
	return op{write: write{key: a}} // a get: there is no value
}

// run does o in a transaction and keeps what it returns.
func (o *op) run(tx *Tx, ks Keyspace) error {
	switch {
	case o.r != nil:
		n := 0
		for e, err := range tx.Scan(ks, *o.r) {
			if err != nil {
				return err
			}
			o.result += string(e.Key) + "=" + string(e.Value) + " "
			if n++; n == o.most {
				break
			}
		}
		return nil
	case o.to != nil:
		return tx.DeleteRange(ks, Range{From: o.key, To: o.to})
	case o.del:
		return tx.Delete(ks, o.key)
	case o.value != nil:
		return tx.Put(ks, o.key, o.value)
	}
	v, err := tx.Get(ks, o.key)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	o.result = string(v)
	return err
}

// repeat does o on c and returns what it should have returned.
func (o *op) repeat(c contents) (result string) {
	switch {
	case o.r != nil:
		keys := slices.Sorted(maps.Keys(c))
		if o.r.Reverse {
			slices.Reverse(keys)
		}
		n := 0
		for _, k := range keys {
			if k >= string(o.r.From) && k < string(o.r.To) && n < o.most {
				result += k + "=" + c[k] + " "
				n++
			}
		}
	case o.to != nil || o.del || o.value != nil:
		c.apply(o.write)
	default:
		result = c[string(o.key)]
	}
	return result
}

func checkSerial(t *testing.T, seed uint64, history []serial, last contents) {
	t.Helper()
	slices.SortStableFunc(history, func(a, b serial) int { // who only read comes behind the one whose state it read
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.wrote, a.wrote))
	})
	c := contents{}
	for i, s := range history {
		for _, o := range s.ops {
			if got := o.repeat(c); got != o.result {
				t.Fatalf("seed %d, transaction %d of %d at %v: %+v in the order of the log is %q", seed, i, len(history), s.at, o, got)
			}
		}
	}
	if !maps.Equal(c, last) {
		t.Fatalf("seed %d: the store has %v, want %v", seed, last, c)
	}
}
