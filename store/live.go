package store

import (
	"errors"
	"fmt"
	"sync/atomic"
)

// accounts is how large the log is. How much of it is live every state has in its table.
type accounts struct {
	files  atomic.Int64 // bytes of the segments of the log
	pinned atomic.Int64 // those of them that are damaged and stay
}

// account is what is known of one segment, beside the live bytes to which addresses lead: where those lie whose values the index keeps itself is
// not known. It serves to choose what to clean.
type account struct {
	small  atomic.Int64 // bytes of puts whose values the index keeps, as of mark
	tombs  atomic.Int64 // bytes of deletions, as of mark
	mark   atomic.Int64 // table.replaced when the segment was begun, or looked through
	size   atomic.Uint32
	done   atomic.Bool // it is cleaned, and will be given back
	pinned atomic.Bool // it is damaged, and kept as it is
	stays  atomic.Bool // it is to be cleaned after those before it: see errStays
}

// book adds up where those changes are, of what has become a part of head, to which no address leads.
func (e *engine) book(t *ledger) {
	for i := range t.rows {
		if r := &t.rows[i]; r.small != 0 || r.tombs != 0 {
			if s := e.log.at(r.ord); s != nil {
				s.account.small.Add(r.small)
				s.account.tombs.Add(r.tombs)
			}
		}
	}
}

// The table of the segments is kept in the checkpoint beside the tree:
//
//	u64 bytes of changes whose values the index keeps, u64 of those that were replaced
//	u64 LSN of the frame that replay begins with, u64 visible LSN of the checkpoint, u64 least epoch of the frames to be replayed
//	for each segment u32 number, u32 size, u32 live, u32 small, u32 tombs, u32 0, u64 mark
const (
	metaHead = 40
	metaRow  = 32
)

var errTable = errors.New("the table of the segments is not as it is written")

// checkpointMeta returns what is kept beside the tree in a checkpoint of a state. What the manifest says of the checkpoint, c, is kept too, for
// salvage where no manifest is left.
func (e *engine) checkpointMeta(h *state, c checkpointRef) (meta []byte) {
	t := h.table.flat()
	for _, v := range [...]uint64{uint64(t.inline), uint64(t.replaced), uint64(c.replay), uint64(c.at), c.epoch} {
		meta = le.AppendUint64(meta, v)
	}
	for s := range e.log.from(0) {
		if s.freed.Load() {
			continue
		}
		x := &s.account
		for _, v := range [...]uint32{s.ord, x.size.Load(), uint32(t.of(s.ord)), uint32(x.small.Load()), uint32(x.tombs.Load()), 0} {
			meta = le.AppendUint32(meta, v)
		}
		meta = le.AppendUint64(meta, uint64(x.mark.Load()))
	}
	return meta
}

// restoreMeta takes up what an opened checkpoint has kept, before replay: nil if there is none.
func (e *engine) restoreMeta(meta []byte) (t table, err error) {
	for s := range e.log.from(0) {
		s.account.clear()
	}
	if meta == nil {
		return table{}, nil
	}
	if len(meta) < metaHead || (len(meta)-metaHead)%metaRow != 0 {
		return table{}, fmt.Errorf("%w: %d bytes", errTable, len(meta))
	}
	t.inline, t.replaced = int64(le.Uint64(meta)), int64(le.Uint64(meta[8:]))
	last := uint32(0)
	for b := meta[metaHead:]; len(b) > 0; b = b[metaRow:] {
		ord, size, live := le.Uint32(b), le.Uint32(b[4:]), le.Uint32(b[8:])
		if ord <= last || live > size {
			return table{}, fmt.Errorf("%w: segment %d with %d bytes of %d behind segment %d", errTable, ord, live, size, last)
		}
		last = ord
		t.base = append(t.base, tableRow{ord, int64(live)})
		t.live += int64(live)
		if s := e.log.at(ord); s != nil {
			s.account.restore(b)
		}
	}
	replay := e.manifest.current().checkpoint.replay.ord()
	for s := range e.log.from(0) {
		if _, ok := t.find(s.ord); !ok && s.ord < replay {
			return table{}, fmt.Errorf("%w: segment %d is missing", errTable, s.ord)
		}
	}
	return t, nil
}

func (x *account) clear() {
	x.small.Store(0)
	x.tombs.Store(0)
	x.mark.Store(0)
}

func (x *account) restore(row []byte) {
	x.size.Store(le.Uint32(row[4:]))
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
