package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"arbor/timeseries/fn"
	"arbor/ui/plot"
)

// lags is by how many periods the second series of a scatter is later.
type lags struct{ from, to int }

// maxLag bounds a lag, and so how many there are.
const maxLag = 400

// parseLags reads a number, or two and what is between them: -7..7.
func parseLags(text string) (l lags, err error) {
	first, last, several := strings.Cut(text, "..")
	if !several {
		last = first
	}
	var errTo error
	l.from, err = strconv.Atoi(first)
	l.to, errTo = strconv.Atoi(last)
	switch {
	case err != nil || errTo != nil:
		return l, usagef("--lag %s is no number of periods, as 1, nor a span of them, as -7..7", quoted(text))
	case l.from > l.to:
		return l, usagef("--lag %s ends before it begins; turn it round", text)
	case l.from < -maxLag || l.to > maxLag:
		return l, usagef("--lag %s is too far; it goes from %d to %d", text, -maxLag, maxLag)
	}
	return l, nil
}

// scatterFlags makes of --scatter the kind that it is short for, and reads --lag.
func (o *plotting) scatterFlags() (err error) {
	if o.scatter {
		if o.kind != "auto" && o.kind != plot.Scatter.String() {
			return usagef("--scatter is a kind of its own; leave --kind %s out", o.kind)
		}
		o.kind = plot.Scatter.String()
	}
	if (o.lag != "" || o.rank) && o.kind != plot.Scatter.String() {
		return usagef("--lag and --rank are of a scatter; add --scatter")
	}
	if o.lag != "" {
		o.lags, err = parseLags(o.lag)
	}
	return err
}

// scatter pairs the values of two series in each period in which both have one: at the lag at which they go together most.
func (p *plotQuery) scatter(from, to int64) (bool, error) {
	if err := p.periods(from, to); err != nil {
		return false, err
	}
	a, b := &p.chart.Curves[0].Data, &p.chart.Curves[1].Data
	all, err := fn.Correlations(a.Values(), b.Values(), p.opt.lags.from, p.opt.lags.to)
	if err != nil {
		return false, err
	}
	p.pairings = all
	p.strongest = strongest(all, p.opt.rank)
	s := plot.Pair(a, b, all[p.strongest].Lag, p.opt.rank)
	s.Marks = p.chart.Marks
	p.figure = &s
	if len(all) > 1 { // so that the table below has room
		p.opt.height = max(p.opt.height-len(all)-1, min(p.opt.height, plotHeight/2))
	}
	return p.any(), nil
}

// strongest returns the place of the correlation farthest from 0; of none that says anything that with the least lag.
func strongest(all []fn.Correlation, rank bool) int {
	best := 0
	for i, c := range all {
		is, than := strength(c, rank), strength(all[best], rank)
		if is > than || is == than && abs(c.Lag) < abs(all[best].Lag) {
			best = i
		}
	}
	return best
}

// strength is how far a correlation is from 0; -1 if it says nothing.
func strength(c fn.Correlation, rank bool) float64 {
	switch {
	case !c.Enough:
		return -1
	case rank:
		return math.Abs(c.Rho)
	}
	return math.Abs(c.R)
}

func abs(n int) int { return max(n, -n) }

// pairingJSON is a line of `arbor plot --scatter --json`, after the buckets.
type pairingJSON struct {
	V       int      `json:"v"`
	Lag     int      `json:"lag"`
	By      string   `json:"by"`
	N       int      `json:"n"`
	Missing int      `json:"missing"`
	R       *float64 `json:"r,omitempty"`
	Low     *float64 `json:"low,omitempty"`
	High    *float64 `json:"high,omitempty"`
	Rho     *float64 `json:"rho,omitempty"`
}

func (p *plotQuery) encodePairings(enc *json.Encoder) error {
	for _, c := range p.pairings {
		line := pairingJSON{V: jsonVersion, Lag: c.Lag, By: p.opt.by, N: c.N, Missing: c.Missing}
		if c.Enough {
			line.R, line.Low, line.High, line.Rho = &c.R, &c.Low, &c.High, &c.Rho
		}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// pairingTable tells of each lag how many pairs there are, and how they go together; that which is drawn is marked.
func (p *plotQuery) pairingTable() string {
	if len(p.pairings) < 2 {
		return ""
	}
	mark, bar, middle := "→", "█", "│"
	if p.r.asciiPlot() {
		mark, bar, middle = ">", "#", "|"
	}
	head := "r"
	if p.opt.rank {
		head = "rho"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "  %6s %6s %6s  %-14s %8s\n", "lag", "pairs", head, "95%", "missing")
	for i, c := range p.pairings {
		at := " "
		if i == p.strongest && c.Enough {
			at = mark
		}
		line := fmt.Sprintf("%s %6d %6d", at, c.Lag, c.N)
		if c.Enough {
			r, span := c.R, fmt.Sprintf("%.2f to %.2f", c.Low, c.High)
			if p.opt.rank {
				r, span = c.Rho, ""
			}
			line += fmt.Sprintf(" %6.2f  %-14s %8d  %s", r, span, c.Missing, leaning(r, bar, middle))
		} else {
			line += fmt.Sprintf(" %6s  %-14s %8d", "-", "", c.Missing)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// leaning is a bar to the left of a middle for what is below 0, and to the right of it for what is above.
func leaning(r float64, bar, middle string) string {
	const half = 8
	n := int(math.Round(math.Abs(r) * half))
	if r < 0 {
		return strings.Repeat(" ", half-n) + strings.Repeat(bar, n) + middle
	}
	return strings.Repeat(" ", half) + middle + strings.Repeat(bar, n)
}
