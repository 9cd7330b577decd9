package timeseries

import (
	"math"
	"slices"

	"arbor/store"
	"arbor/timeseries/histogram"
)

// exactQuantiles is the most samples of which Quantiles is exact: these are all decoded and sorted.
const exactQuantiles = 1 << 18

// Quantiles returns the quantiles qs of the samples with times in [from, to), NaNs apart: for each q the least value that at least the part q of
// them does not exceed (the inverted distribution, without interpolation), NaN if there are none. Of up to 262,144 samples it is exact;
// of more it is within histogram.RelativeError, and bound says so. It takes a few milliseconds, whatever the number of samples.
func (b *Book) Quantiles(r store.Reader, series Series, from, to int64, qs []float64) (values []float64, bound float64, err error) {
	return b.quantiles(r, series, from, to, qs, exactQuantiles)
}

func (b *Book) quantiles(r store.Reader, series Series, from, to int64, qs []float64, exact int64) (values []float64, bound float64, err error) {
	all, err := b.Buckets(r, series, []int64{from, to})
	if err != nil {
		return nil, 0, err
	}
	values = make([]float64, len(qs))
	if all[0].N > exact {
		h, err := b.Distribution(r, series, from, to)
		if err != nil {
			return nil, 0, err
		}
		for i, q := range qs {
			values[i] = h.Quantile(q)
		}
		return values, histogram.RelativeError, nil
	}
	v := make([]float64, 0, all[0].N)
	for s, err := range b.Range(r, series, from, to) {
		if err != nil {
			return nil, 0, err
		}
		if s.V == s.V {
			v = append(v, s.V)
		}
	}
	slices.Sort(v)
	for i, q := range qs {
		values[i] = math.NaN()
		if n := len(v); n > 0 {
			values[i] = v[min(max(int(math.Ceil(q*float64(n)))-1, 0), n-1)]
		}
	}
	return values, 0, nil
}

// Distribution counts the values of the samples with times in [from, to). What lies in full blocks of level 2 is taken from their sketches; at
// the ends, and where samples of several devices share their time, chunks are decoded.
func (b *Book) Distribution(r store.Reader, series Series, from, to int64) (*histogram.Histogram, error) {
	f, err := newFrame([]int64{from, to}, series.Merge)
	if err != nil {
		return nil, err
	}
	sc, err := b.scene(r, series, from, to)
	if err != nil {
		return nil, err
	}
	h := &histogram.Histogram{}
	var small []node
	rest, err := b.count(r, f, sc, func(n *node) error {
		if n.level > 2 && (f.policy != All || n.rest[0]&flagAll == 0) {
			return b.addSketches(r, n, h)
		}
		small = append(small, *n)
		return nil
	})
	if err != nil {
		return nil, err
	}
	pieces, err := b.chunksOf(r, small)
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(pieces, manyPieces) {
		err := b.loadAll(r, f.policy, part, false, func(p *piece) {
			h.AddAll(p.cols.v)
			b.release(p)
		})
		if err != nil {
			return nil, err
		}
	}
	return h, b.merge(r, series.Merge, rest, fewPieces, func(t []int64, v []float64) bool {
		n := countBelow(t, from)
		h.AddAll(v[n:max(countBelow(t, to), n)])
		return true
	})
}

// addSketches adds what a node of a level above 2 holds.
func (b *Book) addSketches(r store.Reader, n *node, h *histogram.Histogram) error {
	each := 1 << (5 * (n.level - 3)) // blocks of level 2
	keys := make([][]byte, each)
	for i := range keys {
		keys[i] = n.of.sketchKey(n.run, n.number*uint32(each)+uint32(i))
	}
	found, err := r.GetMany(b.summaries, keys)
	if err != nil {
		return err
	}
	for i, v := range found {
		part, err := decodeSketch(n.of.stream, n.number*uint32(each)+uint32(i), v)
		if err != nil {
			return err
		}
		h.Merge(part)
	}
	return nil
}

// chunksOf returns the chunks that nodes stand for.
func (b *Book) chunksOf(r store.Reader, nodes []node) ([]*piece, error) {
	var out []*piece
	for len(nodes) > 0 {
		var into []blockRef
		for i := range nodes {
			n := &nodes[i]
			if n.level > 1 {
				into = append(into, n.block())
				continue
			}
			p, err := n.piece()
			if err != nil {
				return nil, err
			}
			out = append(out, p)
		}
		nodes = nodes[:0:0]
		for part := range slices.Chunk(into, maxBlocks) {
			_, err := b.enter(r, part, math.MinInt64, math.MaxInt64, func(n *node) (bool, error) {
				nodes = append(nodes, *n)
				return false, nil
			}, nil)
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
