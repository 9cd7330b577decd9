package model

import (
	"bytes"
	"cmp"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
)

// columns is what a sheet holds. Facts are made of the blocks when they are asked for.
type columns struct {
	blocks []factBlock // each of at most sheetBlock nodes, and none empty
	starts []int32     // the slot of the first node of each block, and how many slots there are
	near   []int32     // by slot/nearSlots: the block of the first such slot
	bits   []uint32    // by slot: what is said by bits

	once  sync.Once
	stand *positions
	found sync.Once
	slots *slotTable
	count sync.Once
	below []int32 // children

	workers atomic.Pointer[workers] // of a process that answers others, without a view

	textMu sync.Mutex
	texts  []textBlock // by block, nil until they are asked for; see View.texts
	whole  bool        // none is missing

	stood   atomic.Bool // whether workers were asked for
	orderMu sync.Mutex
	order   []int32 // slots in the order of the tree, nil until it is asked for
}

// nearSlots is for how many slots one block is noted.
const nearSlots = 256

// sheetMaker makes a sheet of facts that come in the order of the ids.
type sheetMaker struct {
	most   int // how many nodes a block takes; so many that there is room for a few more if it is 0
	w      blockWriter
	blocks []factBlock
	bits   []uint32
}

func (m *sheetMaker) add(f *Facts, top uint32) {
	if m.w.nodes == cmp.Or(m.most, sheetBlock/2) {
		m.end()
	}
	m.bits = append(m.bits, m.w.add(f)|top)
}

// take adds a block as it is.
func (m *sheetMaker) take(b factBlock, bits []uint32) {
	m.end()
	m.blocks, m.bits = append(m.blocks, b), append(m.bits, bits...)
}

// end ends a block.
func (m *sheetMaker) end() {
	if m.w.nodes > 0 {
		m.blocks = append(m.blocks, m.w.block())
	}
}

func (m *sheetMaker) sheet() *Sheet {
	m.end()
	return &Sheet{columns: newColumns(m.blocks, m.bits)}
}

func newColumns(blocks []factBlock, bits []uint32) *columns {
	s := &columns{blocks: blocks, bits: bits}
	slot := int32(0)
	for i, b := range blocks {
		for ; int(slot)+b.nodes > len(s.near)*nearSlots; s.near = append(s.near, int32(i)) {
		}
		s.starts = append(s.starts, slot)
		slot += int32(b.nodes)
	}
	s.starts = append(s.starts, slot)
	return s
}

// with returns a sheet of the nodes of s and of news, which are in the order of their ids, with the slots of those that s does not have and of
// those that have another parent there.
func (s *Sheet) with(news []Facts) (next *Sheet, came, moved []int32, err error) {
	m := sheetMaker{blocks: make([]factBlock, 0, len(s.blocks)+len(news)), bits: make([]uint32, 0, s.Len()+len(news))}
	for i, b := range s.blocks {
		first, last := int(s.starts[i]), i == len(s.blocks)-1
		n := len(news) // of this block
		if !last {
			end := s.blocks[i+1].id(0)
			n, _ = slices.BinarySearchFunc(news, end, func(f Facts, id ID) int { return bytes.Compare(f.ID[:], id[:]) })
		}
		if n == 0 {
			m.take(b, s.bits[first:first+b.nodes])
			continue
		}
		m.end()
		if m.most = b.nodes + n; m.most > sheetBlock {
			m.most = 0
		}
		for at, left := 0, news[:n]; at < b.nodes || len(left) > 0; {
			order := -1 // of what the block has to what is new
			if at == b.nodes {
				order = 1
			} else if id := b.id(at); len(left) > 0 {
				order = bytes.Compare(id[:], left[0].ID[:])
			}
			slot := int32(len(m.bits))
			if order > 0 {
				m.add(&left[0], 0)
				came, left = append(came, slot), left[1:]
				continue
			}
			was, err := b.facts(at, s.bits[first+at])
			if err != nil {
				return nil, nil, nil, err
			}
			f := was
			if order == 0 {
				f, left = &left[0], left[1:]
				if f.Parent != was.Parent {
					moved = append(moved, slot)
				}
			}
			m.add(f, s.bits[first+at]&^(factTop-1))
			at++
		}
		news = news[n:]
	}
	m.end()
	m.most = 0
	for i := range news { // into a sheet of none
		came = append(came, int32(len(m.bits)))
		m.add(&news[i], 0)
	}
	return m.sheet(), came, moved, nil
}

// block returns the block of a slot, and its place there.
func (s *columns) block(slot int) (*factBlock, int) {
	i := s.near[slot/nearSlots]
	for int(s.starts[i+1]) <= slot {
		i++
	}
	return &s.blocks[i], slot - int(s.starts[i])
}

// Len returns how many slots there are.
func (s *columns) Len() int { return len(s.bits) }

// ID returns the id of the node in a slot.
func (s *columns) ID(slot int) ID {
	b, i := s.block(slot)
	return b.id(i)
}

// Facts returns what is known of the node in a slot.
func (s *columns) Facts(slot int) *Facts {
	b, i := s.block(slot)
	if f := b.made[i].Load(); f != nil {
		return f
	}
	f, _ := b.facts(i, s.bits[slot]) // what cannot be read is left out; see there
	b.made[i].CompareAndSwap(nil, f)
	return b.made[i].Load()
}

// created returns when the node in a slot was made, modified when it was changed, in milliseconds.
func (s *columns) created(slot int) int64 {
	b, i := s.block(slot)
	return b.created(i)
}

func (s *columns) modified(slot int) int64 {
	b, i := s.block(slot)
	return b.modified(i)
}

// finished returns when the node in a slot was closed, of one that was.
func (s *columns) finished(slot int) int64 {
	b, i := s.block(slot)
	if f := b.made[i].Load(); f != nil {
		return f.finished
	}
	return b.finished(i, s.bits[slot])
}

// Slot returns the slot of a node; false if there is none, as of Root when nothing was ever said of it.
func (s *columns) Slot(id ID) (int, bool) {
	i, found := slices.BinarySearchFunc(s.blocks, id, func(b factBlock, id ID) int {
		first := b.id(0)
		return bytes.Compare(first[:], id[:])
	})
	if found {
		return int(s.starts[i]), true
	}
	if i == 0 {
		return 0, false
	}
	b := s.blocks[i-1]
	at, found := sort.Find(b.nodes, func(k int) int { return bytes.Compare(id[:], b.b[k*factRow:k*factRow+len(id)]) })
	return int(s.starts[i-1]) + at, found
}

// Short returns the shortest prefix of the id in a slot, of at least four digits, that Resolve takes.
func (s *columns) Short(slot int) string {
	id := s.ID(slot).String()
	n := minPrefix
	for _, near := range []int{slot - 1, slot + 1} {
		if near >= 0 && near < s.Len() {
			n = max(n, shared(id, s.ID(near).String())+1)
		}
	}
	return id[:min(n, len(id))]
}
