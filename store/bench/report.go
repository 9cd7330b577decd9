package main

import (
	"bytes"
	"cmp"
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
	p.table("Keys and values", rows)
	p.failures()
	p.ratios()
	p.hold()
	p.table(fmt.Sprintf("A tree of %d nodes", p.r.Keys/10), nodeRows("small/"))
	p.table(fmt.Sprintf("A tree of %d nodes", p.r.Keys), nodeRows("large/"))
	p.floors()
	p.line(quoted)
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
	p.line("- load average %s before, %s after", m.LoadBefore, m.LoadAfter)
	var versions []string
	for _, name := range columns() {
		if v := m.Versions[name]; v != "" {
			versions = append(versions, name+" "+v)
		}
	}
	p.line("- %s", strings.Join(versions, ", "))
	p.line("- %d keys of 16 B in random order, values of 100 B that do not compress", p.r.Keys)
	p.line("- medians of %d runs in which the engines take turns, each part in a process of its own; overwrite, the large tree and the part",
		p.r.Runs)
	p.line("  with ten times the keys once; %.0f s in all", p.r.Took.Seconds())
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

// table prints rows of the engines that have anything in them.
func (p *report) table(title string, rows []row) {
	names := slices.DeleteFunc(p.shown(), func(name string) bool {
		return !slices.ContainsFunc(rows, func(w row) bool {
			_, ok := w.get(p.r, name)
			return ok
		})
	})
	p.line("## %s\n", title)
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
}

// failures names what could not be measured.
func (p *report) failures() {
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

// floors prints what the disk and the memory do without an engine.
func (p *report) floors() {
	p.line("## Floors\n")
	p.line("The same disk and memory without an engine: `pwrite` with O_DIRECT|O_DSYNC of 4 KiB into a file that was written before; as many")
	p.line("bytes as the load has, written with O_DIRECT and synced; pairs copied out of an array at known places, and proved. The floor of n")
	p.line("committers is the most of n/k × the writes a second with k in flight: every write carries a share of them.\n")
	p.line("| | in flight or workers | /s | p50 / p99 µs |")
	p.rule(3)
	for _, w := range []row{
		latency("durable write", "1", "write1"), latency("durable write", "2", "write2"), latency("durable write", "4", "write4"),
		latency("durable write", "16", "write16"), latency("durable write", "64", "write64"), quantity("load", "1", "load"),
		quantity("random copy", "1", "read"), quantity("random copy", "4", "read4"), quantity("copy in order", "1", "scan"),
		quantity("copies of 100 in order", "1", "range"), quantity("copies of 100 in order", "4", "range4"),
	} {
		m, _ := p.r.median(raw, w.metric)
		text := "–"
		if w.pair != nil {
			text, _, _ = p.cell(w, raw)
		}
		p.line("| %s | %s | %s | %s |", w.title, w.workers, rate(m.Rate), text)
	}
	p.line("")
}

func (p *report) chosen() {
	p.line("## What was chosen for each\n")
	p.line("| engine | pairs a transaction of load | options | settling |")
	p.rule(3)
	for _, e := range engine.All {
		p.line("| %s | %d | %s | %s |", e.Name, cmp.Or(e.Batch, usualBatch), e.Options, e.Settles)
	}
	p.line("| %s | %d | %s | – |", lmdb, lmdbBatch, lmdbOptions)
}
