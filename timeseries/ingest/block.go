package ingest

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// A file is cut into blocks that end with a line, and these are read on several cores. What one line can mean for those after it is left to
// one reader that sees all in order: a block in which a line ends within quotes or is too long, or a clock shows an hour twice is read by that one.
const (
	firstBlock = sniffed
	blockSize  = 256 << 10
	workers    = 2
)

// block is a part of a file.
type block struct {
	raw   []byte
	whole bool  // it ends with a line, or with the file
	err   error // that came behind it
	done  chan struct{}
	part  *part // what it holds; nil if it must be read in order
}

// part is what a block holds. Lines are counted from 1, columns from 0 or, where a column names the series, in the order of names.
type part struct {
	reading
	report Report
	lines  int
}

// blocks cuts a file and has workers read ahead what it consists of.
type blocks struct {
	order chan *block // as they stand in the file
	free  chan []byte
	parts chan *part
	stop  chan struct{}
	done  sync.WaitGroup
}

// cutter reads blocks.
type cutter struct {
	r    io.Reader
	rest []byte // begins a line that did not end in the block before
	eof  bool
	free chan []byte // of blocks that were read, for others
}

// room returns an empty buffer for n bytes.
func (c *cutter) room(n int) []byte {
	select {
	case b := <-c.free:
		if cap(b) >= n {
			return b[:0:n]
		}
	default:
	}
	return make([]byte, 0, n)
}

// next returns the next block, of about size bytes, nil at the end.
func (c *cutter) next(size int) *block {
	if c.eof {
		return nil
	}
	b := &block{raw: append(c.room(size+len(c.rest)), c.rest...), done: make(chan struct{})}
	n, err := io.ReadFull(c.r, b.raw[len(b.raw):cap(b.raw)])
	b.raw, c.rest = b.raw[:len(b.raw)+n], c.rest[:0]
	if err != nil {
		c.eof, b.whole = true, true
		if err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
			b.err = err
		}
		return b
	}
	if end := bytes.LastIndexByte(b.raw, '\n') + 1; end > 0 {
		c.rest = append(c.rest, b.raw[end:]...)
		b.raw, b.whole = b.raw[:end], true
	}
	return b
}

// startBlocks has workers read what c cuts, as parts made by fresh.
func startBlocks(c *cutter, size int, fresh func() *part) *blocks {
	c.free = make(chan []byte, 4*workers)
	s := &blocks{order: make(chan *block, 2*workers), free: c.free, parts: make(chan *part, 4*workers), stop: make(chan struct{})}
	work := make(chan *block, 2*workers)
	for range workers {
		s.done.Go(func() {
			for b := range work {
				p := fresh()
				select {
				case old := <-s.parts:
					p.inherit(old)
				default:
				}
				if p.read(b.raw) {
					b.part = p
				}
				close(b.done)
			}
		})
	}
	s.done.Go(func() {
		defer close(work)
		defer close(s.order)
		for b := c.next(size); b != nil; b = c.next(size) {
			for _, to := range []chan *block{work, s.order} {
				select {
				case to <- b:
				case <-s.stop:
					return
				}
			}
		}
	})
	return s
}

// close ends the reading ahead.
func (s *blocks) close() {
	close(s.stop)
	for range s.order { // what is under way
	}
	s.done.Wait()
}

// read reads a block by itself, and reports whether that can be done.
func (p *part) read(raw []byte) bool {
	l := &p.report.Layout
	quotes := !l.Objects && bytes.IndexByte(raw, '"') >= 0
	cut := newRecordsOf(l)
	fast := p.plain
	if quotes {
		fast = nil
	}
	for len(raw) > 0 {
		if fast != nil {
			if n := fast.line(&p.reading, raw); n > 0 {
				raw = raw[n:]
				p.lines++
				if p.clock.unsure {
					return false
				}
				continue
			}
		}
		end := bytes.IndexByte(raw, '\n') + 1
		if end == 0 {
			end = len(raw)
		}
		if end > maxRecord {
			return false
		}
		line := trimEnd(raw[:end])
		raw = raw[end:]
		p.lines++
		if len(line) == 0 || (line[0] <= ' ' || line[0] >= 0x80) && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		ok := true
		switch {
		case l.Objects:
			if ok = cut.object(line); cut.simple && fast != nil {
				fast.learn(line)
			}
		case quotes && bytes.IndexByte(line, '"') >= 0:
			done, broken := cut.quoted(line)
			if !done && !broken {
				return false
			}
			ok = done
		default:
			cut.split(line)
		}
		p.report.Rows++
		p.row(cut.cells, p.lines, ok)
		if p.clock.unsure {
			return false
		}
	}
	return true
}

// inherit takes the memory of a part that was given out.
func (p *part) inherit(old *part) {
	for k, s := range old.samples[:cap(old.samples)] {
		old.samples[:cap(old.samples)][k] = s[:0]
	}
	p.samples = old.samples[:len(p.samples)]
}

// reuse takes the memory of a block of which nothing is needed any more.
func (s *blocks) reuse(b *block) {
	select {
	case s.free <- b.raw:
	default:
	}
	select {
	case s.parts <- b.part:
	default:
	}
	b.raw, b.part = nil, nil
}

// feed is the text of the blocks that are read in order.
type feed struct {
	ahead *blocks // nil if there is one block alone
	block *block
	raw   []byte // of it, not yet given out
}

// Read gives out no more than the rest of a block, so that its end can be seen.
func (f *feed) Read(p []byte) (int, error) {
	for len(f.raw) == 0 {
		if f.block.err != nil {
			return 0, f.block.err
		}
		if !f.next() {
			return 0, io.EOF
		}
	}
	n := copy(p, f.raw)
	f.raw = f.raw[n:]
	return n, nil
}

// next goes to the next block, if there is one.
func (f *feed) next() bool {
	if f.ahead == nil {
		return false
	}
	b, ok := <-f.ahead.order
	if ok {
		<-b.done
		f.block, f.raw = b, b.raw
	}
	return ok
}

// between reports whether all of a block is given out, and the next one begins with a line.
func (f *feed) between() bool { return len(f.raw) == 0 && f.block.whole && f.block.err == nil }
