package store

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"arbor/timeseries/histogram"
)

// moment is a point in time by the clock that only goes forward, in nanoseconds; 0 is one that was not taken.
type moment int64

// started is before every moment.
var started = time.Now().Add(-time.Nanosecond)

func now() moment { return moment(time.Since(started)) } // half of what time.Now costs

// How many operations of the frequent kinds are between two that are timed, on average. A draw costs 6 ns, taking a time 26: of a Get, of a
// commit and of a step of a scan, which take about 700, 2000 and 60 ns, timing some takes less than a hundredth (BenchmarkTiming).
const (
	visibleSample = 16
	getSample     = 64
	scanSample    = 256
)

// sampled takes the time, or in all but one of n calls, a power of two, does not.
func sampled(n uint32) moment {
	if rand.Uint32()&(n-1) != 0 {
		return 0
	}
	return now()
}

// latency is how long the operations of one kind took. Any number of goroutines may add to it.
type latency struct {
	took histogram.Histogram // nanoseconds
	max  atomic.Int64
}

// since counts an operation that began then and ends now, if its beginning was taken.
func (l *latency) since(began moment) {
	if began == 0 {
		return
	}
	d := int64(now() - began)
	l.took.Add(float64(d))
	for {
		m := l.max.Load()
		if m >= d || l.max.CompareAndSwap(m, d) {
			return
		}
	}
}

func (l *latency) read() Latency {
	n := l.took.Count()
	if n == 0 {
		return Latency{}
	}
	longest := time.Duration(l.max.Load())
	quantile := func(q float64) time.Duration { return min(time.Duration(l.took.Quantile(q)), longest) }
	return Latency{Count: n, P50: quantile(0.5), P90: quantile(0.9), P99: quantile(0.99), P999: quantile(0.999), Max: longest}
}

// latencies are those of an engine; Latencies says what each is.
type latencies struct {
	durable, visible, get, scan, flush, checkpoint, cleaning, fetch latency
}

func (l *latencies) read() Latencies {
	return Latencies{
		CommitDurable: l.durable.read(), CommitVisible: l.visible.read(), Get: l.get.read(), ScanStep: l.scan.read(),
		Flush: l.flush.read(), Checkpoint: l.checkpoint.read(), Cleaning: l.cleaning.read(), Fetch: l.fetch.read(),
	}
}
