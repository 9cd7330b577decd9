package model

import (
	"errors"
	"fmt"
	"strings"

	"crypto/sha256"
)

// ID names a node: 8 random bytes, or a hash where two devices must name the same node.
type ID [8]byte

// The fixed nodes. Root, Trash and Detached are there in every tree and cannot be moved; Inbox is an ordinary node with a fixed id,
// made when it is first wanted.
var (
	Root     = ID{}
	Trash    = Named("trash")
	Detached = Named("detached") // what is there but nowhere shown: an import under way, a creation undone
	Inbox    = Named("inbox")
)

// Named returns the id that every device makes for name.
func Named(name string) ID {
	sum := sha256.Sum256([]byte("arbor/" + name))
	return ID(sum[:8])
}

// digits is base32 in an order in which strings compare like ids, without letters that look alike.
const digits = "0123456789abcdefghjkmnpqrstvwxyz"

// idLen is the number of digits of an ID; the last holds four bits.
const idLen = 13

// String returns the id in 13 digits of lower-case base32.
func (id ID) String() string {
	var b [idLen]byte
	for i := range b {
		b[i] = digits[id.digit(i)]
	}
	return string(b[:])
}

// digit returns the i-th group of five bits.
func (id ID) digit(i int) byte {
	bit := i * 5
	v := uint16(id[bit/8]) << 8
	if bit/8+1 < len(id) {
		v |= uint16(id[bit/8+1])
	}
	return byte(v>>(11-bit%8)) & 31
}

// ErrID says that a string names no id.
var ErrID = errors.New("not an id")

// ParseID reads what String wrote.
func ParseID(s string) (ID, error) {
	from, to, err := idRange(s)
	if err != nil {
		return ID{}, err
	}
	if from != to {
		return ID{}, fmt.Errorf("%q has %d of %d digits: %w", s, len(s), idLen, ErrID)
	}
	return from, nil
}

// idRange returns the first and the last id whose string begins with prefix.
func idRange(prefix string) (first, last ID, err error) {
	if len(prefix) > idLen {
		return first, last, fmt.Errorf("%q is longer than %d digits: %w", prefix, idLen, ErrID)
	}
	for i := range last {
		last[i] = 0xff
	}
	for i, c := range []byte(strings.ToLower(prefix)) {
		d := strings.IndexByte(digits, c)
		if d < 0 || i == idLen-1 && d&1 != 0 {
			return first, last, fmt.Errorf("%q: %w", prefix, ErrID)
		}
		for k := range 5 {
			bit := i*5 + k
			if bit >= 64 {
				break
			}
			mask := byte(0x80) >> (bit % 8)
			if d&(16>>k) != 0 {
				first[bit/8] |= mask
			} else {
				last[bit/8] &^= mask
			}
		}
	}
	return first, last, nil
}
