package void

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// node is a node as the file has it.
type node struct {
	id, parent   uint64
	hasID        bool
	hasParent    bool
	text, free   string
	children     []uint64
	collapsed    bool
	stricken     bool
	hideStricken bool
	autoArrange  bool
	x, y         uint64
	ctime, mtime uint64
	finish, due  uint64
	lat, lon     float32
	tags         [][2]string
}

type arrow struct{ from, to uint64 }

// field is one field of a message: the number of a varint or fixed field, or the bytes of one with a length.
type field struct {
	num   protowire.Number
	typ   protowire.Type
	value uint64
	bytes []byte
}

var errCut = errors.New("the file is truncated or is no map of void")

// fields calls fn with each field of a message.
func fields(b []byte, fn func(field) error) error {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errCut
		}
		b = b[n:]
		f := field{num: num, typ: typ}
		switch typ {
		case protowire.VarintType:
			f.value, n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(b)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(b)
			f.value = uint64(v)
		default:
			n = protowire.ConsumeFieldValue(num, typ, b)
		}
		if n < 0 {
			return errCut
		}
		b = b[n:]
		if err := fn(f); err != nil {
			return err
		}
	}
	return nil
}

// decodeScreen reads a whole file.
func decodeScreen(b []byte) (nodes []*node, arrows []arrow, err error) {
	size := len(b)
	err = fields(b, func(f field) error {
		switch {
		case f.num == 1 && f.typ == protowire.BytesType:
			n, err := decodeNode(f.bytes)
			if err != nil {
				return fmt.Errorf("node %d of the file: %w", len(nodes)+1, err)
			}
			nodes = append(nodes, n)
		case f.num == 3 && f.typ == protowire.BytesType:
			var a arrow
			err := fields(f.bytes, func(f field) error {
				switch f.num {
				case 1:
					a.from = f.value
				case 2:
					a.to = f.value
				}
				return nil
			})
			if err != nil {
				return fmt.Errorf("arrow %d of the file: %w", len(arrows)+1, err)
			}
			arrows = append(arrows, a)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("%d bytes: %w", size, err)
	}
	return nodes, arrows, nil
}

func decodeNode(b []byte) (*node, error) {
	n := &node{autoArrange: true}
	err := fields(b, func(f field) error {
		switch f.num {
		case 1:
			n.id, n.hasID = f.value, f.typ == protowire.VarintType
		case 2:
			return n.decodeMeta(f.bytes)
		case 3:
			n.text = string(f.bytes)
		case 4:
			return n.decodeChildren(f)
		case 5:
			n.collapsed = f.value != 0
		case 6:
			n.stricken = f.value != 0
		case 7:
			n.hideStricken = f.value != 0
		case 8:
			n.x = f.value
		case 9:
			n.y = f.value
		case 11:
			n.parent, n.hasParent = f.value, true
		case 12:
			n.free = string(f.bytes)
		case 13:
			n.autoArrange = f.value != 0
		}
		return nil
	})
	if err == nil && !n.hasID {
		err = errors.New("it has no id; this is no map of void, or one from before November 2016, which arbor cannot read")
	}
	return n, err
}

// decodeChildren takes one child, or a packed list of them.
func (n *node) decodeChildren(f field) error {
	if f.typ == protowire.VarintType {
		n.children = append(n.children, f.value)
		return nil
	}
	for b := f.bytes; len(b) > 0; {
		id, size := protowire.ConsumeVarint(b)
		if size < 0 {
			return errCut
		}
		n.children = append(n.children, id)
		b = b[size:]
	}
	return nil
}

func (n *node) decodeMeta(b []byte) error {
	return fields(b, func(f field) error {
		switch f.num {
		case 1:
			n.ctime = f.value
		case 2:
			n.mtime = f.value
		case 3:
			return fields(f.bytes, func(f field) error {
				switch {
				case f.typ != protowire.Fixed32Type:
				case f.num == 1:
					n.lat = math.Float32frombits(uint32(f.value))
				case f.num == 2:
					n.lon = math.Float32frombits(uint32(f.value))
				}
				return nil
			})
		case 4:
			var tag [2]string
			err := fields(f.bytes, func(f field) error {
				if f.num == 1 || f.num == 2 {
					tag[f.num-1] = string(f.bytes)
				}
				return nil
			})
			n.tags = append(n.tags, tag)
			return err
		case 5:
			n.finish = f.value
		case 6:
			n.due = f.value
		}
		return nil
	})
}
