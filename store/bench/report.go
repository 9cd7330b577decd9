package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"

	"arbor/store/bench/engine"
)

// report is the text of BENCH.md.
type report struct {
	bytes.Buffer
	r *Results
}

// write writes the tables of the results to a file.
func (r *Results) write(name string) error {
	p := report{r: r}
	p.head()
	p.peers()
	p.ratios()
	p.chosen()
	return os.WriteFile(name, p.Bytes(), 0o644)
}

func (p *report) line(format string, a ...any) { fmt.Fprintf(p, format+"\n", a...) }

func (p *report) head() {
	m := &p.r.Machine
	p.line("# The store beside its peers\n")
	p.line("Written by `make bench-store` (`store/bench`); every number in it is of that one call unless it says otherwise.\n")
	p.line("- %s, arbor at %s, %d cores (%s), %.0f GiB", m.Date, m.Commit, m.Cores, m.CPU, float64(m.Memory)/(1<<30))
	p.line("- Linux %s, %s, %s", m.Kernel, m.FS, m.Go)
	var versions []string
	for _, name := range columns() {
		if v := m.Versions[name]; v != "" {
			versions = append(versions, name+" "+v)
		}
	}
	p.line("- %s", strings.Join(versions, ", "))
	p.line("- %d keys of 16 B in random order, values of 100 B that do not compress", p.r.Keys)
	p.line("- medians of %d runs in which the engines take turns, each part in a process of its own; %.0f s in all", p.r.Runs, p.r.Took.Seconds())
	p.line("")
}

// cell returns what a row shows of an engine, and its number.
func (p *report) cell(w row, name string) (text string, v float64, ok bool) {
	if v, ok = w.get(p.r, name); !ok {
		return "–", 0, false
	}
	if w.pair != nil {
		return w.pair(p.r, name), v, true
	}
	return w.show(v), v, true
}

// best returns the engine with the best number of a row among some.
func (p *report) best(w row, among []string) (best string, most float64) {
	for _, name := range among {
		if _, v, ok := p.cell(w, name); ok && (best == "" || w.lower && v < most || !w.lower && v > most) {
			best, most = name, v
		}
	}
	return best, most
}

// shown are the engines that have results, without the floors.
func (p *report) shown() []string {
	return slices.DeleteFunc(columns(), func(name string) bool {
		return isRaw(name) || !slices.ContainsFunc(p.r.Results, func(x Result) bool { return x.Engine == name })
	})
}

func (p *report) rule(columns int) { p.line("|---|%s", strings.Repeat("---|", columns)) }

func (p *report) peers() {
	names := p.shown()
	p.line("## Keys and values\n")
	p.line("| workload | workers | %s |", strings.Join(names, " | "))
	p.rule(len(names) + 1)
	for _, w := range rows {
		best, _ := p.best(w, names)
		cells := make([]string, len(names))
		for i, name := range names {
			cells[i], _, _ = p.cell(w, name)
			if name == best {
				cells[i] = "**" + cells[i] + "**"
			}
		}
		p.line("| %s | %s | %s |", w.title, w.workers, strings.Join(cells, " | "))
	}
	p.line("")
	for _, text := range p.r.Machine.Missing {
		p.line("- %s", text)
	}
	for _, x := range p.r.Results {
		if x.Error != "" {
			p.line("- %s, %s, run %d: %s", x.Engine, x.Part, x.Run, x.Error)
		}
	}
	p.line("")
}

// ours tells whether an engine is of this repository.
func ours(name string) bool { return strings.HasPrefix(name, "arbor") }

// ratios compares arbor with the best of the others, with the best in Go, and with the floor.
func (p *report) ratios() {
	peers := slices.DeleteFunc(p.shown(), ours)
	pure := slices.DeleteFunc(slices.Clone(peers), func(name string) bool {
		e := engine.Find(name)
		return e == nil || !e.PureGo
	})
	p.line("How much better arbor is (the better of its two disks): 2.00 is twice as fast, half as long, half as much.\n")
	p.line("| workload | workers | than the best peer | than the best peer in Go | than the floor |")
	p.rule(4)
	for _, w := range rows {
		_, us := p.best(w, slices.DeleteFunc(p.shown(), func(n string) bool { return !ours(n) }))
		if us == 0 {
			continue
		}
		against := func(names []string) string {
			name, v := p.best(w, names)
			if name == "" || v == 0 {
				return "–"
			}
			if w.lower {
				return fmt.Sprintf("%.2f (%s)", v/us, name)
			}
			return fmt.Sprintf("%.2f (%s)", us/v, name)
		}
		p.line("| %s | %s | %s | %s | %s |", w.title, w.workers, against(peers), against(pure), p.overFloor(w, us))
	}
	p.line("")
}

func (p *report) chosen() {
	p.line("## What was chosen for each\n")
	p.line("| engine | options | settling |")
	p.rule(2)
	for _, e := range engine.All {
		p.line("| %s | %s | %s |", e.Name, e.Options, e.Settles)
	}
	p.line("| %s | %s | – |", lmdb, lmdbOptions)
}
