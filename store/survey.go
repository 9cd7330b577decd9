package store

import "arbor/store/disk"

// A segment is surveyed when it may be damaged: what can be proved in it is told apart from what cannot, byte by byte. A frame is proved by
// its checksums. Where no frame is whole there is a stretch, in which single changes can still be proved, for each has a checksum of its own
// that is bound to its place and tells whether its transaction was aborted.

// stretch is a run of whole pages of a segment in which no frame is whole.
type stretch struct {
	lsn LSN
	b   []byte
}

// survey hands what is in the segment ord, whose file holds b, to frame and stretch, in order and without a gap up to the end of the whole
// pages or behind the segment's last frame. What they get is part of b.
func survey(b []byte, id *storeID, ord uint32, whole func(f frame, b []byte) error, damaged func(s stretch) error) error {
	size := uint32(len(b)) &^ (pageSize - 1)
	from, off := uint32(segmentStart), uint32(segmentStart)
	flush := func() error {
		if off == from {
			return nil
		}
		return damaged(stretch{lsn: makeLSN(ord, from), b: b[from:off]})
	}
	for off < size {
		f, err := parseHeader(b[off:], id, makeLSN(ord, off), size)
		if err != nil || f.checkBody(b[off:off+f.size], id) != nil {
			off += pageSize
			continue
		}
		if err := flush(); err != nil {
			return err
		}
		if err := whole(f, b[off:off+f.size]); err != nil {
			return err
		}
		off += f.size
		from = off
		if f.last {
			return nil
		}
	}
	return flush()
}

// readPages is readWhole with zeroes up to a whole page.
func readPages(f disk.File, b []byte) ([]byte, []unread, error) {
	b, bad, err := readWhole(f, b)
	if n := len(b) % pageSize; n > 0 {
		b = append(b, make([]byte, pageSize-n)...)
	}
	return b, bad, err
}

// headers cuts a stretch where sound headers tell what the pages behind them were.
func (s stretch) headers(id *storeID) (finds []find) {
	size := uint32(len(s.b))
	plain := find{frame: frame{lsn: s.lsn}, blank: allZero(s.b)}
	for off := uint32(0); off < size; {
		f, err := parseHeader(s.b[off:], id, s.lsn+LSN(off), 1<<31)
		if err != nil {
			plain.size += pageSize
			off += pageSize
			continue
		}
		if plain.size > 0 {
			finds = append(finds, plain)
		}
		f.size, f.last = min(f.size, size-off), false
		for next := uint32(pageSize); next < f.size; next += pageSize { // one that begins within is the truth
			if _, err := parseHeader(s.b[off+next:], id, s.lsn+LSN(off+next), 1<<31); err == nil {
				f.size = next
			}
		}
		finds = append(finds, find{frame: f, headed: true})
		off += f.size
		plain = find{frame: frame{lsn: s.lsn + LSN(off)}}
	}
	if plain.size > 0 {
		finds = append(finds, plain)
	}
	return finds
}

// piece is a change that was proved alone.
type piece struct {
	lsn     LSN
	change  change
	aborted bool
}

// torn is a transaction of which some changes cannot be proved.
type torn struct {
	lsn  LSN
	kept int
	of   uint32 // as far as its record tells, 0 if it does not
	key  []byte // of a change that cannot be proved, as it reads; nil if none does
}

// wreck is what a stretch still tells.
type wreck struct {
	pieces []piece
	torn   []torn
	// complete tells that nothing is lost: records without a gap fill the stretch, and every change that took effect is proved.
	complete bool
}

// wrecker takes a stretch apart.
type wrecker struct {
	stretch
	id *storeID
	wreck
	budget int // bytes that may be hashed in vain
}

// maxVain bounds, in stretches, what is hashed in search of changes.
const maxVain = 64

// takeApart finds the changes of a stretch.
func (s stretch) takeApart(id *storeID) wreck {
	w := wrecker{stretch: s, id: id, wreck: wreck{complete: true}, budget: maxVain * len(s.b)}
	n := uint32(len(s.b))
	for at := uint32(frameHeader); at+8 <= n; { // a frame begins where a stretch does, whatever its header says
		x := word(le.Uint64(s.b[at:]))
		switch {
		case at%pageSize == 0 && at+frameHeader <= n && le.Uint32(s.b[at+16:]) == frameMagic:
			at += frameHeader
		case !id.belongs(x, s.lsn+LSN(at), s.lsn.off()+n) || x.kind() < kindPad || x.kind() > kindTx:
			w.complete = false
			at = w.wordless(at)
		case x.kind() == kindTx:
			at = (w.transaction(at, at+x.size()) + 7) &^ 7
		default:
			at += x.size()
		}
	}
	return w.wreck
}

// wordless goes over 8 bytes where a record might begin and no word is, and behind the changes that begin in them: those of a record whose word,
// or whose beginning, is damaged.
func (w *wrecker) wordless(at uint32) uint32 {
	for x := at; x < at+8; x++ {
		if next, kept := w.run(x); kept > 0 {
			return (next + 7) &^ 7
		}
	}
	return at + 8
}

// run proves the changes that follow one another from at on, and returns where they end and how many there are.
func (w *wrecker) run(at uint32) (end uint32, kept int) {
	for {
		c, ok := w.prove(at)
		if !ok {
			return at, kept
		}
		kept++
		at += c.size
	}
}

// prove keeps the change at an offset if its checksum is right.
func (w *wrecker) prove(at uint32) (change, bool) {
	c, ok := changeAt(w.b, at)
	if !ok || w.budget < 0 {
		return c, false
	}
	l := w.lsn + LSN(at)
	b := w.b[at : at+c.size]
	want, got := le.Uint64(b), w.id.sum(b[8:], l)
	if got != want && got != ^want {
		w.budget -= len(b)
		return c, false
	}
	w.pieces = append(w.pieces, piece{lsn: l, change: c, aborted: got != want})
	return c, true
}

// transaction takes apart the record that says of itself that it lies in [from, to), and returns where it ends.
func (w *wrecker) transaction(from, to uint32) uint32 {
	first, failed := len(w.pieces), false
	t := torn{lsn: w.lsn + LSN(from), of: le.Uint32(w.b[from+8:])}
	at := from + recordHeader
	for at < to {
		end, kept := w.run(at)
		t.kept += kept
		if at = end; at >= to || allZero(w.b[at:to]) {
			break
		}
		failed = true
		at = w.pass(&t, at, to)
	}
	aborted := len(w.pieces) > first && w.pieces[first].aborted
	whole := !failed && (t.kept == int(t.of) || int(to)-int(at) < 8)
	if !aborted && !whole {
		w.complete = false
		w.torn = append(w.torn, t)
	}
	return max(at, to)
}

// pass goes over what cannot be proved at an offset, and returns where the next change that can be begins, or the end of the record.
func (w *wrecker) pass(t *torn, at, to uint32) uint32 {
	if c, ok := changeAt(w.b[:to], at); ok {
		if t.key == nil {
			t.key = c.key
		}
		if at += c.size; at == to || allZero(w.b[at:to]) || w.provable(at) {
			return at
		}
		at -= c.size
	}
	for at++; at < to && !w.provable(at); at++ {
		if w.budget < 0 {
			return to
		}
	}
	return at
}

func (w *wrecker) provable(at uint32) bool {
	before := len(w.pieces)
	_, ok := w.prove(at)
	w.pieces = w.pieces[:before]
	return ok
}
