package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var errNegative = errors.New("less than nothing")

// addOrUnite adds numbers in keys that begin with "n", up to the first operand that would make it negative, which it refuses; zero is the
// absent key. Other keys have sets of words in order.
func addOrUnite(key, old, operand []byte) ([]byte, error) {
	if !bytes.HasPrefix(key, []byte("n")) {
		words := append(strings.Fields(string(old)), strings.Fields(string(operand))...)
		slices.Sort(words)
		return []byte(strings.Join(slices.Compact(words), " ")), nil
	}
	n := number(operand)
	if old != nil {
		n += number(old)
	}
	switch {
	case n < 0:
		return nil, errNegative
	case n == 0:
		return nil, nil
	}
	return numeral(n), nil
}

func number(b []byte) int64  { return int64(binary.LittleEndian.Uint64(b)) }
func numeral(n int64) []byte { return binary.LittleEndian.AppendUint64(nil, uint64(n)) }

var withMerge = Options{Merge: map[string]MergeFunc{"test": addOrUnite}}

// TestMerge compares merges, alone and in transactions, with a map.
func TestMerge(t *testing.T) {
	everywhere(t, withMerge, func(t *testing.T, db *DB) {
		ks, want := keyspace(t, db), contents{}
		operand := func(t *rapid.T, k string) []byte {
			if k[0] == 'n' {
				return numeral(rapid.Int64Range(-3, 5).Draw(t, "number"))
			}
			return []byte(rapid.StringMatching(`([a-e]{1,3} ){0,4}`).Draw(t, "words"))
		}
		step := func(t *rapid.T, c contents, k string, o []byte) error {
			var old []byte
			if v, ok := c[k]; ok {
				old = []byte(v)
			}
			v, err := addOrUnite([]byte(k), old, o)
			if err != nil {
				return err
			}
			if delete(c, k); v != nil {
				c[k] = string(v)
			}
			return nil
		}
		keys := rapid.SampledFrom([]string{"n1", "n2", "words", "more words"})
		rapid.Check(t, func(t *rapid.T) {
			if rapid.Bool().Draw(t, "alone") {
				k := keys.Draw(t, "key")
				o := operand(t, k)
				if err, wanted := db.Merge(ks, []byte(k), o, None), step(t, want, k, o); !errors.Is(err, wanted) {
					t.Fatalf("%v, want %v", err, wanted)
				}
			} else {
				next := maps.Clone(want)
				err := db.Update(func(tx *Tx) error {
					tx.SetDurability(None)
					for range rapid.IntRange(1, 4).Draw(t, "merges") {
						k := keys.Draw(t, "key")
						o := operand(t, k)
						if err, wanted := tx.Merge(ks, []byte(k), o), step(t, next, k, o); !errors.Is(err, wanted) {
							t.Fatalf("%v, want %v", err, wanted)
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				want = next
			}
			if got, err := readAll(db); err != nil || !maps.Equal(got, want) {
				t.Fatalf("%v: %v, want %v", err, got, want)
			}
		})
	})
}

// mergeMuch adds one to a counter and a word of its own to a set, n times, by each of several goroutines, with the durability that the
// number of the merge leads to.
func mergeMuch(db *DB, ks Keyspace, name string, goroutines, n int, durable func(int) Durability) error {
	errs := make([]error, goroutines)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range n {
				d := durable(i)
				errs[g] = errors.Join(errs[g],
					db.Merge(ks, []byte("n"), numeral(1), d),
					db.Merge(ks, []byte("words"), fmt.Appendf(nil, "%s.%d.%d", name, g, i), d))
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func never(int) Durability { return None }

func sometimes(i int) Durability {
	if i%8 == 0 {
		return Commit
	}
	return None
}

// checkMerged finds what mergeMuch by those names has left.
func checkMerged(t *testing.T, db *DB, ks Keyspace, names []string, goroutines, n int) {
	t.Helper()
	var words []string
	for _, name := range names {
		for g := range goroutines {
			for i := range n {
				words = append(words, fmt.Sprintf("%s.%d.%d", name, g, i))
			}
		}
	}
	slices.Sort(words)
	if got := number(get(t, db, ks, "n")); got != int64(len(words)) {
		t.Errorf("%d were counted, want %d", got, len(words))
	}
	if got := strings.Fields(string(get(t, db, ks, "words"))); !slices.Equal(got, words) {
		t.Errorf("a set of %d words, want %d", len(got), len(words))
	}
}

// TestMergeTogether has 16 goroutines merge into the same two keys: nothing is lost, and none conflicts with another.
func TestMergeTogether(t *testing.T) {
	everywhere(t, withMerge, func(t *testing.T, db *DB) {
		ks := keyspace(t, db)
		const goroutines, each = 16, 40
		within(t, time.Minute, func() { must(t, mergeMuch(db, ks, "me", goroutines, each, never)) })
		st, err := db.Stats()
		must(t, err)
		if t.Logf("%d merges, %d commits", 2*goroutines*each, st.Commits); st.Conflicts > 0 {
			t.Errorf("%d conflicts", st.Conflicts)
		}
		within(t, time.Minute, func() { must(t, mergeMuch(db, ks, "again", goroutines, each, sometimes)) })
		checkMerged(t, db, ks, []string{"me", "again"}, goroutines, each)
		db.merger.mu.Lock()
		defer db.merger.mu.Unlock()
		if len(db.merger.queues) > 0 {
			t.Errorf("%d queues are left", len(db.merger.queues))
		}
	})
}

// TestMergeAmongHandles merges by an owner and two clients at once, each of many goroutines.
func TestMergeAmongHandles(t *testing.T) {
	dir := t.TempDir()
	const goroutines, each = 4, 30
	names := []string{"a", "b", "c"}
	within(t, time.Minute, func() {
		var wg sync.WaitGroup
		for _, name := range names {
			db, ks := openTest(t, dir, withMerge)
			wg.Go(func() {
				if err := mergeMuch(db, ks, name, goroutines, each, sometimes); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
	db, ks := openTest(t, dir, Options{})
	checkMerged(t, db, ks, names, goroutines, each)
}

func TestMergeErrors(t *testing.T) {
	everywhere(t, Options{Merge: map[string]MergeFunc{
		"test": addOrUnite,
		"long": func(_, old, operand []byte) ([]byte, error) { return slices.Concat(old, operand), nil },
		"bad":  func(_, _, _ []byte) ([]byte, error) { panic("a mistake") },
	}}, func(t *testing.T, db *DB) {
		none, err := db.Keyspace("none")
		must(t, err)
		for ks, want := range map[Keyspace]error{none: errNoMerge, {}: errNoKeyspace} {
			err := db.Merge(ks, []byte("n"), numeral(1), None)
			inTx := db.Update(func(tx *Tx) error { return tx.Merge(ks, []byte("n"), numeral(1)) })
			if !errors.Is(err, want) || !errors.Is(inTx, want) {
				t.Errorf("%v, %v, want %v", err, inTx, want)
			}
		}
		long, err := db.Keyspace("long")
		must(t, err)
		db.most = MaxTransaction
		half := bytes.Repeat([]byte("x"), MaxTransaction/2-100)
		var wg sync.WaitGroup
		var mu sync.Mutex
		tooLarge := 0
		for range 4 { // two fit, however they are combined
			wg.Go(func() {
				err := db.Merge(long, []byte("k"), half, None)
				mu.Lock()
				defer mu.Unlock()
				if errors.Is(err, ErrTooLarge) {
					tooLarge++
				} else if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if v := get(t, db, long, "k"); tooLarge != 2 || len(v) != 2*len(half) {
			t.Errorf("%d merges were too large, %d bytes are there", tooLarge, len(v))
		}
		bad, err := db.Keyspace("bad")
		must(t, err)
		for range 2 { // a panic leaves nothing locked
			func() {
				defer func() {
					if recover() == nil {
						t.Error("no panic")
					}
				}()
				db.Merge(bad, []byte("k"), nil, None)
			}()
		}
		must(t, db.Close())
		if err := db.Merge(long, []byte("k"), half, None); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}

// TestMergeEndsAlone has several calls be too large together, so that each is made alone, and the MergeFunc panic in the first of those: the
// others, which were not made, must not be told that they were.
func TestMergeEndsAlone(t *testing.T) {
	db := newDB(newMemory(usualLimits))
	db.part, db.most = 16, 100
	ks := keyspace(t, db)
	made := 0
	fn := func(_, old, operand []byte) ([]byte, error) {
		if made++; made > 3 {
			panic("of the caller's function")
		}
		return append(bytes.Clone(old), operand...), nil
	}
	var calls []*mergeCall
	for range 3 {
		calls = append(calls, &mergeCall{operand: make([]byte, 40), ready: make(chan struct{})})
	}
	k := mergeKey{string(ks.key([]byte("k"))), None}
	q, _ := db.merger.join(k, calls[0])
	db.merger.join(k, calls[1])
	db.merger.join(k, calls[2])
	func() {
		defer func() { _ = recover() }()
		db.merge(ks, fn, k, q, calls[0])
	}()
	for i, c := range calls[1:] {
		<-c.ready
		if c.err == nil {
			t.Errorf("call %d was not made, and is told nothing", i+1)
		}
	}
	if err := db.View(func(s *Snapshot) error { _, err := s.Get(ks, []byte("k")); return err }); !errors.Is(err, ErrNotFound) {
		t.Errorf("the value is there: %v", err)
	}
	must(t, db.Close())
}

// BenchmarkMerge raises one counter by 16 goroutines, by Merge and by Update.
func BenchmarkMerge(b *testing.B) {
	for name, raise := range map[string]func(*DB, Keyspace) error{
		"merge": func(db *DB, ks Keyspace) error { return db.Merge(ks, []byte("n"), numeral(1), None) },
		"update": func(db *DB, ks Keyspace) error {
			return db.Update(func(tx *Tx) error {
				tx.SetDurability(None)
				return tx.Merge(ks, []byte("n"), numeral(1))
			})
		},
	} {
		b.Run(name, func(b *testing.B) {
			db, err := Open("", Options{Memory: true, Merge: withMerge.Merge})
			must(b, err)
			ks := keyspace(b, db)
			b.SetParallelism(8)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					must(b, raise(db, ks))
				}
			})
			if got := number(get(b, db, ks, "n")); got != int64(b.N) {
				b.Errorf("%d, want %d", got, b.N)
			}
			must(b, db.Close())
		})
	}
}
