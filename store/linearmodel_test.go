package store

import (
	"encoding/json"
	"testing"

	"github.com/anishathalye/porcupine"
)

const linearKeys = 6

// deed is one call and what came of it: some of the state seen, then some of it changed, at once. Values are numbers, 0 is an absent key.
type deed struct {
	Call, Return int64
	Read         []int   // keys that were read
	Scan         *[2]int // a range that was scanned
	Seen         []int   // by Read, then by Scan
	Cut          *[2]int // a range that was deleted
	Write        [][2]int
	Swap         *[3]int // key, old, new
	Swapped      bool
}

// linearModel is a map of the keys, to which one deed happens after the other.
var linearModel = porcupine.Model{
	Init: func() any { return [linearKeys]int{} },
	Step: func(state, input, _ any) (bool, any) {
		s, d := state.([linearKeys]int), input.(deed)
		seen := d.Seen
		see := func(k int) bool {
			ok := seen[0] == s[k]
			seen = seen[1:]
			return ok
		}
		for _, k := range d.Read {
			if !see(k) {
				return false, s
			}
		}
		if d.Scan != nil {
			for k := d.Scan[0]; k < d.Scan[1]; k++ {
				if !see(k) {
					return false, s
				}
			}
		}
		if d.Cut != nil {
			for k := d.Cut[0]; k < d.Cut[1]; k++ {
				s[k] = 0
			}
		}
		for _, w := range d.Write {
			s[w[0]] = w[1]
		}
		if x := d.Swap; x != nil {
			if (s[x[0]] == x[1]) != d.Swapped {
				return false, s
			}
			if d.Swapped {
				s[x[0]] = x[2]
			}
		}
		return true, s
	},
}

// checkLinear fails the test if no order explains the deeds. Values that are written are all different.
func checkLinear(t *testing.T, deeds []deed) {
	t.Helper()
	ops := make([]porcupine.Operation, len(deeds))
	for i, d := range deeds {
		ops[i] = porcupine.Operation{Input: d, Call: d.Call, Return: d.Return}
	}
	if !porcupine.CheckOperations(linearModel, ops) {
		lines, _ := json.Marshal(deeds)
		t.Errorf("no order explains %d deeds: %s", len(deeds), lines)
	}
}

// TestLinearModel has the checker refuse what cannot have been.
func TestLinearModel(t *testing.T) {
	for name, deeds := range map[string][]deed{
		"a stale read": {
			{Call: 1, Return: 2, Write: [][2]int{{0, 7}}},
			{Call: 3, Return: 4, Read: []int{0}, Seen: []int{0}},
		},
		"a lost update": {
			{Call: 1, Return: 5, Read: []int{0}, Seen: []int{0}, Write: [][2]int{{0, 7}}},
			{Call: 2, Return: 6, Read: []int{0}, Seen: []int{0}, Write: [][2]int{{0, 8}}},
		},
		"write skew over a range": {
			{Call: 1, Return: 5, Scan: &[2]int{0, 3}, Seen: []int{0, 0, 0}, Write: [][2]int{{1, 7}}},
			{Call: 2, Return: 6, Scan: &[2]int{0, 3}, Seen: []int{0, 0, 0}, Write: [][2]int{{2, 8}}},
		},
		"half of a transaction": {
			{Call: 1, Return: 5, Write: [][2]int{{0, 7}, {1, 8}}},
			{Call: 2, Return: 6, Read: []int{0, 1}, Seen: []int{7, 0}},
		},
	} {
		ops := []porcupine.Operation{}
		for _, d := range deeds {
			ops = append(ops, porcupine.Operation{Input: d, Call: d.Call, Return: d.Return})
		}
		if porcupine.CheckOperations(linearModel, ops) {
			t.Errorf("%s passes", name)
		}
	}
}
