package index

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"
)

// benchKeys returns n distinct keys of 16 to 64 bytes, mean about 32, in random order: a keyspace, a random id, a readable rest.
func benchKeys(n int) [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	const rest = "/the quick brown fox jumps over the lazy dog again"
	keys := make([][]byte, n)
	for i := range keys {
		k := append(make([]byte, 0, 64), byte(2+i%4))
		k = binary.BigEndian.AppendUint64(k, r.Uint64())
		k = fmt.Appendf(k, "%07d", i)
		extra := int(r.ExpFloat64() * 16)
		keys[i] = append(k, rest[:min(extra, 48)]...)
	}
	return keys
}

func entries(keys [][]byte) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for i, k := range keys {
			if !yield(Entry{k, Value{Addr: uint64(i), Len: 100}}, nil) {
				return
			}
		}
	}
}

var sizes = []int{100_000, 1_000_000}

func inserted(b testing.TB, keys [][]byte, batch int) *Tree {
	t := &Tree{}
	for chunk := range slices.Chunk(keys, batch) {
		e := t.Edit()
		for _, k := range chunk {
			if _, _, err := e.Put(k, Value{Addr: 5, Len: 100}); err != nil {
				b.Fatal(err)
			}
		}
		t = e.Tree()
	}
	return t
}

func BenchmarkGet(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			keys := benchKeys(n)
			t := inserted(b, keys, 1024)
			r := rand.New(rand.NewPCG(3, 4))
			r.Shuffle(n, func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, ok, err := t.Get(keys[i%n]); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
}

func BenchmarkGetParallel(b *testing.B) {
	keys := benchKeys(1_000_000)
	t := inserted(b, keys, 1024)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := rand.IntN(len(keys)); pb.Next(); i++ {
			if _, ok, err := t.Get(keys[i*7919%len(keys)]); !ok || err != nil {
				b.Error(ok, err)
				return
			}
		}
	})
}

// BenchmarkInsert grows a tree to a million keys in batches and reports the mean per key.
func BenchmarkInsert(b *testing.B) {
	keys := benchKeys(1_000_000)
	for _, batch := range []int{1, 16, 64, 1024} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for b.Loop() {
				inserted(b, keys, batch)
			}
			runtime.ReadMemStats(&after)
			per := float64(b.N * len(keys))
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/per, "ns/key")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/per, "garbage-B/key")
		})
	}
}

func BenchmarkInsertAscending(b *testing.B) {
	keys := benchKeys(1_000_000)
	slices.SortFunc(keys, slices.Compare)
	for b.Loop() {
		inserted(b, keys, 1024)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(keys)), "ns/key")
}

// BenchmarkReplace gives random keys of a million another address, as commits of the given size.
func BenchmarkReplace(b *testing.B) {
	keys := benchKeys(1_000_000)
	base := inserted(b, keys, 1024)
	for _, batch := range []int{1, 64} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			t := base
			e := t.Edit()
			for i := 0; b.Loop(); i++ {
				if _, _, err := e.Put(keys[i*7919%len(keys)], Value{Addr: uint64(i), Len: 100}); err != nil {
					b.Fatal(err)
				}
				if i%batch == 0 {
					t = e.Tree()
					e = t.Edit()
				}
			}
		})
	}
}

func BenchmarkScan(b *testing.B) {
	for _, n := range sizes {
		keys := benchKeys(n)
		t := inserted(b, keys, 1024)
		for _, reverse := range []bool{false, true} {
			b.Run(fmt.Sprintf("%d/reverse=%v", n, reverse), func(b *testing.B) {
				var sum uint64
				for b.Loop() {
					for e, err := range t.Scan(nil, nil, reverse) {
						if err != nil {
							b.Fatal(err)
						}
						sum += e.Value.Addr + uint64(len(e.Key))
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/key")
			})
		}
	}
}

func BenchmarkChanged(b *testing.B) {
	keys := benchKeys(1_000_000)
	older := inserted(b, keys, 1024)
	e := older.Edit()
	for i := range 100 {
		if _, _, err := e.Put(keys[i*7919], Value{Addr: 77}); err != nil {
			b.Fatal(err)
		}
	}
	newer := e.Tree()
	for b.Loop() {
		n := 0
		for _, err := range Changed(older, newer, nil, nil) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 100 {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*100), "ns/change")
}

// BenchmarkBuild loads a million sorted keys and reports what the tree takes in memory.
func BenchmarkBuild(b *testing.B) {
	keys := benchKeys(1_000_000)
	slices.SortFunc(keys, slices.Compare)
	for b.Loop() {
		if _, err := Build(entries(keys)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(keys)), "ns/key")
}

// BenchmarkMemory reports bytes and heap objects a key, and how long the collector takes, for a tree of random inserts.
func BenchmarkMemory(b *testing.B) {
	keys := benchKeys(1_000_000)
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		t := inserted(b, keys, 1024)
		runtime.GC()
		runtime.ReadMemStats(&after)
		at := time.Now()
		runtime.GC()
		b.ReportMetric(float64(time.Since(at).Microseconds()), "gc-µs")
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(t.Len()), "B/key")
		b.ReportMetric(float64(after.HeapObjects-before.HeapObjects)/float64(t.Len()), "objects/key")
		runtime.KeepAlive(t)
	}
}

type discard struct{ n int64 }

func (d *discard) Write(p []byte) (int, error) { d.n += int64(len(p)); return len(p), nil }

func BenchmarkCheckpoint(b *testing.B) {
	keys := benchKeys(1_000_000)
	t := inserted(b, keys, 1024)
	b.Run("write", func(b *testing.B) {
		var d discard
		for b.Loop() {
			if _, err := t.WriteCheckpoint(&d, testSeed, nil); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(d.n)/float64(b.N)/float64(len(keys)), "B/key")
	})
	file := checkpoint(b, t)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			if _, err := reopen(file); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("open and scan", func(b *testing.B) {
		for b.Loop() {
			o, err := reopen(file)
			if err != nil {
				b.Fatal(err)
			}
			for _, err := range o.Entries() {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
