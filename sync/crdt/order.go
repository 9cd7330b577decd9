package crdt

import (
	"bytes"
	"errors"
	"fmt"
)

// Order is the place of a node among its siblings, as bytes that compare like the places. It is a path in a Fugue tree with runs
// that grow at both ends: a sequence of steps (epoch, replica, 2·index+side). The last step has side 1; an order below it on the
// right extends it, an order below it on the left extends the same step with side 0. No step begins with a zero byte, so a caller
// may end an Order with one to put more behind it.
type Order []byte

// ErrOrder says that bytes are no Order, or that two of them are not in order.
var ErrOrder = errors.New("not a sibling order")

// step is one step of an Order. at is 2·index+side.
type step struct {
	epoch   int64
	replica uint16
	at      int64
}

// Between returns an order for replica above left and below right; either may be nil for an open end. Two replicas that insert runs
// at the same place do not interleave. It needs nothing but the two neighbours.
//
// It looks at the steps of the neighbours from the first in which they differ on, so that what was freed near the root is used again.
// In each the replica's own run grows, after left or before right, or a run of another is answered by the next epoch, if there is one to
// spare. Where none fits the order nests one step below a neighbour, the shorter one if both are legal: only after left is legal where
// left lies in the left side of right, only before right where right lies in the right side of left. The comparison decides.
func Between(left, right Order, replica uint16) (Order, error) {
	l, err := parse(left)
	if err != nil {
		return nil, err
	}
	r, err := parse(right)
	if err != nil {
		return nil, err
	}
	if left != nil && right != nil && bytes.Compare(left, right) >= 0 {
		return nil, fmt.Errorf("between %x and %x: %w", []byte(left), []byte(right), ErrOrder)
	}
	first := step{0, replica, 1}
	if left == nil && right == nil {
		return appendStep(nil, first), nil
	}
	fits := func(o Order) bool {
		return (left == nil || bytes.Compare(left, o) < 0) && (right == nil || bytes.Compare(o, right) < 0)
	}
	level := 0
	for level < len(l) && level < len(r) && l[level].step == r[level].step {
		level++
	}
	for ; level < max(len(l), len(r)); level++ {
		if level < len(l) {
			for _, s := range l[level].after(replica) {
				if o := appendStep(bytes.Clone(left[:l[level].from]), s); fits(o) {
					return o, nil
				}
			}
		}
		if level < len(r) {
			for _, s := range r[level].before(replica) {
				if o := appendStep(bytes.Clone(right[:r[level].from]), s); fits(o) {
					return o, nil
				}
			}
		}
	}
	return nest(left, right, r, first, fits), nil
}

// nest returns the order one step below a neighbour.
func nest(left, right Order, r []place, first step, fits func(Order) bool) Order {
	var after, before Order
	if left != nil {
		after = appendStep(bytes.Clone(left), first)
	}
	if right != nil {
		last := r[len(r)-1]
		before = appendStep(bytes.Clone(right[:last.from]), step{last.epoch, last.replica, last.at - 1})
		before = appendStep(before, first)
	}
	if before == nil || after != nil && fits(after) && (len(after) <= len(before) || !fits(before)) {
		return after
	}
	return before
}

// Valid reports whether o is an Order that Between could have made.
func (o Order) Valid() bool {
	if len(o) == 0 {
		return false
	}
	_, err := parse(o)
	return err == nil
}

// place is a step of an Order and the offset at which it begins.
type place struct {
	step
	from int
}

// after returns the steps that may stand behind p: next in replica's own run, or in the next epoch.
func (p place) after(replica uint16) []step {
	next := step{p.epoch + 1, replica, 1}
	if p.replica != replica {
		return []step{next}
	}
	return []step{{p.epoch, replica, (p.at | 1) + 2}, next}
}

// before returns the steps that may stand in front of p.
func (p place) before(replica uint16) []step {
	next := step{p.epoch - 1, replica, 1}
	if p.replica != replica {
		return []step{next}
	}
	return []step{{p.epoch, replica, (p.at | 1) - 2}, next}
}

func parse(o Order) ([]place, error) {
	var out []place
	for rest := []byte(o); len(rest) > 0; {
		p := place{from: len(o) - len(rest)}
		var n, m int
		p.epoch, n = readInt(rest)
		if n == 0 || len(rest) < n+2 {
			return nil, fmt.Errorf("%x: %w", []byte(o), ErrOrder)
		}
		p.replica = uint16(rest[n])<<8 | uint16(rest[n+1])
		p.at, m = readInt(rest[n+2:])
		if m == 0 {
			return nil, fmt.Errorf("%x: %w", []byte(o), ErrOrder)
		}
		rest = rest[n+2+m:]
		out = append(out, p)
	}
	if len(out) > 0 && out[len(out)-1].at&1 == 0 {
		return nil, fmt.Errorf("%x ends at a side: %w", []byte(o), ErrOrder)
	}
	return out, nil
}

func appendStep(b Order, s step) Order {
	b = appendInt(b, s.epoch)
	b = append(b, byte(s.replica>>8), byte(s.replica))
	return appendInt(b, s.at)
}

// The integers of a step: the first byte tells sign and length, so that encodings compare like the numbers and none is a prefix of
// another. A negative number is the complement of the bytes of -v-1.
const (
	two   = 64          // the least number that takes two bytes
	three = two + 1<<13 // three
	four  = three + 1<<20
	nine  = four + 1<<27
)

func appendInt(b []byte, v int64) []byte {
	u, flip := uint64(v), byte(0)
	if v < 0 {
		u, flip = uint64(-(v + 1)), 0xff
	}
	start := len(b)
	switch {
	case u < two:
		b = append(b, 0x80|byte(u))
	case u < three:
		u -= two
		b = append(b, 0xc0|byte(u>>8), byte(u))
	case u < four:
		u -= three
		b = append(b, 0xe0|byte(u>>16), byte(u>>8), byte(u))
	case u < nine:
		u -= four
		b = append(b, 0xf0|byte(u>>24), byte(u>>16), byte(u>>8), byte(u))
	default:
		b = append(b, 0xf8, byte(u>>56), byte(u>>48), byte(u>>40), byte(u>>32), byte(u>>24), byte(u>>16), byte(u>>8), byte(u))
	}
	for i := start; i < len(b); i++ {
		b[i] ^= flip
	}
	return b
}

// readInt returns the number at the head of b and how many bytes it takes, 0 if there is none or it is not in its shortest form.
func readInt(b []byte) (int64, int) {
	if len(b) == 0 {
		return 0, 0
	}
	flip := byte(0)
	if b[0] < 0x80 {
		flip = 0xff
	}
	n, base, bits := 1, uint64(0), uint(6)
	switch first := b[0] ^ flip; {
	case first < 0xc0:
	case first < 0xe0:
		n, base, bits = 2, two, 13
	case first < 0xf0:
		n, base, bits = 3, three, 20
	case first < 0xf8:
		n, base, bits = 4, four, 27
	case first == 0xf8:
		n, bits = 9, 64
	default:
		return 0, 0
	}
	if len(b) < n {
		return 0, 0
	}
	var u uint64
	for _, c := range b[:n] {
		u = u<<8 | uint64(c^flip)
	}
	if bits < 64 {
		u = u&(1<<bits-1) + base
	} else if u < nine || u > 1<<63-1 {
		return 0, 0
	}
	if flip != 0 {
		return -int64(u) - 1, n
	}
	return int64(u), n
}
