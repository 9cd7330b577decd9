package store

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"arbor/store/index"
)

// accounts is how much of the log is still needed. Of changes whose values lie in the log it is known for every segment; where those lie
// whose values the index keeps itself is not known, but how many there are is. The counters run a moment behind head: who has made a state
// the head books what it did. When nothing is committed they are exact.
type accounts struct {
	live     atomic.Int64 // bytes of changes that the index leads to
	inline   atomic.Int64 // bytes of changes whose values the index keeps
	replaced atomic.Int64 // bytes of such changes that are no more: it only grows
	files    atomic.Int64 // bytes of the segments of the log
	pinned   atomic.Int64 // those of them that are damaged and stay

	saved map[uint32]int64 // live bytes by segment as of the last checkpoint, exactly; under checkpointing
}

// account is what is known of one segment.
type account struct {
	live   atomic.Int64 // bytes of changes that the index leads to
	small  atomic.Int64 // bytes of puts whose values the index keeps, as of mark
	tombs  atomic.Int64 // bytes of deletions, as of mark
	mark   atomic.Int64 // accounts.replaced when the segment was begun, or looked through
	size   atomic.Uint32
	done   atomic.Bool // it is cleaned, and will be given back
	pinned atomic.Bool // it is damaged, and kept as it is
	stays  atomic.Bool // it is to be cleaned after those before it: see errStays
}

// book adds up what has become a part of head.
func (e *engine) book(t *ledger) {
	live := int64(0)
	for i := range t.rows {
		r := &t.rows[i]
		live += r.live
		if s := e.log.at(r.ord); s != nil {
			s.account.live.Add(r.live)
			s.account.small.Add(r.small)
			s.account.tombs.Add(r.tombs)
		}
	}
	e.accounts.live.Add(live)
	e.accounts.inline.Add(t.inline)
	e.accounts.replaced.Add(t.replaced)
}

// The table of the segments is kept in the checkpoint beside the tree:
//
//	u64 bytes of changes whose values the index keeps, u64 of those that were replaced
//	u64 LSN of the frame that replay begins with, u64 visible LSN of the checkpoint, u64 least epoch of the frames to be replayed
//	for each segment u32 number, u32 size, u32 live, u32 small, u32 tombs, u32 0, u64 mark
const (
	tableHead = 40
	tableRow  = 32
)

var errTable = errors.New("the table of the segments is not as it is written")

// checkpointMeta returns what is kept in a checkpoint of now beside the tree; before is the tree of the checkpoint that was last restored.
// The live bytes are those of that tree exactly: what the counters say belongs to a head that may be ahead. What the manifest says of the
// checkpoint, c, is kept too, for salvage where no manifest is left.
func (e *engine) checkpointMeta(before, now *index.Tree, c checkpointRef) (meta []byte, err error) {
	defer e.unguard(debug.SetPanicOnFault(true), &err)
	a := &e.accounts
	var t ledger
	for c, err := range index.Changed(before, now, nil, nil) {
		if err != nil {
			return nil, err
		}
		if c.Was {
			t.gone(c.Key, c.Before)
		}
		if c.Is {
			t.came(c.Key, c.After)
		}
	}
	for _, v := range [...]uint64{uint64(a.saved[0] + t.inline), uint64(a.replaced.Load()), uint64(c.replay), uint64(c.at), c.epoch} {
		meta = le.AppendUint64(meta, v)
	}
	for s := range e.log.from(0) {
		live := a.saved[s.ord] + t.row(s.ord).live
		if s.freed.Load() {
			continue
		}
		x := &s.account
		for _, v := range [...]uint32{s.ord, x.size.Load(), uint32(live), uint32(x.small.Load()), uint32(x.tombs.Load()), 0} {
			meta = le.AppendUint32(meta, v)
		}
		meta = le.AppendUint64(meta, uint64(x.mark.Load()))
	}
	return meta, nil
}

// restoreMeta takes up what checkpointMeta has returned, once that is durable, or what an opened checkpoint has kept: nil if there is none.
// In the latter case, when there is no head yet, the counters are set; replay counts on from there.
func (e *engine) restoreMeta(meta []byte) error {
	a := &e.accounts
	opening := e.head.Load() == nil
	if opening {
		for s := range e.log.from(0) {
			s.account.clear()
		}
		a.live.Store(0)
		a.inline.Store(0)
		a.replaced.Store(0)
	}
	a.saved = map[uint32]int64{}
	if meta == nil {
		return nil
	}
	if len(meta) < tableHead || (len(meta)-tableHead)%tableRow != 0 {
		return fmt.Errorf("%w: %d bytes", errTable, len(meta))
	}
	inline, replaced := int64(le.Uint64(meta)), int64(le.Uint64(meta[8:]))
	a.saved[0] = inline // segment 0 is none
	sum, last := int64(0), uint32(0)
	for b := meta[tableHead:]; len(b) > 0; b = b[tableRow:] {
		ord, size, live := le.Uint32(b), le.Uint32(b[4:]), le.Uint32(b[8:])
		if ord <= last || live > size {
			return fmt.Errorf("%w: segment %d with %d bytes of %d behind segment %d", errTable, ord, live, size, last)
		}
		last = ord
		a.saved[ord] = int64(live)
		sum += int64(live)
		if s := e.log.at(ord); s != nil && opening {
			s.account.restore(b)
		}
	}
	if opening {
		a.live.Store(sum)
		a.inline.Store(inline)
		a.replaced.Store(replaced)
		return e.tableWhole()
	}
	return nil
}

// tableWhole tells whether the table has all segments that replay does not go over.
func (e *engine) tableWhole() error {
	replay := e.manifest.current().checkpoint.replay.ord()
	for s := range e.log.from(0) {
		if _, ok := e.accounts.saved[s.ord]; !ok && s.ord < replay {
			return fmt.Errorf("%w: segment %d is missing", errTable, s.ord)
		}
	}
	return nil
}

func (x *account) clear() {
	x.live.Store(0)
	x.small.Store(0)
	x.tombs.Store(0)
	x.mark.Store(0)
}

func (x *account) restore(row []byte) {
	x.size.Store(le.Uint32(row[4:]))
	x.live.Store(int64(le.Uint32(row[8:])))
	x.small.Store(int64(le.Uint32(row[12:])))
	x.tombs.Store(int64(le.Uint32(row[16:])))
	x.mark.Store(int64(le.Uint64(row[24:])))
}

// addUp sets the bytes of the log, once the segments are known.
func (e *engine) addUp() {
	sum := int64(0)
	for s := range e.log.from(0) {
		sum += int64(s.account.size.Load())
	}
	e.accounts.files.Store(sum)
}
