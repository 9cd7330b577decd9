package store

import "errors"

// frame is the header of a frame: one flush, written and found whole. In the log it is 64 bytes:
//
//	u64 word (kind frame, length 64)
//	u64 checksum of the bytes behind the header, bound to the place of the frame
//	u32 magic
//	u32 size of the frame, a multiple of 4096
//	u64 LSN where its epoch began: from there on, frames of earlier epochs are leftovers
//	u64 epoch
//	u64 durable LSN when the frame was submitted
//	u64 flags: 1 = the last frame of its segment
//	u64 checksum of the 56 bytes before, bound likewise
type frame struct {
	lsn     LSN
	size    uint32
	began   LSN // of its epoch
	epoch   uint64
	durable LSN
	last    bool
}

const frameMagic = 0x6d726661 // "afrm"

var (
	errNoFrame   = errors.New("no frame")
	errTornFrame = errors.New("the body of a frame is not what its header says")
)

// end is where the frame after f begins, in a segment of that size.
func (f frame) end(segment uint32) LSN {
	if off := f.lsn.off() + f.size; !f.last && off < segment {
		return makeLSN(f.lsn.ord(), off)
	}
	return makeLSN(f.lsn.ord()+1, segmentStart)
}

// seal writes the header of f, whose bytes are b, except for the word, which is there already.
func (f frame) seal(b []byte, id *storeID) {
	le.PutUint64(b[8:], id.sum(b[frameHeader:f.size], f.lsn))
	le.PutUint32(b[16:], frameMagic)
	le.PutUint32(b[20:], f.size)
	le.PutUint64(b[24:], uint64(f.began))
	le.PutUint64(b[32:], f.epoch)
	le.PutUint64(b[40:], uint64(f.durable))
	var flags uint64
	if f.last {
		flags = 1
	}
	le.PutUint64(b[48:], flags)
	le.PutUint64(b[56:], id.sum(b[:56], f.lsn))
}

// parseHeader reads the header of a frame at l of a segment of that size. Its body may still be anything.
func parseHeader(b []byte, id *storeID, l LSN, segment uint32) (frame, error) {
	if len(b) < frameHeader || le.Uint32(b[16:]) != frameMagic || le.Uint64(b[56:]) != id.sum(b[:56], l) {
		return frame{}, errNoFrame
	}
	f := frame{lsn: l, size: le.Uint32(b[20:]), began: LSN(le.Uint64(b[24:])), epoch: le.Uint64(b[32:]), durable: LSN(le.Uint64(b[40:])), last: le.Uint64(b[48:]) == 1}
	if f.began > l || word(le.Uint64(b)) != id.word(kindFrame, frameHeader, l) ||
		f.size < pageSize || f.size%pageSize != 0 || uint64(l.off())+uint64(f.size) > uint64(segment) {
		return frame{}, errNoFrame
	}
	return f, nil
}

// checkBody proves the bytes b of a whole frame.
func (f frame) checkBody(b []byte, id *storeID) error {
	if uint32(len(b)) != f.size || le.Uint64(b[8:]) != id.sum(b[frameHeader:], f.lsn) {
		return errTornFrame
	}
	return nil
}

// records calls fn for each transaction in a proved frame, with its place and its bytes.
func (f frame) records(b []byte, id *storeID, fn func(l LSN, w word, rec []byte) error) error {
	for at := uint32(frameHeader); at+8 <= f.size; {
		l := f.lsn + LSN(at)
		w := word(le.Uint64(b[at:]))
		if w.kind() == kindEnd && f.last {
			return nil
		}
		if !id.belongs(w, l, f.lsn.off()+f.size) || w.kind() != kindPad && w.kind() != kindTx {
			return errRecord
		}
		if w.kind() == kindTx {
			if err := fn(l, w, b[at:at+w.size()]); err != nil {
				return err
			}
		}
		at += w.size()
	}
	return nil
}
