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
	n, plen, size := b.count(), b.plen(), len(b)
	suffix := key[plen:]
	h, hl := head(suffix)
	rest := suffix[hl:]
	grow := len(rest) + len(val)
	b = slices.Grow(b, perEntry+grow)[:size+perEntry+grow]

	// Every section moves up, so the last one goes first.
	from, to := prefixAt(n), prefixAt(n+1)
	off := b.off(n, i)
	copy(b[to+plen+off+grow:], b[from+plen+off:size])
	copy(b[to:], b[from:from+plen+off])
	at := to + plen + off
	at += copy(b[at:], rest)
	copy(b[at:], val)

	from, to = tagsAt(n), tagsAt(n+1)
	copy(b[to+i+1:], b[from+i:from+n])
	copy(b[to:], b[from:from+i])
	b[to+i] = kind | byte(headBytes-hl)<<padShift

	from, to = offsAt(n), offsAt(n+1)
	for j := n; j >= i; j-- {
		le.PutUint16(b[to+2*(j+1):], le.Uint16(b[from+2*j:])+uint16(grow))
	}
	copy(b[to:], b[from:from+2*i])
	le.PutUint16(b[to+2*i:], uint16(off))

	copy(b[headerSize+headBytes*(i+1):], b[headerSize+headBytes*i:headerSize+headBytes*n])
	be.PutUint64(b[headerSize+headBytes*i:], h)
	le.PutUint16(b, uint16(n+1))
	le.PutUint32(b[4:], uint32(len(b)))
	return b
}

// remove takes entry i out.
func (b blob) remove(i int) blob {
	n, plen, size := b.count(), b.plen(), len(b)
	if n == 1 { // no entry is left to have the prefix in common
		clear(b[:fixedSize])
		le.PutUint32(b[4:], fixedSize)
		return b[:fixedSize]
	}
	off, end := b.off(n, i), b.off(n, i+1)
	shrink := end - off

	// Every section moves down, so the first one goes first.
	copy(b[headerSize+headBytes*i:], b[headerSize+headBytes*(i+1):headerSize+headBytes*n])
	from, to := offsAt(n), offsAt(n-1)
	copy(b[to:], b[from:from+2*i])
	for j := i; j < n; j++ {
		le.PutUint16(b[to+2*j:], le.Uint16(b[from+2*(j+1):])-uint16(shrink))
	}
	from, to = tagsAt(n), tagsAt(n-1)
	copy(b[to:], b[from:from+i])
	copy(b[to+i:], b[from+i+1:from+n])
	from, to = prefixAt(n), prefixAt(n-1)
	copy(b[to:], b[from:from+plen+off])
	copy(b[to+plen+off:], b[from+plen+end:size])

	b = b[:size-perEntry-shrink]
	le.PutUint16(b, uint16(n-1))
	le.PutUint32(b[4:], uint32(len(b)))
	return b
}

// replace gives entry i another value and returns the blob, which may have moved.
func (b blob) replace(i int, kind byte, val []byte) blob {
	n, size := b.count(), len(b)
	tag := b.tag(n, i)
	end := prefixAt(n) + b.plen() + b.off(n, i+1)
	start := end - valueSize(tag)
	if grow := start + len(val) - end; grow != 0 {
		if grow > 0 {
			b = slices.Grow(b, grow)
		}
		b = b[:size+max(grow, 0)]
		copy(b[end+grow:], b[end:size])
		b = b[:size+grow]
		for j := i + 1; j <= n; j++ {
			at := offsAt(n) + 2*j
			le.PutUint16(b[at:], uint16(int(le.Uint16(b[at:]))+grow))
		}
		le.PutUint32(b[4:], uint32(len(b)))
	}
	copy(b[start:], val)
	b[tagsAt(n)+i] = tag&^kindMask | kind
	return b
}
