package plot

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"arbor/model"
	"arbor/timeseries"
	"arbor/timeseries/fn"
)

// Bounds of what is read for one figure.
const (
	// maxCounted is how many samples are counted one by one; of more their sketches are taken.
	maxCounted = 1 << 18
	// MaxBoxes is how many periods there may be with their quartiles.
	MaxBoxes = 400
	// maxPeriods is how many periods PeriodFor allows, about as many as there are dots.
	maxPeriods = 2000
)

// ReadBins counts the samples of a series in [from, to) in at most so many ranges. Of more than 262,144 samples it takes their sketches, which have
// each value within histogram.RelativeError.
func ReadBins(b *timeseries.Book, v *model.View, n *model.Node, from, to int64, most int) (Bins, error) {
	var values, counts []float64
	all, err := b.Buckets(v.Reader(), n.Source(), []int64{from, to})
	if err != nil {
		return Bins{}, err
	}
	if all[0].N > maxCounted {
		h, err := b.Distribution(v.Reader(), n.Source(), from, to)
		if err != nil {
			return Bins{}, err
		}
		for x := range h.Buckets() {
			values, counts = append(values, x.Low/2+x.High/2), append(counts, float64(x.Count))
		}
	} else {
		values = make([]float64, 0, all[0].N)
		for x, err := range b.Range(v.Reader(), n.Source(), from, to) {
			if err != nil {
				return Bins{}, err
			}
			values = append(values, x.V)
		}
	}
	d := n.Definition()
	bins := NewBins(values, counts, most, d.Kind)
	bins.Name, bins.Unit = n.Text, d.Unit
	return bins, nil
}

// ReadBoxes returns the quartiles of a series in each of buckets, which are periods of that name.
func ReadBoxes(b *timeseries.Book, v *model.View, n *model.Node, by string, buckets []timeseries.Bucket, loc *time.Location) (Boxes, error) {
	out := Boxes{Name: n.Text, Unit: n.Definition().Unit, Kind: n.Definition().Kind, By: by, Location: loc}
	for _, of := range buckets {
		q := Quartiles{From: of.From, To: of.To, N: of.N, Min: of.Min, Max: of.Max}
		if of.N > 0 {
			x, _, err := b.Quantiles(v.Reader(), n.Source(), of.From, of.To, []float64{0.25, 0.5, 0.75})
			if err != nil {
				return out, err
			}
			q.Q1, q.Median, q.Q3 = x[0], x[1], x[2]
		}
		out.Periods = append(out.Periods, q)
	}
	return out, nil
}

// ReadPeriods returns one value of a series for each period of that name that meets [from, to), and the buckets behind them.
func ReadPeriods(b *timeseries.Book, v *model.View, n *model.Node, by string, from, to int64) (Data, []timeseries.Bucket, error) {
	buckets, err := b.Buckets(v.Reader(), n.Source(), v.Calendar(n).Edges(by, from, to))
	if err != nil {
		return Data{}, nil, err
	}
	d := n.Definition()
	data := Periods(n.Text, d.Unit, by, buckets, d.Day.Of)
	if d.Day != model.DailyCount {
		data.Kind = d.Kind
	}
	return data, buckets, nil
}

// ReadHeat returns the means of a series by day of the week and hour.
func ReadHeat(b *timeseries.Book, v *model.View, n *model.Node, from, to int64, loc *time.Location) (HeatMap, error) {
	buckets, err := b.Buckets(v.Reader(), n.Source(), v.Calendar(n).Edges("hour", from, to))
	if err != nil {
		return HeatMap{}, err
	}
	var at []int64
	var values []float64
	for _, x := range buckets {
		if x.N > 0 {
			at, values = append(at, x.From), append(values, x.Mean)
		}
	}
	m := ByHour(n.Text, n.Definition().Unit, at, values, loc)
	m.Facts = []string{"mean by hour", Days(from, to, loc)}
	return m, nil
}

// CalendarOf returns a cell for each day of d, whose samples became its value in some way, of a window of time.
func CalendarOf(d *Data, how model.Daily, from, to int64, c timeseries.Calendar) HeatMap {
	y, month, day := c.DateOf(time.Unix(0, d.From))
	m := ByDay(d.Name, d.Unit, time.Date(y, month, day, 0, 0, 0, 0, time.UTC), d.Values())
	m.Facts = []string{string(cmp.Or(how, model.DailyMean)) + " of each day", Days(from, to, c.Zone)}
	return m
}

// Days says what days a span of time takes.
func Days(from, to int64, loc *time.Location) string {
	day := func(at int64) string { return time.Unix(0, at).In(loc).Format("2 Jan 2006") }
	if first, last := day(from), day(to-1); first != last {
		return first + " – " + last
	}
	return day(from)
}

// BoxesBy returns the period of which there are not too few nor too many boxes in a span of time.
func BoxesBy(from, to int64) string {
	switch days := (to - from) / int64(aDay); {
	case days > 3*365:
		return "year"
	case days > 100:
		return "month"
	case days > 20:
		return "week"
	}
	return "day"
}

// PeriodFor returns the period of that name, or the next longer one of which there are not too many in a span of time to be drawn.
func PeriodFor(by string, from, to int64, most int) string {
	about := map[string]time.Duration{"hour": time.Hour, "day": aDay, "week": 7 * aDay, "month": 30 * aDay, "quarter": 91 * aDay}
	most = min(most, maxPeriods)
	for i := slices.Index(timeseries.Periods, by); i >= 0 && i < len(timeseries.Periods); i++ {
		if d := about[timeseries.Periods[i]]; d == 0 || (to-from)/int64(d) <= int64(most) {
			return timeseries.Periods[i]
		}
	}
	return by
}

// Values returns the value of each period, NaN where there is none.
func (d *Data) Values() []float64 {
	values := make([]float64, len(d.Columns))
	for i, b := range d.Columns {
		if values[i] = math.NaN(); b.N > 0 {
			values[i] = b.Last
		}
	}
	return values
}

// Pair sets the values of b over those of a, each of one period and that of b so many periods later, with what is known of them. rank tells how their ranks go
// together instead of the values themselves.
func Pair(a, b *Data, lag int, rank bool) Pairs {
	x, y := a.Values(), b.Values()
	s := Pairs{XName: a.Name, XUnit: a.Unit, YName: b.Name, YUnit: b.Unit}
	var sx, sy float64
	for i := range x {
		if j := i + lag; j >= 0 && j < len(y) && x[i] == x[i] && y[j] == y[j] {
			s.X, s.Y = append(s.X, x[i]), append(s.Y, y[j])
			sx, sy = sx+x[i], sy+y[j]
		}
	}
	c := fn.Correlate(x, y, lag)
	switch n := float64(c.N); {
	case c.N < fn.MinPairs:
		s.Facts = append(s.Facts, fmt.Sprintf("fewer than %d pairs: no correlation", fn.MinPairs))
	case !c.Enough:
		s.Facts = append(s.Facts, "one of them never changes: no correlation")
	default:
		fact := fmt.Sprintf("r %.2f, 95%% from %.2f to %.2f", c.R, c.Low, c.High)
		if rank {
			fact = fmt.Sprintf("rho %.2f", c.Rho)
		}
		s.Facts = append(s.Facts, fact)
		s.Slope = slope(s.X, s.Y, sx/n, sy/n)
		s.Intercept = sy/n - s.Slope*sx/n
	}
	switch {
	case lag == 0:
		s.Facts = append(s.Facts, "of one "+a.By)
	case lag < 0:
		s.Facts = append(s.Facts, plural(-lag, a.By)+" earlier")
	default:
		s.Facts = append(s.Facts, plural(lag, a.By)+" later")
	}
	switch c.Missing {
	case 0:
	case 1:
		s.Facts = append(s.Facts, "1 "+a.By+" has only one")
	default:
		s.Facts = append(s.Facts, plural(c.Missing, a.By)+" have only one")
	}
	return s
}

// slope returns that of the line of least squares of y over x, about their means.
func slope(x, y []float64, mx, my float64) float64 {
	var xx, xy float64
	for i := range x {
		xx, xy = xx+(x[i]-mx)*(x[i]-mx), xy+(x[i]-mx)*(y[i]-my)
	}
	return xy / xx
}
