package main

import "fmt"

// row is a line of a table: one number of each engine.
type row struct {
	title   string
	workers string
	metric  string // empty where there is none
	lower   bool   // is better
	get     func(r *Results, engine string) (float64, bool)
	show    func(v float64) string
	// pair, if set, is what is shown instead of the number alone.
	pair func(r *Results, engine string) string
}

// quantity is a row of rates.
func quantity(title, workers, metric string) row {
	return row{title: title, workers: workers, metric: metric, show: rate, get: func(r *Results, engine string) (float64, bool) {
		m, ok := r.median(engine, metric)
		return m.Rate, ok
	}}
}

// value is a row of single values of which less is better.
func value(title, metric string, show func(float64) string) row {
	return row{title: title, workers: "1", lower: true, show: show, get: func(r *Results, engine string) (float64, bool) {
		m, ok := r.median(engine, metric)
		return m.Value, ok
	}}
}

// latency is a row of the median and the 99th percentile of single operations.
func latency(title, workers, metric string) row {
	return row{title: title, workers: workers, metric: metric, lower: true,
		get: func(r *Results, engine string) (float64, bool) {
			m, ok := r.median(engine, metric)
			return m.P50, ok
		},
		pair: func(r *Results, engine string) string {
			m, _ := r.median(engine, metric)
			return fmt.Sprintf("%.0f / %.0f", m.P50, m.P99)
		},
		show: func(v float64) string { return fmt.Sprintf("%.0f", v) },
	}
}

// diskAfter is a row of bytes in use after a part.
func diskAfter(title, part string) row {
	return row{title: title, lower: true, show: mega, get: func(r *Results, engine string) (float64, bool) {
		return r.of(engine, part, func(x Result) int64 { return x.Disk })
	}}
}

// memoryOf is a row of the bytes resident at most during a part, and of them those that are no pages of files.
func memoryOf(title, part string) row {
	peak := func(r *Results, engine string) (float64, bool) {
		return r.of(engine, part, func(x Result) int64 { return x.Peak })
	}
	return row{title: title, lower: true, get: peak, show: mega, pair: func(r *Results, engine string) string {
		v, _ := peak(r, engine)
		own, _ := r.of(engine, part, func(x Result) int64 { return x.Own })
		return mega(v) + " / " + mega(own)
	}}
}

// cpuOf is a row of the processor time that a part took for each key of each pass, on all cores, background work included.
func cpuOf(title, part string, passes int) row {
	return row{title: title, lower: true, show: millis, get: func(r *Results, engine string) (float64, bool) {
		v, ok := r.of(engine, part, func(x Result) int64 { return int64(x.CPU) })
		return v / 1e3 / float64(passes*r.Keys), ok
	}}
}

func mega(v float64) string { return fmt.Sprintf("%.0f", v/1e6) }

// millis prints milliseconds in three digits.
func millis(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// rows of the table of keys and values.
var rows = []row{
	quantity("load, random order, /s", "1", "load"),
	quantity("load, random order, /s", "4", "load4"),
	quantity("random read, warm, /s", "1", "read"),
	quantity("random read, warm, /s", "4", "read4"),
	quantity("95 % read, 5 % write, /s", "2", "mix2"),
	quantity("95 % read, 5 % write, /s", "4", "mix4"),
	quantity("full scan, pairs/s", "1", "scan"),
	quantity("scans of 100 keys, /s", "1", "range"),
	quantity("scans of 100 keys, /s", "4", "range4"),
	quantity("durable commits, /s", "1", "durable1"),
	quantity("durable commits, /s", "16", "durable16"),
	quantity("durable commits, /s", "64", "durable64"),
	latency("durable commit, p50 / p99 µs", "1", "durable1"),
	latency("durable commit, p50 / p99 µs", "16", "durable16"),
	latency("durable commit, p50 / p99 µs", "64", "durable64"),
	quantity("overwrite ×3, /s", "1", "overwrite"),
	value("open to first read, ms", "open", millis),
	value("… with a cold page cache, ms", "cold", millis),
	value("… after overwrite ×3, ms", "reopen", millis),
	diskAfter("disk after load, MB", "load"),
	diskAfter("disk after overwrite ×3, MB", "overwrite"),
	diskAfter("… and an open and close, MB", "reopen"),
	diskAfter("… and settling, MB", "settle"),
	cpuOf("processor time of load, µs a key", "load", 1),
	cpuOf("processor time of overwrite ×3, µs a key", "overwrite", overwrites),
	memoryOf("memory at most in load, of it no file pages, MB", "load"),
	memoryOf("… in reads and scans, MB", "read"),
	memoryOf("… in the mix, MB", "mix"),
}

// nodeRows are the rows of the table of a tree of nodes whose results bear the label.
func nodeRows(label string) []row {
	return []row{
		quantity("load, nodes/s", "1", label+"grow"),
		quantity("records read, /s", "1", label+"node"),
		quantity("records read, /s", "4", label+"node4"),
		quantity("ten children with their records, /s", "1", label+"children"),
		quantity("durable edits of four keys, /s", "1", label+"edit"),
		latency("durable edit, p50 / p99 µs", "1", label+"edit"),
		value("open to first read, ms", label+"open", millis),
		diskAfter("disk after load, MB", label+"grow"),
		memoryOf("memory at most in load, of it no file pages, MB", label+"grow"),
		memoryOf("… in reads and edits, MB", label+"tree"),
	}
}

// floor returns what no engine can do better in a row, and in what sense; false where no floor is known.
func floor(r *Results, w row) (v float64, ok bool) {
	writes := func(n float64) float64 { // n committers share k writes in flight
		best := 0.0
		for _, k := range []float64{1, 2, 4, 16, 64} {
			if m, found := r.median(raw, fmt.Sprintf("write%.0f", k)); found && k <= n {
				best = max(best, m.Rate*n/k)
			}
		}
		return best
	}
	switch w.metric {
	case "durable1", "durable16", "durable64":
		var n float64
		fmt.Sscanf(w.metric, "durable%f", &n)
		if w.lower {
			m, found := r.median(raw, "write1")
			return m.P50, found
		}
		v = writes(n)
		return v, v > 0
	}
	m, found := r.median(raw, w.metric)
	return m.Rate, found && w.metric != ""
}

func (p *report) overFloor(w row, us float64) string {
	v, ok := floor(p.r, w)
	if !ok || v == 0 {
		return "–"
	}
	if w.lower {
		return fmt.Sprintf("%.2f", v/us)
	}
	return fmt.Sprintf("%.2f", us/v)
}
