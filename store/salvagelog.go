package store

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"arbor/store/disk"
)

// evidence is what the files of a store still prove of its log.
type evidence struct {
	dir      disk.FS
	id       storeID
	m        *manifest // the newest sound one, nil if none is
	outdated bool      // a newer manifest than m is lost, or may be
	names    []string
	segments map[uint32]*remains
	began    []epochStart // where epochs began, as frames and manifest tell, ascending
	durable  LSN          // all below was on the disk
	// table has the live bytes of the segments that the checkpoint knew, nil if there is none; it does not know those behind replayed.
	table    map[uint32]int64
	replayed LSN
}

// remains is what is left of a segment.
type remains struct {
	size   int64 // the file's, in whole pages
	claims int64 // the size that the header tells, 0 if it is not sound
	unread []unread
	finds  []find
}

// find is a whole frame, or a stretch without one, of a segment.
type find struct {
	frame
	whole  bool
	headed bool // a stretch that a sound header leads
	blank  bool // a stretch of zeroes
}

func (f find) end() LSN { return f.lsn + LSN(f.size) }

// gather reads what is there.
func gather(dir disk.FS, step func(done, total int64) error) (*evidence, error) {
	v := &evidence{dir: dir, segments: map[uint32]*remains{}}
	var err error
	if v.names, err = dir.List(); err != nil {
		return nil, err
	}
	if err := v.manifests(); err != nil {
		return nil, err
	}
	ords := segmentNumbers(v.names)
	if v.m == nil {
		if err := v.guessID(ords); err != nil {
			return nil, err
		}
	}
	var buf []byte
	for i, ord := range ords {
		if err := step(int64(i), int64(len(ords))); err != nil {
			return nil, err
		}
		if buf, err = v.survey(ord, buf); err != nil {
			return nil, err
		}
	}
	v.date()
	return v, nil
}

// manifests finds the newest sound manifest.
func (v *evidence) manifests() error {
	blank := false
	for _, name := range manifestNames {
		f, err := v.dir.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			v.outdated = true
			continue
		} else if err != nil {
			return err
		}
		b, _, err := readWhole(f, nil)
		if err = errors.Join(err, f.Close()); err != nil && !errors.Is(err, ErrCorrupt) {
			return err
		}
		m, err := parseManifest(b)
		switch {
		case errors.Is(err, ErrVersion):
			return fmt.Errorf("%s: %w", name, err)
		case err == nil && (v.m == nil || m.generation > v.m.generation):
			v.m, v.id = &m, m.id
		case err != nil && len(b) >= pageSize && allZero(b):
			blank = true
		case err != nil:
			v.outdated = true
		}
	}
	v.outdated = v.outdated || blank && v.m != nil && v.m.generation > 1 // the first leaves the other file as it was made
	return nil
}

// guessID takes the store's id from the headers of segments, each of which proves itself by it.
func (v *evidence) guessID(ords []uint32) error {
	votes := map[storeID]int{}
	for _, ord := range ords {
		f, err := v.dir.Open(segmentName(ord))
		if err != nil {
			return err
		}
		page := make([]byte, frameHeader)
		_, readErr := f.ReadAt(page, 0)
		if err := f.Close(); err != nil {
			return err
		}
		id := storeID(page[16:32])
		err = checkSegmentHeader(page, &id, ord, int64(le.Uint64(page[32:])))
		switch {
		case errors.Is(err, ErrVersion):
			return err
		case err == nil && readErr == nil:
			votes[id]++
		}
	}
	for id, n := range votes {
		if n > votes[v.id] {
			v.id = id
		}
	}
	if len(votes) == 0 {
		return &CorruptError{File: manifestNames[0], Err: errors.New("neither a manifest nor the header of a segment is sound: nothing tells which store this is, and without that nothing can be proved")}
	}
	return nil
}

// survey finds what is left of segment ord, which it reads into buf.
func (v *evidence) survey(ord uint32, buf []byte) ([]byte, error) {
	f, err := v.dir.Open(segmentName(ord))
	if err != nil {
		return buf, err
	}
	r := &remains{}
	v.segments[ord] = r
	buf, r.unread, err = readPages(f, buf)
	if err = errors.Join(err, f.Close()); errors.Is(err, ErrCorrupt) {
		return buf, nil // larger than any segment: nothing of it is one
	} else if err != nil {
		return buf, err
	}
	r.size = int64(len(buf))
	if len(buf) >= frameHeader {
		if n := int64(le.Uint64(buf[32:])); checkSegmentHeader(buf, &v.id, ord, n) == nil && n < 1<<31 {
			r.claims = n
		}
	}
	return buf, survey(buf, &v.id, ord, func(f frame, _ []byte) error {
		r.finds = append(r.finds, find{frame: f, whole: true})
		return nil
	}, func(s stretch) error {
		r.finds = append(r.finds, s.headers(&v.id)...)
		return nil
	})
}

// date puts together when epochs began.
func (v *evidence) date() {
	began := map[uint64]LSN{}
	if v.m != nil {
		for _, x := range v.m.epochs {
			began[x.epoch] = x.at
		}
		v.durable = max(v.durable, v.m.durable)
	}
	for _, r := range v.segments {
		for _, f := range r.finds {
			if f.whole || f.headed {
				began[f.epoch] = f.began
				v.durable = max(v.durable, f.durable)
				v.outdated = v.outdated || v.m != nil && f.epoch > v.m.epoch
			}
		}
	}
	for _, epoch := range slices.Sorted(maps.Keys(began)) {
		v.began = append(v.began, epochStart{epoch, began[epoch]})
	}
}

// stale tells whether a frame is a leftover: a later epoch began where it lies or before.
func (v *evidence) stale(f find) bool {
	for i := len(v.began) - 1; i >= 0 && v.began[i].epoch > f.epoch; i-- {
		if v.began[i].at <= f.lsn {
			return true
		}
	}
	return false
}

// sound tells whether there is a manifest that knows the end of the log and its segments.
func (v *evidence) sound() bool { return v.m != nil && !v.outdated }

// passage is a part of the log, in its order: a whole frame, or a hole where there should be frames.
type passage struct {
	find
	missing bool  // the file ends before, or is not there
	open    bool  // nothing tells where in the segment the hole ends
	why     error // what is known of a hole beside that it is one
	tail    bool  // a hole of which nothing tells that it is one: the log may have ended there
	stale   bool  // what is in the hole is a leftover
}

// upto is where what follows a passage begins.
func (p passage) upto() LSN {
	if p.open {
		return makeLSN(p.lsn.ord()+1, segmentStart)
	}
	return p.end()
}

// passages lays out the log from its beginning to its end.
//
// Whatever is below the durable LSN belongs to it. Behind that, a store whose manifest is sound has what its next open would replay: frames
// without a hole, up to the end that the manifest gives if it was closed. Without a sound manifest nothing tells where the end was, and all
// frames belong to it.
func (v *evidence) passages() []passage {
	var all []passage
	for _, ord := range v.ordinals() {
		if r := v.segments[ord]; r != nil {
			all = append(all, v.segment(ord, r)...)
		} else {
			all = append(all, openHole(makeLSN(ord, segmentStart), fs.ErrNotExist))
		}
	}
	return v.upToEnd(joined(all))
}

func hole(l LSN, size int64, missing bool, why error) passage {
	return passage{find: find{frame: frame{lsn: l, size: uint32(size)}}, missing: missing, why: why}
}

func openHole(l LSN, why error) passage {
	p := hole(l, 0, true, why)
	p.open = true
	return p
}

var errNoSize = errors.New("its header is damaged: whether more was in it is not known")

// segment lays out one segment.
func (v *evidence) segment(ord uint32, r *remains) (all []passage) {
	at := int64(segmentStart)
	for _, f := range r.finds {
		p := passage{find: f}
		if (f.whole || f.headed) && v.stale(f) {
			p = hole(f.lsn, int64(f.size), false, fmt.Errorf("a leftover of epoch %d", f.epoch))
			p.stale = true
		}
		for _, u := range r.unread {
			if !p.whole && u.off >= int64(p.lsn.off()) && u.off < int64(p.end().off()) {
				p.why = u.err
			}
		}
		all = append(all, p)
		if at = int64(f.end().off()); p.whole && f.last {
			return all
		}
	}
	if rest := r.size - at; rest > 0 { // behind a leftover that was the last frame
		all = append(all, hole(makeLSN(ord, uint32(at)), rest, false, nil))
		at += rest
	}
	switch rest := r.claims - at; {
	case rest > 0:
		all = append(all, hole(makeLSN(ord, uint32(at)), rest, true, fmt.Errorf("the file has %d of %d bytes", r.size, r.claims)))
	case r.claims == 0:
		all = append(all, openHole(makeLSN(ord, uint32(at)), errNoSize))
	}
	return all
}

// ordinals are the segments that the log consists of, as far as that is known.
func (v *evidence) ordinals() (ords []uint32) {
	last := v.durable.ord()
	first := last
	used := func(f find) bool { return f.whole && !v.stale(f) || !v.sound() && !f.whole && !f.blank }
	for ord, r := range v.segments {
		if slices.ContainsFunc(r.finds, used) {
			first, last = min(first, ord), max(last, ord)
		}
	}
	if v.durable.off() == segmentStart && v.segments[v.durable.ord()] == nil && last == v.durable.ord() {
		last-- // the log ends where a segment would begin that was not made yet
	}
	for ord := range v.table {
		first = min(first, ord)
	}
	if v.sound() {
		first = v.m.live.first()
	}
	for ord := max(first, 1); ord <= last; ord++ {
		if v.has(ord) {
			ords = append(ords, ord)
		}
	}
	return ords
}

// has tells whether a segment belongs to the log. Without a sound manifest the checkpoint knows, of the older ones; those that it needs nothing
// of may have been given back since.
func (v *evidence) has(ord uint32) bool {
	switch live, listed := v.table[ord]; {
	case v.sound():
		return v.m.live.has(ord)
	case v.table != nil && ord < v.replayed.ord():
		return listed && (live > 0 || v.segments[ord] != nil)
	case v.m != nil && v.table == nil:
		return v.m.live.has(ord)
	}
	return true
}

// joined makes one hole of those that touch within a segment.
func joined(all []passage) (out []passage) {
	for _, p := range all {
		if n := len(out) - 1; n >= 0 && !p.whole && !out[n].whole && out[n].end() == p.lsn && out[n].missing == p.missing && out[n].stale == p.stale && !p.open {
			out[n].size += p.size
			if out[n].why == nil {
				out[n].why = p.why
			}
			continue
		}
		out = append(out, p)
	}
	return out
}

// upToEnd cuts off what is behind the end of the log.
func (v *evidence) upToEnd(all []passage) []passage {
	closed := v.sound() && v.m.closed
	end := v.durable
	if closed {
		end = v.m.durable
	}
	for i := range all {
		p := &all[i]
		beyond := p.lsn >= end
		if closed && beyond || v.sound() && beyond && !p.whole {
			return all[:i]
		}
		if p.whole || p.upto() <= end {
			continue
		}
		if !closed && slices.ContainsFunc(all[i:], func(p passage) bool { return p.whole }) {
			continue
		}
		if beyond {
			p.tail = true
			return all[:i+1]
		}
		if p.missing {
			return all[:i+1]
		}
		tail := *p
		tail.lsn, tail.size, tail.tail = end, uint32(p.end()-end), true
		p.size = uint32(end - p.lsn)
		if v.sound() {
			return all[:i+1]
		}
		return append(all[:i+1:i+1], tail)
	}
	return all
}
