package timeseries

import (
	"math"
	"slices"

	"arbor/store"
)

// points are times at which somebody has samples.
type points struct {
	t  []int64
	of *source // whose own chunks they do not disturb; nil for a tail, which lies above its own stream's too
}

// shared reports whether one of the points lies within the time of n.
func shared(all []points, n *node) bool {
	for _, x := range all {
		if (x.of == nil || x.of.device != n.of.device) && touches(x.t, n.t0, n.t1) {
			return true
		}
	}
	return false
}

// spreadLimit is the number of others that a chunk must overlap to be looked into sample by sample, so that one chunk of late samples from many
// years does not make every chunk of those years be decoded. spreadMost bounds how many are.
const (
	spreadLimit = 4
	spreadMost  = 64
)

// extent is where a node or a piece of some device lies.
type extent struct {
	t0, t1 int64
	device uint64
	shared bool
}

// apart opens of whole what shares its time with something of another device, down to the chunks, until what is left in whole does not. Chunks
// that do are appended to rest.
func (b *Book) apart(r store.Reader, policy Policy, whole []node, rest []*piece) ([]node, []*piece, error) {
	var spread []points
	for {
		var err error
		if whole, err = withoutTwins(policy, whole); err != nil {
			return nil, nil, err
		}
		marks := marked(whole, rest)
		if whole, rest, spread, err = b.look(r, policy, whole, rest, marks, spread); err != nil {
			return nil, nil, err
		}
		marks = marked(whole, rest)
		deepest := 0
		for i := range whole {
			if marks[i].shared = marks[i].shared || shared(spread, &whole[i]); marks[i].shared {
				deepest = max(deepest, whole[i].level)
			}
		}
		left := whole[:0:0]
		var into []blockRef
		for i := range whole {
			switch n := &whole[i]; {
			case !marks[i].shared || n.level < deepest:
				left = append(left, *n)
			case n.level == 1:
				p, err := n.piece()
				if err != nil {
					return nil, nil, err
				}
				rest = append(rest, p)
			default:
				into = append(into, n.block())
			}
		}
		whole = left
		for part := range slices.Chunk(into, maxBlocks) {
			_, err := b.enter(r, part, math.MinInt64, math.MaxInt64, func(n *node) (bool, error) {
				whole = append(whole, *n)
				return false, nil
			}, nil)
			if err != nil {
				return nil, nil, err
			}
		}
		if deepest <= 1 {
			return whole, rest, nil
		}
	}
}

// marked returns the extents of nodes and of chunks, in this order, and which of them meet one of another device.
func marked(whole []node, rest []*piece) []extent {
	all := make([]extent, 0, len(whole)+len(rest))
	for i := range whole {
		all = append(all, extent{whole[i].t0, whole[i].t1, whole[i].of.device, false})
	}
	for _, p := range rest {
		if p.seq == tailSeq || p.spread {
			all = append(all, extent{math.MaxInt64, math.MaxInt64, p.stream.device, false}) // its points tell
			continue
		}
		all = append(all, extent{p.t0, p.t1, p.stream.device, false})
	}
	order := make([]*extent, len(all))
	for i := range all {
		order[i] = &all[i]
	}
	slices.SortFunc(order, func(a, b *extent) int {
		if a.t0 < b.t0 {
			return -1
		}
		return 1
	})
	// What begins before x does and reaches into it is seen on the way up, what begins within x on the way down.
	ends, starts := map[uint64]int64{}, map[uint64]int64{}
	for _, x := range order {
		for d, end := range ends {
			x.shared = x.shared || d != x.device && end >= x.t0
		}
		if end, ok := ends[x.device]; !ok || x.t1 > end {
			ends[x.device] = x.t1
		}
	}
	for _, x := range slices.Backward(order) {
		for d, start := range starts {
			x.shared = x.shared || d != x.device && start <= x.t1
		}
		starts[x.device] = x.t0
	}
	return all
}

// look makes of chunks that share their time with many others points, and adds them to rest.
func (b *Book) look(r store.Reader, policy Policy, whole []node, rest []*piece, marks []extent, spread []points) ([]node, []*piece, []points, error) {
	var starts, ends []int64
	for _, x := range marks {
		starts, ends = append(starts, x.t0), append(ends, x.t1)
	}
	slices.Sort(starts)
	slices.Sort(ends)
	wide := func(x *extent) bool {
		return x.shared && len(spread) < spreadMost && countBelow(starts, x.t1)-countBelow(ends, x.t0) > spreadLimit
	}
	add := func(p *piece, of *source) error {
		if err := b.loadAll(r, policy, []*piece{p}, true, nil); err != nil {
			return err
		}
		p.spread = true
		spread = append(spread, points{slices.Clone(p.cols.t), of})
		return nil
	}
	for i, p := range rest {
		if x := &marks[len(whole)+i]; wide(x) {
			if err := add(p, &source{stream: p.stream}); err != nil {
				return nil, nil, nil, err
			}
		}
	}
	left := whole[:0:0]
	for i := range whole {
		n := &whole[i]
		if n.level > 1 || !wide(&marks[i]) {
			left = append(left, *n)
			continue
		}
		p, err := n.piece()
		if err == nil {
			err = add(p, n.of)
		}
		if err != nil {
			return nil, nil, nil, err
		}
		rest = append(rest, p)
	}
	return left, rest, spread, nil
}
