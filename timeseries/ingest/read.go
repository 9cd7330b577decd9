package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"arbor/timeseries"
)

// Drop is why a line gave no sample.
type Drop uint8

// The reasons.
const (
	NoValue    Drop = iota // the cell is empty, NA, ? and the like
	NoTime                 // so is that of the time
	BadValue               // it is not a number, nor a word that stands for one
	BadTime                // it is not a time of the file's format
	NoSuchTime             // the zone's clocks never showed it
	Short                  // the line has too few columns
	Broken                 // its quotes are not closed, or it is too long
	drops
)

func (d Drop) String() string {
	return [...]string{
		"no value", "no time", "not a number", "not a time", "a time that the zone's clocks skip", "too few columns",
		"quotes that do not close, or too long",
	}[d]
}

// maxLines bounds the lines that a report names for each reason.
const maxLines = 10

// Dropped tells of the values dropped for one reason.
type Dropped struct {
	Why     Drop
	Count   int64
	Lines   []int  // the first of them
	Example string // what stood there in the first
}

// Report tells what became of a file.
type Report struct {
	Layout  Layout
	Rows    int64 // lines below the header that are not blank
	Samples int64
	First   int64 // the earliest and the latest time given out
	Last    int64
	Dropped []Dropped // by reason, in the order of the constants; only those that occurred
}

// Read reads samples from r and gives them to emit in the order of the file; column is an index into Report.Layout.Values. It stops at the
// first error of r or emit. After a *RefusedError nothing was given out.
func Read(r io.Reader, opt Options, emit func(column int, s timeseries.Sample) error) (Report, error) {
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
	rd := reading{opt: opt, report: &rep, emit: emit}
	rd.clock = clock{zone: opt.Zone, falling: l.falling}
	if opt.Zone == nil {
		rd.clock.zone = time.UTC
	}
	rec := newRecords(text, byte(l.Delimiter))
	for header := l.Header; header; {
		_, line, ok, err := rec.next()
		if err != nil {
			return rep, err
		}
		if header = !ok; header {
			rd.drop(Broken, line, nil)
		}
	}
	for {
		cells, line, ok, err := rec.next()
		if errors.Is(err, io.EOF) {
			rep.Dropped = rd.dropped()
			return rep, nil
		}
		if err == nil {
			rep.Rows++
			err = rd.row(cells, line, ok)
		}
		if err != nil {
			rep.Dropped = rd.dropped()
			return rep, fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// reading is a file being read.
type reading struct {
	opt    Options
	report *Report
	emit   func(int, timeseries.Sample) error
	clock  clock
	drops  [drops]Dropped
}

func (rd *reading) row(cells [][]byte, line int, ok bool) error {
	l := &rd.report.Layout
	if !ok {
		rd.drop(Broken, line, nil)
		return nil
	}
	if l.Time >= len(cells) {
		rd.drop(Short, line, nil)
		return nil
	}
	cell := bytes.TrimSpace(cells[l.Time])
	if missing(cell) {
		rd.drop(NoTime, line, cell)
		return nil
	}
	m, ok := parseTime(cell, l.Format)
	if !ok {
		rd.drop(BadTime, line, cell)
		return nil
	}
	t, ok := rd.clock.instant(m)
	if !ok {
		rd.drop(NoSuchTime, line, cell)
		return nil
	}
	for k, i := range l.Values {
		if i >= len(cells) {
			rd.drop(Short, line, nil)
			continue
		}
		v, why, ok := rd.value(bytes.TrimSpace(cells[i]), l.Comma[k])
		if !ok {
			rd.drop(why, line, bytes.TrimSpace(cells[i]))
			continue
		}
		if err := rd.emit(k, timeseries.Sample{T: t, V: v}); err != nil {
			return err
		}
		rep := rd.report
		if rep.Samples == 0 {
			rep.First, rep.Last = t, t
		}
		rep.Samples++
		rep.First, rep.Last = min(rep.First, t), max(rep.Last, t)
	}
	return nil
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

func (rd *reading) drop(why Drop, line int, cell []byte) {
	d := &rd.drops[why]
	d.Why = why
	d.Count++
	if len(d.Lines) < maxLines {
		d.Lines = append(d.Lines, line)
	}
	if d.Count == 1 {
		d.Example = shown(cell)
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
