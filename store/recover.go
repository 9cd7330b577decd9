package store

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"strings"

	"arbor/store/index"
)

// recovery finds the end of the log and the state there: from the newest checkpoint over the frames behind it.
//
// The log ends at the first place where no frame is, or one of an earlier epoch than it should be: a leftover of a write that an earlier
// recovery has cut off. What was acknowledged cannot lie behind that place, unless something says that all below a later one was
// durable: the manifest, or the header of a frame further on. Then it is not the torn end of the log but damage, and the store is opened
// for reading only.
type recovery struct {
	e      *engine
	m      manifest
	last   uint32 // the highest segment there is
	pos    LSN
	epoch  uint64 // of the frame before
	state  state
	bulk   bulk     // what replay has gathered and not yet brought into the state
	begun  []uint32 // the segments whose first frame was replayed, ascending
	ledger ledger

	segment uint32 // that file is of
	file    reader
}

// recover brings e to the state at the end of its log.
func (e *engine) recover(ords []uint32) error {
	m := e.manifest.current()
	if e.manifest.doubtful() { // a newer one may have been begun behind the end that it gives
		m.closed = false
	}
	r := recovery{e: e, m: m}
	for _, o := range ords {
		r.last = max(r.last, o)
	}
	open := m.live[len(m.live)-1].from
	if r.last > max(m.start().ord(), open)+maxSegments {
		return &CorruptError{File: segmentName(r.last), Err: errors.New("a segment far behind the end of the log")}
	}
	for _, x := range m.live {
		for ord := x.from; ord < min(x.to, r.last+1); ord++ {
			e.log.add(&segment{ord: ord})
		}
	}
	if err := r.load(); err != nil {
		return err
	}
	err := r.replay()
	if inCheckpoint(err) {
		if err = r.rebuild(); err == nil {
			err = r.replay()
		}
	}
	if err != nil {
		return err
	}
	if e.rebuilt.Load() || m.checkpoint.number == 0 { // of a log that was cleaned on a full disk no checkpoint is left either
		if r.state.tree, err = r.ledger.withoutLostParts(r.state.tree); err != nil {
			return err
		}
	}
	r.state.pos = r.pos
	r.setMarks()
	r.state.table = r.state.table.with(&r.ledger)
	e.book(&r.ledger)
	e.head.Store(&r.state)
	e.resume = r.pos
	if e.broken == nil {
		for s := range e.log.from(e.spareOrd()) {
			e.log.remove(s.ord)
			if d := s.data.Load(); d != nil && d.file != nil {
				d.file.Close() // opened for reading alone
			}
		}
	}
	e.addUp()
	return nil
}

// spareOrd is the first segment that nothing of the log was in at the open.
func (e *engine) spareOrd() uint32 {
	if e.resume.off() == segmentStart {
		return e.resume.ord()
	}
	return e.resume.ord() + 1
}

// maxSegments bounds how far the log may reach beyond its checkpoint: 2 TiB of full segments.
const maxSegments = 1 << 18

// inCheckpoint tells whether err is damage of a checkpoint, which the log makes good.
func inCheckpoint(err error) bool {
	var c *CorruptError
	return errors.As(err, &c) && strings.HasSuffix(c.File, ".ckpt")
}

// load opens the checkpoint. If it is damaged, the index is made again from all of the log.
func (r *recovery) load() error {
	e, c := r.e, r.m.checkpoint
	r.state = state{at: c.at, end: c.at, tree: &index.Tree{}}
	r.pos, r.epoch = r.m.start(), c.epoch
	if c.number == 0 {
		e.saved = &index.Saved{Tree: r.state.tree}
		_, err := e.restoreMeta(nil)
		return err
	}
	saved, err := e.openCheckpoint(c)
	if err == nil {
		r.state.tree, r.state.table, e.saved = saved.Tree, e.savedTable, saved
		return nil
	}
	if !errors.Is(err, ErrCorrupt) {
		return err
	}
	return r.rebuild()
}

// rebuild has the index made again from all of the log.
func (r *recovery) rebuild() error {
	r.e.rebuilt.Store(true)
	r.e.tailBytes.Store(0)
	r.e.tailRecords.Store(0)
	r.e.broken = nil
	r.m.checkpoint = noCheckpoint
	r.state, r.bulk, r.begun, r.ledger = state{tree: &index.Tree{}}, bulk{}, nil, ledger{}
	r.e.saved = &index.Saved{Tree: r.state.tree}
	r.pos, r.epoch = r.m.start(), 0
	r.e.savedTable = table{}
	_, err := r.e.restoreMeta(nil)
	return err
}

// replay goes over the frames to the end of the log.
func (r *recovery) replay() error {
	e := r.e
	for {
		if r.m.closed && r.pos == r.m.durable {
			return r.flush()
		}
		f, b, err := r.frame(r.pos)
		if err == nil && f.epoch < r.least() {
			err = errNoFrame
		}
		if err == nil && f.epoch > r.m.epoch && e.broken == nil {
			e.broken = &CorruptError{File: manifestNames[1-e.manifest.slot], Err: fmt.Errorf("the log is of epoch %d, the manifest of %d: a newer manifest is lost", f.epoch, r.m.epoch)}
		}
		if errors.Is(err, errNoFrame) || errors.Is(err, errTornFrame) || errors.Is(err, ErrCorrupt) || errors.Is(err, fs.ErrNotExist) {
			if err := r.flush(); err != nil {
				return err
			}
			return r.ends(err)
		}
		if err != nil {
			return fmt.Errorf("recover the log at %v: %w", r.pos, err)
		}
		if err := r.apply(f, b); err != nil {
			return err
		}
		e.tailBytes.Add(int64(f.size))
		r.epoch = f.epoch
		r.pos = e.log.next(f.end(r.file.size))
	}
}

// least is the epoch that a frame at r.pos has at least: that of the frame before, and where segments in between are gone, what the manifest
// knows. Behind what was durable when the manifest's epoch began, leftovers of earlier ones
// may lie: not only where frames were cut off, but also right where the log went on, for a torn write of the new epoch may complete a torn
// one of an earlier.
func (r *recovery) least() uint64 {
	if r.pos >= r.m.durable {
		return max(r.epoch, r.m.epoch)
	}
	return max(r.epoch, r.m.epochAt(r.pos))
}

// frame reads the frame at l.
func (r *recovery) frame(l LSN) (frame, []byte, error) {
	if err := r.seek(l.ord()); err != nil {
		return frame{}, nil, err
	}
	h, err := r.file.read(l.off(), frameHeader)
	if err != nil {
		return frame{}, nil, err
	}
	f, err := parseHeader(h, &r.e.id, l, r.file.size)
	if err != nil {
		return frame{}, nil, err
	}
	b, err := r.file.read(l.off(), f.size)
	if err != nil {
		return frame{}, nil, err
	}
	return f, b, f.checkBody(b, &r.e.id)
}

// seek makes r.file segment ord.
func (r *recovery) seek(ord uint32) error {
	if r.segment == ord {
		return nil
	}
	s := r.e.log.at(ord)
	if s == nil {
		return fs.ErrNotExist
	}
	r.segment = 0
	d, err := r.e.fileOf(s)
	if err == nil && r.uncertain(ord) {
		err = d.file.Reread()
	}
	if err != nil {
		return err
	}
	r.segment, r.file = ord, reader{file: d.file, size: d.size}
	if r.m.closed && ord == r.m.durable.ord() {
		r.file.end = r.m.durable.off()
	}
	return nil
}

// uncertain tells whether segment ord may have bytes that are read and not on the disk: behind what is known to be durable.
func (r *recovery) uncertain(ord uint32) bool { return !r.m.closed && ord >= r.m.durable.ord() }

// apply brings the transactions of a frame into the state.
func (r *recovery) apply(f frame, b []byte) (err error) {
	defer r.e.unguard(debug.SetPanicOnFault(true), &err)
	if f.lsn.off() == segmentStart {
		r.begun = append(r.begun, f.lsn.ord())
	}
	err = f.records(b, &r.e.id, func(l LSN, w word, rec []byte) error {
		if w.aborted() || l < r.m.checkpoint.at {
			return nil
		}
		r.e.tailRecords.Add(1)
		r.state.end = l + LSN(len(rec))
		r.state.at = r.state.end // also of one that only moves: a checkpoint does not tell these apart, and no state is below an earlier one
		return r.record(l, rec)
	})
	if errors.Is(err, errRecord) {
		return &CorruptError{File: segmentName(f.lsn.ord()), Offset: int64(f.lsn.off()), Err: err}
	}
	return r.e.damage(err)
}

func (r *recovery) record(l LSN, rec []byte) error {
	for c, err := range changes(rec) {
		if err != nil {
			return err
		}
		if c.to == nil {
			r.bulk.add(&c.write, l+LSN(c.at))
			continue
		}
		if err := r.gathered(); err != nil { // what is in the range by then is to go
			return err
		}
		edit, before := r.state.tree.Edit(), r.ledger.replaced
		if err := r.ledger.apply(edit, &c.write, l+LSN(c.at)); err != nil {
			return err
		}
		r.bulk.grew(l, r.ledger.replaced-before)
		r.state.tree = edit.Tree()
	}
	if r.bulk.full() {
		return r.gathered()
	}
	return nil
}

// gathered brings the changes gathered into the state.
func (r *recovery) gathered() (err error) {
	r.state.tree, err = r.bulk.into(r.state.tree, &r.ledger)
	return err
}

// flush is gathered, when all of the log has been gone over.
func (r *recovery) flush() (err error) {
	defer r.e.unguard(debug.SetPanicOnFault(true), &err)
	return r.e.damage(r.gathered())
}

// setMarks notes at the segments that replay began how much of what the index kept had been replaced until then.
func (r *recovery) setMarks() {
	sum, begun := r.state.table.replaced, r.begun
	for s := range r.e.log.from(r.m.start().ord()) {
		if len(begun) > 0 && begun[0] == s.ord {
			s.account.mark.Store(sum)
			begun = begun[1:]
		}
		sum += r.bulk.replaced[s.ord]
	}
}
