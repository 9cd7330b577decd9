package store

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"arbor/store/disk"
	"arbor/store/index"
)

// salvaged is the state that the evidence gives.
type salvaged struct {
	*evidence
	report *SalvageReport
	edit   *index.Edit
	tree   *index.Tree // what edit has led to in the end
	ledger ledger
	// older is the state that the log alone gives at the checkpoint, if the checkpoint knows more: it may have older values of keys whose
	// newer ones cannot be read.
	older *index.Tree
	saved *index.Saved // the checkpoint, nil if there is none
	at    LSN          // the checkpoint's
	holes bool         // something is lost below at
	past  bool         // the checkpoint has been taken into account
}

// state replays what is left of the log.
func (v *evidence) state(report *SalvageReport, step func(done, total int64) error) (*salvaged, error) {
	s := &salvaged{evidence: v, report: report, edit: (&index.Tree{}).Edit()}
	if err := s.checkpoint(); err != nil {
		return nil, err
	}
	all := v.passages()
	var buf []byte
	for len(all) > 0 {
		if err := step(int64(all[0].lsn.ord()), int64(all[len(all)-1].lsn.ord())); err != nil {
			return nil, err
		}
		n, ord := 0, all[0].lsn.ord()
		for n < len(all) && all[n].lsn.ord() == ord {
			n++
		}
		var err error
		if buf, err = s.segmentOf(ord, all[:n], buf); err != nil {
			return nil, err
		}
		all = all[n:]
	}
	if err := s.meet(); err != nil {
		return nil, err
	}
	s.unknown()
	report.Durable, report.Closed = v.durable, v.sound() && v.m.closed
	return s, nil
}

// segmentOf replays the passages of a segment, which it reads into buf.
func (s *salvaged) segmentOf(ord uint32, all []passage, buf []byte) ([]byte, error) {
	if r := s.segments[ord]; r != nil {
		f, err := s.dir.Open(segmentName(ord))
		if err != nil {
			return buf, err
		}
		buf, _, err = readPages(f, buf)
		if err = errors.Join(err, f.Close()); err != nil {
			return buf, err
		}
		s.report.Segments++
		s.report.Bytes += int64(len(buf))
	}
	for _, p := range all {
		if p.lsn >= s.at {
			if err := s.meet(); err != nil {
				return buf, err
			}
		}
		var b []byte
		if !p.missing && !p.open {
			b = buf[p.lsn.off():p.end().off()]
		}
		var err error
		if p.whole {
			err = s.whole(p.frame, b)
		} else {
			err = s.hole(p, b)
		}
		if err != nil {
			return buf, err
		}
	}
	return buf, nil
}

// whole replays a whole frame.
func (s *salvaged) whole(f frame, b []byte) error {
	s.report.Frames++
	err := f.records(b, &s.id, func(l LSN, w word, rec []byte) error {
		if w.aborted() {
			return nil
		}
		for c, err := range changes(rec) {
			if err == nil {
				err = s.apply(l+LSN(c.at), c)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errRecord) { // nobody has ever written such a frame
		return s.hole(passage{find: find{frame: f}, why: err}, b)
	}
	return err
}

// apply makes a change that was proved.
func (s *salvaged) apply(l LSN, c change) error {
	if l >= s.at {
		if err := s.meet(); err != nil {
			return err
		}
	}
	s.report.Changes++
	return s.ledger.apply(s.edit, &c.write, l)
}

// hole makes the changes that can be proved where no frame is whole, and notes what is lost.
func (s *salvaged) hole(p passage, b []byte) error {
	var w wreck
	if !p.stale {
		w = stretch{lsn: p.lsn, b: b}.takeApart(&s.id)
	}
	if p.tail && len(w.pieces) == 0 {
		return nil
	}
	lost := LostRange{File: segmentName(p.lsn.ord()), Offset: int64(p.lsn.off()), Bytes: int64(p.size), LSN: p.lsn, Proved: len(w.pieces), Cause: p.why,
		Harmless: w.complete && len(b) > 0 && p.why == nil}
	if errors.Is(p.why, fs.ErrNotExist) {
		lost.Offset = 0
	}
	s.report.Ranges = append(s.report.Ranges, lost)
	for _, t := range w.torn {
		s.report.Torn = append(s.report.Torn, TornTransaction{File: lost.File, Offset: int64(t.lsn.off()), LSN: t.lsn, Kept: t.kept, Of: int(t.of)})
	}
	if !lost.Harmless {
		s.holes = s.holes || p.lsn < s.at
		if p.upto() > s.at {
			s.blind(nil, nil)
		}
	}
	for _, x := range w.pieces {
		if !x.aborted {
			if err := s.apply(x.lsn, x.change); err != nil {
				return err
			}
		}
	}
	return nil
}

// blind notes that the keys of [from, to) may be other than they were.
func (s *salvaged) blind(from, to []byte) {
	if from == nil && to == nil { // which is all that can be said
		s.report.Blind = nil
	} else if slices.ContainsFunc(s.report.Blind, func(r KeyRange) bool { return r.From == nil && r.To == nil }) {
		return
	}
	s.report.Blind = append(s.report.Blind, KeyRange{from, to})
}

// checkpoint opens the saved index: that which the manifest names, or, without a sound manifest, the newest that can be proved. If there is
// none that can be used, the log alone must do.
func (s *salvaged) checkpoint() error {
	note := func(err error) error {
		if errors.Is(err, errNotSaved) {
			s.report.Notes = append(s.report.Notes, err.Error())
			return nil
		}
		return err
	}
	if s.sound() {
		c := s.m.checkpoint
		if c.number == 0 {
			return nil
		}
		b, err := s.checkpointBytes(c.number)
		if err == nil && int64(len(b)) < c.size {
			err = fmt.Errorf("%w: %s has %d of %d bytes", errNotSaved, checkpointName(c.number), len(b), c.size)
		}
		if err == nil {
			err = s.use(c.number, b[:c.size])
		}
		return note(err)
	}
	for _, name := range s.names {
		var number uint64
		if n, err := fmt.Sscanf(name, "%d.ckpt", &number); n != 1 || err != nil || checkpointName(number) != name {
			continue
		}
		b, err := s.checkpointBytes(number)
		for end := range index.Ends(b) {
			if err = s.use(number, b[:end]); err == nil {
				break
			}
		}
		if err := note(err); err != nil {
			return err
		}
	}
	s.holes = s.saved != nil // of segments that are there nobody knows which were given back
	return nil
}

// errNotSaved says that a checkpoint is of no use.
var errNotSaved = errors.New("the saved index cannot be used")

func (s *salvaged) checkpointBytes(number uint64) ([]byte, error) {
	name := checkpointName(number)
	f, err := s.dir.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s is missing", errNotSaved, name)
	} else if err != nil {
		return nil, err
	}
	b, _, err := readWhole(f, nil)
	if err = errors.Join(err, f.Close()); errors.Is(err, ErrCorrupt) {
		err = fmt.Errorf("%w: %w", errNotSaved, err)
	}
	return b, err
}

// use opens a checkpoint, and keeps it if it is newer than the one there is.
func (s *salvaged) use(number uint64, b []byte) error {
	saved, err := index.OpenCheckpoint(checkpointName(number), b[:len(b):len(b)], s.seed(number))
	if err != nil {
		return fmt.Errorf("%w: %w", errNotSaved, err)
	}
	if len(saved.Meta) < metaHead || (len(saved.Meta)-metaHead)%metaRow != 0 {
		return fmt.Errorf("%w: %s: %w", errNotSaved, checkpointName(number), errTable)
	}
	replay, at := LSN(le.Uint64(saved.Meta[16:])), LSN(le.Uint64(saved.Meta[24:]))
	if s.saved != nil && at <= s.at {
		return nil
	}
	s.saved, s.at, s.replayed = saved, at, replay
	s.table = map[uint32]int64{}
	for b := saved.Meta[metaHead:]; len(b) > 0; b = b[metaRow:] {
		s.table[le.Uint32(b)] = int64(le.Uint32(b[8:]))
	}
	return nil
}

// meet brings what the checkpoint knows into the state, where the log up to it has holes: which keys there were, their short values, and
// where the long ones lie, also if those cannot be read.
func (s *salvaged) meet() error {
	if s.past || s.saved == nil {
		return nil
	}
	s.past = true
	if !s.holes {
		return nil
	}
	s.older = s.edit.Tree()
	s.edit = (&index.Tree{}).Edit()
	for p := range s.saved.Parts() {
		if p.Err != nil {
			s.report.Notes = append(s.report.Notes, p.Err.Error())
			s.blind(p.From, p.To)
			for x, err := range s.older.Scan(p.From, p.To, false) {
				if err == nil {
					_, _, err = s.edit.Put(x.Key, x.Value)
				}
				if err != nil {
					return err
				}
			}
			continue
		}
		for x := range p.Entries {
			if _, _, err := s.edit.Put(x.Key, x.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// unknown notes what nothing tells.
func (s *salvaged) unknown() {
	note := func(format string, args ...any) {
		s.report.Notes = append(s.report.Notes, fmt.Sprintf(format, args...))
	}
	switch {
	case s.m == nil:
		note("both manifests are damaged or missing: whether the log went on behind what was found is not known")
		s.report.EndUnknown = true
	case s.outdated:
		note("a manifest is damaged or missing: whether the log went on behind what was found is not known")
		s.report.EndUnknown = true
	}
}

// seed is what the checksums of a checkpoint are bound to.
func (v *evidence) seed(number uint64) index.Seed {
	return func(off int64) uint64 { return v.id.mix(LSN(number<<40 | uint64(off))) }
}

// handles are the segments that values are read from, open.
type handles struct {
	dir  disk.FS
	open map[uint32]disk.File
	buf  []byte
}

// maxHandles bounds the files open at once.
const maxHandles = 64

func (h *handles) close() error {
	var errs []error
	for ord, f := range h.open {
		errs = append(errs, f.Close())
		delete(h.open, ord)
	}
	return errors.Join(errs...)
}

// value reads the value of key at l, lent until the next; false if it cannot be read or is not what was written there.
func (h *handles) value(id *storeID, key []byte, l LSN, length uint32) ([]byte, bool, error) {
	f := h.open[l.ord()]
	if f == nil {
		var err error
		if len(h.open) >= maxHandles {
			if err := h.close(); err != nil {
				return nil, false, err
			}
		}
		if f, err = h.dir.Open(segmentName(l.ord())); errors.Is(err, fs.ErrNotExist) {
			return nil, false, nil
		} else if err != nil {
			return nil, false, err
		}
		h.open[l.ord()] = f
	}
	n := changeHeader + len(key) + int(length)
	if n > MaxTransaction+pageSize {
		return nil, false, nil
	}
	if cap(h.buf) < n {
		h.buf = make([]byte, n)
	}
	b := h.buf[:n]
	if _, err := f.ReadAt(b, int64(l.off())); err != nil {
		return nil, false, nil // it is listed
	}
	c, ok := changeAt(b, 0)
	if !ok || int(c.size) != n || string(c.key) != string(key) || c.del {
		return nil, false, nil
	}
	if _, _, ok := id.checkChange(b, l, len(key)); !ok {
		return nil, false, nil
	}
	v, err := c.plain()
	return v, err == nil, nil
}
