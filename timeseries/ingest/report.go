package ingest

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
	Column  int    // of the first, an index into Layout.Columns; -1 if it is about the whole line
	Example string // what stood there
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

// add joins what was dropped of a part of the file that begins behind line before.
func (d *Dropped) add(o *Dropped, before int) {
	if o.Count == 0 {
		return
	}
	d.Why = o.Why
	if d.Count == 0 {
		d.Column, d.Example = o.Column, o.Example
	}
	d.Count += o.Count
	for _, line := range o.Lines[:min(len(o.Lines), maxLines-len(d.Lines))] {
		d.Lines = append(d.Lines, before+line)
	}
}
