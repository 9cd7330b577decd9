package timeseries

import (
	"crypto/sha256"
	"encoding/binary"
	"math"

	"arbor/store"
)

// What the chunks of a stream are, with what of them is removed and hidden, follows from few bytes: an entry tells all of its chunk, by number or
// hash and by checksum; the entry of a block bears a print of the block, and so of all that is below. So the directories of a series' streams
// and the blocks that are not full, which no print covers, are its version vector. It says what is there, not what was done: two states
// that it is the same for are the same also where a crash came between them. Tails and marks are not in it: a view has neither.

// printOf returns a print of bytes, which is not 0.
func printOf(b []byte) uint64 {
	sum := sha256.Sum256(b)
	return max(binary.LittleEndian.Uint64(sum[:]), 1)
}

// version is a version vector, made short.
type version [sha256.Size]byte

// version returns that of the chunks of some streams. It is false where there are loose ones, or entries from before there were prints. It costs
// one GetMany of the blocks that are not full, which are at most three for a stream in order of a million samples.
func (b *Book) version(r store.Reader, from []source) (v version, ok bool, err error) {
	for i := range from {
		if from[i].loose > 0 {
			return v, false, nil
		}
	}
	open, err := b.openBlocks(r, from, math.MinInt64, math.MaxInt64)
	if err != nil {
		return v, false, err
	}
	h := sha256.New()
	add := func(key, value []byte) {
		h.Write(binary.BigEndian.AppendUint32(key, uint32(len(value))))
		h.Write(value)
	}
	for i := range from {
		add(from[i].directoryKey(), from[i].directory.append(nil))
	}
	for _, level := range open {
		for _, x := range level {
			for rd := (reader{b: x.bytes}); x.level > 1 && len(rd.b) > 0; {
				if e := rd.head(); rd.bad || !e.gone && e.rest[0]&flagPrint == 0 {
					return v, false, nil
				}
			}
			add(x.of.blockKey(x.run, x.level, x.number), x.bytes)
		}
	}
	return version(h.Sum(nil)), true, nil
}

// runKey names a run of a series.
type runKey struct {
	device uint64
	run    uint16
}

// record is what a view knows of a node: its print and its beginning. That of 0 is none.
type record struct {
	print uint64
	t0    int64
}

// records are of the runs of a series by level, 1 first, and number. Who knows a node knows those below it that begin
// before the end of the view.
type records map[runKey][][]record

// print returns that of a node: of an entry of a chunk, or the one that it bears.
func (n *node) print() (uint64, error) {
	if n.level == 1 {
		return printOf(n.rest), nil
	}
	e, err := n.entry()
	return e.print, err
}

// knows reports whether k has that node.
func (k records) knows(n *node, print uint64) bool {
	levels := k[runKey{n.of.device, n.run}]
	return print != 0 && n.level <= len(levels) && int(n.number) < len(levels[n.level-1]) && levels[n.level-1][n.number].print == print
}

// record returns records of the chunks that begin before end, and of the blocks in which there are any.
func (b *Book) record(r store.Reader, from []source, end int64) (records, error) {
	out := records{}
	err := b.walk(r, from, math.MinInt64, end, func(n *node) (bool, error) {
		print, err := n.print()
		if err != nil {
			return false, err
		}
		key := runKey{n.of.device, n.run}
		for len(out[key]) < n.level {
			out[key] = append(out[key], nil)
		}
		level := &out[key][n.level-1]
		for len(*level) <= int(n.number) {
			*level = append(*level, record{})
		}
		(*level)[n.number] = record{print, n.t0}
		return true, nil
	})
	return out, err
}

// size returns how many bytes records take.
func (k records) size() (n int) {
	for _, levels := range k {
		for _, level := range levels {
			n += 16 * cap(level)
		}
	}
	return n
}

// same returns the time below which streams have the chunks that are in records of those that begin before end, no more and no others. It reads the
// blocks that differ.
func (b *Book) same(r store.Reader, from []source, known records, end int64) (int64, error) {
	limit := end
	found := map[runKey][]bool{}
	for key, levels := range known {
		found[key] = make([]bool, len(levels[0]))
	}
	err := b.walk(r, from, math.MinInt64, end, func(n *node) (bool, error) {
		print, err := n.print()
		if err != nil {
			return false, err
		}
		if known.knows(n, print) {
			each := 1 << (5 * (n.level - 1))
			all := found[runKey{n.of.device, n.run}]
			for i := int(n.number) * each; i < min((int(n.number)+1)*each, len(all)); i++ {
				all[i] = true
			}
			return false, nil
		}
		if n.level == 1 {
			limit = min(limit, n.t0)
		}
		return true, nil
	})
	for key, levels := range known {
		for i, x := range levels[0] {
			if x.print != 0 && !found[key][i] { // it went away, or is another now
				limit = min(limit, x.t0)
			}
		}
	}
	return limit, err
}
