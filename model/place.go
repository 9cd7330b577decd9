package model

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"iter"

	"arbor/sync/crdt"
)

// Place is where among the children of a node.
type Place struct {
	kind placeKind
	id   ID
}

type placeKind uint8

const (
	placeLast placeKind = iota
	placeFirst
	placeBefore
	placeAfter
)

// The ends of the children.
var (
	First = Place{kind: placeFirst}
	Last  = Place{kind: placeLast}
)

// Before is the place in front of a child.
func Before(id ID) Place { return Place{placeBefore, id} }

// After is the place behind a child.
func After(id ID) Place { return Place{placeAfter, id} }

// replica is the device as orders name it, the same on every device.
func (d device) replica() uint16 {
	sum := sha256.Sum256(d[:])
	return uint16(sum[0])<<8 | uint16(sum[1])
}

// longOrder is the length beyond which an order is not grown further: the crowded siblings around it get new ones.
const longOrder = 256

// place returns an order for id at a place under parent.
func (e *Edit) place(id, parent ID, at Place) ([]byte, error) {
	if last, ok := e.ends[parent]; ok && at == Last {
		order, err := crdt.Between(last, nil, e.writer.device.replica())
		if err != nil {
			return nil, fmt.Errorf("place under %s: %w", parent, err)
		}
		e.ends[parent] = order
		return order, nil
	}
	left, right, err := e.neighbours(id, parent, at)
	if err != nil {
		return nil, err
	}
	order, err := e.between(parent, left, right)
	if err == nil && right == nil {
		e.ends[parent] = order
	}
	return order, err
}

// between returns an order between two neighbours, either of which may be nil. Where they are equal or crowded it first gives them
// room.
func (e *Edit) between(parent ID, left, right *Child) ([]byte, error) {
	for range 2 {
		order, err := crdt.Between(orderOf(left), orderOf(right), e.writer.device.replica())
		if err == nil && len(order) <= longOrder {
			return order, nil
		}
		if left == nil || right == nil {
			return nil, fmt.Errorf("place under %s: %w", parent, err)
		}
		if err := e.spread(parent, left, right); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("place under %s: its children are too crowded: %w", parent, ErrTooLarge)
}

func orderOf(c *Child) crdt.Order {
	if c == nil {
		return nil
	}
	return c.Order
}

// maxSpread bounds how many siblings are given new orders at once.
const maxSpread = 1000

// spread gives right, and the siblings behind it whose orders are long or equal to the one before, new orders, and so to left if it is
// long. left and right are updated.
func (e *Edit) spread(parent ID, left, right *Child) error {
	var window []Child
	limit, err := e.crowd(&window, left, e.before(parent, left.Order, left.ID))
	if err != nil {
		return err
	}
	for i, j := 0, len(window)-1; i < j; i, j = i+1, j-1 {
		window[i], window[j] = window[j], window[i]
	}
	from := orderOf(limit)
	limit, err = e.crowd(&window, right, e.after(parent, right.Order, right.ID))
	if err != nil {
		return err
	}
	to := orderOf(limit)
	for _, c := range window {
		order, err := crdt.Between(from, to, e.writer.device.replica())
		if err != nil {
			return fmt.Errorf("spread the children of %s: %w", parent, err)
		}
		if err := e.do(op{kind: opMove, node: c.ID, parent: parent, order: order}); err != nil {
			return err
		}
		for _, near := range []*Child{left, right} {
			if near.ID == c.ID {
				near.Order = order
			}
		}
		from = order
	}
	return nil
}

// crowd appends to window first and those that follow it in rest while their orders are long or equal, and returns the one that ends
// them, nil at the end of the children.
func (e *Edit) crowd(window *[]Child, first *Child, rest iter.Seq2[Child, error]) (*Child, error) {
	*window = append(*window, *first)
	last := first.Order
	for c, err := range rest {
		if err != nil {
			return nil, err
		}
		if len(c.Order) <= longOrder/4 && !bytes.Equal(c.Order, last) {
			return &c, nil
		}
		if len(*window) >= maxSpread {
			return nil, fmt.Errorf("more than %d crowded siblings: %w", maxSpread, ErrTooLarge)
		}
		*window = append(*window, c)
		last = c.Order
	}
	return nil, nil
}

// neighbours returns the children of parent on both sides of a place, id itself left out.
func (e *Edit) neighbours(id, parent ID, at Place) (left, right *Child, err error) {
	pick := func(seq iter.Seq2[Child, error]) *Child {
		for c, serr := range seq {
			if serr != nil {
				err = serr
				return nil
			}
			if c.ID != id {
				return &c
			}
		}
		return nil
	}
	switch at.kind {
	case placeLast:
		left = pick(e.ChildrenReverse(parent))
	case placeFirst:
		right = pick(e.Children(parent))
	default:
		if at.id == id {
			return nil, nil, fmt.Errorf("place %s beside itself: %w", id, ErrNotHere)
		}
		n, nerr := e.need(at.id)
		if nerr != nil {
			return nil, nil, nerr
		}
		if n.Parent != parent || builtin(at.id) {
			return nil, nil, fmt.Errorf("%s is not under %s: %w", at.id, parent, ErrNotHere)
		}
		mark := &Child{ID: n.ID, State: n.State, Order: n.Order}
		if at.kind == placeAfter {
			left, right = mark, pick(e.after(parent, n.Order, n.ID))
		} else {
			left, right = pick(e.before(parent, n.Order, n.ID)), mark
		}
	}
	return left, right, err
}

// isAt reports whether id stands at a place under parent already.
func (e *Edit) isAt(id, parent ID, at Place) (bool, error) {
	n, err := e.need(id)
	if err != nil || n.Parent != parent {
		return false, err
	}
	left, right, err := e.neighbours(id, parent, at)
	if err != nil {
		return false, err
	}
	key := placeKey(parent, n.Order, id)
	return (left == nil || bytes.Compare(placeKey(parent, left.Order, left.ID), key) < 0) &&
		(right == nil || bytes.Compare(key, placeKey(parent, right.Order, right.ID)) < 0), nil
}
