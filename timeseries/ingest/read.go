package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"arbor/timeseries"
)

// maxNames bounds the series of one file.
const maxNames = 10000

// Read reads samples from r and gives them to emit, those of a column in the order of the file, lent until it returns; column is an index into
// Report.Layout.Values, or into Report.Names if a column names the series. It stops at the first error of r or emit. After a *RefusedError
// nothing was given out. It reads ahead on other goroutines, which have ended when it returns.
func Read(r io.Reader, opt Options, emit func(column int, samples []timeseries.Sample) error) (Report, error) {
	return readBlocks(r, opt, firstBlock, blockSize, emit)
}

// readBlocks is Read with blocks of those sizes.
func readBlocks(r io.Reader, opt Options, first, size int, emit func(int, []timeseries.Sample) error) (Report, error) {
	text, err := decode(r)
	if err != nil {
		return Report{}, err
	}
	head, err := text.Peek(sniffed)
	if err != nil && err != io.EOF {
		return Report{}, err
	}
	l, err := Sniff(head, err == io.EOF, opt)
	rep := Report{Layout: l}
	if err != nil {
		return rep, err
	}
	rd := newReading(opt, &rep)
	rd.emit = emit
	c := cutter{r: text}
	f := &feed{block: c.next(first)}
	f.raw = f.block.raw
	if !c.eof {
		f.ahead = startBlocks(&c, size, func() *part {
			p := &part{report: Report{Layout: l}}
			p.reading = newReading(opt, &p.report)
			return p
		})
		defer f.ahead.close()
	}
	err = rd.all(f)
	rep.Dropped = rd.dropped()
	return rep, err
}

func newReading(opt Options, rep *Report) reading {
	zone := opt.Zone
	if zone == nil {
		zone = time.UTC
	}
	rd := reading{opt: opt, report: rep, clock: clock{zone: zone, starts: opt.Starts, falling: rep.Layout.falling}}
	if l := &rep.Layout; len(l.Values) > 0 {
		rd.plain = newPlain(l, &opt)
		rd.samples = make([][]timeseries.Sample, 0, len(l.Values))
		if l.Name < 0 {
			rd.samples = rd.samples[:len(l.Values)]
		}
	}
	return rd
}

// newRecordsOf returns what cuts lines of that layout, of no reader.
func newRecordsOf(l *Layout) *records {
	if l.Objects {
		return newObjects(nil, l.keys())
	}
	return &records{delim: byte(l.Delimiter)}
}

// reading is a file being read, or a block of it.
type reading struct {
	opt     Options
	report  *Report
	emit    func(int, []timeseries.Sample) error
	samples [][]timeseries.Sample // by column, not yet given out
	held    int                   // how many they are
	clock   clock
	drops   [drops]Dropped
	names   map[string]int // places in the report's Names
	joined  []byte         // a date and its time of day

	plain *plain // nil if no line is

	head   uint64 // the last date, as a cell has it
	tail   uint16
	dated  bool
	days   int64       // and its midnight, in seconds
	padded [slack]byte // a time, with room behind it
}

// trim is bytes.TrimSpace, which most cells have no need of.
func trim(b []byte) []byte {
	if len(b) > 0 && b[0] > ' ' && b[0] < 0x7f && b[len(b)-1] > ' ' && b[len(b)-1] < 0x7f {
		return b
	}
	return bytes.TrimSpace(b)
}

// maxHeld bounds the samples that are given out together where lines are read in order.
const maxHeld = 8192

// all reads the whole of a file, blocks that were read ahead where it can.
func (rd *reading) all(f *feed) error {
	rec := newRecords(f, byte(rd.report.Layout.Delimiter))
	if rd.report.Layout.Objects {
		rec = newObjects(f, rd.report.Layout.keys())
	}
	header := rd.report.Layout.Header
	for {
		for rec.at == len(rec.buf) && f.between() && !header {
			if !f.next() {
				return rd.flush()
			}
			took, err := rd.take(f.block, rec)
			if err != nil {
				return err
			}
			if took {
				f.raw = nil
				f.ahead.reuse(f.block)
			}
		}
		cells, line, ok, err := rec.next()
		if errors.Is(err, io.EOF) {
			return rd.flush()
		}
		if err != nil {
			return errors.Join(rd.flush(), fmt.Errorf("line %d: %w", rec.line, err))
		}
		switch {
		case header && ok:
			header = false
		case header:
			rd.drop(Broken, line, -1, nil)
		default:
			rd.report.Rows++
			rd.row(cells, line, ok)
		}
		if rd.held >= maxHeld {
			if err := rd.flush(); err != nil {
				return err
			}
		}
	}
}

// flush gives out what is held.
func (rd *reading) flush() error {
	for k, s := range rd.samples {
		if len(s) == 0 {
			continue
		}
		rd.samples[k] = s[:0]
		if err := rd.emit(k, s); err != nil {
			return err
		}
	}
	rd.held = 0
	return nil
}

// take gives out what a block holds that was read ahead, and reports whether it was.
func (rd *reading) take(b *block, rec *records) (bool, error) {
	p := b.part
	if p == nil || !b.whole || b.err != nil || len(rd.names)+len(p.report.Names) > maxNames {
		return false, nil
	}
	if err := rd.flush(); err != nil {
		return false, err
	}
	before := rec.line - 1
	rec.line += p.lines
	rep := rd.report
	if p.report.Samples > 0 {
		if rep.Samples == 0 {
			rep.First, rep.Last = p.report.First, p.report.Last
		}
		rep.First, rep.Last = min(rep.First, p.report.First), max(rep.Last, p.report.Last)
	}
	rep.Samples += p.report.Samples
	rep.Rows += p.report.Rows
	if p.clock.any {
		rd.clock.last, rd.clock.any = p.clock.last, true
	}
	for i := range p.drops {
		rd.drops[i].add(&p.drops[i], before)
	}
	for k, s := range p.samples {
		if rep.Layout.Name >= 0 {
			k, _ = rd.named([]byte(p.report.Names[k]))
		}
		if len(s) == 0 {
			continue
		}
		if err := rd.emit(k, s); err != nil {
			return false, err
		}
	}
	return true, nil
}

// keys returns the names of the columns.
func (l *Layout) keys() []string {
	out := make([]string, len(l.Columns))
	for i, c := range l.Columns {
		out[i] = c.Name
	}
	return out
}

// row reads a line.
func (rd *reading) row(cells [][]byte, line int, ok bool) {
	l := &rd.report.Layout
	if !ok {
		rd.drop(Broken, line, -1, nil)
		return
	}
	if max(l.Time, l.Clock, l.Name) >= len(cells) {
		rd.drop(Short, line, -1, nil)
		return
	}
	cell := trim(cells[l.Time])
	if l.Clock >= 0 && !missing(cell) {
		clock := trim(cells[l.Clock])
		if missing(clock) {
			rd.drop(NoTime, line, l.Clock, clock)
			return
		}
		rd.joined = append(append(append(rd.joined[:0], cell...), ' '), clock...)
		cell = rd.joined
	}
	if missing(cell) {
		rd.drop(NoTime, line, l.Time, cell)
		return
	}
	m, ok := rd.time(cell)
	if !ok {
		rd.drop(BadTime, line, l.Time, cell)
		return
	}
	t, ok := rd.clock.instant(m)
	if !ok {
		rd.drop(NoSuchTime, line, l.Time, cell)
		return
	}
	for k, i := range l.Values {
		if i >= len(cells) {
			rd.drop(Short, line, -1, nil)
			continue
		}
		v, why, ok := rd.valueOf(cells, i, l.Comma[k])
		if !ok {
			rd.drop(why, line, i, trim(cells[i]))
			continue
		}
		if l.Name >= 0 {
			if k, ok = rd.named(trim(cells[l.Name])); !ok {
				rd.drop(NoName, line, l.Name, nil)
				continue
			}
		}
		for k >= len(rd.samples) {
			if n := len(rd.samples); n < cap(rd.samples) {
				rd.samples = rd.samples[:n+1] // with the memory of another part
			} else {
				rd.samples = append(rd.samples, nil)
			}
		}
		rd.samples[k] = append(rd.samples[k], timeseries.Sample{T: t, V: v})
		rd.held++
		rep := rd.report
		if rep.Samples == 0 {
			rep.First, rep.Last = t, t
		}
		rep.Samples++
		rep.First, rep.Last = min(rep.First, t), max(rep.Last, t)
	}
}

// named returns the place of a series among the report's names. ok is false if there is no name, or no room for more of them.
func (rd *reading) named(cell []byte) (k int, ok bool) {
	if k, ok = rd.names[string(cell)]; ok {
		return k, true
	}
	if len(cell) == 0 || len(rd.names) >= maxNames {
		return 0, false
	}
	if rd.names == nil {
		rd.names = map[string]int{}
	}
	k = len(rd.names)
	name := string(bytes.ToValidUTF8(cell, []byte("\ufffd")))
	rd.names[string(cell)] = k
	rd.report.Names = append(rd.report.Names, name)
	return k, true
}

// valueOf reads the cell of column i as what its series holds.
func (rd *reading) valueOf(cells [][]byte, i int, comma bool) (v float64, why Drop, ok bool) {
	l, cell := &rd.report.Layout, trim(cells[i])
	if rd.opt.Value != nil && len(cell) > 0 {
		name := l.Columns[i].Name
		if l.Name >= 0 {
			name = string(trim(cells[l.Name]))
		}
		if v, known, ok := rd.opt.Value(name, string(cell)); known {
			return v, BadValue, ok
		}
	}
	return rd.value(cell, comma)
}

// value reads a cell: a word that stands for something, nothing, or a number.
func (rd *reading) value(cell []byte, comma bool) (v float64, why Drop, ok bool) {
	if len(rd.opt.Words) > 0 {
		if v, known := rd.opt.Words[string(cell)]; known {
			return v, NoValue, v == v
		}
	}
	if missing(cell) {
		return 0, NoValue, false
	}
	v, ok = parseNumber(cell, comma)
	return v, BadValue, ok
}

// maxExample bounds the bytes of an example.
const maxExample = 60

// dateSize is the length of a date of which the next line most likely has the same.
const dateSize = len("2006-01-02")

// time reads a time.
func (rd *reading) time(b []byte) (m moment, ok bool) {
	f := rd.report.Layout.Format
	if len(b) > dateSize+8 && len(b) < slack/2 && (f == ISO || f == DMY || f == MDY) {
		n := copy(rd.padded[:], b)
		rd.padded[n] = 0
		if m, n := rd.stamp(rd.padded[:]); n == len(b) {
			return m, true
		}
	}
	return parseTime(b, f)
}

func (rd *reading) drop(why Drop, line, column int, cell []byte) {
	d := &rd.drops[why]
	d.Why = why
	d.Count++
	if len(d.Lines) < maxLines {
		d.Lines = append(d.Lines, line)
	}
	if d.Count == 1 {
		d.Column, d.Example = column, shown(cell)
	}
}

func (rd *reading) dropped() []Dropped {
	var out []Dropped
	for _, d := range rd.drops {
		if d.Count > 0 {
			out = append(out, d)
		}
	}
	return out
}
