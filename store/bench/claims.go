package main

import (
	"fmt"
	"slices"
	"strconv"

	"arbor/store/bench/engine"
	"arbor/store/bench/gen"
)

// claim is something that must hold.
type claim struct {
	text  string
	aside bool // only said, no claim
	check func(r *Results) (measured string, holds, known bool)
}

// above claims that a number of arbor is at least share of the best of others.
func above(text, metric string, share float64, others ...string) claim {
	return claim{text: text, check: func(r *Results) (string, bool, bool) {
		us := bestOf(r, metric, engine.ArborRing.Name, engine.ArborDirect.Name)
		name, them := "", 0.0
		for _, o := range others {
			if v := bestOf(r, metricOf(o, metric), o); v > them {
				name, them = o, v
			}
		}
		return fmt.Sprintf("%s, %.2f of %s", rate(us), us/them, name), us >= share*them, us > 0 && them > 0
	}}
}

// metricOf is what a metric is compared with: the floor of a durable commit is a durable write.
func metricOf(engine, metric string) string {
	if isRaw(engine) {
		return "write1"
	}
	return metric
}

func bestOf(r *Results, metric string, engines ...string) (most float64) {
	for _, e := range engines {
		m, _ := r.median(e, metric)
		most = max(most, m.Rate)
	}
	return most
}

// most claims that a number of arbor is at most a limit.
func most(text, unit string, limit float64, get func(r *Results) (float64, bool)) claim {
	return claim{text: text, check: func(r *Results) (string, bool, bool) {
		v, ok := get(r)
		return strconv.FormatFloat(v, 'g', 3, 64) + unit, v <= limit, ok
	}}
}

// mine is the store of this repository on the best disk there is.
func (r *Results) mine() string {
	i := slices.IndexFunc(r.Results, func(x Result) bool { return x.Engine == engine.ArborRing.Name })
	if i < 0 {
		return engine.ArborDirect.Name
	}
	return engine.ArborRing.Name
}

// arborMetric gets a part of a metric of arbor.
func arborMetric(name string, part func(Metric) float64) func(r *Results) (float64, bool) {
	return func(r *Results) (float64, bool) {
		m, ok := r.median(r.mine(), name)
		return part(m), ok
	}
}

func single(m Metric) float64 { return m.Value }

// pureGo are the peers in Go alone that keep keys in order.
func pureGo() []string {
	var names []string
	for _, e := range engine.All {
		if e.PureGo {
			names = append(names, e.Name)
		}
	}
	return names
}

// claims are what must hold.
func claims() []claim {
	enters := func(r *Results) (float64, bool) {
		e, ok := r.median(r.mine(), "durable64.enters")
		c, _ := r.median(r.mine(), "durable64.commits")
		return e.Value / c.Value, ok && e.Value > 0
	}
	amplification := func(r *Results) (float64, bool) {
		disk, ok := r.of(r.mine(), "settle", func(x Result) int64 { return x.Disk })
		return disk / float64(r.Keys*(gen.KeySize+gen.ValueSize)), ok
	}
	p50 := func(m Metric) float64 { return m.P50 / 1e3 }
	return []claim{
		above("durable commits ×1 ≥ 0.7 of raw durable writes", "durable1", 0.7, raw),
		above("durable commits ×16 ≥ pebble", "durable16", 1, engine.Pebble.Name),
		above("durable commits ×64 ≥ pebble", "durable64", 1, engine.Pebble.Name),
		most("ring enters a commit with 64 committers ≤ 1/8", "", 0.125, enters),
		{text: "ring enters of a cold GetMany(32) = 1", check: func(r *Results) (string, bool, bool) {
			m, ok := r.median(r.mine(), "getmany.enters")
			took, _ := r.median(r.mine(), "getmany")
			return fmt.Sprintf("%.3g, p50 %.0f µs", m.Value, took.P50), m.Value > 0 && m.Value <= 1, ok
		}},
		above("reads ×1 ≥ every ordered peer in Go", "read", 1, pureGo()...),
		above("reads ×4 ≥ every ordered peer in Go", "read4", 1, pureGo()...),
		above("mix ×2 ≥ every ordered peer in Go", "mix2", 1, pureGo()...),
		above("mix ×4 ≥ every ordered peer in Go", "mix4", 1, pureGo()...),
		most("first read after a clean open ≤ 15 ms", " ms", 15, arborMetric("open", single)),
		most("disk after overwrite ×3 and settling ≤ 2 × keys and values", " ×", 2, amplification),
		most("open, one durable commit, close as a fresh process: p50 ≤ 5 ms", " ms", 5, arborMetric("cycle", p50)),
		{text: "… with the start of the process and its end", aside: true, check: func(r *Results) (string, bool, bool) {
			m, ok := r.median(r.mine(), "process")
			return fmt.Sprintf("%.3g ms", m.P50/1e3), true, ok
		}},
		most("… growth of the disk ≤ 64 KiB a cycle", " KiB", 64, arborMetric("growth", func(m Metric) float64 { return m.Value / 1024 })),
		most("p99.9 of Get ≤ 1 ms at ten times the keys under writes", " ms", 1,
			arborMetric("big/get", func(m Metric) float64 { return m.P999 / 1e3 })),
		{text: "… writes meanwhile ≥ 100,000 /s", check: func(r *Results) (string, bool, bool) {
			m, ok := r.median(r.mine(), "big/put")
			return rate(m.Rate), m.Rate >= 0.99*bigWrites, ok
		}},
	}
}

func (p *report) hold() {
	p.line("## What must hold\n")
	p.line("| claim | measured | holds |")
	p.rule(2)
	for _, c := range claims() {
		text, holds, known := c.check(p.r)
		switch {
		case !known:
			p.line("| %s | not measured | – |", c.text)
		case c.aside:
			p.line("| %s | %s | – |", c.text, text)
		case holds:
			p.line("| %s | %s | yes |", c.text, text)
		default:
			p.line("| %s | %s | **no** |", c.text, text)
		}
	}
	p.line("")
}
