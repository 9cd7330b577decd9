package disk

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Crash returns the directory as a power cut at this moment leaves it, ready to be opened again; s is not changed. Called again it
// returns another of the outcomes that are possible. No fault is planted in the new one.
func (s *Sim) Crash() *Sim {
	s.mu.Lock()
	defer s.mu.Unlock()
	seed := s.rng.Uint64()
	after := NewSim(seed)
	luck := rand.New(rand.NewPCG(seed, 0xdead))
	names := maps.Clone(s.stable)
	for _, m := range s.moves {
		switch luck.IntN(8) {
		case 0, 1, 2:
		case 3:
			m.apply(names, false)
		default:
			m.apply(names, true)
		}
	}
	seen := map[*inode]*inode{} // two names of one file are rare but possible
	for _, name := range slices.Sorted(maps.Keys(names)) {
		i := names[name]
		if seen[i] == nil {
			seen[i] = i.survive(luck)
		}
		after.names[name], after.stable[name] = seen[i], seen[i]
	}
	return after
}

// Kill returns the directory as the death of the process leaves it, ready to be opened again; s is not changed. The machine goes on, so that
// what was written is read, durable or not; of a submitted write any sector has been written or never will be.
func (s *Sim) Kill() *Sim {
	s.mu.Lock()
	defer s.mu.Unlock()
	after := NewSim(s.rng.Uint64())
	copies := map[*inode]*inode{}
	same := func(i *inode) *inode {
		if copies[i] == nil {
			c := &inode{data: slices.Clone(i.data), durable: slices.Clone(i.durable), pending: maps.Clone(i.pending), sized: i.sized}
			for k, versions := range c.pending {
				c.pending[k] = slices.Clip(versions)
			}
			copies[i] = c
		}
		return copies[i]
	}
	for name, i := range s.names {
		after.names[name] = same(i)
	}
	for name, i := range s.stable {
		after.stable[name] = same(i)
	}
	for _, m := range s.moves {
		after.moves = append(after.moves, move{m.from, m.to, same(m.inode)})
	}
	for _, w := range s.flight {
		for k := w.off / sector; k*sector < w.off+int64(w.n); k++ {
			if after.rng.IntN(2) == 0 {
				same(w.f.inode).takeBack(k)
			}
		}
	}
	return after
}

// takeBack undoes the last write of a sector that is not durable.
func (i *inode) takeBack(k int64) {
	versions := i.pending[k]
	if len(versions) == 0 {
		return
	}
	before := sectorOf(i.durable, k)
	if n := len(versions) - 1; n > 0 {
		before = versions[n-1]
		i.pending[k] = versions[:n:n]
	} else {
		delete(i.pending, k)
	}
	copy(i.data[k*sector:], before)
}

// apply makes the change in names; unless whole, only the new name of it.
func (m move) apply(names map[string]*inode, whole bool) {
	if m.from != "" && whole && names[m.from] == m.inode {
		delete(names, m.from)
	}
	if m.to != "" {
		names[m.to] = m.inode
	}
}

// survive returns what a power cut leaves of a file.
func (i *inode) survive(luck *rand.Rand) *inode {
	size := int64(len(i.durable))
	if i.sized {
		// the size of before, of now, or of a moment between
		from, to := min(size, int64(len(i.data))), max(size, int64(len(i.data)))
		switch luck.IntN(3) {
		case 0:
			size = int64(len(i.data))
		case 1:
			size = min(to, (from+luck.Int64N(to-from+1)+sector-1)/sector*sector)
		}
	}
	data := make([]byte, size)
	copy(data, i.durable)
	for _, k := range sortedKeys(i.pending) {
		off := k * sector
		if off >= size {
			continue
		}
		copy(data[off:], outcome(sectorOf(i.durable, k), i.pending[k], luck))
	}
	return &inode{data: data, durable: slices.Clone(data)}
}

// outcome is what is left of a sector that was before and should have become each of versions in turn.
func outcome(before []byte, versions [][]byte, luck *rand.Rand) []byte {
	version := versions[luck.IntN(len(versions))]
	out := slices.Clone(version)
	switch luck.IntN(10) {
	case 0, 1, 2, 3:
		return before
	case 4: // torn
		cut := luck.IntN(sector)
		copy(out, version[:cut])
		copy(out[cut:], before[cut:])
	case 5: // noise
		for j := range out {
			out[j] = byte(luck.Uint32())
		}
	}
	return out
}

func sortedKeys(m map[int64][][]byte) []int64 { return slices.Sorted(maps.Keys(m)) }
