package index

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Edit makes a new tree from an old one. The old one stays as it is. Nodes that the edit made are its own until Tree returns, so that any
// number of changes copies each of them once. It belongs to one goroutine.
type Edit struct {
	gen  uint64 // marks the inner nodes this edit owns
	root *node
	size int64
	lim  limits
	*scratch
}

// scratch is memory that edits use one after the other.
type scratch struct {
	path   [maxHeight]step
	depth  int
	drafts []*leaf
	spare  [][]byte // memory for drafts
	boxes  []*blob  // likewise
	packer packer
	sep    []byte
	addr   [addrSize]byte
	old    [maxInline]byte // the bytes of the value that a change has returned
}

// maxDrafts bounds the scratch memory of an edit: beyond it drafts are frozen early.
const maxDrafts = 512

var (
	generations atomic.Uint64
	scratches   = sync.Pool{New: func() any { return new(scratch) }}
)

// Edit begins a change of t.
func (t *Tree) Edit() *Edit {
	return &Edit{gen: generations.Add(1), root: t.root, size: t.size, lim: defaults}
}

// Tree returns the state that the edit has led to. The edit may go on from it.
func (e *Edit) Tree() *Tree {
	if s := e.scratch; s != nil {
		s.freeze()
		clear(s.path[:])
		e.scratch = nil
		scratches.Put(s)
	}
	e.gen = generations.Add(1)
	return &Tree{root: e.root, size: e.size}
}

// freeze gives each draft memory of its exact size, from then on immutable.
func (s *scratch) freeze() {
	for i, l := range s.drafts {
		if l.draft != nil {
			frozen := slices.Clone(*l.draft) // into memory that is not cleared first
			s.take(l)
			l.set(frozen)
		}
		s.drafts[i] = nil
	}
	s.drafts = s.drafts[:0]
}

// drop takes back a draft's memory; the leaf is not used again.
func (s *scratch) drop(l *leaf) {
	if l.draft != nil {
		s.take(l)
		l.draft = nil
	}
}

// take takes back the memory of a draft.
func (s *scratch) take(l *leaf) {
	s.spare, s.boxes = append(s.spare, *l.draft), append(s.boxes, l.draft)
	*l.draft = nil
}

// memory returns empty scratch memory for a draft.
func (s *scratch) memory() []byte {
	if n := len(s.spare); n > 0 {
		b := s.spare[n-1]
		s.spare = s.spare[:n-1]
		return b[:0]
	}
	return make([]byte, 0, 4<<10)
}

func (s *scratch) newDraft(b blob) *leaf {
	l := new(leaf)
	if n := len(s.boxes); n > 0 {
		l.draft, s.boxes = s.boxes[n-1], s.boxes[:n-1]
	} else {
		l.draft = new(blob)
	}
	*l.draft = b
	l.state.Store(leafDraft)
	s.drafts = append(s.drafts, l)
	return l
}

// Get returns the value of key as the edit has it by now. It is lent until the next change.
func (e *Edit) Get(key []byte) (Value, bool, error) {
	t := Tree{root: e.root}
	return t.Get(key)
}

// keep copies a value from a leaf that is about to change.
func (s *scratch) keep(v Value) Value {
	if v.Inline != nil {
		v.Inline = append(s.old[:0], v.Inline...)
	}
	return v
}

// Put sets the value of key, which is copied, and returns the one it replaces, if the key was there, lent until the next change. Keys have
// 1 to MaxKey bytes.
func (e *Edit) Put(key []byte, v Value) (old Value, had bool, err error) {
	if err := checkEntry(key, v); err != nil {
		return Value{}, false, err
	}
	e.begin()
	kind, val := v.encode(&e.addr)
	if e.root == nil {
		e.packer.reset()
		e.packer.add(key, kind, val)
		e.root = newInner(e.gen, 1, noEntries, nil, []*leaf{e.newDraft(e.packer.pack(e.memory(), 0, 1))}).self
		e.size = 1
		return Value{}, false, nil
	}
	b, err := e.descend(key)
	if err != nil {
		return Value{}, false, err
	}
	i, found := b.search(key)
	if found {
		old = e.keep(b.value(i))
	}
	d := e.own(b).draft
	if found {
		*d = d.replace(i, kind, val)
	} else {
		e.size++
		if d.fits(key) {
			*d = d.insert(i, key, kind, val)
		} else if !e.widen(d, i, key, kind, val) {
			return Value{}, false, nil
		}
	}
	if n := d.count(); n > e.lim.entries || len(*d) > e.lim.bytes && n > 1 {
		e.splitLeaf(d, i)
	}
	return old, found, nil
}

// noEntries is the blob of no entries.
var noEntries = (&packer{}).pack(nil, 0, 0)

func (e *Edit) begin() {
	if e.scratch == nil {
		e.scratch = scratches.Get().(*scratch)
	}
	if len(e.drafts) >= maxDrafts {
		e.freeze()
	}
}

// descend follows key to its leaf, keeps the path and returns the leaf's blob.
func (e *Edit) descend(key []byte) (blob, error) {
	n := e.root
	for e.depth = 0; ; e.depth++ {
		in, err := n.open()
		if err != nil {
			return nil, err
		}
		i := in.child(key)
		e.path[e.depth] = step{in, i}
		if in.kids == nil {
			e.depth++
			return in.leaves[i].open()
		}
		n = in.kids[i]
	}
}

// own makes the nodes of the path and its leaf, of blob b, the edit's own and returns the leaf, a draft.
func (e *Edit) own(b blob) *leaf {
	for d := range e.depth {
		in := e.path[d].in
		if in.gen == e.gen {
			continue
		}
		in = in.clone(e.gen)
		e.path[d].in = in
		if d == 0 {
			e.root = in.self
		} else {
			up := e.path[d-1]
			up.in.kids[up.i] = in.self
		}
	}
	last := e.path[e.depth-1]
	l := last.in.leaves[last.i]
	if l.draft == nil {
		l = e.newDraft(append(e.memory(), b...))
		last.in.leaves[last.i] = l
	}
	return l
}

// widen inserts a key that does not share the prefix of the leaf's other keys, and is therefore below or above all of them. The leaf may
// become much larger by that; then the key gets a leaf of its own and widen returns false.
func (e *Edit) widen(d *blob, i int, key []byte, kind byte, val []byte) bool {
	p, n := &e.packer, d.count()
	p.reset()
	p.addFrom(*d, 0, i)
	p.add(key, kind, val)
	p.addFrom(*d, i, n)
	if p.size(0, n+1) <= e.lim.bytes {
		e.spare = append(e.spare, *d)
		*d = p.pack(e.memory(), 0, n+1)
		return true
	}
	right := e.newDraft(p.pack(e.memory(), i, i+1))
	if i == 0 {
		last := e.path[e.depth-1]
		l := last.in.leaves[last.i]
		last.in.leaves[last.i], right = right, l
		e.sep = separator(e.sep[:0], key, p.key(1))
	} else {
		e.sep = separator(e.sep[:0], p.key(n-1), key)
	}
	e.addKid(nil, right)
	return false
}

// splitLeaf halves a leaf that has become too large. If entry i, the newest, is the last, keys seem to come in order, and the left one
// keeps most.
func (e *Edit) splitLeaf(d *blob, i int) {
	b := *d
	n := b.count()
	m := n / 2
	if i == n-1 {
		m = n - (n+15)/16
	}
	p := &e.packer
	p.reset()
	p.addFrom(b, 0, n)
	if p.size(0, m) > e.lim.bytes || p.size(m, n) > e.lim.bytes { // sizes are uneven: go by bytes
		for m = 1; m < n-1 && p.size(0, m+1) < p.size(m+1, n); m++ {
		}
	}
	e.sep = separator(e.sep[:0], p.key(m-1), p.key(m))
	*d = p.pack(b[:0], 0, m)
	e.addKid(nil, e.newDraft(p.pack(e.memory(), m, n)))
}

// addKid adds a kid or a leaf with lower bound e.sep right of the path's end, and splits the nodes above as they become too large.
func (e *Edit) addKid(kid *node, l *leaf) {
	p := &e.packer
	for d := e.depth - 1; d >= 0; d-- {
		in, i := e.path[d].in, e.path[d].i
		if in.kids != nil {
			in.kids = slices.Insert(in.kids, i+1, kid)
		} else {
			in.leaves = slices.Insert(in.leaves, i+1, l)
		}
		count := in.width() - 1
		p.reset()
		p.addFrom(in.seps, 0, i)
		p.add(e.sep, 0, nil)
		p.addFrom(in.seps, i, count-1)
		if count < 3 || in.width() <= e.lim.kids && p.size(0, count) <= e.lim.bytes {
			in.seps = p.pack(nil, 0, count)
			return
		}
		kid = e.splitNode(in, i == count-1)
	}
	p.reset()
	p.add(e.sep, 0, nil)
	e.root = newInner(e.gen, e.root.level+1, p.pack(nil, 0, 1), []*node{e.root, kid}, nil).self
}

// splitNode splits in, whose separators are in the packer, and returns the right part. The separator between the parts goes to e.sep.
func (e *Edit) splitNode(in *inner, atEnd bool) *node {
	p := &e.packer
	count := p.len()
	m := count / 2
	if atEnd {
		m = count - 1 - (count+15)/16
	}
	if p.size(0, m) > e.lim.bytes || p.size(m+1, count) > e.lim.bytes {
		best := 1 << 30
		for j := 1; j < count-1; j++ {
			if s := max(p.size(0, j), p.size(j+1, count)); s < best {
				m, best = j, s
			}
		}
	}
	right := newInner(e.gen, in.self.level, p.pack(nil, m+1, count), nil, nil)
	if in.kids != nil {
		right.kids = slices.Clone(in.kids[m+1:])
		in.kids = slices.Delete(in.kids, m+1, len(in.kids))
	} else {
		right.leaves = slices.Clone(in.leaves[m+1:])
		in.leaves = slices.Delete(in.leaves, m+1, len(in.leaves))
	}
	in.seps = p.pack(nil, 0, m)
	e.sep = append(e.sep[:0], p.key(m)...)
	return right.self
}
