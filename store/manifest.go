package store

import (
	"errors"
	"fmt"
	"slices"

	"arbor/store/disk"
)

// manifest says which store this is, how far its log is known to be whole, of which segments it consists, and where its index was saved. It is
// a whole number of pages, written in turn to two files, so that one of them is always whole:
//
//	  0  8 bytes magic          48  u64 LSN below which all is durable
//	  8  u32 version            56  u64 flags: 1 = closed
//	 12  u32 pages              64  u64 number of the checkpoint, 0 if there is none
//	 16  16 bytes store id      72  u64 LSN of the frame that replay begins with
//	 32  u64 generation         80  u64 visible LSN of the checkpoint: records below are in it
//	 40  u64 epoch              88  u64 bytes of the checkpoint
//	                            96  u64 least epoch of the frames to be replayed
//	104  u32 count of epochs, u32 count of ranges
//	112  the epochs, each u64 epoch, u64 LSN where it began; the ranges, each u32 from, u32 to
//	 -8  u64 checksum of the bytes before, bound to the generation
type manifest struct {
	id         storeID
	generation uint64
	epoch      uint64
	durable    LSN
	closed     bool // the log ends at durable
	checkpoint checkpointRef
	epochs     []epochStart // the last maxEpochs, ascending; replaced, never changed
	live       ordinals     // the segments of the log
}

// checkpointRef is a saved index and where the log goes on behind it.
type checkpointRef struct {
	number uint64 // names the file; 0 is none: all of the log is replayed
	replay LSN    // of the frame to begin with
	at     LSN    // its visible LSN; records below are in it
	size   int64
	epoch  uint64 // frames of earlier epochs are leftovers
}

// epochStart is where the log went on in an epoch. What earlier epochs wrote from there on was cut off.
type epochStart struct {
	epoch uint64
	at    LSN
}

const (
	maxEpochs        = 64
	maxManifestPages = 64
	manifestFixed    = 112
	// maxRanges is how many ranges of segments a manifest has room for.
	maxRanges = (maxManifestPages*pageSize - manifestFixed - 16*maxEpochs - 8) / 8
)

// logStart is where the first frame of a new store lies.
const logStart = LSN(1)<<32 | segmentStart

var noCheckpoint = checkpointRef{}

const manifestMagic = "arbor\x00mf"

var errManifest = errors.New("not a manifest")

// pages is the size of the manifest.
func (m *manifest) pages() int {
	n := manifestFixed + 16*len(m.epochs) + 8*len(m.live) + 8
	return (n + pageSize - 1) / pageSize
}

func (m *manifest) encode() []byte {
	pages := m.pages()
	b := disk.Aligned(pages * pageSize)
	copy(b, manifestMagic)
	le.PutUint32(b[8:], formatVersion)
	le.PutUint32(b[12:], uint32(pages))
	copy(b[16:], m.id[:])
	var closed uint64
	if m.closed {
		closed = 1
	}
	c := &m.checkpoint
	for i, v := range []uint64{m.generation, m.epoch, uint64(m.durable), closed,
		c.number, uint64(c.replay), uint64(c.at), uint64(c.size), c.epoch} {
		le.PutUint64(b[32+8*i:], v)
	}
	le.PutUint32(b[104:], uint32(len(m.epochs)))
	le.PutUint32(b[108:], uint32(len(m.live)))
	at := manifestFixed
	for _, x := range m.epochs {
		le.PutUint64(b[at:], x.epoch)
		le.PutUint64(b[at+8:], uint64(x.at))
		at += 16
	}
	for _, r := range m.live {
		le.PutUint32(b[at:], r.from)
		le.PutUint32(b[at+4:], r.to)
		at += 8
	}
	m.seal(b)
	return b
}

// seal writes the checksum of an encoded manifest.
func (m *manifest) seal(b []byte) {
	le.PutUint64(b[len(b)-8:], m.id.sum(b[:len(b)-8], LSN(m.generation)))
}

// parseManifest reads the manifest at the beginning of b.
func parseManifest(b []byte) (manifest, error) {
	if len(b) < pageSize || string(b[:8]) != manifestMagic {
		return manifest{}, errManifest
	}
	pages := le.Uint32(b[12:])
	if pages == 0 || pages > maxManifestPages || int(pages)*pageSize > len(b) {
		return manifest{}, errManifest
	}
	b = b[:pages*pageSize]
	m := manifest{id: storeID(b[16:32])}
	u := func(off int) uint64 { return le.Uint64(b[off:]) }
	m.generation = u(32)
	if u(len(b)-8) != m.id.sum(b[:len(b)-8], LSN(m.generation)) {
		return manifest{}, errManifest
	}
	if v := le.Uint32(b[8:]); v > formatVersion {
		return manifest{}, fmt.Errorf("format %d, this arbor knows %d: %w", v, formatVersion, ErrVersion)
	}
	m.epoch, m.durable, m.closed = u(40), LSN(u(48)), u(56) == 1
	m.checkpoint = checkpointRef{u(64), LSN(u(72)), LSN(u(80)), int64(u(88)), u(96)}
	epochs, ranges := int(le.Uint32(b[104:])), int(le.Uint32(b[108:]))
	if n := manifestFixed + 16*epochs + 8*ranges + 8; epochs > maxEpochs || ranges > maxRanges || n > len(b) || n <= len(b)-pageSize {
		return manifest{}, errManifest
	}
	at := manifestFixed
	for ; epochs > 0; epochs-- {
		m.epochs = append(m.epochs, epochStart{u(at), LSN(u(at + 8))})
		at += 16
	}
	for ; ranges > 0; ranges-- {
		m.live = append(m.live, ordinalRange{le.Uint32(b[at:]), le.Uint32(b[at+4:])})
		at += 8
	}
	return m, m.check()
}

// check tells whether the tables of a manifest are such as are written.
func (m *manifest) check() error {
	for i := 1; i < len(m.epochs); i++ {
		if a, b := m.epochs[i-1], m.epochs[i]; a.epoch >= b.epoch || a.at > b.at {
			return fmt.Errorf("%w: its epochs do not ascend", errManifest)
		}
	}
	if err := m.live.check(); err != nil {
		return fmt.Errorf("%w: %w", errManifest, err)
	}
	return nil
}

// begin notes that the log goes on at l in the next epoch.
func (m *manifest) begin(l LSN) {
	m.epoch++
	from := max(0, len(m.epochs)+1-maxEpochs)
	m.epochs = append(slices.Clone(m.epochs[from:]), epochStart{m.epoch, l})
}

// epochAt is the epoch in which the frame at l was written, or one before it.
func (m *manifest) epochAt(l LSN) uint64 {
	for i := len(m.epochs) - 1; i >= 0; i-- {
		if m.epochs[i].at <= l {
			return m.epochs[i].epoch
		}
	}
	return 0
}

// start is where replay begins.
func (m *manifest) start() LSN {
	if m.checkpoint.number == 0 {
		return makeLSN(m.live.first(), segmentStart)
	}
	return m.checkpoint.replay
}
