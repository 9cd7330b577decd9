package index

import "iter"

// Part is what a checkpoint says of the keys of a range: all of their entries, or, if Err is set, nothing.
type Part struct {
	From, To []byte // nil is open
	Entries  iter.Seq[Entry]
	Err      error // a *DamageError
}

// Parts goes over all keys of an opened checkpoint, from the least to the greatest, without a gap: sound leaves, and between them what cannot
// be read. Keys and values of a sound part stay valid.
func (s *Saved) Parts() iter.Seq[Part] {
	return func(yield func(Part) bool) {
		if s.Tree.root == nil {
			yield(Part{Entries: blob(noEntries).entries})
			return
		}
		root := new(node)
		s.root.stub(root, 0)
		root.parts(yield)
	}
}

// parts goes over what is below a fresh stub.
func (n *node) parts(yield func(Part) bool) bool {
	in, err := n.open()
	if err != nil {
		low, high := n.from.bounds(int(n.i), nil, nil)
		return yield(Part{From: low, To: high, Err: err})
	}
	for i := range in.width() {
		k, l := in.kid(i)
		if k != nil {
			if !k.parts(yield) {
				return false
			}
			k.in.Store(nil) // for the collector
			continue
		}
		p := Part{}
		p.From, p.To = l.from.bounds(i, nil, nil)
		b, err := l.open()
		if p.Err = err; err == nil {
			p.Entries = b.entries
		}
		if !yield(p) {
			return false
		}
	}
	return true
}

// Ends yields where in the bytes of a checkpoint file a save may end, the last first: what the manifest says where there is one. Each is to be
// proved by OpenCheckpoint.
func Ends(b []byte) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for end := int64(len(b)) &^ 7; end >= ckptHeaderSize+ckptFooterSize; end -= 8 {
			if f := b[end-ckptFooterSize : end]; string(f[56:]) == ckptFooter && le.Uint64(f[48:]) == uint64(end) && !yield(end) {
				return
			}
		}
	}
}

func (b blob) entries(yield func(Entry) bool) {
	for i := range b.count() {
		if !yield(Entry{Key: b.appendKey(nil, i), Value: b.value(i)}) {
			return
		}
	}
}
