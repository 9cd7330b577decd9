// Command bench measures series beside other engines and writes timeseries/BENCH.md.
//
// Its invariant: what it prints was measured in one call on one machine, and what was decoded was compared with what was encoded. The
// engines take turns at each series; the tables show medians. It needs Linux and cgo, which SQLite is built with.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// flags of the command.
type flags struct {
	runs, n, large int
	dir, out       string
}

func main() {
	var f flags
	flag.IntVar(&f.runs, "runs", 5, "how often each is measured")
	flag.IntVar(&f.n, "n", 10_000_000, "`samples` of the series that is summed up, beside SQLite")
	flag.IntVar(&f.large, "large", 100_000_000, "`samples` of the series that is drawn")
	flag.StringVar(&f.dir, "dir", "../../bin/bench-series", "`directory` of the stores, on the disk that is to be measured")
	flag.StringVar(&f.out, "o", "../BENCH.md", "`file` of the tables")
	flag.Parse()
	if err := f.run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (f *flags) run() error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(f.dir, "run")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) // what stays of it can be removed by hand
	var p report
	before := load()
	began := time.Now()
	files, err := fileSeries()
	if err != nil {
		return err
	}
	codecs, err := measureCodecs(slices.Concat(made, files), f.runs)
	if err != nil {
		return err
	}
	claims, err := measureStore(dir, f)
	if err != nil {
		return err
	}
	commit := "unknown"
	if out, err := exec.Command("git", "describe", "--always", "--dirty").Output(); err == nil {
		commit = strings.TrimSpace(string(out))
	}
	p.line("# Series beside other engines\n")
	p.line("Written by `make bench-series` (`timeseries/bench`); every number in it is of that one call.\n")
	p.line("- %s, arbor at %s, %d cores, %s", time.Now().Format("2006-01-02"), commit, runtime.NumCPU(), runtime.Version())
	p.line("- load average %s before, %s after; above the number of cores, others were at work and times are too long", before, load())
	p.line("- prometheus v0.316.0 (tsdb/chunkenc, XOR2, 120 samples a chunk), VictoriaMetrics v1.148.8 (lib/decimal and lib/encoding, 8,192),")
	p.line("  SQLite by mattn/go-sqlite3 v1.14.53 (time as primary key, WAL, a million rows a transaction)")
	p.line("- sizes are held to what chunks took when they were designed, and a fiftieth; the series are like those of then, not the same")
	p.line("- the series of files are those of other people, a column each; they are too short for their times to say much")
	p.line("- DuckDB by @duckdb/node-api %s, by SQL on its own file, on all cores; its table is read by its own reader of CSV, in a process of Node", duckdbVersion)
	p.line("- InfluxDB is not measured: it is not to be had as a Go module that builds here")
	p.line("- medians of %d runs in which the engines take turns; %.0f s in all\n", f.runs, time.Since(began).Seconds())
	p.codecs(codecs)
	p.claims(append(codecClaims(codecs), claims...))
	return os.WriteFile(f.out, p.Bytes(), 0o644)
}

// report is the text of BENCH.md.
type report struct{ bytes.Buffer }

func (p *report) line(format string, a ...any) { fmt.Fprintf(p, format+"\n", a...) }

// claim is a number and what it is to be.
type claim struct {
	what, unit  string
	got, target float64
	atLeast     bool // the target is the least, not the most
	peer        string
}

func (c claim) holds() bool { return c.atLeast == (c.got >= c.target) || c.got == c.target }

func (p *report) claims(claims []claim) {
	p.line("## Targets\n")
	p.line("| what | measured | target | holds | beside it |")
	p.line("|---|---|---|---|---|")
	for _, c := range claims {
		sign, holds := "≤", "no"
		if c.atLeast {
			sign = "≥"
		}
		if c.holds() {
			holds = "yes"
		}
		p.line("| %s | %s %s | %s %g | %s | %s |", c.what, number(c.got), c.unit, sign, c.target, holds, c.peer)
	}
}

// number shows three digits.
func number(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3f", v)
}

func (p *report) codecs(series []measured) {
	p.line("## Bytes a sample, ns a sample to encode / to decode\n")
	names := []string{"series", "samples"}
	for _, e := range engines {
		names = append(names, e.name)
	}
	p.line("| %s |\n|%s", strings.Join(names, " | "), strings.Repeat("---|", len(names)))
	for _, m := range series {
		cells := []string{m.name, fmt.Sprint(m.n)}
		for i := range engines {
			x := m.of[i]
			cell := fmt.Sprintf("%.2f, %.1f / %.1f", x.size, x.encode, x.decode)
			if x.changed > 0 {
				cell += fmt.Sprintf(" (changes %.0f %% of the values)", max(1, 100*float64(x.changed)/float64(m.n)))
			}
			cells = append(cells, cell)
		}
		p.line("| %s |", strings.Join(cells, " | "))
	}
	p.line("")
}

// codecClaims are the targets for times: the slowest series counts.
func codecClaims(series []measured) []claim {
	var encode, decode measured
	for _, m := range series {
		if m.given != nil { // too short to be timed
			continue
		}
		if encode.of == nil || m.of[0].encode > encode.of[0].encode {
			encode = m
		}
		if decode.of == nil || m.of[0].decode > decode.of[0].decode {
			decode = m
		}
	}
	claims := []claim{
		{what: "encode, slowest series (" + encode.name + ")", unit: "ns", got: encode.of[0].encode, target: 25},
		{what: "decode, slowest series (" + decode.name + ")", unit: "ns", got: decode.of[0].decode, target: 5},
	}
	for _, m := range series {
		if m.target > 0 {
			claims = append(claims, claim{what: "size of " + m.name, unit: "B", got: m.of[0].size, target: m.target})
		}
	}
	return claims
}

func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}

func ms(d time.Duration) float64 { return float64(d) / 1e6 }
