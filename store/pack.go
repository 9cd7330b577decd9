package store

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Values that the cleaner moves, and that have therefore lain for a while, can be packed: each by itself, by zstd at its fastest level, if it
// becomes an eighth smaller by that. Many short values in one block would gain more, but whoever reads one of them would unpack them all.

const (
	// minPacked is the shortest value worth it: below, what zstd puts around it is most of what it saves.
	minPacked = 256
	// packedGain is what part of itself a value loses by it at least.
	packedGain = 8
)

var packer = sync.OnceValue(func() *zstd.Encoder {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
	if err != nil { // an option of ours is wrong
		panic(err)
	}
	return w
})

// unpacker proves nothing: the checksum of the change has. It takes no more memory than a transaction.
var unpacker = sync.OnceValue(func() *zstd.Decoder {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(MaxTransaction))
	if err != nil {
		panic(err)
	}
	return r
})

// packed returns w with its value packed, if that is wanted and worth it.
func (e *engine) packed(w write) write {
	if !e.limits.compress || w.packed || w.del || len(w.value) < minPacked {
		return w
	}
	b := packer().EncodeAll(w.value, make([]byte, 0, len(w.value)))
	if len(b) > maxInline && len(b) <= len(w.value)-len(w.value)/packedGain {
		w.value, w.packed = b, true
	}
	return w
}

// unpack returns the value that b is the packed form of.
func unpack(b []byte) ([]byte, error) {
	v, err := unpacker().DecodeAll(b, nil)
	if err != nil {
		return nil, fmt.Errorf("unpack a value: %w", err)
	}
	return v, nil
}

// plain returns the value of a change that was read back, unpacked.
func (c *change) plain() ([]byte, error) {
	if !c.packed {
		return c.value, nil
	}
	return unpack(c.value)
}
