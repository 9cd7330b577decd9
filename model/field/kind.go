package field

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is what the values of a key are.
type Kind uint8

// The kinds of values.
const (
	Text   Kind = iota
	Number      // a decimal number, kept in its shortest form
	Date        // a day or an instant, kept as ISO 8601
	Span        // a length of time, kept as date.FormatSpan writes it
	Bool        // yes or no
	Choice      // one of a few words
	URL         // an address with its scheme
)

var kindNames = []string{"text", "number", "date", "span", "bool", "choice", "url"}

// String returns the name of the kind in the settings file.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Kinds returns the names of all kinds.
func Kinds() []string { return slices.Clone(kindNames) }

// ParseKind reads the name of a kind; "" is text.
func ParseKind(name string) (Kind, error) {
	if i := slices.Index(kindNames, name); i >= 0 {
		return Kind(i), nil
	}
	if name == "" {
		return Text, nil
	}
	return Text, fmt.Errorf("%q is no type; they are %s", name, strings.Join(kindNames, ", "))
}

// Roll is what the values of a key come to for a node and all that lies below it.
type Roll uint8

// The ways to roll values up.
const (
	NoRoll Roll = iota
	Sum
	Mean
	Min
	Max
)

var rollNames = []string{"none", "sum", "mean", "min", "max"}

// String returns the name of the roll in the settings file.
func (r Roll) String() string {
	if int(r) < len(rollNames) {
		return rollNames[r]
	}
	return fmt.Sprintf("roll(%d)", uint8(r))
}

// Rolls returns the names of all ways to roll values up.
func Rolls() []string { return slices.Clone(rollNames) }

// ParseRoll reads the name of a roll; "" is none.
func ParseRoll(name string) (Roll, error) {
	if i := slices.Index(rollNames, name); i >= 0 {
		return Roll(i), nil
	}
	if name == "" {
		return NoRoll, nil
	}
	return NoRoll, fmt.Errorf("%q is no way to roll up; they are %s", name, strings.Join(rollNames, ", "))
}
