package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"arbor/store/disk"
	"arbor/store/index"
)

// VerifyReport is the result of Verify.
type VerifyReport struct {
	Segments, Frames, Records, Keys int64
	Bytes                           int64
	Damage                          []error // each a *CorruptError
}

// verify reads the whole log, every change of it, the checkpoint and every value that the index leads to, from the disk where it is
// durable, and reports what is not as it was written.
func (e *engine) verify(ctx context.Context) (VerifyReport, error) {
	v, err := e.snapshot()
	if err != nil {
		return VerifyReport{}, err
	}
	defer v.release()
	c := &check{e: e}
	if e.broken != nil {
		c.damage(e.broken)
	}
	if e.fs != nil {
		for _, f := range []func(context.Context) error{c.manifests, c.log, c.checkpoint} {
			if err := f(ctx); err != nil {
				return c.report, err
			}
		}
	}
	err = c.values(ctx, v.(*view))
	return c.report, err
}

// check is a run of verify.
type check struct {
	e      *engine
	report VerifyReport
}

func (c *check) damage(err error) { c.report.Damage = append(c.report.Damage, err) }

// found notes damage and returns any other error.
func (c *check) found(err error) error {
	if errors.Is(err, ErrCorrupt) {
		c.damage(err)
		return nil
	}
	return err
}

// manifests looks at the copy that is not in use. It may be half written if the store was not closed; then it is none.
func (c *check) manifests(context.Context) error {
	m := &c.e.manifest
	m.mu.Lock()
	defer m.mu.Unlock()
	for slot, name := range manifestNames {
		var b []byte
		if m.files[slot] != nil {
			var err error
			if b, err = readManifest(m.files[slot]); err != nil {
				return fmt.Errorf("read %s: %w", name, err)
			}
		}
		c.report.Bytes += int64(len(b))
		x, err := parseManifest(b)
		if slot == m.slot && (err != nil || !bytes.Equal(x.encode(), m.now.encode())) || err != nil && !allZero(b) && m.now.closed {
			c.damage(&CorruptError{File: name, Err: errManifest})
		}
	}
	return nil
}

// log goes over all frames up to the durable LSN.
func (c *check) log(ctx context.Context) error {
	e := c.e
	end := LSN(e.durable.Load())
	if !e.begun.Load() {
		end = e.resume
	}
	m := e.manifest.current()
	r := recovery{e: e, m: m, pos: makeLSN(m.live.first(), segmentStart), passing: true}
	defer r.leave() // opened for reading alone
	for r.pos < end {
		if err := ctx.Err(); err != nil {
			return err
		}
		if r.segment != r.pos.ord() {
			c.report.Segments++
		}
		f, b, err := r.frame(r.pos)
		if err == nil && f.epoch < r.epoch {
			err = errNoFrame
		}
		if err == nil {
			err = f.records(b, &e.id, c.record)
		}
		if errors.Is(err, errNoFrame) || errors.Is(err, errTornFrame) || errors.Is(err, errRecord) {
			err = &CorruptError{File: segmentName(r.pos.ord()), Offset: int64(r.pos.off()), Err: err}
		}
		if err := c.found(err); err != nil {
			return err
		}
		if err != nil { // nothing tells where the next frame begins: it is looked for at the following pages
			if r.pos = r.resync(end); r.pos == 0 {
				return nil
			}
			continue
		}
		c.report.Frames++
		c.report.Bytes += int64(f.size)
		r.epoch, r.pos = f.epoch, e.log.next(f.end(r.file.size))
	}
	return nil
}

// resync returns the place of the next frame behind r.pos and below end, 0 if there is none.
func (r *recovery) resync(end LSN) LSN {
	for p := r.pos + pageSize; p < end; p += pageSize {
		if s := r.e.log.at(p.ord()); s == nil {
			return 0
		}
		err := r.seek(p.ord())
		if err != nil || uint64(p.off())+pageSize > uint64(r.file.size) {
			p = r.e.log.next(makeLSN(p.ord()+1, segmentStart)) - pageSize
			continue
		}
		b, err := r.file.read(p.off(), frameHeader)
		if err != nil {
			continue
		}
		if f, err := parseHeader(b, &r.e.id, p, r.file.size); err == nil && f.epoch >= r.epoch {
			return p
		}
	}
	return 0
}

// record proves every change of a record.
func (c *check) record(l LSN, w word, rec []byte) error {
	c.report.Records++
	for x, err := range changes(rec) {
		if err != nil {
			return err
		}
		b := rec[x.at : x.at+x.size]
		want := le.Uint64(b)
		if w.aborted() {
			want = ^want
		}
		if _, got, _ := c.e.id.checkChange(b, l+LSN(x.at), len(x.key)); got != want {
			c.damage(&CorruptError{File: segmentName(l.ord()), Offset: int64(l.off()) + int64(x.at), Want: want, Got: got})
		}
	}
	return nil
}

// checkpoint reads the checkpoint's file anew and proves all of it.
func (c *check) checkpoint(ctx context.Context) error {
	c.e.checkpointing.Lock()
	defer c.e.checkpointing.Unlock()
	ref := c.e.manifest.current().checkpoint
	if ref.number == 0 {
		return nil
	}
	name := checkpointName(ref.number)
	f, err := c.e.fs.Open(name)
	if err != nil {
		return c.found(&CorruptError{File: name, Err: err})
	}
	defer f.Close() // opened for reading alone
	b := disk.Aligned(int(ref.size))
	if _, err := f.ReadAt(b, 0); err != nil {
		return c.found(&CorruptError{File: name, Err: err})
	}
	c.report.Bytes += ref.size
	saved, err := index.OpenCheckpoint(name, b, c.e.seed(ref.number))
	if err != nil {
		return c.found(c.e.damage(err))
	}
	for _, err := range saved.Walk() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.found(c.e.damage(err)); err != nil {
			return err
		}
	}
	return nil
}

// values reads every value of the newest state.
func (c *check) values(ctx context.Context, v *view) (err error) {
	defer c.e.unguard(debug.SetPanicOnFault(true), &err)
	for x, err := range v.s.tree.Entries() {
		if e := ctx.Err(); e != nil {
			return e
		}
		if err != nil {
			return c.found(c.e.damage(err))
		}
		c.report.Keys++
		if _, err := c.e.value(x.Value, x.Key); err != nil {
			if err := c.found(err); err != nil {
				return err
			}
		}
	}
	return nil
}
