package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSmall runs the whole command with few samples: every engine gives back what it was given, and nothing is other than by brute force.
func TestSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	out := filepath.Join(t.TempDir(), "BENCH.md")
	f := flags{runs: 1, n: 50_000, large: 100_000, dir: t.TempDir(), out: out}
	if err := f.run(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"other than by brute force |", "VictoriaMetrics", "first frame"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %q in\n%s", want, b)
		}
	}
	if strings.Count(string(b), "| 0  | ≤ 0 | yes |") != 2 {
		t.Errorf("mismatches in\n%s", b)
	}
}
