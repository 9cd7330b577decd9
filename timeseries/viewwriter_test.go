package timeseries

import (
	"math"
	"math/rand/v2"
	"slices"

	"arbor/store"

	"pgregory.net/rapid"
)

// viewWriter writes to a series by several devices, and keeps the account.
type viewWriter struct {
	g       *rig
	id      ID
	o       oracle
	put     map[Hash]bool
	marks   []Mark
	rng     *rand.Rand
	devices int
	clock   int64
}

func (w *viewWriter) device() uint64 { return 1 + uint64(w.rng.IntN(w.devices)) }

// value is a small number, so that values come again, and sometimes none.
func (w *viewWriter) value() float64 {
	if w.rng.IntN(20) == 0 {
		return math.NaN()
	}
	return float64(w.rng.IntN(4))
}

// chunk imports n samples from at on.
func (w *viewWriter) chunk(tx *store.Tx, d uint64, at, step int64, n int) error {
	var xs []Sample
	for i := range n {
		if i > 0 {
			at += w.rng.Int64N(step + 1)
		}
		xs = append(xs, Sample{at, w.value()})
	}
	w.clock = max(w.clock, at)
	c, err := EncodeChunk(xs)
	if err != nil || w.put[HashChunk(c)] {
		return err
	}
	w.put[HashChunk(c)] = true
	for _, x := range xs {
		w.o[d] = append(w.o[d], held{Sample: x, chunk: HashChunk(c)})
	}
	_, err = w.g.b.PutChunk(tx, w.id, d, c)
	return err
}

// held reports whether a device has a chunk.
func (w *viewWriter) held(h Hash) bool {
	for _, all := range w.o {
		if slices.ContainsFunc(all, func(x held) bool { return x.chunk == h }) {
			return true
		}
	}
	return false
}

// inTurn imports n chunks, each by any device, about where the last one ends.
func (w *viewWriter) inTurn(t *rapid.T, n int, step int64) {
	w.g.update(t, func(tx *store.Tx) error {
		for range n {
			if err := w.chunk(tx, w.device(), w.clock+w.rng.Int64N(step+1)-1, step, 1+w.rng.IntN(3)); err != nil {
				return err
			}
		}
		return nil
	})
}

// steps goes on with a view.
func (w *viewWriter) steps(t *rapid.T, p Policy, n int) {
	for more := true; more && n > 0; n-- {
		err := w.g.db.View(func(s *store.Snapshot) (err error) { more, err = w.g.b.stepView(s, Series{w.id, p}); return err })
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (w *viewWriter) append(t *rapid.T, d uint64, xs ...Sample) {
	w.g.update(t, func(tx *store.Tx) error { return w.g.b.Append(tx, w.id, d, xs) })
	for _, x := range xs {
		w.o[d] = append(w.o[d], held{Sample: x})
		w.clock = max(w.clock, x.T)
	}
}

func (w *viewWriter) ops() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"in turn": func(t *rapid.T) {
			w.inTurn(t, rapid.SampledFrom([]int{3, 40, 90, 200}).Draw(t, "n"), rapid.Int64Range(0, 3).Draw(t, "step"))
		},
		"late": func(t *rapid.T) {
			w.g.update(t, func(tx *store.Tx) error {
				return w.chunk(tx, w.device(), w.rng.Int64N(w.clock+10)-5, w.rng.Int64N(20), 1+w.rng.IntN(4))
			})
		},
		"tail": func(t *rapid.T) {
			w.append(t, w.device(), Sample{w.rng.Int64N(w.clock + 10), w.value()}, Sample{w.clock + w.rng.Int64N(3), w.value()})
		},
		"full tail": func(t *rapid.T) {
			var xs []Sample
			for at, n := w.clock, rapid.SampledFrom([]int{130, MaxChunk}).Draw(t, "n"); len(xs) < n; at += w.rng.Int64N(2) {
				xs = append(xs, Sample{at, w.value()})
			}
			w.append(t, w.device(), xs...)
		},
		"drop": func(t *rapid.T) {
			d := w.device()
			for range rapid.IntRange(1, 3).Draw(t, "n") {
				if len(w.o[d]) == 0 {
					t.Skip("empty")
				}
				h := w.o[d][w.rng.IntN(len(w.o[d]))].chunk
				if h == (Hash{}) {
					continue
				}
				w.g.update(t, func(tx *store.Tx) error { _, err := w.g.b.DropChunk(tx, w.id, d, h); return err })
				w.o[d] = slices.DeleteFunc(w.o[d], func(x held) bool { return x.chunk == h })
				if !w.held(h) {
					delete(w.put, h)
				}
			}
		},
		"the same twice": func(t *rapid.T) { // by two devices, or by one that has it
			n, from, step := rapid.SampledFrom([]int{3, 70}).Draw(t, "n"), w.rng.Int64N(w.clock+2), rapid.Int64Range(0, 3).Draw(t, "step")
			a, b := w.device(), w.device()
			w.g.update(t, func(tx *store.Tx) error {
				for at := from; n > 0; n, at = n-1, at+1+w.rng.Int64N(3*step+1) {
					before := len(w.o[a])
					if err := w.chunk(tx, a, at, step, 1+w.rng.IntN(3)); err != nil {
						return err
					}
					fresh := w.o[a][before:]
					if len(fresh) == 0 || a == b {
						continue
					}
					var xs []Sample
					for _, h := range fresh {
						xs = append(xs, h.Sample)
					}
					c, err := EncodeChunk(xs)
					if err != nil {
						return err
					}
					w.o[b] = append(w.o[b], fresh...)
					if _, err := w.g.b.PutChunk(tx, w.id, b, c); err != nil {
						return err
					}
				}
				return nil
			})
		},
		"remove": func(t *rapid.T) {
			d := w.device()
			if len(w.o[d]) == 0 {
				t.Skip("empty")
			}
			x := w.o[d][w.rng.IntN(len(w.o[d]))].Sample
			want := w.o.take(d, x)
			w.g.update(t, func(tx *store.Tx) error {
				if got, err := w.g.b.Remove(tx, w.id, d, x); got != want || err != nil {
					t.Fatalf("removing %v gives %v, %v; want %v", x, got, err, want)
				}
				return nil
			})
		},
		"trim": func(t *rapid.T) {
			from := w.rng.Int64N(w.clock+10) - 5
			w.g.trim(t, w.id, w.o, w.put, w.device(), from, from+1+w.rng.Int64N(300))
		},
		"mark": func(t *rapid.T) {
			m := Mark{Stamp: 1 + uint64(w.rng.IntN(9)), N: uint16(len(w.marks)), Device: w.device(), From: w.rng.Int64N(w.clock+10) - 5, Hides: w.rng.IntN(4) > 0}
			m.To = m.From + 1
			if !m.Hides || w.rng.IntN(2) == 0 {
				m.Has, m.V = true, float64(w.rng.IntN(100))
			} else {
				m.To += w.rng.Int64N(rapid.SampledFrom([]int64{5, 200}).Draw(t, "length"))
			}
			w.marks = append(w.marks, m)
			w.g.update(t, func(tx *store.Tx) error { _, err := w.g.b.PutMark(tx, w.id, m); return err })
		},
		"unmark": func(t *rapid.T) {
			if len(w.marks) == 0 {
				t.Skip("none")
			}
			i := w.rng.IntN(len(w.marks))
			w.g.update(t, func(tx *store.Tx) error { _, err := w.g.b.DropMark(tx, w.id, w.marks[i]); return err })
			w.marks = slices.Delete(w.marks, i, i+1)
		},
	}
}

// take is remove, of NaN too.
func (o oracle) take(d uint64, x Sample) bool {
	for i, h := range slices.Backward(o[d]) {
		if !h.dead && h.T == x.T && math.Float64bits(h.V) == math.Float64bits(x.V) {
			o[d][i].dead = true
			return true
		}
	}
	return false
}
