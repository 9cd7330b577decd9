package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// duckdbVersion is that of the package for Node, by which DuckDB comes without building it.
const duckdbVersion = "1.5.6-r.1"

//go:embed duckdb.mjs
var duckdbScript []byte

// duckdbCost is what the sensor's series costs DuckDB: M rows/s from a table to the disk, bytes of the file, ms for 1,000 buckets and for a late sample
// on the disk. why says why it was not measured.
type duckdbCost struct {
	load, size, aggregate, late float64
	why                         string
}

// beside is what stands beside a number of ours.
func (c *duckdbCost) beside(v float64, unit string) string {
	if c.why != "" {
		return "DuckDB " + c.why
	}
	return "DuckDB " + number(v) + " " + unit
}

// measureDuckDB has DuckDB read the table of the sensor's series and sum it up, in processes of Node. Without Node, or where its package is not to be had,
// it says so.
func measureDuckDB(dir, table string, f *flags) (c duckdbCost, err error) {
	home := filepath.Join(dir, "duckdb")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return c, err
	}
	install := exec.Command("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", home, "@duckdb/node-api@"+duckdbVersion)
	if out, err := install.CombinedOutput(); err != nil {
		c.why = "not measured, for its package for Node could not be installed"
		fmt.Fprintf(os.Stderr, "duckdb: %v\n%s", err, out)
		return c, nil
	}
	script := filepath.Join(home, "duckdb.mjs")
	if err := os.WriteFile(script, duckdbScript, 0o600); err != nil {
		return c, err
	}
	i := 0
	file := func() string { return filepath.Join(home, strconv.Itoa(i)+".duckdb") }
	took, err := each(3, nothing, func() error {
		i++
		_, err := runDuckDB(script, "load", file(), table, "1")
		return err
	})
	if err != nil {
		return c, err
	}
	c.load = float64(f.n) / median(took) / 1e3
	info, err := os.Stat(file())
	if err != nil {
		return c, err
	}
	c.size = float64(info.Size())
	const buckets = 1000
	ask, err := json.Marshal(map[string]int64{"start": sensorStart / 1e3, "width": (end(f.n) - sensorStart) / 1e3 / buckets, "buckets": buckets})
	if err != nil {
		return c, err
	}
	out, err := runDuckDB(script, "ask", file(), string(ask), strconv.Itoa(max(f.runs, 3)))
	if err != nil {
		return c, err
	}
	var said struct {
		Aggregate, Late struct {
			MS   float64
			Rows int
		}
	}
	if err := json.Unmarshal(out, &said); err != nil {
		return c, fmt.Errorf("duckdb said %q: %w", out, err)
	}
	if said.Aggregate.Rows != buckets {
		return c, fmt.Errorf("duckdb found %d buckets of %d", said.Aggregate.Rows, buckets)
	}
	c.aggregate, c.late = said.Aggregate.MS, said.Late.MS
	return c, nil
}

func runDuckDB(script string, args ...string) ([]byte, error) {
	out, err := exec.Command("node", append([]string{script}, args...)...).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return nil, fmt.Errorf("duckdb: %w\n%s", err, failed.Stderr)
	}
	return out, err
}
