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
	NoName                 // it does not say of which series it is, or the file has too many
	Broken                 // its quotes are not closed, it is no object of JSON where the others are, or it is too long
	drops
)

func (d Drop) String() string {
	return [...]string{
		"no value", "no time", "not a number", "not a time", "a time that the zone's clocks skip", "too few columns", "no name of a series, or too many of them",
		"quotes that do not close, no object of JSON, or too long",
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
	Names   []string  // of the series, where a column names them, in the order in which they came
	Dropped []Dropped // by reason, in the order of the constants; only those that occurred
}

// maxNames bounds the series of one file.
const maxNames = 10000

// Read reads samples from r and gives them to emit in the order of the file; column is an index into Report.Layout.Values, or into Report.Names if
// a column names the series. It stops at the
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
	if l.Objects {
		rec = newObjects(text, l.keys())
	}
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
	names  map[string]int // places in the report's Names
	joined []byte         // a date and its time of day
}

// keys returns the names of the columns.
func (l *Layout) keys() []string {
	out := make([]string, len(l.Columns))
	for i, c := range l.Columns {
		out[i] = c.Name
	}
	return out
}

func (rd *reading) row(cells [][]byte, line int, ok bool) error {
	l := &rd.report.Layout
	if !ok {
		rd.drop(Broken, line, nil)
		return nil
	}
	if max(l.Time, l.Clock, l.Name) >= len(cells) {
		rd.drop(Short, line, nil)
		return nil
	}
	cell := bytes.TrimSpace(cells[l.Time])
	if l.Clock >= 0 && !missing(cell) {
		clock := bytes.TrimSpace(cells[l.Clock])
		if missing(clock) {
			rd.drop(NoTime, line, clock)
			return nil
		}
		rd.joined = append(append(append(rd.joined[:0], cell...), ' '), clock...)
		cell = rd.joined
	}
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
		if l.Name >= 0 {
			if k, ok = rd.named(bytes.TrimSpace(cells[l.Name])); !ok {
				rd.drop(NoName, line, nil)
				continue
			}
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

// named returns the place of a series among the report's names. ok is false if there is no name, or no room for more of them.
func (rd *reading) named(cell []byte) (k int, ok bool) {
	if k, ok = rd.names[string(cell)]; ok {
		return k, true
	}
	if missing(cell) || len(rd.names) >= maxNames {
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
