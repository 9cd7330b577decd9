package index

// MaxWarm is how many keys are warmed at a time: about as many loads as a processor has under way.
const MaxWarm = 16

// Warm has the processor load the leaves that changes of keys, MaxWarm of them at most, will copy: all at once, where one change after the other
// would wait for each. What is not in memory, or damaged, is left to them.
func (e *Edit) Warm(keys [][]byte) { warm(e.root, keys) }

// Warm is Edit.Warm for a tree that keys will be looked up in.
func (t *Tree) Warm(keys [][]byte) { warm(t.root, keys) }

// warm returns what depends on all that is to be read, so that it is read.
//
//go:noinline
func warm(root *node, keys [][]byte) byte {
	if root == nil || len(keys) < 2 {
		return 0
	}
	var leaves [MaxWarm]*leaf
	n := 0
	for _, k := range keys[:min(len(keys), MaxWarm)] {
		if l := leafOf(root, k); l != nil {
			leaves[n] = l
			n++
		}
	}
	var at [MaxWarm]blob
	for i, l := range leaves[:n] {
		if l.draft == nil { // else it was just written
			at[i] = l.bytes()
		}
	}
	sum, more := byte(0), n > 0
	for line := 0; more; line += cacheLine {
		more = false
		for _, b := range at[:n] {
			if line < len(b) {
				sum += b[line]
				more = true
			}
		}
	}
	return sum
}

const cacheLine = 64

// leafOf returns the leaf whose range key is in, nil if a node on the way has not been read.
func leafOf(n *node, key []byte) *leaf {
	for {
		in := n.in.Load()
		if in == nil {
			return nil
		}
		i := in.child(key)
		if in.kids == nil {
			return in.leaves[i]
		}
		n = in.kids[i]
	}
}
