package timeseries

import (
	"fmt"
	"strings"
)

// Policy says what a reader sees where devices have written samples of one time. Each is commutative, associative and idempotent: whatever
// comes in whatever order, and however often, leads to the same.
type Policy byte

const (
	// Last is one value a time: that of the greatest device and of it the one written last. For what is measured, such as weight.
	Last Policy = iota
	// All is every sample: two coffees in one second are two. What tells them apart is time, device and order of writing.
	All
	// Sum is for what devices count each on its own, such as steps: at each time the sum over the devices of what each wrote last.
	Sum
	// Max is the greatest of what each device wrote last.
	Max
	// Min is the least of what each device wrote last.
	Min
	policies
)

var policyNames = [policies]string{"last", "all", "sum", "max", "min"}

func (p Policy) String() string { return policyNames[p] }

// ParsePolicy reads what String writes.
func ParsePolicy(s string) (Policy, error) {
	for i, name := range policyNames {
		if strings.EqualFold(name, s) {
			return Policy(i), nil
		}
	}
	return Last, fmt.Errorf("merge:%s: want one of %s", s, strings.Join(policyNames[:], ", "))
}

// Series is what is read: the samples of a series, merged by its policy.
type Series struct {
	ID    ID
	Merge Policy
}

// join returns what two devices come to at one time. NaN says nothing beside a number.
func (p Policy) join(a, b float64) float64 {
	switch {
	case b != b:
		return a
	case a != a:
		return b
	case p == Sum:
		return a + b
	case p == Max:
		return max(a, b)
	case p == Min:
		return min(a, b)
	}
	return a
}
