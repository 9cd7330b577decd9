package model

import (
	"encoding/binary"
	"fmt"

	"arbor/store"
	"arbor/sync/hlc"

	"github.com/cespare/xxhash/v2"
)

// A file of a sheet is a head, two numbers of each node, and blocks of facts:
//
//	sheetMagic, u32 length of the body, body, u64 xxhash of the body
//	body: position (text), fold version, number of devices {device, batch, u64 stamp}, u64 xxhash of the numbers, number of blocks {nodes, bytes, u64 xxhash}
//	of each node the slot of its parent and its bits, u32 each
//	the blocks
//
// Numbers are uvarints where nothing else is said. A factBlock stands there as it is in memory. Whoever changes that, or what facts are made of
// a record, changes the magic: the file is then made again.
const sheetMagic = "arbor sheet 3\n"

// sheetPrefix is the size of what stands before the body of the head; the others bound what is read.
const (
	sheetPrefix   = len(sheetMagic) + 4
	maxSheetHead  = 64 << 20
	maxSheetBlock = 256 << 20 // which blocks of the longest records do not reach
)

// sheetHead says of what state a sheet is, and where its blocks are.
type sheetHead struct {
	at     store.Position
	ends   []logEnd
	sum    uint64 // of the numbers of the nodes
	blocks []sheetPart
	nodes  int // in all blocks
}

// logEnd is the last batch of a device that the state knows. A store that has it with this stamp has this state in its past.
type logEnd struct {
	device device
	seq    uint64
	stamp  hlc.Stamp
}

// sheetPart is a block in the file.
type sheetPart struct {
	nodes, size int
	sum         uint64
}

func (h *sheetHead) encode() []byte {
	body := appendBytes(nil, h.at.String())
	body = binary.AppendUvarint(body, foldVersion)
	body = binary.AppendUvarint(body, uint64(len(h.ends)))
	for _, e := range h.ends {
		body = binary.AppendUvarint(append(body, e.device[:]...), e.seq)
		body = binary.BigEndian.AppendUint64(body, uint64(e.stamp))
	}
	body = binary.AppendUvarint(binary.BigEndian.AppendUint64(body, h.sum), uint64(len(h.blocks)))
	for _, p := range h.blocks {
		body = binary.AppendUvarint(binary.AppendUvarint(body, uint64(p.nodes)), uint64(p.size))
		body = binary.BigEndian.AppendUint64(body, p.sum)
	}
	b := binary.LittleEndian.AppendUint32([]byte(sheetMagic), uint32(len(body)))
	return binary.LittleEndian.AppendUint64(append(b, body...), xxhash.Sum64(body))
}

// decodeSheetHead reads the body of a head.
func decodeSheetHead(body []byte) (h sheetHead, err error) {
	d := decoder{b: body}
	at := d.string()
	if v := d.uvarint(); v != foldVersion {
		d.fail("fold version")
	}
	for range d.count(len(device{}) + 9) {
		e := logEnd{device: device(d.fixedOr(len(device{}))), seq: d.uvarint()}
		e.stamp = hlc.Stamp(d.u64())
		h.ends = append(h.ends, e)
	}
	h.sum = d.u64()
	for range d.count(10) {
		n, size := d.uvarint(), d.uvarint()
		if n == 0 || n > sheetBlock || n*factRow > size || size > maxSheetBlock {
			d.fail("block")
			break
		}
		h.nodes += int(n)
		h.blocks = append(h.blocks, sheetPart{int(n), int(size), d.u64()})
	}
	if err := d.end(); err != nil {
		return h, fmt.Errorf("head of a sheet: %w", err)
	}
	h.at, err = store.ParsePosition(at)
	return h, err
}

// fixedOr is fixed, and zeros where that fails.
func (d *decoder) fixedOr(n int) []byte {
	if b := d.fixed(n); b != nil {
		return b
	}
	return make([]byte, n)
}
