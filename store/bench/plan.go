package main

import (
	"slices"
	"strings"

	"arbor/store/bench/engine"
)

// step is one child: a part of the measurement on one engine.
type step struct {
	run    int
	engine string
	part   string
	label  string // before the part and its metrics in the results, where a part is done more than once
	store  string // which of the engine's stores
	keys   int
	makes  bool // the store anew
	writes bool // an error leaves the store in doubt
	last   bool // on this store, which is removed afterwards
}

// columns are the engines of the table, arbor first, and the floors.
func columns() []string {
	var names []string
	for _, e := range engine.All {
		names = append(names, e.Name)
	}
	return append(names, lmdb, raw)
}

// stage is a part with what it does to the store, in the order in which an engine goes through them.
type stage struct {
	step
	workload string                   // by which it is chosen
	times    int                      // how often in a row, 0 for once
	on       func(engine string) bool // nil for all but raw
	ours     bool                     // on the store of this repository as it is used, and on no other
	first    bool                     // in the first run alone, since it is long
	keys     func(keys int) int       // nil for as many as the table has
}

// suits tells whether an engine takes part.
func (s *stage) suits(name string) bool {
	if s.on == nil {
		return !isRaw(name)
	}
	return s.on(name)
}

func isRaw(name string) bool { return name == raw }

// sharesWriters tells whether several writers load faster than one could.
func sharesWriters(name string) bool {
	e := engine.Find(name)
	return e != nil && !e.Alone
}

// inGo tells whether an engine is driven from here; the trees of nodes are not known to the program in C.
func inGo(name string) bool { return engine.Find(name) != nil }

// ours tells whether an engine is of this repository.
func ours(name string) bool { return strings.HasPrefix(name, engine.ArborRing.Name) }

func tenth(keys int) int { return keys / 10 }

// stages are all parts of a run.
var stages = []stage{
	{step: step{part: "load4", store: "four", makes: true}, workload: "load", on: sharesWriters},
	{step: step{part: "load", store: "kv", makes: true}, workload: "load"},
	{step: step{part: "open", store: "kv"}, workload: "open", times: 3},
	{step: step{part: "cold", store: "kv"}, workload: "open"},
	{step: step{part: "read", store: "kv"}, workload: "read"},
	{step: step{part: "mix", store: "kv", writes: true}, workload: "mix"},
	{step: step{part: "floor", store: "raw", makes: true}, workload: "raw", on: isRaw},
	{step: step{part: "durable", store: "kv", writes: true}, workload: "durable"},
	{step: step{part: "getmany", store: "kv"}, workload: "hold", ours: true},
	{step: step{part: "cycle", store: "kv", writes: true}, workload: "hold", ours: true, first: true},
	{step: step{part: "overwrite", store: "kv", writes: true}, workload: "overwrite", first: true},
	{step: step{part: "reopen", store: "kv"}, workload: "overwrite", first: true},
	{step: step{part: "settle", store: "kv", writes: true}, workload: "overwrite", first: true},
	{step: step{part: "grow", label: "small/", store: "small", makes: true}, workload: "nodes", on: inGo, keys: tenth},
	{step: step{part: "opentree", label: "small/", store: "small"}, workload: "nodes", on: inGo, keys: tenth},
	{step: step{part: "tree", label: "small/", store: "small", writes: true}, workload: "nodes", on: inGo, keys: tenth},
	{step: step{part: "grow", label: "large/", store: "large", makes: true}, workload: "nodes", on: inGo, first: true},
	{step: step{part: "opentree", label: "large/", store: "large"}, workload: "nodes", on: inGo, first: true},
	{step: step{part: "tree", label: "large/", store: "large", writes: true}, workload: "nodes", on: inGo, first: true},
	{step: step{part: "big", label: "big/", store: "big", makes: true}, workload: "big", ours: true, first: true,
		keys: func(keys int) int { return keys * bigTimes }},
}

// onKV are the workloads on the store of the table of keys and values.
var onKV = []string{"load", "open", "read", "mix", "durable", "hold", "overwrite"}

// plan lays the steps out so that the engines take turns at each part, and each run begins with another one.
func plan(keys, runs int, engines, workloads []string) []step {
	var steps []step
	for run := 1; run <= runs; run++ {
		from := (run - 1) % len(engines)
		mine := slices.IndexFunc(engines, ours)
		turn := slices.Concat(engines[from:], engines[:from])
		for _, st := range stages {
			needed := st.part == "load" && slices.ContainsFunc(workloads, func(w string) bool { return slices.Contains(onKV, w) })
			if st.first && run > 1 || !needed && !slices.Contains(workloads, st.workload) {
				continue
			}
			for range max(st.times, 1) {
				for _, name := range turn {
					if !st.suits(name) || st.ours && (mine < 0 || name != engines[mine]) {
						continue
					}
					s := st.step
					s.run, s.engine, s.keys = run, name, keys
					if st.keys != nil {
						s.keys = st.keys(keys)
					}
					steps = append(steps, s)
				}
			}
		}
	}
	return endStores(steps)
}

// endStores marks the last step on each store.
func endStores(steps []step) []step {
	type store struct {
		run          int
		engine, name string
	}
	ended := map[store]bool{}
	for i := len(steps) - 1; i >= 0; i-- {
		s := &steps[i]
		k := store{s.run, s.engine, s.store}
		s.last, ended[k] = !ended[k], true
	}
	return steps
}
