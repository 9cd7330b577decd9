package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"arbor/model"
	"arbor/timeseries"
	"arbor/timeseries/fn"
)

// percents are the percentiles that statistics tell.
var percents = []float64{5, 25, 50, 75, 95}

// stats is what the samples of a series in some time are like.
type stats struct {
	all         timeseries.Summary
	percentiles []float64
	trend       fn.Trend // over weeks
	gaps        []fn.Gap
	outliers    []fn.Sample
}

// shownOutliers is how many outliers are named.
const shownOutliers = 5

// statsOf reads the samples of a series in [first, end). Of a season above 0 outliers are judged by what came so many samples before.
func statsOf(s *Session, v *model.View, n *model.Node, first, end int64, season int) (*stats, error) {
	var all []fn.Sample
	for x, err := range s.Book.Range(v.Reader(), n.Source(), first, end) {
		if err != nil {
			return nil, err
		}
		if len(all) == maxRead {
			return nil, usagef("%s has more than %d samples in this time; take a shorter one with --since", quoted(n.Text), maxRead)
		}
		if !math.IsNaN(x.V - x.V) {
			all = append(all, x)
		}
	}
	st := &stats{gaps: fn.Gaps(all, 0), outliers: fn.Outliers(all, season)}
	if len(all) == 0 {
		return st, nil
	}
	st.all = timeseries.Fill([]int64{all[0].T, all[len(all)-1].T + 1}, all)[0].Summary
	values := fn.Values(all)
	for _, p := range percents {
		at, err := fn.Percentile(values, p, fn.Linear)
		if err != nil {
			return nil, err
		}
		st.percentiles = append(st.percentiles, at)
	}
	weeks := make([]float64, len(all))
	for i, x := range all {
		weeks[i] = float64(x.T-all[0].T) / float64(7*24*time.Hour)
	}
	st.trend = fn.Fit(weeks, values)
	return st, nil
}

// roughly writes what lies between samples in so many digits, a length of time to the second.
func roughly(n *model.Node, v float64, digits int) string {
	if k := n.Definition().Kind; k == model.Duration && !math.IsNaN(v) {
		return strings.Repeat("-", btoi(v <= -0.5)) + k.Format(math.Round(math.Abs(v)))
	}
	return strconv.FormatFloat(v, 'g', digits, 64)
}

// rows says in words what the samples are like.
func (st *stats) rows(n *model.Node, now time.Time) (rows [][2]string) {
	add := func(name, format string, a ...any) { rows = append(rows, [2]string{name, fmt.Sprintf(format, a...)}) }
	short := func(v float64) string { return roughly(n, v, 4) }
	if st.all.N == 0 {
		add("samples", "none")
		return rows
	}
	add("samples", "%s from %s to %s", count(int(st.all.N), "sample", "samples"), when(st.all.T0, now), when(st.all.T1, now))
	add("mean", "%s, standard deviation %s", strings.TrimSpace(roughly(n, st.all.Mean, 3)+" "+printable(n.Definition().Unit)), short(st.all.StdDev()))
	parts := []string{"least " + withUnit(n, st.all.Min)}
	for i, p := range percents {
		parts = append(parts, fmt.Sprintf("%g%% %s", p, short(st.percentiles[i])))
	}
	add("spread", "%s, greatest %s", strings.Join(parts, ", "), withUnit(n, st.all.Max))
	if t := st.trend; !math.IsNaN(t.SlopeLow) {
		add("trend", "%s a week, 95%% from %s to %s; a line explains %.0f%% of it", short(t.Slope), short(t.SlopeLow), short(t.SlopeHigh), 100*t.R2)
	}
	if len(st.gaps) > 0 {
		longest := st.gaps[0]
		for _, g := range st.gaps {
			if g.To-g.From > longest.To-longest.From {
				longest = g
			}
		}
		add("gaps", "%d, the longest from %s to %s", len(st.gaps), when(longest.From, now), when(longest.To, now))
	}
	if len(st.outliers) > 0 {
		var words []string
		for _, x := range st.outliers[:min(len(st.outliers), shownOutliers)] {
			words = append(words, withUnit(n, x.V)+" at "+when(x.T, now))
		}
		if more := len(st.outliers) - shownOutliers; more > 0 {
			words = append(words, fmt.Sprintf("%d more", more))
		}
		add("outliers", "%s", strings.Join(words, ", "))
	}
	return rows
}

// spreadJSON is what --json prints of them, below the series.
type spreadJSON struct {
	Samples     int64              `json:"samples"`
	FirstTime   string             `json:"first_time,omitempty"`
	LastTime    string             `json:"last_time,omitempty"`
	Mean        *float64           `json:"mean,omitempty"`
	StdDev      *float64           `json:"stddev,omitempty"`
	Min         *float64           `json:"min,omitempty"`
	Max         *float64           `json:"max,omitempty"`
	Percentiles map[string]float64 `json:"percentiles,omitempty"`
	Trend       *trendJSON         `json:"trend,omitempty"`
	Gaps        []gapJSON          `json:"gaps"`
	Outliers    []outlierJSON      `json:"outliers"`
}

type trendJSON struct {
	PerWeek float64 `json:"per_week"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	R2      float64 `json:"r2"`
}

type gapJSON struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type outlierJSON struct {
	Time  string  `json:"time"`
	Value float64 `json:"value"`
}

func (st *stats) json() *spreadJSON {
	j := &spreadJSON{Samples: st.all.N, Gaps: []gapJSON{}, Outliers: []outlierJSON{}}
	if st.all.N == 0 {
		return j
	}
	j.FirstTime, j.LastTime = nanos(st.all.T0), nanos(st.all.T1)
	j.Mean, j.Min, j.Max = &st.all.Mean, &st.all.Min, &st.all.Max
	if sd := st.all.StdDev(); !math.IsNaN(sd) {
		j.StdDev = &sd
	}
	j.Percentiles = map[string]float64{}
	for i, p := range percents {
		j.Percentiles[strconv.FormatFloat(p, 'g', -1, 64)] = st.percentiles[i]
	}
	if t := st.trend; !math.IsNaN(t.SlopeLow) && !math.IsNaN(t.R2) {
		j.Trend = &trendJSON{t.Slope, t.SlopeLow, t.SlopeHigh, t.R2}
	}
	for _, g := range st.gaps {
		j.Gaps = append(j.Gaps, gapJSON{nanos(g.From), nanos(g.To)})
	}
	for _, x := range st.outliers {
		j.Outliers = append(j.Outliers, outlierJSON{nanos(x.T), x.V})
	}
	return j
}
