package plot

import (
	"fmt"
	"strings"
)

// Kind is how samples are drawn.
type Kind uint8

// The kinds. Those up to Points are drawn along time from the columns of Data, the others from plain numbers.
const (
	Auto      Kind = iota // a line, and a band where samples crowd
	Line                  // from the least to the greatest of each column, joined
	Step                  // a value holds until the next
	Bar                   // from zero to the value
	Area                  // a line, filled down to zero
	Points                // each sample a mark, nothing between
	Band                  // from the least to the greatest, dim, with the mean bright on it
	Histogram             // how many samples lie in each range of values
	Heat                  // the mean by day of the week and hour
	Calendar              // a cell a day, a column a week
	Box                   // the quartiles of each period
	Scatter               // one series over another
	Spark                 // one line of blocks
)

var kindNames = []string{"auto", "line", "step", "bar", "area", "points", "band", "histogram", "heat", "calendar", "box", "scatter", "spark"}

// String returns the name of a kind.
func (k Kind) String() string { return kindNames[k] }

// KindNames returns the names of all kinds.
func KindNames() []string { return kindNames }

// ParseKind reads the name of a kind.
func ParseKind(name string) (Kind, error) {
	for i, n := range kindNames {
		if n == name {
			return Kind(i), nil
		}
	}
	return 0, fmt.Errorf("there is no kind of plot %q; there are %s", name, strings.Join(kindNames, ", "))
}

// Timed tells whether a kind is drawn along time from the columns of Data.
func (k Kind) Timed() bool { return k <= Band }

// Marks is what dots are made of.
type Marks uint8

// The marks, finest first: 2×4 dots to a cell, 2×2, eighths of a block, and 1×3 of plain letters.
const (
	Braille Marks = iota
	Quadrant
	Block
	ASCII
)

var markNames = []string{"braille", "quadrant", "block", "ascii"}

// String returns the name of the marks.
func (m Marks) String() string { return markNames[m] }

// MarkNames returns the names of all marks.
func MarkNames() []string { return markNames }

// ParseMarks reads the name of marks.
func ParseMarks(name string) (Marks, error) {
	for i, n := range markNames {
		if n == name {
			return Marks(i), nil
		}
	}
	return 0, fmt.Errorf("there are no marks %q; there are %s", name, strings.Join(markNames, ", "))
}

// dots returns how many dots a cell has.
func (m Marks) dots() (x, y int) {
	switch m {
	case Quadrant:
		return 2, 2
	case Block:
		return 1, 8
	case ASCII:
		return 1, 3
	}
	return 2, 4
}

// quadrants are the characters for dots of the left column from the top as bits 0 and 1, and of the right one as 2 and 3.
var quadrants = []rune(" ▘▖▌▝▀▞▛▗▚▄▙▐▜▟█")

// brailleBits is the bit in the block of braille patterns of each dot of dots.
var brailleBits = [8]uint8{0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80}

// rune returns the character of a cell with those dots: bit x·height+y is the dot at (x, y).
func (m Marks) rune(dots uint8) rune {
	switch m {
	case Quadrant:
		return quadrants[dots&15]
	case Block:
		return blockRune(dots)
	case ASCII:
		return []rune(" '-|.||#")[dots&7]
	}
	var b rune
	for i, bit := range brailleBits {
		if dots&(1<<i) != 0 {
			b |= rune(bit)
		}
	}
	return 0x2800 + b
}

// blockRune draws a run of dots that ends at the bottom by its height, and what else there is by halves.
func blockRune(dots uint8) rune {
	for n := 1; n <= 8; n++ {
		if dots == uint8(0xff<<(8-n)) {
			return rune(0x2580 + n)
		}
	}
	switch upper, lower := dots&0x0f != 0, dots&0xf0 != 0; {
	case upper && lower:
		return '█'
	case upper:
		return '▀'
	}
	return '▄'
}
