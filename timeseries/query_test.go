package timeseries

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"sync"
	"testing"

	"arbor/store"
)

// counted counts the chunks that are read of a snapshot, and how many times any are.
type counted struct {
	mu sync.Mutex
	*store.Snapshot
	chunks      store.Keyspace
	read, asked int
}

func (c *counted) GetMany(ks store.Keyspace, keys [][]byte) ([][]byte, error) {
	if ks == c.chunks {
		c.mu.Lock()
		c.read += len(keys)
		c.asked++
		c.mu.Unlock()
	}
	return c.Snapshot.GetMany(ks, keys)
}

// chunksRead returns how many chunks a bucket query decodes that are not in the cache, which is empty.
func (g *rig) chunksRead(t testing.TB, id ID, edges []int64) int {
	return g.chunksReadOf(t, Series{ID: id}, edges)
}

func (g *rig) chunksReadOf(t testing.TB, series Series, edges []int64) int {
	g.b.cache.clear()
	n := 0
	err := g.db.View(func(s *store.Snapshot) error {
		c := &counted{Snapshot: s, chunks: g.b.chunks}
		_, err := g.b.Buckets(c, series, edges)
		if n = c.read; c.asked > 1 && (len(edges) <= manyBuckets || c.asked > 2) {
			t.Errorf("%d chunks are fetched by %d readings", n, c.asked)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// fillSteady writes n samples a second apart in chunks of a steady size.
func (g *rig) fillSteady(t testing.TB, id ID, device uint64, n int) {
	for i := 0; i < n; {
		g.update(t, func(tx *store.Tx) error {
			for k := 0; k < 64 && i < n; k++ {
				var xs []Sample
				for range min(MaxChunk, n-i) {
					xs = append(xs, Sample{int64(i) * 1e9, float64(i*i%1000) / 10})
					i++
				}
				chunk, err := EncodeChunk(xs)
				if err != nil {
					return err
				}
				if _, err := g.b.PutChunk(tx, id, device, chunk); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func evenEdges(from, to int64, n int) []int64 {
	var e []int64
	for i := range n + 1 {
		e = append(e, from+(to-from)/int64(n)*int64(i))
	}
	return e
}

func TestOverviewReadsSummaries(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{3}
	const n = 200 * MaxChunk
	g.fillSteady(t, id, 1, n)
	whole := []int64{math.MinInt64, math.MaxInt64}
	if got := g.chunksRead(t, id, whole); got != 0 {
		t.Fatalf("the span of a series in order decodes %d chunks", got)
	}
	if got := g.chunksRead(t, id, evenEdges(0, n*1e9, 30)); got > 29 {
		t.Fatalf("30 buckets decode %d chunks", got)
	}
	// One chunk of late samples over the whole time: what it hides is known to the chunks it hides it in.
	g.update(t, func(tx *store.Tx) error {
		chunk, err := EncodeChunk([]Sample{{5, 1}, {1e9 * 50 * MaxChunk, 1}, {1e9*99*MaxChunk + 7, 1}, {n*1e9 - 1, 1}})
		if err != nil {
			return err
		}
		_, err = g.b.PutChunk(tx, id, 1, chunk)
		return err
	})
	if got := g.chunksRead(t, id, whole); got != 0 {
		t.Fatalf("one chunk of four late samples makes the span decode %d chunks", got)
	}
	var s Summary
	if err := g.db.View(func(v *store.Snapshot) (err error) { s, err = g.b.Span(v, Series{ID: id}); return err }); err != nil {
		t.Fatal(err)
	}
	if s.N != n+3 || s.T0 != 0 || s.T1 != n*1e9-1 { // one of the four hides a sample
		t.Fatalf("span %+v", s)
	}
	// A window deep inside reads what it holds, not what is before it.
	if got := g.chunksRead(t, id, evenEdges(1e9*150*MaxChunk, 1e9*151*MaxChunk, 50)); got > 3 {
		t.Fatalf("a window of one chunk decodes %d chunks", got)
	}
}

// TestDevicesInTurn has two devices write a series in turn: what one wrote while the other was away needs no look at the other.
func TestDevicesInTurn(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{3}
	const n = 120
	g.update(t, func(tx *store.Tx) error {
		for i := range int64(n) {
			xs := make([]Sample, 100)
			for k := range xs {
				xs[k] = Sample{i*100 + int64(k), float64(k)}
			}
			chunk, err := EncodeChunk(xs)
			if err != nil {
				return err
			}
			if _, err := g.b.PutChunk(tx, id, 1+uint64(i/7%2), chunk); err != nil {
				return err
			}
		}
		return nil
	})
	if got := g.chunksRead(t, id, evenEdges(50, n*100-50, 10)); got > 11 {
		t.Errorf("ten buckets decode %d chunks", got)
	}
	for i, b := range g.buckets(t, id, evenEdges(50, n*100-50, 10)) {
		if b.N != (n*100-100)/10 {
			t.Errorf("bucket %d has %d samples", i, b.N)
		}
	}
}

// TestCacheIsNotChanged reads a chunk through the cache, by a reader that sees all of it and ones that do not, and again.
func TestCacheIsNotChanged(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{3}
	chunk, err := EncodeChunk([]Sample{{1, 1}, {2, 2}, {2, 3}, {3, 4}, {4, 5}})
	if err != nil {
		t.Fatal(err)
	}
	g.update(t, func(tx *store.Tx) error { _, err := g.b.PutChunk(tx, id, 1, chunk); return err })
	for range 3 {
		for policy, want := range map[Policy][2]int64{All: {3, 2}, Last: {2, 2}} {
			b := g.bucketsOf(t, Series{id, policy}, []int64{0, 3, 9})
			if b[0].N != want[0] || b[1].N != want[1] {
				t.Fatalf("under %v there are %d and %d samples, want %v", policy, b[0].N, b[1].N, want)
			}
		}
	}
}

func TestBadEdges(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	for _, edges := range [][]int64{nil, {1}, {1, 1}, {2, 1}, {1, 2, 2}} {
		err := g.db.View(func(s *store.Snapshot) error { _, err := g.b.Buckets(s, Series{}, edges); return err })
		if !errors.Is(err, ErrEdges) {
			t.Errorf("edges %v give %v", edges, err)
		}
	}
}

func TestBadSamples(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	err := g.db.Update(func(tx *store.Tx) error { return g.b.Append(tx, ID{}, 1, []Sample{{math.MaxInt64, 1}}) })
	if !errors.Is(err, ErrTime) {
		t.Errorf("the end of time gives %v", err)
	}
	if _, err := EncodeChunk([]Sample{{2, 1}, {1, 1}}); !errors.Is(err, ErrChunk) {
		t.Errorf("falling times give %v", err)
	}
	if _, err := EncodeChunk(make([]Sample, MaxChunk+1)); !errors.Is(err, ErrChunk) {
		t.Errorf("too many samples give %v", err)
	}
	empty, err := EncodeChunk(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, chunk := range [][]byte{nil, {1, 2, 3}, empty} {
		err := g.db.Update(func(tx *store.Tx) error { _, err := g.b.PutChunk(tx, ID{}, 1, chunk); return err })
		if !errors.Is(err, ErrChunk) {
			t.Errorf("chunk %x gives %v", chunk, err)
		}
	}
	if got := g.samples(t, ID{}, math.MinInt64, math.MaxInt64); got != nil {
		t.Errorf("refused samples are there: %v", got)
	}
}

// TestDamage changes stored bytes; every reading must say so or be right, and none may panic.
func TestDamage(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{3}
	const n = 40 * MaxChunk // more than one block
	g.fillSteady(t, id, 1, n)
	g.update(t, func(tx *store.Tx) error { return g.b.Append(tx, id, 1, []Sample{{1, 1}, {-1, 2}}) })
	read := func() error {
		return g.db.View(func(s *store.Snapshot) error {
			for _, err := range g.b.Range(s, Series{ID: id}, math.MinInt64, math.MaxInt64) {
				if err != nil {
					return err
				}
			}
			_, err := g.b.Buckets(s, Series{ID: id}, evenEdges(0, n*1e9, 10))
			return err
		})
	}
	for _, ks := range []store.Keyspace{g.b.chunks, g.b.tails, g.b.summaries} {
		var all []store.Entry
		g.update(t, func(tx *store.Tx) error {
			all = nil
			for e := range tx.Scan(ks, store.Range{}) {
				all = append(all, store.Entry{Key: bytes.Clone(e.Key), Value: bytes.Clone(e.Value)})
			}
			return nil
		})
		for i, e := range all {
			if ks != g.b.summaries && i > 0 {
				break // the others are of its kind
			}
			if ks == g.b.summaries && e.Key[streamSize] == keySketch {
				continue // which is read where there are more
			}
			for _, bad := range [][]byte{{}, {0xff}, e.Value[:len(e.Value)/2], bytes.Repeat([]byte{0xff}, 40), e.Value[:len(e.Value)-1]} {
				g.b.cache.clear()
				g.update(t, func(tx *store.Tx) error { return tx.Put(ks, e.Key, bad) })
				if err := read(); !errors.Is(err, ErrChunk) {
					t.Errorf("%x as value of %x gives %v", bad, e.Key, err)
				}
			}
			g.update(t, func(tx *store.Tx) error {
				if ks == g.b.tails { // a stream that is not there
					return nil
				}
				return tx.Delete(ks, e.Key)
			})
			g.b.cache.clear()
			if err := read(); ks != g.b.tails && e.Key[len(e.Key)-1] != keyDirectory && !errors.Is(err, ErrChunk) {
				t.Errorf("without %x reading gives %v", e.Key, err)
			}
			g.update(t, func(tx *store.Tx) error { return tx.Put(ks, e.Key, e.Value) })
		}
		if err := read(); err != nil {
			t.Fatal(err)
		}
	}
}

func FuzzEntry(f *testing.F) {
	e := entry{chunk: true, name: sealedName(3), seq: 3, t0: -5, t1: 900, dead: []uint16{0, 9, 1023}, beneath: []uint16{4, 5, 6}}
	e.sum = summarize([]int64{1, 2}, []float64{3, 4})
	f.Add(e.append(nil))
	e.all, e.name = e.sum, importedName(Hash{1, 2})
	f.Add(e.append(nil))
	f.Add((&entry{gone: true}).append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := decodeEntry(b)
		if err != nil {
			return
		}
		again, err := decodeEntry(e.append(nil))
		if err != nil || !identical(&again.sum, &e.sum) || !identical(&again.all, &e.all) {
			t.Fatalf("%+v becomes %+v, %v", e, again, err)
		}
		again.sum, again.all, e.sum, e.all = Summary{}, Summary{}, Summary{}, Summary{}
		if !reflect.DeepEqual(again, e) {
			t.Fatalf("%+v becomes %+v", e, again)
		}
	})
}

// TestChunkBytes holds the bytes of a chunk, since its hash is its name on every machine.
func TestChunkBytes(t *testing.T) {
	chunk, err := EncodeChunk([]Sample{{1700000000e9, 72.4}, {1700086400e9, 72.1}, {1700172800e9, math.Inf(1)}, {1700259200e9, 71.9}})
	if err != nil {
		t.Fatal(err)
	}
	const want = "030104018080d0e2c6bfce972f8080bc8ac9d2137f020100a80b0102090a0102000000000000f07f68f5a99a"
	if got := hex.EncodeToString(chunk); got != want {
		t.Errorf("chunk is\n%s, want\n%s", got, want)
	}
	const name = "664718e4292c0f8e2fc2b517c268d5d0"
	if got := HashChunk(chunk).String(); got != name {
		t.Errorf("name is %s, want %s", got, name)
	}
	back, err := DecodeChunk(chunk)
	if err != nil || len(back) != 4 || back[2].V != math.Inf(1) || back[3] != (Sample{1700259200e9, 71.9}) {
		t.Errorf("comes back as %v, %v", back, err)
	}
}

func BenchmarkBuckets(b *testing.B) {
	g := newRig(b)
	defer g.db.Close()
	const n = 1 << 20
	g.fillSteady(b, ID{3}, 1, n)
	edges := evenEdges(0, n*1e9, 400)
	for b.Loop() {
		g.buckets(b, ID{3}, edges)
	}
	b.ReportMetric(n, "samples")
}

func BenchmarkRange(b *testing.B) {
	g := newRig(b)
	defer g.db.Close()
	const n = 1 << 20
	g.fillSteady(b, ID{3}, 1, n)
	for b.Loop() {
		err := g.db.View(func(s *store.Snapshot) error {
			for _, err := range g.b.Range(s, Series{ID: ID{3}}, math.MinInt64, math.MaxInt64) {
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/sample")
}
