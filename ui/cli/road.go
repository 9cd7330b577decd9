package cli

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"arbor/timeseries/fn"
	"arbor/ui/plot"
)

// road is where the last value of a series stands beside the line to its goal.
type road struct {
	fn.Standing
	on   bool    // there is a line
	much float64 // what is a thousandth of the way
}

// roadOf follows the line from where the goal says, or from the first sample, to the goal. Up is good where the goal lies above where the line begins.
func (k *known) roadOf(now time.Time) road {
	line, ok := plot.GoalOf(&k.node, k.all, now.Location())
	if !ok || line.From >= line.To {
		return road{}
	}
	way := fn.Road{Points: []fn.Sample{{T: line.From, V: line.First}, {T: line.To, V: line.Last}}, Up: line.Last > line.First}
	if way.Validate() != nil {
		return road{}
	}
	return road{way.Stand(k.all.Last, now.UnixNano()), true, math.Abs(line.Last-line.First) / 1000}
}

// words says how a series stands beside its line.
func (k *known) roadWords(now time.Time) string {
	r := k.road
	if !r.on {
		return ""
	}
	by := withUnit(&k.node, rounded(math.Abs(r.Buffer)))
	text := "the line is at " + withUnit(&k.node, rounded(r.Line)) + " now: "
	switch {
	case math.Abs(r.Buffer) < r.much:
		return text + "right on it"
	case r.Buffer < 0:
		return text + by + " on the wrong side"
	case r.Never:
		return text + by + " on the good side, and no way off it"
	}
	off := now.Add(r.Safe)
	return text + by + " on the good side, safe until " + off.Format("Mon 2 Jan 2006") + ", for " + count(int(r.Safe.Hours()/24), "day", "days")
}

// rounded leaves three digits, which is what a person wants to know of a line.
func rounded(v float64) float64 {
	short, _ := strconv.ParseFloat(fmt.Sprintf("%.3g", v), 64)
	return short
}

// roadJSON is the road as --json prints it.
type roadJSON struct {
	Line   float64 `json:"line"`
	Buffer float64 `json:"buffer"`
	Off    string  `json:"off,omitempty"`
}

func (k *known) roadJSON(now time.Time) *roadJSON {
	r := k.road
	if !r.on {
		return nil
	}
	j := &roadJSON{Line: r.Line, Buffer: r.Buffer}
	if r.Buffer >= 0 && !r.Never {
		j.Off = nanos(now.Add(r.Safe).UnixNano())
	}
	return j
}
