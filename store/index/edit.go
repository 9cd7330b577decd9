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
	packer packer
	sep    []byte
	addr   [addrSize]byte
	old    [maxInline]byte // the bytes of the value that a change has returned
}

// step is a node and the place of the kid that the path goes on with.
type step struct {
	n *node
	i int
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
		if l.draft {
			frozen := make(blob, len(l.blob))
			copy(frozen, l.blob)
			s.spare = append(s.spare, l.blob)
			l.blob, l.draft = frozen, false
		}
		s.drafts[i] = nil
	}
	s.drafts = s.drafts[:0]
}

// drop takes back a draft's memory; the leaf is not used again.
func (s *scratch) drop(l *leaf) {
	if l.draft {
		s.spare = append(s.spare, l.blob)
		l.blob, l.draft = nil, false
	}
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
	l := &leaf{blob: b, draft: true}
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
		e.root = &node{gen: e.gen, seps: noEntries, leaves: []*leaf{e.newDraft(e.packer.pack(e.memory(), 0, 1))}}
		e.size = 1
		return Value{}, false, nil
	}
	b, err := e.descend(key).open()
	if err != nil {
		return Value{}, false, err
	}
	i, found := b.search(key)
	if found {
		old = e.keep(b.value(i))
	}
	l := e.own()
	if found {
		l.blob = l.blob.replace(i, kind, val)
	} else {
		e.size++
		if !l.blob.fits(key) {
			if l = e.widen(l, i, key, kind, val); l == nil {
				return Value{}, false, nil
			}
		} else {
			l.blob = l.blob.insert(i, key, kind, val)
		}
	}
	if n := l.blob.count(); n > e.lim.entries || len(l.blob) > e.lim.bytes && n > 1 {
		e.splitLeaf(l, i)
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

// descend follows key to its leaf and keeps the path.
func (e *Edit) descend(key []byte) *leaf {
	n := e.root
	for e.depth = 0; ; e.depth++ {
		i := n.child(key)
		e.path[e.depth] = step{n, i}
		if n.kids == nil {
			e.depth++
			return n.leaves[i]
		}
		n = n.kids[i]
	}
}

// own makes the nodes of the path and its leaf the edit's own and returns the leaf.
func (e *Edit) own() *leaf {
	for d := range e.depth {
		n := e.path[d].n
		if n.gen == e.gen {
			continue
		}
		n = &node{gen: e.gen, seps: n.seps, kids: slices.Clone(n.kids), leaves: slices.Clone(n.leaves)}
		e.path[d].n = n
		if d == 0 {
			e.root = n
		} else {
			up := e.path[d-1]
			up.n.kids[up.i] = n
		}
	}
	last := e.path[e.depth-1]
	l := last.n.leaves[last.i]
	if !l.draft {
		l = e.newDraft(append(e.memory(), l.blob...))
		last.n.leaves[last.i] = l
	}
	return l
}

// widen inserts a key that does not share the prefix of the leaf's other keys, and is therefore below or above all of them. The leaf may
// become much larger by that; then the key gets a leaf of its own and widen returns nil.
func (e *Edit) widen(l *leaf, i int, key []byte, kind byte, val []byte) *leaf {
	p, n := &e.packer, l.blob.count()
	p.reset()
	p.addFrom(l.blob, 0, i)
	p.add(key, kind, val)
	p.addFrom(l.blob, i, n)
	if p.size(0, n+1) <= e.lim.bytes {
		e.spare = append(e.spare, l.blob)
		l.blob = p.pack(e.memory(), 0, n+1)
		return l
	}
	alone := e.newDraft(p.pack(e.memory(), i, i+1))
	if i == 0 {
		last := e.path[e.depth-1]
		last.n.leaves[last.i], l, alone = alone, alone, l
		e.sep = separator(e.sep[:0], key, p.key(1))
	} else {
		e.sep = separator(e.sep[:0], p.key(n-1), key)
	}
	e.addKid(nil, alone)
	return nil
}

// splitLeaf halves a leaf that has become too large. If entry i, the newest, is the last, keys seem to come in order, and the left one
// keeps most.
func (e *Edit) splitLeaf(l *leaf, i int) {
	b := l.blob
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
	l.blob = p.pack(b[:0], 0, m)
	e.addKid(nil, e.newDraft(p.pack(e.memory(), m, n)))
}

// addKid adds a kid or a leaf with lower bound e.sep right of the path's end, and splits the nodes above as they become too large.
func (e *Edit) addKid(kid *node, l *leaf) {
	p := &e.packer
	for d := e.depth - 1; d >= 0; d-- {
		n, i := e.path[d].n, e.path[d].i
		if n.kids != nil {
			n.kids = slices.Insert(n.kids, i+1, kid)
		} else {
			n.leaves = slices.Insert(n.leaves, i+1, l)
		}
		count := n.width() - 1
		p.reset()
		p.addFrom(n.seps, 0, i)
		p.add(e.sep, 0, nil)
		p.addFrom(n.seps, i, count-1)
		if count < 3 || n.width() <= e.lim.kids && p.size(0, count) <= e.lim.bytes {
			n.seps = p.pack(nil, 0, count)
			return
		}
		kid = e.splitNode(n, i == count-1)
	}
	root := &node{gen: e.gen, kids: []*node{e.root, kid}}
	p.reset()
	p.add(e.sep, 0, nil)
	root.seps = p.pack(nil, 0, 1)
	e.root = root
}

// splitNode splits n, whose separators are in the packer, and returns the right part. The separator between the parts goes to e.sep.
func (e *Edit) splitNode(n *node, atEnd bool) *node {
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
	right := &node{gen: e.gen, seps: p.pack(nil, m+1, count)}
	if n.kids != nil {
		right.kids = slices.Clone(n.kids[m+1:])
		n.kids = slices.Delete(n.kids, m+1, len(n.kids))
	} else {
		right.leaves = slices.Clone(n.leaves[m+1:])
		n.leaves = slices.Delete(n.leaves, m+1, len(n.leaves))
	}
	n.seps = p.pack(nil, 0, m)
	e.sep = append(e.sep[:0], p.key(m)...)
	return right
}
