package plot

import (
	"time"

	"arbor/model"
	"arbor/timeseries"
)

// DerivedPeriods returns one value for each period between edges of a series that follows from the tree: of what counts the sum, 0 where nothing
// happened up to now, of how things stood the last.
func DerivedPeriods(of model.Derivation, name, by string, edges []int64, samples []timeseries.Sample, now time.Time) (Data, []timeseries.Bucket) {
	buckets := timeseries.Fill(edges, samples)
	value := model.DailySum
	if of.Gauge {
		value = model.DailyLast
	}
	for i := range buckets {
		if b := &buckets[i]; !of.Gauge && b.N == 0 && b.From <= now.UnixNano() {
			b.Summary = timeseries.Summary{N: 1, T0: b.From, T1: b.From}
		}
	}
	return Periods(name, of.Unit, by, buckets, value.Of), buckets
}
