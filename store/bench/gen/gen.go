// Package gen makes the keys and values of the measurements, and proves what an engine returns.
//
// Its invariant: a key tells its number and a value tells its version, so that every byte read can be checked without a copy of the data.
// lmdb/bench.c makes the same bytes.
package gen

import (
	"encoding/binary"
	"fmt"
)

// Sizes of a key and a value in bytes.
const (
	KeySize   = 16
	ValueSize = 100
)

const (
	salt   = 0x5bf03635f0a31e21
	golden = 0x9e3779b97f4a7c15
	first  = 0xbf58476d1ce4e5b9
	second = 0x94d049bb133111eb
)

// mix is the finalizer of splitmix64, a permutation of the numbers.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * first
	x = (x ^ x>>27) * second
	return x ^ x>>31
}

// unmix undoes mix.
func unmix(x uint64) uint64 {
	x = (x ^ x>>31 ^ x>>62) * unsecond
	x = (x ^ x>>27 ^ x>>54) * unfirst
	return x ^ x>>30 ^ x>>60
}

// inverse returns the number that undoes a multiplication by odd a.
func inverse(a uint64) uint64 {
	x := a
	for range 5 { // each step doubles the bits that are right
		x *= 2 - a*x
	}
	return x
}

var unfirst, unsecond = inverse(first), inverse(second)

// Key appends key number i. The order of keys has nothing to do with the order of their numbers.
func Key(b []byte, i uint64) []byte {
	b = binary.BigEndian.AppendUint64(b, mix(i))
	return binary.BigEndian.AppendUint64(b, mix(i^salt))
}

// Number returns the number of a key that Key made.
func Number(key []byte) (uint64, error) {
	if len(key) != KeySize {
		return 0, fmt.Errorf("a key of %d bytes", len(key))
	}
	i := unmix(binary.BigEndian.Uint64(key))
	if binary.BigEndian.Uint64(key[8:]) != mix(i^salt) {
		return 0, fmt.Errorf("key %x was never written", key)
	}
	return i, nil
}

// NumberOf returns the number whose key begins with these eight bytes.
func NumberOf(first uint64) uint64 { return unmix(first) }

// word is the j-th word of a value.
func word(seed uint64, j int) uint64 {
	x := seed + uint64(j)*golden
	x = (x ^ x>>32) * second
	return x ^ x>>29
}

// Value appends a version of the value of key number i: the version, then bytes that do not compress.
func Value(b []byte, i, version uint64) []byte {
	return Bytes(b, i, version, ValueSize)
}

// Bytes appends a value of size bytes, at least 8.
func Bytes(b []byte, i, version uint64, size int) []byte {
	b = binary.LittleEndian.AppendUint64(b, version)
	seed := mix(i) + version*first
	for j := 0; j < (size-8)/8; j++ {
		b = binary.LittleEndian.AppendUint64(b, word(seed, j))
	}
	w := word(seed, (size-8)/8)
	for range (size - 8) % 8 {
		b = append(b, byte(w))
		w >>= 8
	}
	return b
}

// Check proves a value of key number i and returns its version.
func Check(value []byte, i uint64) (version uint64, err error) {
	if len(value) != ValueSize {
		return 0, fmt.Errorf("key %d has a value of %d bytes", i, len(value))
	}
	return CheckBytes(value, i)
}

// CheckBytes proves a value of any size.
func CheckBytes(value []byte, i uint64) (version uint64, err error) {
	if len(value) < 8 {
		return 0, fmt.Errorf("key %d has a value of %d bytes", i, len(value))
	}
	version = binary.LittleEndian.Uint64(value)
	seed := mix(i) + version*first
	rest, j, bad := value[8:], 0, uint64(0)
	for ; len(rest) >= 8; rest = rest[8:] {
		bad |= binary.LittleEndian.Uint64(rest) ^ word(seed, j)
		j++
	}
	w := word(seed, j)
	for _, c := range rest {
		bad |= uint64(c ^ byte(w))
		w >>= 8
	}
	if bad != 0 {
		return 0, fmt.Errorf("the value of key %d was never written", i)
	}
	return version, nil
}

// Random is a stream of numbers, one for each goroutine that measures.
type Random uint64

// Next returns a number below n.
func (r *Random) Next(n uint64) uint64 {
	*r += golden
	x := mix(uint64(*r))
	return (x >> 32) * n >> 32
}
