package index

// packer gathers sorted entries and packs runs of them into blobs. It is scratch space: reset keeps its memory.
type packer struct {
	bytes []byte // keys and values, one after the other
	items []packed
}

// packed is where one gathered entry lies in the packer's bytes: key [from, mid), value [mid, end).
type packed struct {
	from, mid, end int
	kind           byte
}

func (p *packer) reset() { p.bytes, p.items = p.bytes[:0], p.items[:0] }

func (p *packer) len() int { return len(p.items) }

func (p *packer) add(key []byte, kind byte, val []byte) {
	it := packed{from: len(p.bytes), kind: kind}
	p.bytes = append(p.bytes, key...)
	it.mid = len(p.bytes)
	p.bytes = append(p.bytes, val...)
	it.end = len(p.bytes)
	p.items = append(p.items, it)
}

// addFrom gathers entries [from, to) of b.
func (p *packer) addFrom(b blob, from, to int) {
	v := b.view()
	for i := from; i < to; i++ {
		tag, rest, val := v.entry(i)
		it := packed{from: len(p.bytes), kind: tag & kindMask}
		p.bytes = append(p.bytes, v.prefix...)
		p.bytes = append(p.bytes, v.heads[headBytes*i:][:headLen(tag)]...)
		p.bytes = append(p.bytes, rest...)
		it.mid = len(p.bytes)
		p.bytes = append(p.bytes, val...)
		it.end = len(p.bytes)
		p.items = append(p.items, it)
	}
}

func (p *packer) key(i int) []byte { return p.bytes[p.items[i].from:p.items[i].mid] }

// prefixLen returns the length of the prefix that entries [from, to) are packed with: what first and last have in common, but never a
// whole key, so that no suffix is empty.
func (p *packer) prefixLen(from, to int) int {
	if from == to {
		return 0
	}
	first := p.key(from)
	return min(common(first, p.key(to-1)), len(first)-1)
}

// size returns the bytes that entries [from, to) take when packed.
func (p *packer) size(from, to int) int {
	plen := p.prefixLen(from, to)
	size := tailAt(to-from, plen)
	for _, it := range p.items[from:to] {
		size += max(it.mid-it.from-plen-headBytes, 0) + it.end - it.mid
	}
	return size
}

// pack appends entries [from, to) to dst as a blob; dst must be empty. The caller has seen to it that the size fits 16-bit offsets.
func (p *packer) pack(dst []byte, from, to int) blob {
	n, plen, size := to-from, p.prefixLen(from, to), p.size(from, to)
	if cap(dst) < size {
		dst = make([]byte, size)
	}
	b := blob(dst[:size])
	le.PutUint16(b, uint16(n))
	le.PutUint16(b[2:], uint16(plen))
	le.PutUint32(b[4:], uint32(size))
	if n > 0 {
		copy(b[headerSize:], p.key(from)[:plen])
	}
	clear(b[headerSize+plen : headsAt(plen)])
	heads, meta, tail := headsAt(plen), metaAt(n, plen), tailAt(n, plen)
	at := tail
	for _, it := range p.items[from:to] {
		suffix := p.bytes[it.from+plen : it.mid]
		h, hl := head(suffix)
		be.PutUint64(b[heads:], h)
		le.PutUint16(b[meta:], uint16(at-tail))
		b[meta+2] = it.kind | byte(headBytes-hl)<<padShift
		at += copy(b[at:], suffix[hl:])
		at += copy(b[at:], p.bytes[it.mid:it.end])
		heads, meta = heads+headBytes, meta+metaSize
	}
	le.PutUint16(b[meta:], uint16(at-tail))
	return b
}

// common returns the length of the longest common prefix of a and b.
func common(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// separator appends to dst the shortest key that is above left and not above right.
func separator(dst, left, right []byte) []byte {
	return append(dst, right[:common(left, right)+1]...)
}
