package index

import "slices"

// OpenCheckpoint returns what lies in b, the bytes of a checkpoint file that count, usually mapped. It reads the footer and meta alone: a
// node or a leaf is read and proved when it is first touched. b must stay as it is for as long as the tree, or one made from it, or the
// meta is in use. An error is a *DamageError, also one that a tree returns later.
func OpenCheckpoint(file string, b []byte, seed Seed) (*Saved, error) {
	return openAs(newFile(), file, b, seed)
}

func openAs(number uint32, file string, b []byte, seed Seed) (*Saved, error) {
	m := &mapping{file: file, number: number, b: b, seed: seed}
	if len(b) < ckptHeaderSize+ckptFooterSize {
		return nil, m.damage(0, "%d bytes are too few for a checkpoint", len(b))
	}
	if string(b[:8]) != ckptHeader || le.Uint32(b[8:]) != ckptVersion || le.Uint32(b[12:]) != 0 {
		return nil, m.damage(0, "not the header of a checkpoint of version %d", ckptVersion)
	}
	end := int64(len(b) - ckptFooterSize)
	f := b[end:]
	if err := m.sum(f, end); err != nil {
		return nil, err
	}
	root := ref{off: int64(le.Uint64(f[8:])), size: int(le.Uint32(f[16:])), all: int64(le.Uint64(f[32:]))}
	level, size, metaSize := le.Uint32(f[20:]), le.Uint64(f[24:]), le.Uint64(f[40:])
	if le.Uint64(f[48:]) != uint64(len(b)) || string(f[56:]) != ckptFooter || level > maxOpenHeight || size > uint64(len(b)) || metaSize > MaxMeta {
		return nil, m.damage(end, "bad footer")
	}
	at := ref{off: end - room(int(metaSize)), size: int(metaSize)}
	if !at.inside(end) {
		return nil, m.damage(end, "%d bytes of meta", metaSize)
	}
	meta, err := m.record(at, ckptMetaLevel)
	if err != nil {
		return nil, err
	}
	s := &Saved{Tree: &Tree{}, Meta: slices.Clone(meta), seed: seed, number: number, m: m}
	s.setSize(int64(len(b)))
	s.root = &place{m: m, off: at.off, level: uint8(level) + 1}
	if level == 0 {
		if size != 0 || root != (ref{}) {
			return nil, m.damage(end, "bad footer of an empty tree")
		}
		return s, nil
	}
	if !root.inside(at.off) || root.all < room(root.size) || root.all > at.off {
		return nil, m.damage(end, "refers to %d bytes at %d", root.size, root.off)
	}
	s.root.refs, s.root.seps = appendRefs(nil, s.root.level, []ref{root}), noEntries
	s.Tree = &Tree{root: new(node), size: int64(size)}
	s.root.stub(s.Tree.root, 0)
	return s, nil
}

// maxOpenHeight bounds the inner levels of a checkpoint, so that a tree made from it has room to grow below maxHeight.
const maxOpenHeight = 16
