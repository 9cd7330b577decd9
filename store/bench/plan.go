package main

import (
	"slices"

	"arbor/store/bench/engine"
)

// step is one child: a part of the measurement on one engine.
type step struct {
	run    int
	engine string
	part   string
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
	first    bool                     // in the first run alone, since it is long
}

func isRaw(name string) bool { return name == raw }

// sharesWriters tells whether several writers load faster than one could.
func sharesWriters(name string) bool {
	e := engine.Find(name)
	return e != nil && !e.Alone
}

// stages of the table of keys and values.
var stages = []stage{
	{step: step{part: "load4", store: "four", makes: true}, workload: "load", on: sharesWriters},
	{step: step{part: "load", store: "kv", makes: true}, workload: "load"},
	{step: step{part: "open", store: "kv"}, workload: "open", times: 3},
	{step: step{part: "cold", store: "kv"}, workload: "open"},
	{step: step{part: "read", store: "kv"}, workload: "read"},
	{step: step{part: "mix", store: "kv", writes: true}, workload: "mix"},
	{step: step{part: "floor", store: "raw", makes: true}, workload: "raw", on: isRaw},
	{step: step{part: "durable", store: "kv", writes: true}, workload: "durable"},
	{step: step{part: "overwrite", store: "kv", writes: true}, workload: "overwrite", first: true},
	{step: step{part: "reopen", store: "kv"}, workload: "overwrite", first: true},
	{step: step{part: "settle", store: "kv", writes: true}, workload: "overwrite", first: true},
}

// plan lays the steps out so that the engines take turns at each part, and each run begins with another one.
func plan(keys, runs int, engines, workloads []string) []step {
	var steps []step
	for run := 1; run <= runs; run++ {
		from := (run - 1) % len(engines)
		turn := slices.Concat(engines[from:], engines[:from])
		for _, st := range stages {
			needed := st.part == "load" // others work on what it makes
			if st.first && run > 1 || !needed && !slices.Contains(workloads, st.workload) {
				continue
			}
			for range max(st.times, 1) {
				for _, name := range turn {
					if st.on == nil && isRaw(name) || st.on != nil && !st.on(name) {
						continue
					}
					s := st.step
					s.run, s.engine, s.keys = run, name, keys
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
