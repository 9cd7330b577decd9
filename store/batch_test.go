package store

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// everywhere runs f on a store in memory, as the owner of a directory, and as the client of one.
func everywhere(t *testing.T, opt Options, f func(t *testing.T, db *DB)) {
	for _, kind := range []string{"memory", "owner", "client"} {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			if opt.Memory = kind == "memory"; kind == "client" {
				openTest(t, dir, opt)
			}
			db, _ := openTest(t, dir, opt)
			f(t, db)
		})
	}
}

func contentsOf(t testing.TB, db *DB, ks Keyspace) contents {
	t.Helper()
	got := contents{}
	must(t, db.View(func(s *Snapshot) error {
		for e, err := range s.Scan(ks, Range{}) {
			if err != nil {
				return err
			}
			got[string(e.Key)] = string(e.Value)
		}
		return nil
	}))
	return got
}

// TestBatch compares batches, used again and again, with a map.
func TestBatch(t *testing.T) {
	everywhere(t, Options{}, func(t *testing.T, db *DB) {
		ks, want := keyspace(t, db), contents{}
		db.part = 40
		var b Batch
		rapid.Check(t, func(t *rapid.T) {
			if rapid.Bool().Draw(t, "reset") {
				b.Reset()
			}
			next := maps.Clone(want)
			if b.Len() > 0 { // what it has is made once more, behind what others did since
				for _, w := range b.writes {
					if w.key = w.key[1:]; w.to != nil {
						w.to = w.to[1:]
					}
					next.apply(w)
				}
			}
			buf := make([]byte, 0, 8<<10)
			for range rapid.IntRange(0, 6).Draw(t, "changes") {
				k, v := key(t), value(t)
				buf = append(append(buf[:0], k...), v...)
				var err error
				switch rapid.IntRange(0, 3).Draw(t, "kind") {
				case 0:
					err = b.Delete(ks, buf[:len(k)])
					delete(next, k)
				case 1:
					r := Range{From: []byte(k), To: []byte(key(t))}
					err = b.DeleteRange(ks, r)
					next.apply(write{key: r.From, to: r.To})
				default:
					err = b.Put(ks, buf[:len(k)], buf[len(k):])
					next[k] = v
				}
				if err != nil {
					t.Fatal(err)
				}
				clear(buf) // the batch has copies
			}
			if b.Size() > MaxTransaction/2 {
				b.Reset()
				return
			}
			at, err := db.Apply(&b, rapid.SampledFrom([]Durability{Commit, None}).Draw(t, "durability"))
			if err != nil {
				t.Fatal(err)
			}
			want = next
			err = db.View(func(s *Snapshot) error {
				if s.LSN() < at {
					return fmt.Errorf("a state of %v after a batch at %v", s.LSN(), at)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := readAll(db); err != nil || !maps.Equal(got, want) {
				t.Fatalf("%v: %v, want %v", err, short(got), short(want))
			}
		})
	})
}

func TestBatchBounds(t *testing.T) {
	everywhere(t, Options{}, func(t *testing.T, db *DB) {
		ks := keyspace(t, db)
		var b Batch
		if _, err := db.Apply(&b, Commit); err != nil {
			t.Errorf("an empty batch: %v", err)
		}
		if err := b.Put(Keyspace{}, []byte("k"), nil); !errors.Is(err, errNoKeyspace) {
			t.Errorf("no keyspace: %v", err)
		}
		long := bytes.Repeat([]byte("k"), MaxKey)
		if err := b.Delete(ks, append(long, 'k')); !errors.Is(err, ErrTooLarge) {
			t.Errorf("a key too long: %v", err)
		}
		must(t, b.Put(ks, long, []byte("the longest key")))
		must(t, b.Put(ks, nil, []byte("the shortest")))
		want := contents{string(long): "the longest key", "": "the shortest"}
		for b.Size() < MaxTransaction {
			k := fmt.Sprintf("k%02d", b.Len())
			want[k] = strings.Repeat("x", min(maxWhole-100, MaxTransaction-b.Size()-recordOverhead-1-len(k)))
			must(t, b.Put(ks, []byte(k), []byte(want[k])))
		}
		if b.Size() != MaxTransaction || b.Len() != len(want) {
			t.Errorf("%d changes of %d bytes", b.Len(), b.Size())
		}
		if err := b.Delete(ks, nil); !errors.Is(err, ErrTooLarge) {
			t.Errorf("a batch too large: %v", err)
		}
		if err := b.DeleteRange(ks, Range{}); !errors.Is(err, ErrTooLarge) {
			t.Errorf("a batch too large for a range: %v", err)
		}
		_, err := db.Apply(&b, None)
		must(t, err)
		if got := contentsOf(t, db, ks); !maps.Equal(got, want) {
			t.Errorf("got %v, want %v", short(got), short(want))
		}
		behind := append(long, 0) // the first key that would be behind the longest
		_, err = db.DeleteRange(ks, Range{From: behind, To: append(behind[:MaxKey:MaxKey], 1)}, None)
		must(t, err)
		if _, err = db.DeleteRange(ks, Range{From: append(behind, 0)}, None); !errors.Is(err, ErrTooLarge) {
			t.Errorf("a bound too long: %v", err)
		}
		if _, err = db.DeleteRange(Keyspace{}, Range{}, None); !errors.Is(err, errNoKeyspace) {
			t.Errorf("no keyspace: %v", err)
		}
		for _, empty := range []Range{{From: []byte("k"), To: []byte("k")}, {From: []byte("z"), To: []byte("k")}, {To: []byte{}}} {
			_, err = db.DeleteRange(ks, empty, None)
			must(t, err)
		}
		if got := contentsOf(t, db, ks); len(got) != len(want) {
			t.Errorf("empty ranges have left %v", short(got))
		}
		_, err = db.DeleteRange(ks, Range{From: []byte("k"), To: behind, Reverse: true}, None)
		must(t, err)
		if got := contentsOf(t, db, ks); !maps.Equal(got, contents{"": "the shortest"}) {
			t.Errorf("left are %v", short(got))
		}
		must(t, db.Close())
		if _, err := db.Apply(&b, Commit); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		b.Reset()
		if _, err := db.Apply(&b, Commit); !errors.Is(err, ErrClosed) || b.Len() != 0 || b.Size() != 0 {
			t.Errorf("after Close, an empty one: %v", err)
		}
	})
}

// TestBatchesTogether applies batches by many goroutines, each of which uses its own again at once; each batch is whole.
func TestBatchesTogether(t *testing.T) {
	everywhere(t, Options{}, func(t *testing.T, db *DB) {
		ks := keyspace(t, db)
		const workers, rounds, keys = 6, 60, 5
		within(t, time.Minute, func() {
			var wg sync.WaitGroup
			for w := range workers {
				wg.Go(func() {
					var b Batch
					for i := range rounds {
						b.Reset()
						for k := range keys {
							if err := b.Put(ks, fmt.Append(nil, k), fmt.Appendf(nil, "%d %d, long enough for the log", w, i)); err != nil {
								t.Error(err)
							}
						}
						if _, err := db.Apply(&b, None); err != nil {
							t.Error(err)
						}
						if got := contentsOf(t, db, ks); len(got) != keys || got["0"] != got["1"] || got["0"] != got["4"] {
							t.Errorf("half of a batch: %v", got)
						}
					}
				})
			}
			wg.Wait()
		})
	})
}
