package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The test binary is also the child.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "-child" {
		exit(child(os.Args[2]))
	}
	os.Exit(m.Run())
}

// TestSmoke runs every part on every engine with few keys. Each part proves the values it reads.
func TestSmoke(t *testing.T) {
	dir := t.TempDir()
	f := flags{
		keys: 5000, runs: 1, seconds: 0.02, dir: dir, out: filepath.Join(dir, "BENCH.md"), timeout: time.Minute,
	}
	if err := f.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := loadResults(filepath.Join(dir, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	done := map[string]int{}
	for _, x := range r.Results {
		if x.Error != "" {
			t.Errorf("%s, %s: %s", x.Engine, x.Part, x.Error)
		}
		done[x.Engine]++
	}
	for _, text := range r.Machine.Missing { // they need a C library, a C compiler, a kernel that allows io_uring
		t.Log(text)
		if name, _, _ := strings.Cut(text, " "); slices.Contains([]string{lmdb, "sqlite", "arbor"}, name) {
			done[name]++
		}
	}
	for _, name := range columns() {
		if done[name] == 0 {
			t.Errorf("nothing was measured of %s", name)
		}
	}
	text, err := os.ReadFile(f.out)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range slices.Concat(rows, nodeRows("small/")) {
		if !strings.Contains(string(text), w.title) {
			t.Errorf("the table has no row %q", w.title)
		}
	}
}

// TestMerge keeps the results of engines that are not measured again.
func TestMerge(t *testing.T) {
	r := Results{Results: []Result{{Run: 1, Engine: "bbolt", Part: "load"}, {Run: 1, Engine: "arbor", Part: "load"}}}
	r.forget(plan(10, 1, []string{"arbor"}, []string{"load"}))
	if len(r.Results) != 1 || r.Results[0].Engine != "bbolt" {
		t.Errorf("left are %v", r.Results)
	}
}
