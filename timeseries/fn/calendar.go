package fn

import (
	"math"
	"slices"
	"time"
)

// Cell is what fell into one hour of the week.
type Cell struct {
	N   int
	Sum float64
}

// Mean returns the mean of the cell's values, NaN if it has none.
func (c Cell) Mean() float64 { return c.Sum / float64(c.N) }

// DayHour adds samples up by the day of the week, from Monday on, and the hour that a clock in loc shows.
func DayHour(s []Sample, loc *time.Location) (week [7][24]Cell) {
	for _, x := range s {
		if x.V != x.V {
			continue
		}
		t := time.Unix(0, x.T).In(loc)
		c := &week[(int(t.Weekday())+6)%7][t.Hour()]
		c.N++
		c.Sum += x.V
	}
	return week
}

// Year is the samples of one year, each as if it were in 2000, which has a 29 February.
type Year struct {
	Year    int
	Samples []Sample
}

// YearOverYear lays the years of a series above each other: each sample keeps its month, its day and the time that a clock in loc shows.
func YearOverYear(s []Sample, loc *time.Location) []Year {
	var out []Year
	for _, x := range s {
		t := time.Unix(0, x.T).In(loc)
		if n := len(out); n == 0 || out[n-1].Year != t.Year() {
			out = append(out, Year{Year: t.Year()})
		}
		at := time.Date(2000, t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
		y := &out[len(out)-1]
		y.Samples = append(y.Samples, Sample{T: at.UnixNano(), V: x.V})
	}
	for _, y := range out { // an hour that clocks show twice comes twice
		slices.SortStableFunc(y.Samples, func(a, b Sample) int {
			switch {
			case a.T < b.T:
				return -1
			case a.T > b.T:
				return 1
			}
			return 0
		})
	}
	return out
}

// Gap is a time without samples between two that there are.
type Gap struct{ From, To int64 }

// Gaps returns where two samples are further apart than is usual: three times the median of all distances, and at least so much as least says.
func Gaps(s []Sample, least time.Duration) []Gap {
	if len(s) < 2 {
		return nil
	}
	apart := make([]int64, 0, len(s)-1)
	for i := 1; i < len(s); i++ {
		apart = append(apart, s[i].T-s[i-1].T)
	}
	usual := slices.Clone(apart)
	slices.Sort(usual)
	limit := usual[len(usual)/2]
	if limit > math.MaxInt64/3 {
		return nil
	}
	limit = max(3*limit, int64(least))
	var out []Gap
	for i, d := range apart {
		if d > limit {
			out = append(out, Gap{s[i].T, s[i+1].T})
		}
	}
	return out
}
