package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime/debug"
	"slices"

	"arbor/store/disk"
	"arbor/store/index"
)

// log reads every segment up to the end of the log, proves each change in it, and replays it beside.
func (c *check) log(ctx context.Context) error {
	c.replayed = (&index.Tree{}).Edit()
	var buf []byte
	var epoch uint64
	for i, ord := range c.segments {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.progress("log", int64(i), int64(len(c.segments)))
		var err error
		if buf, err = c.segment(ord, buf, &epoch); err != nil {
			return err
		}
	}
	return nil
}

// segment reads one segment into buf, which it may replace. epoch is that of the frame before.
func (c *check) segment(ord uint32, buf []byte, epoch *uint64) ([]byte, error) {
	name := segmentName(ord)
	f, err := c.e.fs.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		c.lose(&CorruptError{File: name, Err: fs.ErrNotExist})
		return buf, nil
	} else if err != nil {
		return buf, err
	}
	defer f.Close() // opened for reading alone
	buf, bad, err := readWhole(f, buf)
	if err != nil {
		return buf, err
	}
	for _, x := range bad {
		c.lose(&CorruptError{File: name, Offset: x.off, Err: x.err})
	}
	c.report.Segments++
	c.report.Bytes += int64(len(buf))
	b := buf
	c.header(ord, b)
	if c.end.ord() == ord && int(c.end.off()) < len(b) {
		b = b[:c.end.off()]
	}
	err = survey(b, &c.e.id, ord, func(f frame, b []byte) error {
		if f.epoch < max(*epoch, c.m.epochAt(f.lsn)) {
			c.lose(&CorruptError{File: name, Offset: int64(f.lsn.off()), Err: fmt.Errorf("a leftover of epoch %d where the log is of epoch %d", f.epoch, *epoch)})
			return nil
		}
		*epoch = f.epoch
		return c.frame(f, b)
	}, func(s stretch) error {
		c.stretch(s)
		return nil
	})
	return buf, err
}

// lose notes that part of the log cannot be replayed.
func (c *check) lose(err error) {
	c.gaps = true
	c.damage(err, HarmLog)
}

// header proves a segment's first page, which is zero behind the header.
func (c *check) header(ord uint32, b []byte) {
	if len(b) < segmentStart {
		c.lose(&CorruptError{File: segmentName(ord), Offset: int64(len(b)), Err: io.ErrUnexpectedEOF})
		return
	}
	if err := checkSegmentHeader(b, &c.e.id, ord, int64(len(b))); err != nil {
		c.lose(err)
	}
	if i := slices.IndexFunc(b[frameHeader:segmentStart], func(x byte) bool { return x != 0 }); i >= 0 {
		c.damage(&CorruptError{File: segmentName(ord), Offset: int64(frameHeader + i), Err: errors.New("a byte that should be zero")}, HarmNone)
	}
}

// frame proves every change of a whole frame, and replays those that took effect.
func (c *check) frame(f frame, b []byte) error {
	c.report.Frames++
	err := f.records(b, &c.e.id, func(l LSN, w word, rec []byte) error {
		c.report.Records++
		for x, err := range changes(rec) {
			if err != nil {
				return err
			}
			c.report.Changes++
			b := rec[x.at : x.at+x.size]
			want := le.Uint64(b)
			if w.aborted() {
				want = ^want
			}
			if _, got, _ := c.e.id.checkChange(b, l+LSN(x.at), len(x.key)); got != want {
				c.lose(&CorruptError{File: segmentName(l.ord()), Offset: int64(l.off()) + int64(x.at), Want: want, Got: got})
			}
		}
		if w.aborted() || l >= c.view.s.end {
			return nil
		}
		return c.replay(l, rec)
	})
	if errors.Is(err, errRecord) {
		c.lose(&CorruptError{File: segmentName(f.lsn.ord()), Offset: int64(f.lsn.off()), Err: err})
		return nil
	}
	return err
}

func (c *check) replay(l LSN, rec []byte) error {
	for x, err := range changes(rec) {
		if err != nil {
			return err
		}
		if err := c.ledger.apply(c.replayed, &x.write, l+LSN(x.at)); err != nil {
			return err
		}
	}
	return nil
}

// stretch tells what is left where no frame is whole.
func (c *check) stretch(s stretch) {
	w := s.takeApart(&c.e.id)
	text := fmt.Sprintf("%d bytes are no whole frame", len(s.b))
	switch {
	case w.complete:
		text += ", but every change in them can be proved"
	case len(w.torn) > 0:
		text += fmt.Sprintf(": %d of their transactions cannot be proved whole, the first at offset %d; %d changes can", len(w.torn), w.torn[0].lsn.off(), len(w.pieces))
	default:
		text += fmt.Sprintf("; %d changes in them can be proved", len(w.pieces))
	}
	c.lose(&CorruptError{File: segmentName(s.lsn.ord()), Offset: int64(s.lsn.off()), Err: errors.New(text)})
}

// maxDiffer bounds the keys that are reported one by one where index and log disagree.
const maxDiffer = 100

// agree compares the index with what the log says.
func (c *check) agree(ctx context.Context) error {
	if c.gaps || c.e.broken != nil {
		return nil
	}
	c.progress("index", 0, 1)
	replayed, err := c.ledger.withoutLostParts(c.replayed.Tree())
	if err != nil {
		return err
	}
	return c.found(c.differences(ctx, replayed), HarmIndex)
}

// differences notes the keys on which the index and what was replayed differ.
func (c *check) differences(ctx context.Context, replayed *index.Tree) (err error) {
	defer c.e.unguard(debug.SetPanicOnFault(true), &err)
	n := 0
	for x, err := range index.Changed(replayed, c.view.s.tree, nil, nil) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err != nil {
			return c.e.damage(err)
		}
		if n++; n > maxDiffer {
			break
		}
		l := LSN(max(x.Before.Addr, x.After.Addr))
		c.damage(&CorruptError{File: segmentName(l.ord()), Offset: int64(l.off()), Err: fmt.Errorf("the index and the log disagree on a key: in the log %v, in the index %v", x.Was, x.Is)}, HarmIndex)
		c.report.Damage[len(c.report.Damage)-1].Key = append([]byte(nil), x.Key...)
	}
	return nil
}

// unread is a range of a file that the disk does not deliver.
type unread struct {
	off int64
	err error
}

// readWhole reads a file into b, which it may replace. Pages that the disk does not deliver are zero and told.
func readWhole(f disk.File, b []byte) ([]byte, []unread, error) {
	size, err := f.Size()
	if err != nil {
		return b, nil, fmt.Errorf("size of %s: %w", f.Name(), err)
	}
	if size > 1<<31 {
		return b, nil, &CorruptError{File: f.Name(), Offset: size, Err: errors.New("no file of a store is as large")}
	}
	b = slices.Grow(b[:0], int(size))[:size]
	var bad []unread
	for off := int64(0); off < size; {
		n, err := f.ReadAt(b[off:min(size, off+1<<20)], off)
		if off += int64(n); err == nil || n > 0 {
			continue
		}
		page := min(size, (off|(pageSize-1))+1)
		if n, err = f.ReadAt(b[off:page], off); int64(n) < page-off && err != nil {
			clear(b[off:page])
			bad = append(bad, unread{off, err})
		}
		off = page
	}
	return b, bad, nil
}
