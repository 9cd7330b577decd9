package timeseries

import (
	"errors"
	"math/rand/v2"
	"testing"

	"arbor/store"
)

// A sketch is the same whether the values of its chunks were at hand or are read again: after a transaction that came to nothing, after chunks of another
// stream between them, and where samples of a chunk are hidden or removed before its block is full.
func TestGathered(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	chunk := func(i int) *Chunk {
		var samples []Sample
		for k := range MaxChunk / 4 {
			samples = append(samples, Sample{T: int64(i*MaxChunk + k), V: rng.NormFloat64() * 100})
		}
		b, err := EncodeChunk(samples)
		if err != nil {
			t.Fatal(err)
		}
		x, err := ReadChunk(b)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for name, between := range map[string]func(g *rig, i int, x *Chunk){
		"in one go": func(*rig, int, *Chunk) {},
		"given up": func(g *rig, i int, x *Chunk) {
			enough := errors.New("enough")
			if err := g.db.Update(func(tx *store.Tx) error {
				_, err := g.b.PutRead(tx, ID{1}, 1, x)
				return errors.Join(err, enough)
			}); i%7 == 0 && !errors.Is(err, enough) {
				t.Fatal(err)
			}
		},
		"other stream": func(g *rig, i int, x *Chunk) {
			g.update(t, func(tx *store.Tx) error {
				_, err := g.b.PutRead(tx, ID{2}, 1, x)
				return err
			})
		},
		"hidden": func(g *rig, i int, x *Chunk) {
			if i%8 == 3 {
				g.update(t, func(tx *store.Tx) error {
					return g.b.Append(tx, ID{1}, 1, []Sample{{T: int64((i-1)*MaxChunk + 1), V: 5000}})
				})
			}
		},
		"removed": func(g *rig, i int, x *Chunk) {
			if i%8 == 3 {
				g.update(t, func(tx *store.Tx) error {
					_, err := g.b.Remove(tx, ID{1}, 1, Sample{T: int64((i - 1) * MaxChunk), V: g.samples(t, ID{1}, int64((i-1)*MaxChunk), int64((i-1)*MaxChunk+1))[0].V})
					return err
				})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := newRig(t)
			for i := range 3*fanOut + 5 {
				x := chunk(i)
				between(g, i, x)
				g.update(t, func(tx *store.Tx) error {
					_, err := g.b.PutRead(tx, ID{1}, 1, x)
					return err
				})
				x.Release()
			}
			g.checkLevels(t, ID{1})
		})
	}
}
