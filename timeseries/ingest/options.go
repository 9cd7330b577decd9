package ingest

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Options say what the file itself may leave open. The zero value lets the file speak.
type Options struct {
	Delimiter    rune           // --delimiter: comma, semicolon, tab or bar; 0 is sniffed
	TimeColumn   string         // --time-column: a name of the header or a number from 1; of a date and a clock two, with a comma
	NameColumn   string         // --name-column: likewise, of the series' names
	Wide         bool           // --wide: every column of numbers is a series
	ValueColumns []string       // --value-column: likewise, one or several
	TimeFormat   Format         // --time-format
	Zone         *time.Location // --zone: of times that do not name theirs; nil is UTC
	Starts       time.Duration  // what clocks show at the time of a date alone, when a person's days begin
	DecimalComma bool           // --decimal-comma: 1,234 is a little more than one
	// Value, if not nil, reads the cells of series whose samples are no plain numbers, by the name of the column or in the line; known is false for other
	// series. Several goroutines may call it.
	Value func(series, cell string) (v float64, known, ok bool)
	Words map[string]float64 // --value-map: what words stand for; a NaN means that there is no value
}

// Format is a way to write a time.
type Format string

// The formats.
const (
	ISO     Format = "iso"     // 2006-01-02, perhaps with 15:04:05.999 and a zone; also with slashes, 2006-01, 2 Jan 2006 and [2006-01-02 Mon 15:04]
	Compact Format = "compact" // 20060102, 20060102T150405Z
	DMY     Format = "dmy"     // 2.1.2006, 02/01/06 15:04
	MDY     Format = "mdy"     // 1/2/2006 3:04 PM
	YMD     Format = "ymd"     // 06-01-02, which nobody can tell from the two above
	Seconds Format = "s"       // since 1970, perhaps with a fraction, or with a zone as git has it
	Millis  Format = "ms"
	Micros  Format = "us"
	Nanos   Format = "ns"
	Excel   Format = "excel" // days since 1899-12-30, which look like any number
)

// formats lists them in the order in which they are tried.
var formats = []Format{ISO, Compact, DMY, MDY, YMD, Seconds, Millis, Micros, Nanos, Excel}

// dated are those of them that no number is.
var dated = formats[:5]

// ParseFormat reads the name of a format.
func ParseFormat(s string) (Format, error) {
	var names []string
	for _, f := range formats {
		if string(f) == s {
			return f, nil
		}
		names = append(names, string(f))
	}
	return "", fmt.Errorf("time format %q: it is one of %s", s, strings.Join(names, ", "))
}

// Errors of a file that is no table of text at all.
var (
	ErrEmpty  = errors.New("the file is empty")
	ErrBinary = errors.New("the file is not text")
)

// RefusedError says why a file cannot be read as it stands and which flag decides.
type RefusedError struct {
	Why  string
	Flag string // such as --time-column, or "" where no flag helps
}

func (e *RefusedError) Error() string {
	if e.Flag == "" {
		return e.Why
	}
	return e.Why + "; " + e.Flag + " decides"
}

// Kind is what a column holds.
type Kind uint8

// The kinds of columns.
const (
	Nothing Kind = iota // no cell has anything
	Words
	Numbers
	Times
	Clocks // times of day, without a date
)

func (k Kind) String() string {
	return [...]string{"nothing", "words", "numbers", "times", "times of day"}[k]
}

// Column is what was seen of a column.
type Column struct {
	Name    string // of the header, or ""
	Kind    Kind
	Example string // the first cell that is not missing

	format    Format
	either    []Format // several of DMY, MDY and YMD fit
	day       bool     // every time is a date alone
	comma     bool     // numbers have a decimal comma
	thousands bool     // every comma could also part thousands
	words     []string
}

// Layout is how a file is read.
type Layout struct {
	Delimiter rune
	Objects   bool // each line is an object of JSON; the columns are its keys
	Header    bool
	Columns   []Column
	Time      int // index of the column
	Clock     int // of the time of day, where Time has dates alone; -1 if there is none
	Name      int // of the name of each line's series; -1 if the columns are the series
	Format    Format
	Values    []int // indexes of the columns, in the order asked for
	Comma     []bool
	falling   bool // times fall from line to line
}

// label names column i for a person.
func (l *Layout) label(i int) string {
	if i < len(l.Columns) && l.Columns[i].Name != "" {
		return fmt.Sprintf("column %d (%s)", i+1, l.Columns[i].Name)
	}
	return fmt.Sprintf("column %d", i+1)
}
