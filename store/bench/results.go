package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// Metric is one measured number, or a rate with the times of single operations beside it.
type Metric struct {
	Rate  float64 `json:"rate,omitempty"`  // a second
	P50   float64 `json:"p50,omitempty"`   // µs
	P99   float64 `json:"p99,omitempty"`   // µs
	P999  float64 `json:"p999,omitempty"`  // µs
	Max   float64 `json:"max,omitempty"`   // µs
	Value float64 `json:"value,omitempty"` // of what has no rate: milliseconds, bytes, counts
}

// Metrics are by name: what was done, then the workers if there were more than one.
type Metrics map[string]Metric

// Result is what one child did.
type Result struct {
	Run     int           `json:"run"`
	Engine  string        `json:"engine"`
	Part    string        `json:"part"`
	Metrics Metrics       `json:"metrics,omitempty"`
	Peak    int64         `json:"peak,omitempty"` // bytes resident at most
	Own     int64         `json:"own,omitempty"`  // of them, not pages of files
	Disk    int64         `json:"disk,omitempty"` // bytes in use afterwards
	Took    time.Duration `json:"took"`
	CPU     time.Duration `json:"cpu"` // of all its threads
	Error   string        `json:"error,omitempty"`
}

// Machine is where and with what it was measured.
type Machine struct {
	CPU, Kernel, FS, Go, Commit, Date string
	LoadBefore, LoadAfter             string // averages of a minute, five and fifteen
	Cores                             int
	Memory                            int64
	Versions                          map[string]string
	Missing                           []string // engines that are not measured, and why
}

// Results is the file that keeps a run, also one that did not end.
type Results struct {
	Keys, Runs int
	Seconds    float64
	Machine    Machine
	Took       time.Duration
	Results    []Result
}

// load reads a file of results; a missing one is none.
func loadResults(name string) (*Results, error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return &Results{}, nil
	} else if err != nil {
		return nil, err
	}
	r := new(Results)
	return r, json.Unmarshal(b, r)
}

// save writes the file whole or leaves the old one.
func (r *Results) save(name string) error {
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(name+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// median returns the median of each part of a metric over the runs; false if no run has it.
func (r *Results) median(engine, name string) (Metric, bool) {
	var all []Metric
	for _, x := range r.Results {
		if m, ok := x.Metrics[name]; ok && x.Engine == engine {
			all = append(all, m)
		}
	}
	if len(all) == 0 {
		return Metric{}, false
	}
	part := func(get func(Metric) float64) float64 {
		v := make([]float64, len(all))
		for i, m := range all {
			v[i] = get(m)
		}
		return middle(v)
	}
	return Metric{
		Rate: part(func(m Metric) float64 { return m.Rate }), P50: part(func(m Metric) float64 { return m.P50 }),
		P99: part(func(m Metric) float64 { return m.P99 }), P999: part(func(m Metric) float64 { return m.P999 }),
		Max: part(func(m Metric) float64 { return m.Max }), Value: part(func(m Metric) float64 { return m.Value }),
	}, true
}

// of returns the median of something of a part's results; false if no run has it.
func (r *Results) of(engine, part string, get func(Result) int64) (float64, bool) {
	var v []float64
	for _, x := range r.Results {
		if x.Engine == engine && x.Part == part && x.Error == "" {
			v = append(v, float64(get(x)))
		}
	}
	return middle(v), len(v) > 0
}

// middle returns the median, 0 of nothing.
func middle(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// times makes a metric of the times of single operations.
func times(all []time.Duration, wall time.Duration) Metric {
	if len(all) == 0 {
		return Metric{}
	}
	slices.Sort(all)
	at := func(q float64) float64 {
		return float64(all[min(len(all)-1, int(q*float64(len(all))))].Nanoseconds()) / 1e3
	}
	return Metric{Rate: float64(len(all)) / wall.Seconds(), P50: at(0.5), P99: at(0.99), P999: at(0.999), Max: at(1)}
}

// forget drops the results that steps are going to make anew.
func (r *Results) forget(steps []step) {
	type key struct {
		run          int
		engine, part string
	}
	again := map[key]bool{}
	for _, s := range steps {
		again[key{s.run, s.engine, s.label + s.part}] = true
	}
	r.Results = slices.DeleteFunc(r.Results, func(x Result) bool { return again[key{x.Run, x.Engine, x.Part}] })
}

// summary is the result on a line, for who waits.
func (x Result) summary() string {
	if x.Error != "" {
		return "FAILED: " + x.Error
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(x.Metrics)) {
		m := x.Metrics[name]
		switch {
		case strings.Contains(name, "."): // a detail
		case m.Rate > 0:
			parts = append(parts, name+" "+rate(m.Rate))
		case m.Value > 0:
			parts = append(parts, fmt.Sprintf("%s %.4g", name, m.Value))
		}
	}
	return strings.Join(parts, ", ")
}

// rate prints a number a second in three digits.
func rate(v float64) string {
	switch {
	case v >= 9.995e6:
		return fmt.Sprintf("%.1fM", v/1e6)
	case v >= 1e6:
		return fmt.Sprintf("%.2fM", v/1e6)
	case v >= 1e4:
		return fmt.Sprintf("%.0fk", v/1e3)
	}
	return fmt.Sprintf("%.0f", v)
}
