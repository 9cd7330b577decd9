package index

import "slices"

// The functions here change a blob in place. They are for drafts, the leaves that an Edit owns and nobody else has seen.

// fits tells whether key can enter b without a shorter prefix.
func (b blob) fits(key []byte) bool {
	p := b.plen()
	return len(key) > p && string(key[:p]) == string(b.prefix())
}

// insert puts an entry before entry i and returns the blob, which may have moved. Key fits and is not there.
func (b blob) insert(i int, key []byte, kind byte, val []byte) blob {
	n, p, size := b.count(), b.plen(), len(b)
	suffix := key[p:]
	h, hl := head(suffix)
	rest := suffix[hl:]
	grow := len(rest) + len(val)
	b = slices.Grow(b, perEntry+grow)[:size+perEntry+grow]

	// Every section moves up, so the last one goes first.
	meta, newMeta := metaAt(n, p), metaAt(n+1, p)
	tail, newTail := tailAt(n, p), tailAt(n+1, p)
	off := int(le.Uint16(b[meta+metaSize*i:]))
	copy(b[newTail+off+grow:], b[tail+off:size])
	copy(b[newTail:], b[tail:tail+off])
	at := newTail + off
	at += copy(b[at:], rest)
	copy(b[at:], val)

	copy(b[newMeta+metaSize*(i+1):], b[meta+metaSize*i:tail])
	copy(b[newMeta:], b[meta:meta+metaSize*i])
	b.shift(newMeta+metaSize*(i+1), newTail, grow)
	le.PutUint16(b[newMeta+metaSize*i:], uint16(off))
	b[newMeta+metaSize*i+2] = kind | byte(headBytes-hl)<<padShift

	at = headsAt(p) + headBytes*i
	copy(b[at+headBytes:], b[at:meta])
	be.PutUint64(b[at:], h)
	le.PutUint16(b, uint16(n+1))
	le.PutUint32(b[4:], uint32(len(b)))
	return b
}

// shift adds by to the offsets of the meta section that lie in [from, to).
func (b blob) shift(from, to, by int) {
	for ; from < to; from += metaSize {
		le.PutUint16(b[from:], le.Uint16(b[from:])+uint16(by))
	}
}

// remove takes entry i out.
func (b blob) remove(i int) blob {
	n, p, size := b.count(), b.plen(), len(b)
	if n == 1 { // no entry is left to have the prefix in common
		return append(b[:0], noEntries...)
	}
	meta, newMeta := metaAt(n, p), metaAt(n-1, p)
	tail, newTail := tailAt(n, p), tailAt(n-1, p)
	off, end := int(le.Uint16(b[meta+metaSize*i:])), int(le.Uint16(b[meta+metaSize*(i+1):]))

	// Every section moves down, so the first one goes first.
	at := headsAt(p) + headBytes*i
	copy(b[at:], b[at+headBytes:meta])
	copy(b[newMeta:], b[meta:meta+metaSize*i])
	copy(b[newMeta+metaSize*i:], b[meta+metaSize*(i+1):tail])
	b.shift(newMeta+metaSize*i, newTail, off-end)
	copy(b[newTail:], b[tail:tail+off])
	copy(b[newTail+off:], b[tail+end:size])

	b = b[:size-perEntry-(end-off)]
	le.PutUint16(b, uint16(n-1))
	le.PutUint32(b[4:], uint32(len(b)))
	return b
}

// replace gives entry i another value and returns the blob, which may have moved.
func (b blob) replace(i int, kind byte, val []byte) blob {
	n, p, size := b.count(), b.plen(), len(b)
	meta, tail := metaAt(n, p)+metaSize*i, tailAt(n, p)
	tag, end := b[meta+2], tail+int(le.Uint16(b[meta+metaSize:]))
	start := end - valueSize(tag)
	if grow := start + len(val) - end; grow != 0 {
		b = slices.Grow(b, max(grow, 0))[:size+max(grow, 0)]
		copy(b[end+grow:], b[end:size])
		b = b[:size+grow]
		b.shift(meta+metaSize, tail, grow)
		le.PutUint32(b[4:], uint32(len(b)))
	}
	copy(b[start:], val)
	b[meta+2] = tag&^kindMask | kind
	return b
}
