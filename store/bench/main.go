// Command bench measures the store beside its peers and writes store/BENCH.md.
//
// Its invariant: what it prints was measured in one call on one machine, every value read was proved, and who could not do a part is
// shown as such. Each part runs in a process of its own, the engines take turns at each part, and what was found is kept in a file after
// every step, so that an engine that breaks or hangs loses its own numbers alone. It needs Linux.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"arbor/store/bench/engine"
)

// flags of the command.
type flags struct {
	keys, runs               int
	seconds                  float64
	only, workloads          string
	dir, out, file, profiles string
	timeout                  time.Duration
	render                   bool
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "-child" {
		exit(child(os.Args[2]))
	}
	var f flags
	flag.IntVar(&f.keys, "n", 1_000_000, "`keys` of the table of keys and values")
	flag.IntVar(&f.runs, "runs", 3, "how often each part is measured; the table shows medians")
	flag.Float64Var(&f.seconds, "seconds", 1, "of each part that is measured for a while")
	flag.StringVar(&f.only, "only", "", "these `engines` alone, of "+strings.Join(columns(), ","))
	flag.StringVar(&f.workloads, "workloads", "", "these alone, of "+strings.Join(workloads(), ","))
	flag.StringVar(&f.dir, "dir", "../../bin/bench", "`directory` of the stores, on the disk that is to be measured")
	flag.StringVar(&f.out, "o", "../BENCH.md", "`file` of the tables")
	flag.StringVar(&f.file, "json", "", "`file` of the results; -only and -workloads add to it (default results.json in -dir)")
	flag.DurationVar(&f.timeout, "timeout", 4*time.Minute, "of one part on one engine")
	flag.StringVar(&f.profiles, "profiles", "", "`directory` for a CPU profile of every part")
	flag.BoolVar(&f.render, "render", false, "write the tables of the results that are there, measure nothing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := f.run(ctx)
	stop()
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// workloads are the names by which stages are chosen.
func workloads() []string {
	var names []string
	for _, s := range stages {
		if !slices.Contains(names, s.workload) {
			names = append(names, s.workload)
		}
	}
	return names
}

// choose returns the names of a comma-separated list in the order of all, all of them for none.
func choose(list string, all []string) ([]string, error) {
	if list == "" {
		return all, nil
	}
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("%q is none of %s", name, strings.Join(all, ", "))
		}
		names = append(names, name)
	}
	return names, nil
}

func (f *flags) run(ctx context.Context) error {
	if f.file == "" {
		f.file = filepath.Join(f.dir, "results.json")
	}
	results, err := loadResults(f.file)
	if err != nil {
		return fmt.Errorf("earlier results: %w", err)
	}
	if f.render {
		return results.write(f.out)
	}
	engines, err := choose(f.only, columns())
	if err != nil {
		return err
	}
	chosen, err := choose(f.workloads, workloads())
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	if all := f.only == "" && f.workloads == ""; all || results.Keys != f.keys || results.Seconds != f.seconds {
		results = &Results{}
	}
	results.Keys, results.Runs, results.Seconds = f.keys, max(results.Runs, f.runs), f.seconds
	results.Machine = thisMachine(f.dir)
	results.Machine.LoadBefore = loadAverage()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	r := runner{dir: f.dir, file: f.file, self: self, timeout: f.timeout, log: os.Stderr, results: results, profiles: f.profiles}
	engines = slices.DeleteFunc(slices.Clone(engines), func(name string) bool {
		switch e := engine.Find(name); {
		case e != nil:
			err = probe(e, f.dir)
		case name == lmdb:
			r.lmdb, results.Machine.Versions[lmdb], err = buildLMDB(f.dir)
		default:
			return false
		}
		if err != nil {
			results.Machine.Missing = append(results.Machine.Missing, fmt.Sprintf("%s is not measured: %v", name, err))
		}
		return err != nil
	})
	if slices.Contains(chosen, "hold") {
		if r.cycle, err = buildCycle(f.dir); err != nil {
			return err
		}
	}
	steps := plan(f.keys, f.runs, engines, chosen)
	results.forget(steps)
	err = r.all(ctx, steps)
	results.Machine.LoadAfter = loadAverage()
	return errors.Join(err, results.write(f.out))
}

// probe tells why an engine cannot be opened here.
func probe(e *engine.Engine, dir string) error {
	dir, err := os.MkdirTemp(dir, "probe")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) // what stays of it is removed with the directory of the stores
	s, err := e.Open(engine.Mode{Dir: dir})
	if err != nil {
		return err
	}
	return s.Close()
}

// thisMachine tells where and with what it is measured.
func thisMachine(dir string) Machine {
	m := Machine{Cores: runtime.NumCPU(), Go: runtime.Version(), Date: time.Now().Format("2006-01-02"), Versions: map[string]string{}}
	m.ask(dir)
	if out, err := exec.Command("git", "describe", "--always", "--dirty").Output(); err == nil {
		m.Commit = strings.TrimSpace(string(out))
	}
	for _, e := range engine.All {
		m.Versions[e.Name] = e.Version()
	}
	return m
}
